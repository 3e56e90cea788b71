import type { Actor, Kernel } from '@huike/kernel';
import { type Command, isJsonObject, type Json, type JsonObject, problem, type Values } from '@huike/schema';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { recordId } from '../body.ts';
import { idempotent } from '../idempotency.ts';
import { actorOf, demand } from '../identify.ts';
import { receiveLines } from '../lines.ts';
import { partialResults } from '../partial.ts';
import { fieldsFromAddress, listFromAddress, queryFromBody } from '../query.ts';

// records/{object}: the public contract of reading and writing any object's records.

interface ObjectParams {
  readonly object: string;
}
interface RecordParams extends ObjectParams {
  readonly id: string;
}
type Address = Readonly<Record<string, unknown>>;

export function recordRoutes(app: FastifyInstance, kernel: Kernel): void {
  receiveLines(app);

  app.get<{ Params: ObjectParams; Querystring: Address }>('/records/:object', async (request, reply) => {
    const actor = may(request, 'read');
    return sendPage(reply, await kernel.list(actor, request.params.object, listFromAddress(request.query)));
  });

  app.post<{ Params: ObjectParams }>('/records/:object/query', async (request, reply) => {
    const actor = may(request, 'read');
    const query = queryFromBody(request.body);
    if ('group' in query)
      return sendJson(reply, `{"data":${await kernel.group(actor, request.params.object, query.group)}}`);
    return sendPage(reply, await kernel.list(actor, request.params.object, query.list));
  });

  app.get<{ Params: RecordParams; Querystring: Address }>('/records/:object/:id', async (request, reply) => {
    const actor = may(request, 'read');
    const { object, id } = request.params;
    return sendJson(reply, await kernel.get(actor, object, recordId(id), fieldsFromAddress(request.query)));
  });

  app.get<{ Params: RecordParams; Querystring: { before?: string; limit?: string } }>(
    '/records/:object/:id/changes',
    async (request) => {
      const actor = may(request, 'read');
      const { object, id } = request.params;
      const { before, limit } = request.query;
      const page = await kernel.history(actor, object, recordId(id), {
        limit: whole(limit ?? '50', 'limit', 200),
        ...(before === undefined ? {} : { before: whole(before, 'before', 2_147_483_647) }),
      });
      return { data: page.data, page: { next: page.next } };
    },
  );

  app.post<{ Params: ObjectParams; Querystring: Address }>('/records/:object', async (request, reply) => {
    const actor = may(request, 'create');
    const { object } = request.params;
    const command = (values: JsonObject): Command => ({ op: 'create', object, values });
    return write(kernel, actor, request, reply, itemsOf(request.body).map(command), 201);
  });

  app.put<{ Params: ObjectParams; Querystring: Address & { key?: string } }>(
    '/records/:object',
    async (request, reply) => {
      const actor = may(request, 'update');
      const { object } = request.params;
      const { key } = request.query;
      if (typeof key !== 'string')
        throw problem('query.invalid', { path: '/key', detail: 'the field that tells records apart' });
      const command = (values: JsonObject): Command => ({ op: 'upsert', object, key, values });
      return write(kernel, actor, request, reply, itemsOf(request.body).map(command), 200);
    },
  );

  app.patch<{ Params: ObjectParams; Querystring: Address }>('/records/:object', async (request, reply) => {
    const actor = may(request, 'update');
    const { object } = request.params;
    const commands = itemsOf(request.body).map(
      ({ id, version, ...values }, index): Command => ({
        op: 'update',
        object,
        id: idIn(id, index),
        values,
        ...versionIn(version, index),
      }),
    );
    return write(kernel, actor, request, reply, commands, 200);
  });

  app.delete<{ Params: ObjectParams; Querystring: Address }>('/records/:object', async (request, reply) => {
    const actor = may(request, 'delete');
    const { object } = request.params;
    const commands = itemsOf(request.body).map(
      ({ id, version }, index): Command => ({
        op: 'delete',
        object,
        id: idIn(id, index),
        ...versionIn(version, index),
      }),
    );
    return write(kernel, actor, request, reply, commands, 200);
  });

  app.patch<{ Params: RecordParams; Querystring: Address }>('/records/:object/:id', async (request, reply) => {
    const actor = may(request, 'update');
    const { object, id } = request.params;
    const { version, ...values } = valuesOf(request.body);
    const command: Command = {
      op: 'update',
      object,
      id: recordId(id),
      values,
      ...(matchOf(request) ?? versionIn(version, 0)),
    };
    return write(kernel, actor, request, reply, [command], 200);
  });

  app.delete<{ Params: RecordParams }>('/records/:object/:id', async (request, reply) => {
    const actor = may(request, 'delete');
    const { object, id } = request.params;
    return write(kernel, actor, request, reply, [{ op: 'delete', object, id: recordId(id), ...matchOf(request) }], 200);
  });

  app.post<{ Params: RecordParams }>('/records/:object/:id/restore', async (request, reply) => {
    const actor = may(request, 'update');
    const { object, id } = request.params;
    const { version, fields } = request.body === undefined || request.body === null ? {} : valuesOf(request.body);
    const command: Command = {
      op: 'restore',
      object,
      id: recordId(id),
      ...(version === undefined ? {} : { toVersion: whole(String(version), 'version', 2_147_483_647) }),
      ...(fields === undefined ? {} : { fields: namesIn(fields) }),
    };
    return write(kernel, actor, request, reply, [command], 200);
  });

  app.post<{ Params: RecordParams }>('/records/:object/:id/unmask', async (request, reply) => {
    const actor = may(request, 'read');
    const { object, id } = request.params;
    const { fields, reason } = valuesOf(request.body);
    if (typeof reason !== 'string' || reason.trim() === '' || reason.length > 500)
      throw problem('query.invalid', { path: '/reason', detail: 'why, in up to 500 characters' });
    return sendJson(
      reply,
      await kernel.unmask(actor, object, recordId(id), { fields: namesIn(fields ?? null), reason: reason.trim() }),
    );
  });
}

