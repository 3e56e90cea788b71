import type { Actor, Kernel } from '@huike/kernel';
import type { Command, Json } from '@huike/schema';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { addressOf, param, whole, wholeParam } from '../address.ts';
import { bodyOf, optionalWhole, recordId, text, texts } from '../body.ts';
import { actorOf, demand } from '../identify.ts';
import { acceptLines } from '../lines.ts';
import { itemOf, type ToCommand } from '../partial.ts';
import { fieldsFromAddress, listFromAddress, queryFromBody } from '../query.ts';
import { answerWrite, sendJson } from '../writing.ts';
import { invalid, malformed } from '../wrong.ts';

// records/{object}: the public contract of reading and writing any object's records.

interface OfObject {
  Params: { readonly object: string };
}
interface OfRecord {
  Params: { readonly object: string; readonly id: string };
}

export function recordRoutes(app: FastifyInstance, kernel: Kernel): void {
  acceptLines(app);
  readRoutes(app, kernel);
  writeRoutes(app, kernel);
}

function readRoutes(app: FastifyInstance, kernel: Kernel): void {
  app.get<OfObject>('/records/:object', async (request, reply) => {
    const { object } = request.params;
    return sendPage(
      reply,
      await kernel.list(may(request, object, 'read'), object, listFromAddress(addressOf(request))),
    );
  });

  app.post<OfObject>('/records/:object/query', { config: { reads: true } }, async (request, reply) => {
    const { object } = request.params;
    const actor = may(request, object, 'read');
    const query = queryFromBody(request.body);
    if ('list' in query) return sendPage(reply, await kernel.list(actor, object, query.list));
    return sendJson(reply, `{"data":${await kernel.group(actor, object, query.group)}}`);
  });

  app.get<OfRecord>('/records/:object/:id', async (request, reply) => {
    const { object, id } = request.params;
    const actor = may(request, object, 'read');
    return sendJson(reply, await kernel.get(actor, object, recordId(id), fieldsFromAddress(addressOf(request))));
  });

  app.get<OfRecord>('/records/:object/:id/changes', async (request) => {
    const { object, id } = request.params;
    const address = addressOf(request);
    const before = wholeParam(address, 'before');
    const page = await kernel.history(may(request, object, 'read'), object, recordId(id), {
      limit: wholeParam(address, 'limit', { max: 200 }) ?? 50,
      ...(before === undefined ? {} : { before }),
    });
    return { data: page.data, page: { next: page.next } };
  });

  app.post<OfRecord>('/records/:object/:id/unmask', async (request, reply) => {
    const { object, id } = request.params;
    const actor = may(request, object, 'read');
    const body = bodyOf(request.body);
    const reason = text(body, 'reason', 500).trim();
    const fields = texts(body, 'fields');
    if (reason === '') throw malformed('/reason', 'say why', '请说明原因');
    if (fields.length === 0) throw malformed('/fields', 'name the fields', '请指明字段');
    return sendJson(reply, await kernel.unmask(actor, object, recordId(id), { fields, reason }));
  });
}

function writeRoutes(app: FastifyInstance, kernel: Kernel): void {
  app.post<OfObject>('/records/:object', async (request, reply) => {
    const { object } = request.params;
    const toCommand: ToCommand = (values) => ({ op: 'create', object, values });
    return answerWrite(kernel, may(request, object, 'create'), request, reply, { toCommand, status: 201 });
  });

  app.put<OfObject>('/records/:object', async (request, reply) => {
    const { object } = request.params;
    may(request, object, 'create');
    const key = param(addressOf(request), 'key');
    if (key === undefined) throw invalid('key', 'the field that tells records apart', '应为区分记录的字段');
    const toCommand: ToCommand = (values) => ({ op: 'upsert', object, key, values });
    return answerWrite(kernel, may(request, object, 'update'), request, reply, { toCommand, status: 200 });
  });

  app.patch<OfObject>('/records/:object', async (request, reply) => {
    const { object } = request.params;
    const toCommand: ToCommand = ({ id, version, ...values }, at) => ({
      op: 'update',
      object,
      id: idIn(id, at),
      values,
      ...versionIn(version, at),
    });
    return answerWrite(kernel, may(request, object, 'update'), request, reply, { toCommand, status: 200 });
  });

  app.delete<OfObject>('/records/:object', async (request, reply) => {
    const { object } = request.params;
    const toCommand: ToCommand = ({ id, version }, at) => ({
      op: 'delete',
      object,
      id: idIn(id, at),
      ...versionIn(version, at),
    });
    return answerWrite(kernel, may(request, object, 'delete'), request, reply, { toCommand, status: 200 });
  });

  app.patch<OfRecord>('/records/:object/:id', async (request, reply) => {
    const { object } = request.params;
    const id = recordId(request.params.id);
    const known = ifMatch(request);
    const toCommand: ToCommand = ({ version, id: _, ...values }, at) => ({
      op: 'update',
      object,
      id,
      values,
      ...(known ?? versionIn(version, at)),
    });
    return one(kernel, may(request, object, 'update'), request, reply, toCommand);
  });

  app.delete<OfRecord>('/records/:object/:id', async (request, reply) => {
    const { object } = request.params;
    const command: Command = { op: 'delete', object, id: recordId(request.params.id), ...ifMatch(request) };
    // A body says nothing here.
    request.body = {};
    return one(kernel, may(request, object, 'delete'), request, reply, () => command);
  });

  app.post<OfRecord>('/records/:object/:id/restore', async (request, reply) => {
    const { object } = request.params;
    const body = bodyOf(request.body ?? {});
    const toVersion = optionalWhole(body, 'version');
    const command: Command = {
      op: 'restore',
      object,
      id: recordId(request.params.id),
      ...(toVersion === undefined ? {} : { toVersion }),
      ...(body.fields === undefined ? {} : { fields: texts(body, 'fields') }),
    };
    request.body = body;
    return one(kernel, may(request, object, 'update'), request, reply, () => command);
  });
}

/** A write of the one record in the address: the body is that record. */
function one(
  kernel: Kernel,
  actor: Actor,
  request: FastifyRequest,
  reply: FastifyReply,
  toCommand: ToCommand,
): Promise<FastifyReply> {
  itemOf(request.body, '');
  return answerWrite(kernel, actor, request, reply, { toCommand, status: 200 });
}

/** The actor, if a personal token lets it do this to the object's records. */
function may(request: FastifyRequest, object: string, operation: string): Actor {
  return demand(actorOf(request), { area: 'records', object, operation });
}

function sendPage(
  reply: FastifyReply,
  page: { readonly data: string; readonly next: string | null; readonly total?: number },
): FastifyReply {
  const { data, ...rest } = page;
  // PostgreSQL made the records' JSON; it goes out as it came.
  return sendJson(reply, `{"data":${data},"page":${JSON.stringify(rest)}}`);
}

function idIn(value: Json | undefined, at: string): string {
  if (typeof value !== 'string') throw malformed(at, 'the id is missing', '缺少 id');
  return recordId(value);
}

function versionIn(value: Json | undefined, at: string): { readonly version?: number } {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > 2_147_483_647)
    throw malformed(`${at}/version`, 'a whole number', '应为整数');
  return { version: value };
}

/** `If-Match: 3` or `"3"`. */
function ifMatch(request: FastifyRequest): { readonly version: number } | undefined {
  const header = request.headers['if-match'];
  if (header === undefined || header === '*') return undefined;
  return { version: whole(header.replace(/^W\//, '').replace(/^"(.*)"$/, '$1'), 'if-match') };
}
