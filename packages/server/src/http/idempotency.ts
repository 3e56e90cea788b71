import { createHash } from 'node:crypto';
import type { Actor, Answer, Kernel, Writer } from '@huike/kernel';
import type { FastifyRequest } from 'fastify';
import { malformed } from './wrong.ts';

// Idempotency-Key: a request that is sent again has its effect once, and gets the same answer.

/** One of several parts of a request, and what is in it. */
export interface Part {
  readonly part: number;
  readonly content: unknown;
}

const longestKey = 255;

/**
 * Runs `fn` once for the request's Idempotency-Key; without one, simply runs it. The answer is stored in the transaction
 * of the write. Throws `request.idempotencyMismatch` when the key came with another request.
 */
export async function idempotent(
  kernel: Kernel,
  actor: Actor,
  request: FastifyRequest,
  fn: (writer: Writer) => Promise<Answer>,
  part?: Part,
): Promise<Answer> {
  const key = keyOf(request);
  if (key === null) {
    return fn({
      write: (commands) => kernel.write(actor, commands),
      writePartial: (commands) => kernel.writePartial(actor, commands),
    });
  }
  const own = part === undefined ? key : `${key}#${part.part}`;
  return kernel.once(actor, own, digestOf(request, part), fn);
}

function keyOf(request: FastifyRequest): string | null {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key !== 'string' || key.trim() === '' || key.length > longestKey)
    throw malformed(
      '',
      `Idempotency-Key has 1 to ${longestKey} characters`,
      `Idempotency-Key 应为 1 到 ${longestKey} 个字符`,
    );
  return key.trim();
}

/** What makes a request another one: method, address and body. */
function digestOf(request: FastifyRequest, part: Part | undefined): Buffer {
  const body = part === undefined ? request.body : part.content;
  return createHash('sha256')
    .update(`${request.method} ${request.url}\n`)
    .update(JSON.stringify(body ?? null))
    .digest();
}
