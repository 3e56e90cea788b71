import { type Command, problem } from '@huike/schema';
import type { Actor } from './access/index.ts';
import { actorName } from './changes/index.ts';
import { sql, type Tx } from './database/index.ts';
import { transact, writeIn, writePartialIn } from './write/index.ts';
import type { Refused, WriteContext, Written } from './write/types.ts';

// A request that is sent again has its effect once and gets the same answer: the answer commits with the write.

/** What is answered, and answered again. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

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
 * requests apart. Throws `request.idempotencyMismatch` when the key came with another request. Of two at once the
 * second waits for the first.
 */
export function once(
  context: WriteContext,
  actor: Actor,
  key: string,
  request: Buffer,
  fn: (writer: Writer) => Promise<Answer>,
): Promise<Answer> {
  const [owner, name] = [sql.value(actorName(actor)), sql.value(key)];
  return transact(context, async (tx) => {
    const known = await claim(tx);
    if (known !== null) return known;
    const answer = await fn(writerIn(tx, context, actor));
    await tx.execute(
      sql`update huike.idempotency set status = ${sql.value(answer.status)}, body = ${sql.value(answer.body)} where actor = ${owner} and key = ${name}`,
    );
    return answer;
  });

  async function claim(tx: Tx): Promise<Answer | null> {
    const hex = sql.value(request.toString('hex'));
    const made = await tx.execute(
      sql`insert into huike.idempotency (actor, key, request) values (${owner}, ${name}, decode(${hex}, 'hex')) on conflict do nothing`,
    );
    if (made > 0) return null;
    const [row] = await tx.query<{ same: boolean; status: number | null; body: string | null }>(
      sql`select request = decode(${hex}, 'hex') as same, status, body from huike.idempotency where actor = ${owner} and key = ${name}`,
    );
    if (row === undefined || row.status === null || row.body === null) throw problem('request.idempotencyBusy');
    if (!row.same) throw problem('request.idempotencyMismatch');
    return { status: row.status, body: row.body };
  }
}
