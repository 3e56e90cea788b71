import type { Command } from '@huike/schema';
import type { Actor } from './access/index.ts';
import type { Tx } from './database/index.ts';
import { type Answer, withIdempotency } from './write/idempotency.ts';
import { writeIn, writePartialIn } from './write/index.ts';
import type { Refused, WriteContext, Written } from './write/types.ts';

// A request that is sent again has its effect once and gets the same answer: the answer commits with the write.

/** How to write within the transaction. */
export interface Writer {
  write(commands: readonly Command[]): Promise<readonly Written[]>;
  writePartial(commands: readonly Command[]): Promise<readonly (Written | Refused)[]>;
}

/** Writes of an actor as parts of a transaction that `transact` opened. */
export function writerIn(tx: Tx, context: WriteContext, actor: Actor): Writer {
  return {
    write: (commands) => writeIn(tx, context, actor, commands),
    writePartial: (commands) => writePartialIn(tx, context, actor, commands),
  };
}

/**
 * Runs `fn` once for an actor's key and stores its answer with what it wrote; a failure stores nothing. `request` tells
 * requests apart. Throws `request.idempotencyMismatch` when the key came with another request, and
 * `request.idempotencyBusy` when its twin is still at work after some seconds.
 */
export async function once(
  context: WriteContext,
  actor: Actor,
  key: string,
  request: Buffer,
  fn: (writer: Writer) => Promise<Answer>,
): Promise<Answer> {
  const hash = request.toString('hex');
  const { status, body } = await withIdempotency(context, actor, key, hash, (tx) => fn(writerIn(tx, context, actor)));
  return { status, body };
}
