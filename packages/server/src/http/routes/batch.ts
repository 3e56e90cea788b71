import type { Kernel } from '@huike/kernel';
import {
  type Command,
  isJsonObject,
  type Json,
  type JsonObject,
  Problem,
  problem,
  type RecordRef,
} from '@huike/schema';
import type { FastifyInstance } from 'fastify';
import { bodyOf } from '../body.ts';
import { idempotent } from '../idempotency.ts';
import { actorOf, demand } from '../identify.ts';
import { sendJson } from '../writing.ts';
import { malformed } from '../wrong.ts';

// POST batch: commands on several objects, all or nothing, with local references among them.

export function batchRoutes(app: FastifyInstance, kernel: Kernel): void {
  app.post('/batch', async (request, reply) => {
    const actor = actorOf(request);
    const commands = commandsOf(request.body);
    for (const { object, op } of commands)
      for (const operation of needs[op]) demand(actor, { area: 'records', object, operation });
    const answer = await idempotent(kernel, actor, request, async (writer) => {
      const results = await writer.write(commands).catch(within);
      return { status: 200, body: JSON.stringify({ results: results.map(({ id, version }) => ({ id, version })) }) };
    });
    return sendJson(reply.code(answer.status), answer.body);
  });
}

/** What a token must cover. */
const needs: Readonly<Record<Command['op'], readonly string[]>> = {
  create: ['create'],
  update: ['update'],
  upsert: ['create', 'update'],
  delete: ['delete'],
  restore: ['update'],
};

/** The places of what is wrong lie within `commands`. */
function within(error: unknown): never {
  if (!(error instanceof Problem)) throw error;
  const issues = error.issues.map((issue) => ({ ...issue, path: `/commands${issue.path}` }));
  throw problem(error.code, error.params, issues);
}

function commandsOf(body: unknown): Command[] {
  const { commands } = bodyOf(body);
  if (!Array.isArray(commands)) throw malformed('/commands', 'expected an array of commands', '应为命令数组');
  return commands.map((item: Json, index) => {
    const at = `/commands/${index}`;
    if (!isJsonObject(item)) throw malformed(at, 'a command is an object', '命令应为对象');
    return commandOf(item, at);
  });
}

function commandOf(item: JsonObject, at: string): Command {
  const { op, object, values, ref, id, key, version } = item;
  if (typeof object !== 'string') throw malformed(`${at}/object`, 'it is missing', '缺失');
  if (values !== undefined && !isJsonObject(values)) throw malformed(`${at}/values`, 'expected an object', '应为对象');
  const own = values ?? {};
  switch (op) {
    case 'create':
      return { op, object, values: own, ...refOf(ref, at) };
    case 'upsert':
      if (typeof key !== 'string') throw malformed(`${at}/key`, 'it is missing', '缺失');
      return { op, object, key, values: own, ...refOf(ref, at) };
    case 'update':
      return { op, object, id: target(id, at), values: own, ...versionOf(version, at) };
    case 'delete':
      return { op, object, id: target(id, at), ...versionOf(version, at) };
    case 'restore':
      return { op, object, id: target(id, at) };
    default:
      throw malformed(
        `${at}/op`,
        'create, update, upsert, delete or restore',
        '应为 create、update、upsert、delete 或 restore',
      );
  }
}

function refOf(ref: Json | undefined, at: string): { readonly ref?: string } {
  if (ref === undefined) return {};
  if (typeof ref !== 'string' || ref.length > 100) throw malformed(`${at}/ref`, 'a short text', '应为短文本');
  return { ref };
}

function versionOf(version: Json | undefined, at: string): { readonly version?: number } {
  if (version === undefined) return {};
  if (typeof version !== 'number' || !Number.isInteger(version))
    throw malformed(`${at}/version`, 'a number', '应为数字');
  return { version };
}

function target(id: Json | undefined, at: string): RecordRef {
  if (typeof id === 'string') return id;
  if (isJsonObject(id) && typeof id.$ref === 'string') return { $ref: id.$ref };
  throw malformed(`${at}/id`, 'an id or {"$ref"}', '应为 id 或 {"$ref"}');
}
