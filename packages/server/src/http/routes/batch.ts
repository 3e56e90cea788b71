import type { Kernel } from '@huike/kernel';
import { type Command, isJsonObject, type Json, type JsonObject, problem } from '@huike/schema';
import type { FastifyInstance } from 'fastify';
import { idempotent } from '../idempotency.ts';
import { actorOf, demand } from '../identify.ts';
import { sendJson } from './records.ts';

// POST batch: commands on several objects, all or nothing, with local references among them.

export function batchRoutes(app: FastifyInstance, kernel: Kernel): void {
  app.post('/batch', async (request, reply) => {
    const actor = actorOf(request);
    const commands = commandsOf(request.body);
    for (const { object, op } of commands) {
      demand(actor, { area: 'records', object, operation: op === 'upsert' || op === 'restore' ? 'update' : op });
    }
    const answer = await idempotent(kernel, actor, request, async (options) => {
      const results = await kernel.write(actor, commands, options);
      return { status: 200, body: JSON.stringify({ results: results.map(({ id, version }) => ({ id, version })) }) };
    });
    return sendJson(reply.code(answer.status), answer.body);
  });
}

function commandsOf(body: unknown): Command[] {
  const list = isJsonObject(body) ? body.commands : undefined;
  if (!Array.isArray(list)) throw problem('request.malformed', { detail: '{"commands": […]}' });
  return list.map((item: Json, index) => {
    if (!isJsonObject(item)) throw wrong(index, 'a command is an object');
    return commandOf(item, index);
  });
}

function commandOf(item: JsonObject, index: number): Command {
  const { op, object, values, ref, id, key, version } = item;
  if (typeof object !== 'string') throw wrong(index, 'object');
  const own = isJsonObject(values) ? values : {};
  switch (op) {
    case 'create':
      return { op, object, values: own, ...refOf(ref, index) };
    case 'upsert':
      if (typeof key !== 'string') throw wrong(index, 'key');
      return { op, object, key, values: own, ...refOf(ref, index) };
    case 'update':
      return { op, object, id: target(id, index), values: own, ...versionOf(version, index) };
    case 'delete':
      return { op, object, id: target(id, index), ...versionOf(version, index) };
    case 'restore':
      return { op, object, id: target(id, index) };
    default:
      throw wrong(index, 'op is create, update, upsert, delete or restore');
  }
}

function wrong(index: number, detail: string) {
  return problem('request.malformed', { detail: `/commands/${index}: ${detail}` });
}

function refOf(ref: Json | undefined, index: number): { readonly ref?: string } {
  if (ref === undefined) return {};
  if (typeof ref !== 'string' || ref.length > 100) throw wrong(index, 'ref');
  return { ref };
}

function versionOf(version: Json | undefined, index: number): { readonly version?: number } {
  if (version === undefined) return {};
  if (typeof version !== 'number' || !Number.isInteger(version)) throw wrong(index, 'version');
  return { version };
}

function target(id: Json | undefined, index: number): string | { readonly $ref: string } {
  if (typeof id === 'string') return id;
  if (isJsonObject(id) && typeof id.$ref === 'string') return { $ref: id.$ref };
  throw wrong(index, 'id');
}