/** The actor, if a personal token lets it do this to the object's records. */
function may(request: FastifyRequest<{ Params: ObjectParams }>, operation: string): Actor {
  return demand(actorOf(request), { area: 'records', object: request.params.object, operation });
}

/**
 * Carries out the commands of one request, once for its Idempotency-Key. A body that was an array is answered by
 * `{data: [{id, version}]}`, one record by `{id, version}`, and `?partial=true` by `{results}`.
 */
async function write(
  kernel: Kernel,
  actor: Actor,
  request: FastifyRequest<{ Querystring: Address }>,
  reply: FastifyReply,
  commands: readonly Command[],
  status: number,
): Promise<FastifyReply> {
  const many = Array.isArray(request.body);
  const partial = request.query['partial'] === 'true';
  const answer = await idempotent(kernel, actor, request, async (options) => {
    if (partial)
      return {
        status: 200,
        body: JSON.stringify({ results: await partialResults(kernel, actor, commands, request, options) }),
      };
    const results = await kernel.write(actor, commands, options);
    const records = results.map(({ id, version }) => ({ id, version }));
    return { status, body: JSON.stringify(many ? { data: records } : records[0]) };
  });
  return sendJson(reply.code(answer.status), answer.body);
}

function sendPage(
  reply: FastifyReply,
  page: { readonly data: string; readonly next: string | null; readonly total?: number },
): FastifyReply {
  const { data, ...rest } = page;
  // PostgreSQL made the records' JSON; it goes out as it came.
  return sendJson(reply, `{"data":${data},"page":${JSON.stringify(rest)}}`);
}

export function sendJson(reply: FastifyReply, json: string): FastifyReply {
  return reply.header('content-type', 'application/json; charset=utf-8').send(json);
}

function itemsOf(body: unknown): JsonObject[] {
  const items: readonly unknown[] = Array.isArray(body) ? body : [body];
  return items.map((item, index) => valuesOf(item, Array.isArray(body) ? `/${index}` : ''));
}

function valuesOf(body: unknown, path = ''): JsonObject & Values {
  if (isJsonObject(body)) return body;
  throw problem('request.malformed', { detail: `expected an object${path === '' ? '' : ` at ${path}`}` });
}

function idIn(value: Json | undefined, index: number): string {
  if (typeof value !== 'string') throw problem('request.malformed', { detail: `an id is missing at /${index}` });
  return recordId(value);
}

function versionIn(value: Json | undefined, index: number): { readonly version?: number } {
  if (value === undefined) return {};
  return { version: whole(String(value), `${index}/version`, 2_147_483_647) };
}

/** `If-Match: 3` or `"3"`. */
function matchOf(request: FastifyRequest): { readonly version: number } | undefined {
  const header = request.headers['if-match'];
  if (header === undefined || header === '*') return undefined;
  return { version: whole(header.replace(/^W\//, '').replace(/^"(.*)"$/, '$1'), 'if-match', 2_147_483_647) };
}

function whole(text: string, name: string, max: number): number {
  const value = Number(text);
  if (!/^\d{1,10}$/.test(text) || value < 1 || value > max)
    throw problem('query.invalid', { path: `/${name}`, detail: `a whole number from 1 to ${max}` });
  return value;
}

function namesIn(value: Json): readonly string[] {
  if (Array.isArray(value) && value.length > 0 && value.every((name: Json) => typeof name === 'string'))
    return value.map(String);
  throw problem('query.invalid', { path: '/fields', detail: 'an array of field names' });
}
