import type { Command, ListQuery } from '@huike/schema';
import type { Actor } from './access/index.ts';
import type { CatalogObject } from './catalog/index.ts';
import type { Tx } from './database/index.ts';
import { list, type Page } from './read/index.ts';
import { type Answer, withIdempotency } from './write/idempotency.ts';
import { writeIn, writePartialIn } from './write/index.ts';
import { type Repointed, repointIn } from './write/repoint.ts';
import type { Refused, WriteContext, Written } from './write/types.ts';

// A request that is sent again has its effect once and gets the same answer: the answer commits with the write.

/** How to write within the transaction. */
export interface Writer {
  write(commands: readonly Command[]): Promise<readonly Written[]>;
  writePartial(commands: readonly Command[]): Promise<readonly (Written | Refused)[]>;
}

/** The same, how to read what is written, and how to make references follow a record that goes. */
export interface ReadingWriter extends Writer {
  list(object: string, query: ListQuery): Promise<Page>;
  /** Turns references from the records that are keys to those that are values. */
  repoint(object: CatalogObject, to: ReadonlyMap<string, string>): Promise<readonly Repointed[]>;
}

/** Writes of an actor as parts of a transaction that `transact` opened. */
export function writerIn(tx: Tx, context: WriteContext, actor: Actor): ReadingWriter {
  return {
    write: (commands) => writeIn(tx, context, actor, commands),
    writePartial: (commands) => writePartialIn(tx, context, actor, commands),
    repoint: (object, to) => repointIn(tx, context, actor, object, to),
    list: (object, query) => list({ ...context, db: tx }, actor, object, query),
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
