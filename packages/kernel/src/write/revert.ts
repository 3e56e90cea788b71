// Going back to an earlier version: the log tells what each field was, and that becomes an ordinary update.
import type { Json, JsonObject } from '@huike/schema';
import type { CatalogField } from '../catalog/types.ts';
import type { Queryable } from '../database/index.ts';
import { readId } from '../fields/relation.ts';
import { readLinks } from './links.ts';
import { columnsTold, shapeOf } from './shape.ts';
import type { Row, Work } from './types.ts';

const laterText = `
with asked as (select * from json_to_recordset($1::json) as a (object uuid, record uuid, version int)),
later as (
  select c.object, c.record, c.version, c.data from asked a join huike.change c
    on c.record = a.record and c.object = a.object and c.version > a.version and c.kind = 'record'
  union all
  select c.object, c.record, c.version, c.data from asked a join huike.change_pending c
    on c.record = a.record and c.object = a.object and c.version > a.version and c.kind = 'record'
)
select object, record, version, data from later order by record, version desc`;

interface Later {
  readonly object: string;
  readonly record: string;
  readonly version: number;
  readonly data: JsonObject;
}

/**
 * Gives the rows that go back the values that their fields had. Fields that are computed, that are gone by now, or
 * whose values were erased stay as they are.
 */
export async function revert(db: Queryable, work: Work): Promise<void> {
  const rows = work.rows.filter((row) => row.revert !== null);
  if (rows.length === 0) return;
  const asked = rows.map((row) => ({ object: row.object.id, record: row.id, version: row.revert?.toVersion ?? 0 }));
  const changes = await db.queryText<Later>(laterText, [JSON.stringify(asked)], 'write.revert');
  const byRecord = new Map<string, Later[]>();
  for (const change of changes) {
    const key = `${change.object} ${change.record}`;
    byRecord.set(key, [...(byRecord.get(key) ?? []), change]);
  }
  for (const row of rows) refuseUnknown(work, row);
  for (const row of rows) takeBack(row, byRecord.get(`${row.object.id} ${row.id}`) ?? []);
  await takeLinksBack(db, work, rows, byRecord);
}

function takeBack(row: Row, newestFirst: readonly Later[]): void {
  const wanted = wantedFields(row);
  for (const { data } of newestFirst) {
    for (const [tag, pair] of Object.entries(data)) {
      const field = wanted.get(Number(tag));
      const stored = field === undefined ? undefined : shapeOf(row.object).fields.get(field);
      if (field === undefined || stored === undefined || !Array.isArray(pair) || isErased(pair)) continue;
      const columns = columnsTold(stored, pair[0] ?? null);
      row.given.set(
        field,
        Object.fromEntries(stored.columns.map(({ name, suffix }) => [suffix, columns[name] ?? null])),
      );
    }
  }
  row.basis = newestFirst[0]?.version ?? null;
}

/** Both sides are null only where a value was erased. */
const isErased = (pair: readonly Json[]) => (pair[0] ?? null) === null && (pair[1] ?? null) === null;

/** Links: from those that there are, back over each change. */
async function takeLinksBack(
  db: Queryable,
  work: Work,
  rows: readonly Row[],
  changes: ReadonlyMap<string, readonly Later[]>,
): Promise<void> {
  const concerned = new Map<CatalogField, Row[]>();
  const of = (row: Row) => changes.get(`${row.object.id} ${row.id}`) ?? [];
  for (const row of rows) {
    for (const field of wantedFields(row).values()) {
      if (field.type !== 'relations' || !of(row).some(({ data }) => field.tag in data)) continue;
      concerned.set(field, [...(concerned.get(field) ?? []), row]);
    }
  }
  for (const [field, list] of concerned) {
    const links = await readLinks(db, work, field, list);
    for (const row of list) {
      const ids = new Set((links.get(row.id) ?? []).filter(({ seen }) => seen).map(({ target }) => target));
      for (const { data } of of(row)) {
        const pair = data[field.tag];
        const [removed, added]: readonly Json[] = Array.isArray(pair) ? pair : [];
        for (const id of Array.isArray(added) ? added : []) ids.delete(readId(id) ?? '');
        for (const id of Array.isArray(removed) ? removed : []) ids.add(readId(id) ?? '');
      }
      row.given.set(field, { '': ids.size === 0 ? null : [...ids] });
    }
  }
}

/** Fields by tag. A field that is named must be one; without names it is every one that callers write. */
function wantedFields(row: Row): Map<number, CatalogField> {
  const fields = new Map<number, CatalogField>();
  const names = row.revert?.fields ?? null;
  for (const field of row.object.fields.values()) {
    const written =
      field.handler.parse !== null && (!field.system || field.name === 'owner' || field.name === 'department');
    if (written && (names === null || names.includes(field.name))) fields.set(field.tag, field);
  }
  return fields;
}

function refuseUnknown(work: Work, row: Row): void {
  const wanted = wantedFields(row);
  for (const [at, name] of (row.revert?.fields ?? []).entries()) {
    const field = row.object.fields.get(name);
    const path = `${row.path}/fields/${at}`;
    if (field === undefined || row.rights.field(field) === null)
      work.failures.issue(row.index, path, 'value.unknownField');
    else if (!wanted.has(field.tag)) work.failures.issue(row.index, path, 'write.readOnly', { field: name });
  }
}
