import { errorCode } from '@huike/kernel';
import { Problem, problem } from '@huike/schema';
import type { FastifyRequest } from 'fastify';
import { malformed } from './wrong.ts';

/** A file on its way in. */
export interface IncomingFile {
  readonly name: string;
  readonly stream: AsyncIterable<Uint8Array>;
}

/** A part of a form: a file, or a value (JSON where the part says so, else text). */
export type IncomingPart =
  | { readonly field: string; readonly file: IncomingFile }
  | { readonly field: string; readonly file: null; readonly value: unknown };

/**
 * The files of a multipart request, one after the other; each is read before the next is asked for. What is wrong with
 * the request comes as `request.malformed`, told apart from what is wrong with whoever keeps the files.
 */
export async function* filesIn(request: FastifyRequest, limit: number): AsyncGenerator<IncomingFile> {
  for await (const { file } of partsIn(request, limit)) if (file !== null) yield file;
}

/** The same with the values among them. */
export async function* partsIn(request: FastifyRequest, mostFiles: number): AsyncGenerator<IncomingPart> {
  if (!request.isMultipart()) throw problem('request.unsupportedType');
  const parts = request.parts({ limits: { files: mostFiles } });
  try {
    for (;;) {
      const next = await parts.next().catch(refuse);
      if (next.done === true) return;
      const part = next.value;
      const field = part.fieldname;
      if (part.type === 'field') yield { field, file: null, value: part.value };
      else yield { field, file: { name: part.filename, stream: translated(part.file) } };
    }
  } finally {
    await parts.return?.(undefined);
  }
}

async function* translated(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const chunks = stream[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await chunks.next().catch(refuse);
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await chunks.return?.();
  }
}

/** The parser's own errors have words but no code. */
function refuse(error: unknown): never {
  const known = error instanceof Problem || errorCode(error).startsWith('FST_');
  throw known ? error : malformed('', 'the form is broken or incomplete', '表单损坏或不完整');
}
