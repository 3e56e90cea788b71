// Emptying the recycle bin: what was deleted long ago goes for good, with its links; references to it are cleared.
import { newId } from '@huike/schema';
import type { Actor } from '../access/index.ts';
import type { CatalogField, CatalogObject } from '../catalog/types.ts';
import { appendChanges } from '../changes/index.ts';
import type { Tx } from '../database/index.ts';
import { type SQL, sql } from '../database/sql.ts';
import { linkName } from '../evolve/table.ts';
import { transact } from './again.ts';
import { dataTable } from './statement.ts';
import type { WriteContext } from './types.ts';

/** How many days a deleted record can be brought back. */
export const binDays = 30;
const chunk = 1_000;
const recycle: Actor = { kind: 'system', name: 'recycle' };

/**
 * Removes the records that were deleted more than 30 days ago, in transactions of a thousand, but for those that
 * are kept. Their changes stay in the
 * log. Returns how many went.
 */
export async function purgeDeleted(context: WriteContext, now: Date): Promise<number> {
  const until = new Date(now.getTime() - binDays * 86_400_000);
  let purged = 0;
  for (const { name } of [...context.catalogs.current().objects.values()]) {
    for (let some = chunk; some === chunk; purged += some) {
      some = await transact(context, async (tx) => {
        const object = context.catalogs.current().objects.get(name);
        return object === undefined ? 0 : purgeSome(tx, object, until, now);
      });
    }
  }
  return purged;
}

async function purgeSome(tx: Tx, object: CatalogObject, until: Date, now: Date): Promise<number> {
  const table = dataTable(object.table);
  const gone = await tx.query<{ id: string; version: number }>(sql`
delete from ${table} where "id" in (
  select "id" from ${table} t where "deletedAt" < ${sql.value(until.toISOString())}
    and not exists (select from huike.kept_record k where k.record = t."id") order by "id"
  limit ${sql.value(chunk)} for update skip locked
) returning "id", "version"`);
  if (gone.length === 0) return 0;
  const ids = sql`${sql.value(gone.map(({ id }) => id))}::uuid[]`;
  await tx.pipeline([
    ...object.referrers.map((field) => clearReference(field, ids)),
    ...[...object.fields.values()].flatMap((field) =>
      field.type === 'relations' ? [sql`delete from ${dataTable(linkName(field))} where "source" = any(${ids})`] : [],
    ),
    sql`
with unlinked as (
  delete from huike.file_link where record_id = any(${ids}) and object_id = ${sql.value(object.id)} returning file_id
)
update huike.file set unlinked_at = ${sql.value(now.toISOString())} where id in (select file_id from unlinked)`,
  ]);
  const changes = gone.map(({ id, version }) => ({
    op: 'purge' as const,
    object: object.id,
    record: id,
    version: version + 1,
    data: {},
  }));
  await appendChanges(tx, { id: newId(), actor: recycle, onBehalf: null, at: now }, changes);
  return gone.length;
}

/**
 * Takes away what pointed to the records. Whoever reads it saw nothing there since the delete, so nothing changes for
 * anyone: no version, no change.
 */
function clearReference(field: CatalogField, ids: SQL): SQL {
  if (field.type === 'relations') return sql`delete from ${dataTable(linkName(field))} where "target" = any(${ids})`;
  const column = sql.identifier(field.column);
  return sql`update ${dataTable(field.object.table)} set ${column} = null where ${column} = any(${ids})`;
}
