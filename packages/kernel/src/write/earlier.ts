// What records were at an earlier version, told by the log.
import type { Json, JsonObject } from '@huike/schema';
import type { CatalogField } from '../catalog/types.ts';
import type { Queryable } from '../database/index.ts';
import { columnsTold, shapeOf } from './shape.ts';
import type { Row } from './types.ts';

const laterText = `
with asked as (select * from json_to_recordset($1::json) as a (object uuid, record uuid, version int)),
later as (
  select c.object, c.record, c.version, c.batch, c.data from asked a join huike.change c
    on c.record = a.record and c.object = a.object and c.version > a.version and c.kind = 'record'
  union all
  select c.object, c.record, c.version, c.batch, c.data from asked a join huike.change_pending c
    on c.record = a.record and c.object = a.object and c.version > a.version and c.kind = 'record'
)
select object, record, version, batch, data from later order by record, version desc`;

/** A change after the version that a record goes back to. */
export interface Later {
  readonly object: string;
  readonly record: string;
  readonly version: number;
  readonly batch: string;
  readonly data: JsonObject;
}

/** The changes of records after a version, newest first, by object and record. */
export async function changesAfter(
  db: Queryable,
  asked: readonly { readonly object: string; readonly record: string; readonly version: number }[],
): Promise<Map<string, Later[]>> {
  const changes = await db.queryText<Later>(laterText, [JSON.stringify(asked)], 'write.revert');
  const byRecord = new Map<string, Later[]>();
  for (const change of changes) {
    const key = `${change.object} ${change.record}`;
    byRecord.set(key, [...(byRecord.get(key) ?? []), change]);
  }
  return byRecord;
}

/** Gives a row the values that the fields had before these changes. */
export function undo(row: Row, newestFirst: readonly Later[], wanted: ReadonlyMap<number, CatalogField>): void {
  for (const { data } of newestFirst) {
    for (const [tag, pair] of Object.entries(data)) {
      const field = wanted.get(Number(tag));
      const stored = field === undefined ? undefined : shapeOf(row.object).fields.get(field);
      if (field === undefined || stored === undefined || !Array.isArray(pair) || isErased(pair)) continue;
      const columns = columnsTold(stored, pair[0] ?? null);
      const suffixes = stored.columns.map(({ name, suffix }) => [suffix, columns[name] ?? null]);
      row.given.set(field, Object.fromEntries(suffixes));
    }
  }
}

/** Both sides are null only where a value was erased. */
const isErased = (pair: readonly Json[]) => (pair[0] ?? null) === null && (pair[1] ?? null) === null;

/** Fields by tag. A field that is named must be one; without names it is every one that callers write. */
export function wantedFields(row: Row): Map<number, CatalogField> {
  const fields = new Map<number, CatalogField>();
  const names = row.revert?.fields ?? null;
  for (const field of row.object.fields.values()) {
    const own = !field.system || field.name === 'owner' || field.name === 'department';
    const written = field.type === 'table' || (field.handler.parse !== null && own);
    const shown = row.rights.field(field) !== null;
    if (written && shown && (names === null || names.includes(field.name))) fields.set(field.tag, field);
  }
  return fields;
}
