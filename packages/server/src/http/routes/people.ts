import {
  createToken,
  createWriteKey,
  endSessionsOf,
  type Kernel,
  listTokens,
  listWriteKeys,
  resetPassword,
  resetSecondFactor,
  revokeToken,
  revokeWriteKey,
  signInStates,
  unlockUser,
} from '@huike/kernel';
import { problem } from '@huike/schema';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { addressOf, names } from '../address.ts';
import { bodyOf, optionalText, recordId, text, texts } from '../body.ts';
import { actorOf, demand } from '../identify.ts';

// Personal tokens, the channels' write keys, and what administrators do about the sign-in of others. Users and
// departments themselves are records.

interface ById {
  readonly id: string;
}

/** As many as fit an address. */
const statesAtMost = 100;

export function peopleRoutes(app: FastifyInstance, kernel: Kernel): void {
  const { people } = kernel;

  app.get('/tokens', { config: { asOneself: true } }, async (request) => ({
    data: await listTokens(people, actorOf(request).id),
  }));
  app.post('/tokens', async (request, reply) => {
    const body = bodyOf(request.body);
    const expiresAt = optionalText(body, 'expiresAt', 40);
    const wanted = {
      name: text(body, 'name'),
      scopes: texts(body, 'scopes'),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    };
    return reply.code(201).send(await createToken(people, actorOf(request), wanted));
  });
  app.delete<{ Params: ById }>('/tokens/:id', async (request, reply) => {
    await revokeToken(people, actorOf(request), recordId(request.params.id));
    return reply.code(204).send();
  });

  const operator = (request: FastifyRequest) => demand(actorOf(request), { area: 'operations', operation: 'write' });
  app.get('/writeKeys', { config: { asOneself: true } }, async (request) => ({
    data: await listWriteKeys(people, operator(request)),
  }));
  app.post('/writeKeys', async (request, reply) => {
    const body = bodyOf(request.body);
    return reply.code(201).send(
      await createWriteKey(people, operator(request), {
        name: text(body, 'name'),
        channel: text(body, 'channel', 60),
        ...(body.objects === undefined ? {} : { objects: texts(body, 'objects') }),
      }),
    );
  });
  app.delete<{ Params: ById }>('/writeKeys/:id', async (request, reply) => {
    await revokeWriteKey(people, operator(request), recordId(request.params.id));
    return reply.code(204).send();
  });

  app.get('/users/sign-in-states', async (request) => {
    const actor = demand(actorOf(request), { area: 'people', operation: 'read' });
    const ids = (names(addressOf(request), 'ids') ?? []).map(recordId);
    if (ids.length > statesAtMost)
      throw problem('request.tooMany', { what: 'users', whatZh: '用户', limit: statesAtMost });
    return { data: await signInStates(people, actor, ids) };
  });

  const manager = (request: FastifyRequest) => demand(actorOf(request), { area: 'people', operation: 'write' });
  app.post<{ Params: ById }>('/users/:id/reset-password', async (request) => {
    const given = optionalText(bodyOf(request.body ?? {}), 'password', 200);
    const password = await resetPassword(people, manager(request), recordId(request.params.id), given);
    return given === undefined ? { password } : {};
  });
  app.post<{ Params: ById }>('/users/:id/unlock', async (request, reply) => {
    await unlockUser(people, manager(request), recordId(request.params.id));
    return reply.code(204).send();
  });
  app.post<{ Params: ById }>('/users/:id/reset-second-factor', async (request, reply) => {
    await resetSecondFactor(people, manager(request), recordId(request.params.id));
    return reply.code(204).send();
  });
  app.post<{ Params: ById }>('/users/:id/end-sessions', async (request, reply) => {
    await endSessionsOf(people, manager(request), recordId(request.params.id));
    return reply.code(204).send();
  });
}
