// A partition of a stream for each month, made before its first row.

import { sql } from '../database/sql.ts';
import type { Queryable } from '../database/transaction.ts';

/** Streams that are partitioned by month. */
export type Stream = 'change' | 'interaction';

interface Month {
  readonly name: string;
  readonly from: string;
  readonly until: string;
}

/** The month of a time, counted in UTC; `ahead` months later. */
export function monthOf(time: Date, ahead = 0, stream: Stream = 'change'): Month {
  const first = (months: number) => new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth() + months, 1));
  const from = first(ahead).toISOString();
  return { name: `${stream}_${from.slice(0, 7).replace('-', '_')}`, from, until: first(ahead + 1).toISOString() };
}

/**
 * Makes the partitions of this month and the next, by the database's clock. Several processes may call it at once.
 * Returns the time until which nothing needs to be made.
 */
export async function ensurePartitions(db: Queryable, stream: Stream = 'change'): Promise<Date> {
  const [clock] = await db.query<{ now: string }>(sql`select now()`);
  const now = new Date(clock?.now ?? Date.now());
  for (const ahead of [0, 1]) await ensurePartition(db, stream, monthOf(now, ahead, stream));
  return new Date(monthOf(now, 1).from);
}

async function ensurePartition(db: Queryable, stream: Stream, month: Month): Promise<void> {
  const [found] = await db.query<{ there: boolean }>(
    sql`select to_regclass(${sql.value(`huike.${month.name}`)}) is not null as there`,
  );
  if (found?.there) return;
  const from = sql.literal(month.from);
  const until = sql.literal(month.until);
  const partition = sql.identifier('huike', month.name);
  const parent = sql.identifier('huike', stream);
  // The check spares ATTACH a scan; ATTACH locks out nobody who reads or writes the stream, as PARTITION OF would.
  await db.execute(sql`
do $$ begin
  if to_regclass(${sql.literal(`huike.${month.name}`)}) is not null then return; end if;
  lock table only ${parent} in share update exclusive mode;
  if to_regclass(${sql.literal(`huike.${month.name}`)}) is not null then return; end if;
  create table ${partition} (like ${parent} including defaults including constraints);
  alter table ${parent} attach partition ${partition} for values from (${from}) to (${until});
end $$`);
}
