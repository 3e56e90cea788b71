import { buffer } from 'node:stream/consumers';
import { type Kernel, requestCancel, type UserActor } from '@huike/kernel';
import { isId, type Json, problem } from '@huike/schema';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { rejectsFile } from '../../import/rejects.ts';
import { reportOf, stateOf } from '../../import/report.ts';
import { type ImportSpec, readSpec } from '../../import/spec.ts';
import { confirmImport, keepFile, startImport, undoImport, wrongState } from '../../import/start.ts';
import { findImport, type ImportRow, listImports } from '../../import/store.ts';
import { addressOf, param, wholeParam } from '../address.ts';
import { parseJson } from '../body.ts';
import { actorOf, demand } from '../identify.ts';
import { partsIn } from '../multipart.ts';
import { languageOf } from '../problems.ts';
import { invalid, malformed } from '../wrong.ts';

// imports: a file and what to do with it come in; the work is done by a job, and told here. Whoever asked for an import
// sees it, and administrators see all.

interface OfImport {
  Params: { readonly id: string };
}

export function importRoutes(app: FastifyInstance, kernel: Kernel): void {
  app.post('/imports', async (request, reply) => {
    const actor = may(request, 'write');
    const { spec, file } = await partsOf(kernel, actor, request);
    for (const operation of operationsOf(spec)) demand(actor, { area: 'records', object: spec.object, operation });
    const id = await startImport(kernel, actor, { spec, file, requestKey: keyOf(request) });
    return reply.code(202).header('location', `/api/v1/imports/${id}`).send({ id });
  });

  app.get('/imports', async (request) => {
    const actor = may(request, 'read');
    const address = addressOf(request);
    const limit = wholeParam(address, 'limit', { max: 200 }) ?? 50;
    const before = param(address, 'before', 36) ?? null;
    if (before !== null && !isId(before)) throw invalid('before', 'the id of an import', '应为导入的 id');
    const object = param(address, 'object', 60) ?? null;
    const rows = await listImports(kernel.db, seesAll(actor) ? null : actor.id, { before, object, limit: limit + 1 });
    const data = [];
    for (const row of rows.slice(0, limit)) data.push(await reportOf(kernel, row, languageOf(request)));
    return { data, page: { next: rows.length > limit ? (data.at(-1)?.id ?? null) : null } };
  });

  app.get<OfImport>('/imports/:id', async (request) => {
    return reportOf(kernel, await find(kernel, may(request, 'read'), request.params.id), languageOf(request));
  });

  app.get<OfImport>('/imports/:id/rejects', async (request, reply) => {
    const row = await find(kernel, may(request, 'read'), request.params.id);
    return sendRejects(kernel, row, request, reply);
  });

  app.post<OfImport>('/imports/:id/cancel', async (request, reply) => {
    const row = await find(kernel, may(request, 'write'), request.params.id);
    const { state } = await stateOf(kernel, row);
    const asked = state !== 'undoing' && row.progress !== null && (await requestCancel(kernel.db, row.progress));
    if (!asked) throw wrongState(state);
    return accepted(kernel, row, request, reply);
  });

  app.post<OfImport>('/imports/:id/confirm', async (request, reply) => {
    const row = await find(kernel, may(request, 'write'), request.params.id);
    await confirmImport(kernel, row);
    return accepted(kernel, row, request, reply);
  });

  app.post<OfImport>('/imports/:id/undo', async (request, reply) => {
    const actor = may(request, 'write');
    const row = await find(kernel, actor, request.params.id);
    const { state } = await stateOf(kernel, row);
    await undoImport(kernel, actor, row, state === 'failed');
    return accepted(kernel, row, request, reply);
  });
}

const may = (request: FastifyRequest, operation: 'read' | 'write') =>
  demand(actorOf(request), { area: 'imports', operation });

/** What a personal token must allow on the object's records. */
function operationsOf({ mode }: ImportSpec): readonly string[] {
  if (mode === 'insert') return ['create'];
  return mode === 'update' ? ['update'] : ['create', 'update'];
}

const seesAll = (actor: UserActor) => !actor.external && actor.roles.includes('administrator');

/** An import that the actor may see. Throws `import.unknown`. */
async function find(kernel: Kernel, actor: UserActor, id: string): Promise<ImportRow> {
  const known = id.toLowerCase();
  const row = isId(known) ? await findImport(kernel.db, known) : null;
  if (row === null || (row.userId !== actor.id && !seesAll(actor))) throw problem('import.unknown');
  return row;
}

async function accepted(kernel: Kernel, { id }: ImportRow, request: FastifyRequest, reply: FastifyReply) {
  const row = await findImport(kernel.db, id);
  if (row === null) throw problem('import.unknown');
  return reply.code(202).send(await reportOf(kernel, row, languageOf(request)));
}

const longestSpec = 1024 * 1024;

/** The spec and the file, in whichever order they come. */
async function partsOf(kernel: Kernel, actor: UserActor, request: FastifyRequest) {
  let spec: ImportSpec | undefined;
  let file: { readonly id: string; readonly name: string } | undefined;
  for await (const part of partsIn(request, 2)) {
    if (part.field === 'spec') spec = readSpec(await specIn(part.file === null ? part.value : part.file.stream));
    else if (part.field === 'file' && part.file !== null && file === undefined)
      file = await keepFile(kernel, actor, part.file.stream, { name: part.file.name });
    else throw malformed(`/${part.field.slice(0, 60)}`, 'there is no such part', '没有这个表单项');
  }
  if (file === undefined) throw malformed('/file', 'it is missing', '缺失');
  if (spec === undefined) throw malformed('/spec', 'it is missing', '缺失');
  return { spec, file };
}

/** JSON as text, as what the form parser made of it, or as a file. */
async function specIn(value: unknown): Promise<Json | undefined> {
  if (typeof value === 'string') return parseJson(Buffer.from(value));
  if (isStream(value)) {
    const bytes = await buffer(limited(value));
    return parseJson(bytes);
  }
  // Written and read once more, so that it is JSON of limited depth.
  return parseJson(Buffer.from(JSON.stringify(value ?? null)));
}

const isStream = (value: unknown): value is AsyncIterable<Uint8Array> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

async function* limited(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > longestSpec) throw problem('request.tooLarge', { limit: '1 MB' });
    yield chunk;
  }
}

function keyOf(request: FastifyRequest): string | null {
  const key = request.headers['idempotency-key'] ?? null;
  if (key === null) return null;
  if (typeof key !== 'string' || key.trim() === '' || key.length > 255)
    throw malformed('', 'Idempotency-Key has 1 to 255 characters', 'Idempotency-Key 应为 1 到 255 个字符');
  return key.trim();
}

async function sendRejects(kernel: Kernel, row: ImportRow, request: FastifyRequest, reply: FastifyReply) {
  const stream = await rejectsFile(kernel, row, languageOf(request));
  const charset = row.survey?.encoding ?? 'utf-8';
  const name = encodeURIComponent(`${row.fileName.replace(/\.\w+$/, '')}.rejects.csv`).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return reply
    .header('content-type', `text/csv; charset=${charset}`)
    .header('content-disposition', `attachment; filename="rejects.csv"; filename*=UTF-8''${name}`)
    .send(stream);
}
