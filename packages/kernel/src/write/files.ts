// File and image fields: the files they name must be there and the actor's to give, and their links are kept.
import type { Json } from '@huike/schema';
import type { CatalogField } from '../catalog/types.ts';
import type { Queryable } from '../database/index.ts';
import { shapeOf } from './shape.ts';
import type { Row, Work } from './types.ts';

const isFile = (field: CatalogField) => field.type === 'file' || field.type === 'image';
const idsOf = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.filter((id) => typeof id === 'string') : [];

/** Whether a row says anything of files. */
export function givesFiles({ given }: Row): boolean {
  for (const field of given.keys()) if (isFile(field)) return true;
  return false;
}

const knownText = `
select id from huike.file where id = any($1::uuid[]) and state = 'stored' and ($2::uuid is null or created_by = $2)`;

/** Refuses files that aren't there, or that someone else uploaded: naming one must not open it. */
export async function admitFiles(db: Queryable, work: Work): Promise<void> {
  const asked = new Map<string, { row: Row; field: CatalogField }[]>();
  for (const row of work.rows) {
    for (const [field, columns] of row.given) {
      if (!isFile(field)) continue;
      const had = new Set(idsOf(row.before?.[field.column]));
      for (const id of idsOf(columns[''])) {
        if (!had.has(id)) asked.set(id, [...(asked.get(id) ?? []), { row, field }]);
      }
    }
  }
  if (asked.size === 0) return;
  const uploader = work.actor.kind === 'user' ? work.actor.id : null;
  const found = await db.queryText<{ id: string }>(knownText, [[...asked.keys()], uploader], 'write.files');
  const known = new Set(found.map(({ id }) => id));
  for (const [id, places] of asked) {
    if (known.has(id)) continue;
    for (const { row, field } of places) work.failures.issue(row.index, `${row.path}/${field.name}`, 'value.reference');
  }
}

const linkText = `
with pairs as (select * from json_to_recordset($1::json) as p (file uuid, object uuid, tag int, record uuid, put boolean)),
gone as (
  delete from huike.file_link l using pairs p where not p.put and l.file_id = p.file and l.object_id = p.object
    and l.field_tag = p.tag and l.record_id = p.record returning l.file_id
), marked as (
  update huike.file set unlinked_at = $2 where id in (select file_id from gone)
)
insert into huike.file_link (file_id, object_id, field_tag, record_id)
select file, object, tag, record from pairs where put on conflict do nothing`;

/** Keeps the links of the files that the rows name and no longer name. */
export function writeFileLinks(db: Queryable, work: Work): Promise<unknown>[] {
  const pairs: Json[] = [];
  for (const row of work.rows) {
    if (!row.dirty) continue;
    for (const field of shapeOf(row.object).fields.keys()) {
      if (!isFile(field) || !(field.tag in row.difference)) continue;
      const [had, has] = [idsOf(row.before?.[field.column]), idsOf(row.after[field.column])];
      const pair = (file: string, put: boolean) =>
        pairs.push({ file, object: row.object.id, tag: field.tag, record: row.id, put });
      for (const id of had) if (!has.includes(id)) pair(id, false);
      for (const id of has) if (!had.includes(id)) pair(id, true);
    }
  }
  if (pairs.length === 0) return [];
  return [db.queryText(linkText, [JSON.stringify(pairs), work.now.toISOString()], 'write.fileLinks')];
}
