import { fileHeaders, type Kernel, openFile, storeFile } from '@huike/kernel';
import { problem } from '@huike/schema';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { recordId } from '../body.ts';
import { actorOf, demand } from '../identify.ts';
import { filesIn } from '../multipart.ts';
import { malformed } from '../wrong.ts';

// Files: kept first, put into a record afterwards. Whoever may read a field that shows one may read the file.

const perRequest = 20;

export function fileRoutes(app: FastifyInstance, kernel: Kernel): void {
  app.post('/files', async (request, reply) => {
    const actor = demand(actorOf(request), { area: 'files', operation: 'write' });
    const kept = [];
    // How large a file may be is the kernel's to say; a caller who goes away fails the stream.
    for await (const { name, stream } of filesIn(request, perRequest))
      kept.push(await storeFile(kernel.files, actor, stream, { name }));
    const [first] = kept;
    if (first === undefined) throw malformed('', 'there is no file in it', '其中没有文件');
    return reply.code(201).send(kept.length === 1 ? first : { data: kept });
  });

  app.get<{ Params: { id: string } }>('/files/:id', async (request, reply) => {
    const actor = demand(actorOf(request), { area: 'files', operation: 'read' });
    const id = fileId(request.params.id);
    if (!(await kernel.mayReadFile(actor, id))) throw problem('file.unknown');
    const file = await openFile(kernel.files, id, rangeOf(request));
    const { range, size } = file;
    for (const [name, value] of Object.entries(fileHeaders(file))) reply.header(name, value);
    if (range === null) return reply.header('content-length', size).send(file.stream);
    return reply
      .code(206)
      .header('content-range', `bytes ${range.start}-${range.end}/${size}`)
      .header('content-length', range.end - range.start + 1)
      .send(file.stream);
  });
}

function fileId(id: string): string {
  try {
    return recordId(id);
  } catch {
    throw problem('file.unknown');
  }
}

/** A range of what the browser has a part of already is only good for the very same file; files never change. */
function rangeOf(request: FastifyRequest): string | undefined {
  return request.method === 'GET' ? request.headers.range : undefined;
}
