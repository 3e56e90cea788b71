import { deletePersonalView, type Kernel, personalViews, savePersonalView } from '@huike/kernel';
import type { FastifyInstance } from 'fastify';
import { addressOf, param } from '../address.ts';
import { recordId } from '../body.ts';
import { actorOf } from '../identify.ts';

// The views that a user keeps for nobody else. Shared ones are metadata.

interface ById {
  Params: { readonly id: string };
}

export function myViewRoutes(app: FastifyInstance, kernel: Kernel): void {
  const { people } = kernel;
  app.get('/me/views', async (request) => ({
    data: await personalViews(people, actorOf(request).id, param(addressOf(request), 'object', 48)),
  }));
  app.put<ById>('/me/views/:id', async (request) =>
    savePersonalView(people, actorOf(request), recordId(request.params.id), request.body),
  );
  app.delete<ById>('/me/views/:id', async (request, reply) => {
    await deletePersonalView(people, actorOf(request), recordId(request.params.id));
    return reply.code(204).send();
  });
}
