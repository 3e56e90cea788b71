import { Readable } from 'node:stream';
import type { Actor, Kernel } from '@huike/kernel';
import { type Json, Problem, problem } from '@huike/schema';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { parseJson } from './body.ts';
import { idempotent } from './idempotency.ts';
import { type ItemResult, itemResults, type ToCommand } from './partial.ts';
import { asProblem, languageOf, problemBody } from './problems.ts';

// NDJSON: one record a line in, one result a line out, in order, however many there are. Lines are written in batches,
// each in a transaction of its own; a line that is broken or refused is that line's problem.

const type = 'application/x-ndjson';
const batch = 500;
const longestLine = 1024 * 1024;
const batchBytes = 8 * 1024 * 1024;
/** Results wait here for a caller who sends everything before reading anything; when it is full, we wait. */
const mostWaiting = 16 * 1024 * 1024;

/** A body of lines, not yet read. */
export class Lines {
  readonly #source: AsyncIterable<Uint8Array>;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source;
  }

  /** The values of the lines in batches; of a line that is broken its problem. Empty lines are none. */
  async *batches(): AsyncGenerator<(Json | Problem)[]> {
    let items: (Json | Problem)[] = [];
    let bytes = 0;
    for await (const line of splitLines(this.#source)) {
      const item = line instanceof Problem ? line : valueIn(line);
      if (item === undefined) continue;
      items.push(item);
      bytes += line instanceof Problem ? 0 : line.length;
      if (items.length < batch && bytes < batchBytes) continue;
      yield items;
      items = [];
      bytes = 0;
    }
    if (items.length > 0) yield items;
  }
}

/** Lets the routes of this part take lines. */
export function acceptLines(app: FastifyInstance): void {
  app.addContentTypeParser(type, (_request, payload, done) => done(null, new Lines(payload)));
}

/** Streams the results of the lines. The answer begins before the last line has come. */
export function answerLines(
  kernel: Kernel,
  actor: Actor,
  request: FastifyRequest,
  reply: FastifyReply,
  lines: Lines,
  toCommand: ToCommand,
): FastifyReply {
  const results = linesOut(kernel, actor, request, lines, toCommand);
  const stream = Readable.from(results, { objectMode: false, highWaterMark: mostWaiting });
  return reply.header('content-type', type).send(stream);
}

async function* linesOut(
  kernel: Kernel,
  actor: Actor,
  request: FastifyRequest,
  lines: Lines,
  toCommand: ToCommand,
): AsyncGenerator<string> {
  let first = 0;
  for await (const items of lines.batches()) {
    const results = await resultsOf(kernel, actor, request, items, toCommand, first);
    yield results.map((result) => `${JSON.stringify(result)}\n`).join('');
    first += items.length;
  }
}

/** A batch that fails as a whole is told line by line, and the next one has its chance. */
async function resultsOf(
  kernel: Kernel,
  actor: Actor,
  request: FastifyRequest,
  items: readonly (Json | Problem)[],
  toCommand: ToCommand,
  first: number,
): Promise<readonly ItemResult[]> {
  try {
    const answer = await idempotent(
      kernel,
      actor,
      request,
      async (writer) => ({
        status: 200,
        body: JSON.stringify(
          await itemResults((commands) => writer.writePartial(commands), request, items, toCommand, first),
        ),
      }),
      { part: first, content: items },
    );
    const results: ItemResult[] = JSON.parse(answer.body);
    return results;
  } catch (error) {
    const failure = asProblem(error);
    if (failure.status >= 500) request.log.error({ err: error }, 'a batch of lines failed');
    const told = problemBody(failure, languageOf(request), request.id);
    return items.map((_, index) => ({ index: first + index, problem: told }));
  }
}

function valueIn(line: Uint8Array): Json | Problem | undefined {
  try {
    return parseJson(line);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

const newline = 0x0a;
const blanks: ReadonlySet<number> = new Set([0x20, 0x09, 0x0d]);

/** Lines without their ends and the blanks around them; a line that is too long is skipped and told as a problem. */
async function* splitLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer | Problem> {
  let pieces: Buffer[] = [];
  let length = 0;
  const take = (): Buffer | Problem => {
    const line = length > longestLine ? tooLong() : trimmed(Buffer.concat(pieces));
    pieces = [];
    length = 0;
    return line;
  };
  for await (const chunk of source) {
    let rest = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let end = rest.indexOf(newline); end >= 0; end = rest.indexOf(newline)) {
      length += end;
      if (length <= longestLine) pieces.push(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
      yield take();
    }
    length += rest.length;
    if (length <= longestLine) pieces.push(rest);
    else pieces = [];
  }
  if (length > 0) yield take();
}

const tooLong = () => problem('request.tooLarge', { limit: `${longestLine / 1024 / 1024} MB` });

function trimmed(line: Buffer): Buffer {
  let [start, end] = [0, line.length];
  while (start < end && blanks.has(line[start] ?? 0)) start++;
  while (end > start && blanks.has(line[end - 1] ?? 0)) end--;
  return line.subarray(start, end);
}
