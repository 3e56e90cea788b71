// One effect and one answer for a request that may be sent several times. The key is taken in the transaction of the
// effect: either both are there or neither, whatever is killed when.
import { problem } from '@huike/schema';
import type { Actor } from '../access/index.ts';
import { actorName } from '../changes/index.ts';
import { type Database, errorCode, type Tx } from '../database/index.ts';
import { sql } from '../database/sql.ts';
import { transact } from './again.ts';
import type { WriteContext } from './types.ts';

/** What was answered to a request. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** How long answers are kept: a request is sent again within minutes, or days where a machine was off. */
const keptDays = 7;
/** Milliseconds to wait for a twin that is under way. */
const patience = 10_000;

/**
 * Runs `fn` for the first request with this key of the actor and keeps its answer; any later one gets that answer and
 * `fn` doesn't run. `hash` (hex) tells requests apart. When `fn` throws nothing is kept, so the request may be sent
 * again. Throws `request.idempotencyMismatch` for another request under the same key, `request.idempotencyBusy` when a
 * twin takes too long.
 */
export function withIdempotency(
  context: WriteContext,
  actor: Actor,
  key: string,
  hash: string,
  fn: (tx: Tx) => Promise<Answer>,
): Promise<Answer & { readonly replayed: boolean }> {
  const me = actorName(actor);
  return transact(context, async (tx) => {
    if (!(await take(tx, me, key, hash))) return replay(tx, me, key, hash);
    const answer = await fn(tx);
    await tx.execute(sql`
update huike.idempotency set status = ${sql.value(answer.status)}, body = ${sql.value(answer.body)}
where actor = ${sql.value(me)} and key = ${sql.value(key)}`);
    return { ...answer, replayed: false };
  });
}

/** Whether the key is new. A twin's insert waits here until the first one's transaction has ended. */
async function take(tx: Tx, actor: string, key: string, hash: string): Promise<boolean> {
  try {
    tx.execute(sql`select set_config('lock_timeout', ${sql.value(`${patience}ms`)}, true)`);
    const taken = await tx.execute(sql`
insert into huike.idempotency (actor, key, request)
values (${sql.value(actor)}, ${sql.value(key)}, decode(${sql.value(hash)}, 'hex')) on conflict do nothing`);
    tx.execute(sql`select set_config('lock_timeout', '0', true)`);
    return taken === 1;
  } catch (error) {
    throw errorCode(error) === '55P03' ? problem('request.idempotencyBusy') : error;
  }
}

async function replay(tx: Tx, actor: string, key: string, hash: string): Promise<Answer & { replayed: boolean }> {
  const [kept] = await tx.query<{ same: boolean; status: number | null; body: string | null }>(sql`
select request = decode(${sql.value(hash)}, 'hex') as same, status, body from huike.idempotency
where actor = ${sql.value(actor)} and key = ${sql.value(key)}`);
  if (kept === undefined || kept.status === null) throw problem('request.idempotencyBusy');
  if (!kept.same) throw problem('request.idempotencyMismatch');
  return { status: kept.status, body: kept.body ?? '', replayed: true };
}

/** Forgets old answers. Returns how many. */
export function purgeIdempotency(db: Database, now: Date): Promise<number> {
  const until = new Date(now.getTime() - keptDays * 86_400_000).toISOString();
  return db.execute(sql`delete from huike.idempotency where at < ${sql.value(until)}`);
}
