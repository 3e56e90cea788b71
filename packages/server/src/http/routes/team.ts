import type { Kernel, TeamMember } from '@huike/kernel';
import { isJsonObject, type Json } from '@huike/schema';
import type { FastifyInstance } from 'fastify';
import { recordId } from '../body.ts';
import { actorOf, demand } from '../identify.ts';
import { malformed } from '../wrong.ts';

// The team of a record: who may read or edit it whatever the own scope.

interface OfRecord {
  Params: { readonly object: string; readonly id: string };
}

export function teamRoutes(app: FastifyInstance, kernel: Kernel): void {
  app.get<OfRecord>('/records/:object/:id/team', async (request) => {
    const { object, id } = request.params;
    const actor = demand(actorOf(request), { area: 'records', object, operation: 'read' });
    return { data: await kernel.team(actor, object, recordId(id)) };
  });

  app.put<OfRecord>('/records/:object/:id/team', async (request) => {
    const { object, id } = request.params;
    const actor = demand(actorOf(request), { area: 'records', object, operation: 'update' });
    await kernel.setTeam(actor, object, recordId(id), membersOf(request.body));
    return { data: await kernel.team(actor, object, recordId(id)) };
  });
}

function membersOf(body: unknown): readonly TeamMember[] {
  if (!Array.isArray(body)) throw malformed('', 'expected an array of {user, right}', '应为 {user, right} 的数组');
  return body.map((item: Json, index) => {
    const { user, right } = isJsonObject(item) ? item : {};
    // As it is read: `{user: {id, name}, right}`.
    const id = isJsonObject(user) ? user.id : user;
    if (typeof id !== 'string' || (right !== 'read' && right !== 'edit'))
      throw malformed(`/${index}`, '{user, right: "read" or "edit"}', '应为 {user, right: "read" 或 "edit"}');
    return { user: id, right };
  });
}
