// Reading the log: readers follow it by a durable cursor; a record's history is what is sealed and what still waits.

import type { Database } from '../database/pool.ts';
import { type SQL, sql } from '../database/sql.ts';
import type { Queryable, Tx } from '../database/transaction.ts';
import { noRecord } from './append.ts';
import type { Change } from './change.ts';

const columns = sql`kind, op, object, nullif(record, ${sql.literal(noRecord)}) as record, version, actor, on_behalf as "onBehalf", at, batch, request, ip, agent, data`;

/** A sealed change. */
export type SealedChange = Change & { readonly seq: number };

/** Up to `limit` sealed changes after `after`, in the order of their dense `seq`. */
export function readChanges(db: Queryable, after: number, limit: number): Promise<SealedChange[]> {
  // The first block after the cursor tells from which month on to look.
  return db.query<SealedChange>(sql`
select seq::float8 as seq, ${columns} from huike.change
where seq > ${sql.value(after)} and seq <= ${sql.value(after + limit)}
  and sealed >= (select sealed from huike.change_block where last_seq > ${sql.value(after)} order by last_seq limit 1)
order by seq`);
}

/** The last sealed seq; 0 before the first. */
export async function lastSealed(db: Queryable): Promise<number> {
  const [head] = await db.query<{ seq: number }>(sql`select seq::float8 as seq from huike.change_head`);
  return head?.seq ?? 0;
}

/** The last seq that was sealed so many seconds ago; 0 when nothing was. */
export async function sealedBefore(db: Queryable, seconds: number): Promise<number> {
  const [block] = await db.query<{ seq: number }>(sql`
select coalesce(max(last_seq), 0)::float8 as seq from huike.change_block
where sealed < now() - make_interval(secs => ${sql.value(seconds)})`);
  return block?.seq ?? 0;
}

/** Makes a cursor that begins `after` a seq (default: at the beginning), unless it is there. */
export async function createCursor(db: Queryable, name: string, after = 0): Promise<void> {
  await db.execute(sql`
insert into huike.change_cursor (name, seq) values (${sql.value(name)}, ${sql.value(after)}) on conflict do nothing`);
}

export async function deleteCursor(db: Queryable, name: string): Promise<void> {
  await db.execute(sql`delete from huike.change_cursor where name = ${sql.value(name)}`);
}

/** Where a cursor stands, for showing how far a reader is behind; null when there is none. */
export async function cursorAt(db: Queryable, name: string): Promise<number | null> {
  const [cursor] = await db.query<{ seq: number }>(
    sql`select seq::float8 as seq from huike.change_cursor where name = ${sql.value(name)}`,
  );
  return cursor?.seq ?? null;
}

/** Moves a cursor that this transaction has locked. */
export async function advanceCursor(tx: Tx, name: string, seq: number): Promise<void> {
  await tx.execute(sql`
update huike.change_cursor set seq = ${sql.value(seq)}, moved = now()
where name = ${sql.value(name)} and seq < ${sql.value(seq)}`);
}

/**
 * The next changes of a cursor are handed to `fn` in one transaction with the cursor's move: what `fn` writes through
 * `tx` happens exactly once. Returns how many there were; null when another process is at this cursor, or it isn't
 * there.
 */
export function consumeChanges(
  db: Database,
  name: string,
  limit: number,
  fn: (tx: Tx, changes: readonly SealedChange[]) => Promise<void>,
): Promise<number | null> {
  return db.transaction(async (tx) => {
    const [cursor] = await tx.query<{ seq: number }>(sql`
select seq::float8 as seq from huike.change_cursor where name = ${sql.value(name)} for update skip locked`);
    if (cursor === undefined) return null;
    const changes = await readChanges(tx, cursor.seq, limit);
    const last = changes.at(-1);
    if (last === undefined) return 0;
    await fn(tx, changes);
    await advanceCursor(tx, name, last.seq);
    return changes.length;
  });
}

export interface HistoryPage {
  /** Only versions before this one. */
  readonly before?: number;
  readonly limit: number;
}

/** A record's changes, newest version first, sealed or not. Raw: whoever shows them filters by rights. */
export function historyRows(db: Queryable, object: string, record: string, page: HistoryPage): Promise<Change[]> {
  const of = (table: SQL, seq: SQL) => sql`
(select ${seq} as seq, ${columns} from ${table}
where record = ${sql.value(record)} and object = ${sql.value(object)} and kind = 'record'
  and version < ${sql.value(page.before ?? 2_147_483_647)}::int
order by version desc limit ${sql.value(page.limit)})`;
  return db.query<Change>(sql`
${of(sql`huike.change`, sql`seq::float8`)} union all ${of(sql`huike.change_pending`, sql`null::float8`)}
order by version desc limit ${sql.value(page.limit)}`);
}
