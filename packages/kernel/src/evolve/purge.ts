import type { Database, Queryable, Tx } from '../database/index.ts';
import { sql } from '../database/sql.ts';
import { unlinkField } from '../files/links.ts';
import type { AsideRow } from './aside.ts';
import { asideTable } from './ddl.ts';

/** How long what was deleted can be brought back. */
export const keptDays = 30;

/**
 * Drops what was set aside more than 30 days before `now`, each in its own transaction, so that a busy table only
 * puts off its own. Returns how many were purged.
 */
export async function purgeSetAside(db: Database, now: Date): Promise<number> {
  const rows = await db.query<{ id: string }>(
    sql`select id from huike.set_aside where at < ${sql.value(now.toISOString())}::timestamptz - make_interval(days => ${sql.value(keptDays)}::int) order by at, id`,
  );
  let purged = 0;
  for (const { id } of rows) {
    const done = await db
      .transaction((tx) => purge(tx, id), { lockTimeout: 2_000 })
      .catch((error: unknown) => {
        if (isBusy(error)) return false;
        throw error;
      });
    if (done) purged++;
  }
  return purged;
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'write.busy';
}

async function purge(tx: Tx, id: string): Promise<boolean> {
  // Nobody restores it meanwhile.
  await tx.query(sql`select version from huike.metadata_version for update`);
  const [row] = await tx.query<AsideRow>(
    sql`delete from huike.set_aside where id = ${sql.value(id)}::uuid returning id, object_id, object_name, tag, name, detail, columns, links`,
  );
  if (row === undefined) return false;
  for (const [now] of row.links) await tx.execute(sql`drop table if exists ${sql.identifier('data', now)}`);
  await unlinkField(tx, row.object_id, row.tag);
  const deleted = asideTable(row.object_name, row.object_id);
  if (row.tag === null) {
    await purgeObject(tx, row, deleted);
    return true;
  }
  const living = await tx.query<{ name: string }>(
    sql`select name from huike.object where id = ${sql.value(row.object_id)}::uuid`,
  );
  const table = sql.identifier('data', living[0]?.name ?? deleted);
  const drops = row.columns.map(([now]) => sql`drop column if exists ${sql.identifier(now)}`);
  if (drops.length > 0) await tx.execute(sql`alter table ${table} ${sql.join(drops, ', ')}`);
  return true;
}

async function purgeObject(tx: Queryable, row: AsideRow, table: string): Promise<void> {
  await tx.execute(sql`drop table if exists ${sql.identifier('data', table)}`);
  // Its fields that were deleted before it went with the table; their link tables didn't.
  const fields = await tx.query<AsideRow>(
    sql`delete from huike.set_aside where object_id = ${sql.value(row.object_id)}::uuid returning links`,
  );
  for (const { links } of fields) {
    for (const [now] of links) await tx.execute(sql`drop table if exists ${sql.identifier('data', now)}`);
  }
  await tx.execute(sql`delete from huike.team_member where object_id = ${sql.value(row.object_id)}::uuid`);
  await tx.execute(sql`delete from huike.counter where object = ${sql.value(row.object_id)}::uuid`);
}
