// Erasing values from the log for a data subject: the values and the salt go, the digest and the chain stay.
import type { Actor } from '../access/actor.ts';
import type { Database } from '../database/pool.ts';
import { sql } from '../database/sql.ts';
import { appendEvent } from './append.ts';
import { eraseEvent } from './verify.ts';

export interface Erasure {
  /** The object's id. */
  readonly object: string;
  readonly records: readonly string[];
  /** Tags of the fields; absent: all that the changes hold. */
  readonly tags?: readonly number[];
  readonly reason: string;
}

/**
 * Takes values out of the records' changes, sealed or not, and logs that. Both values of a field become null in its
 * difference. Returns how many changes lost something.
 */
export function eraseChanges(db: Database, actor: Actor, erasure: Erasure): Promise<number> {
  const { object, records, tags, reason } = erasure;
  const chosen = sql`record = any(${sql.value(records)}::uuid[]) and object = ${sql.value(object)} and kind = 'record'`;
  const wanted = tags === undefined ? null : tags.map(String);
  const held = sql`exists (select from jsonb_each(data) d where d.value <> '[null, null]'
    and (${sql.value(wanted)}::text[] is null or d.key = any(${sql.value(wanted)}::text[])))`;
  const emptied = sql`(select jsonb_object_agg(d.key, case
    when ${sql.value(wanted)}::text[] is null or d.key = any(${sql.value(wanted)}::text[]) then '[null, null]' else d.value end)
    from jsonb_each(data) d)`;
  return db.transaction(async (tx) => {
    // With the head locked nothing is sealed meanwhile, so no row slips from one table to the other.
    await tx.query(sql`select 1 from huike.change_head for update`);
    const waiting = await tx.execute(
      sql`update huike.change_pending set data = ${emptied} where ${chosen} and ${held}`,
    );
    const sealed = await tx.query<{ seq: number }>(sql`
update huike.change set data = ${emptied}, salt = null where ${chosen} and ${held} returning seq::float8 as seq`);
    if (waiting + sealed.length === 0) return 0;
    const seqs = sealed.map(({ seq }) => seq).sort((a, b) => a - b);
    await appendEvent(tx, actor, { type: eraseEvent, object, data: { seqs, records: [...records], reason } });
    return waiting + sealed.length;
  });
}
