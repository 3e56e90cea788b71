import type { Kernel } from '@huike/kernel';
import { problem } from '@huike/schema';
import type { FastifyInstance } from 'fastify';
import { actorOf, demand } from '../identify.ts';
import { sendJson } from './records.ts';

interface Address {
  readonly q?: string;
  readonly objects?: string;
  readonly limit?: string;
}

export function searchRoutes(app: FastifyInstance, kernel: Kernel): void {
  app.get<{ Querystring: Address }>('/search', async (request, reply) => {
    const actor = demand(actorOf(request), { area: 'search', operation: 'read' });
    const { q, objects, limit } = request.query;
    if (typeof q !== 'string') throw problem('query.invalid', { path: '/q', detail: 'what to look for' });
    const found = await kernel.search(actor, {
      text: q,
      ...(typeof objects === 'string' ? { objects: objects.split(',').filter(Boolean) } : {}),
      ...(typeof limit === 'string' ? { limit: Number(limit) } : {}),
    });
    return sendJson(reply, `{"data":${found}}`);
  });
}
