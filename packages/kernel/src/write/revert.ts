// Going back to an earlier version: the log tells what each field was, and that becomes an ordinary update.
import type { Json } from '@huike/schema';
import type { CatalogField } from '../catalog/types.ts';
import type { Queryable } from '../database/index.ts';
import { readId } from '../fields/relation.ts';
import { changesAfter, type Later, undo, wantedFields } from './earlier.ts';
import { readLinks } from './links.ts';
import { everyRow } from './plan.ts';
import { takeTablesBack } from './revert-tables.ts';
import type { Row, Work } from './types.ts';

/**
 * Gives the rows that go back the values that their fields had. Fields that are computed, that are gone by now, or
 * whose values were erased stay as they are.
 */
export async function revert(db: Queryable, work: Work): Promise<void> {
  const rows = work.rows.filter((row) => row.revert !== null);
  if (rows.length === 0) return;
  const asked = rows.map((row) => ({ object: row.object.id, record: row.id, version: row.revert?.toVersion ?? 0 }));
  const byRecord = await changesAfter(db, asked);
  for (const row of rows) refuseUnknown(work, row);
  for (const row of rows) takeBack(row, byRecord.get(`${row.object.id} ${row.id}`) ?? []);
  await takeLinksBack(db, work, rows, byRecord);
  await takeTablesBack(db, work, rows, (row) => byRecord.get(`${row.object.id} ${row.id}`) ?? []);
  work.rows.splice(0, work.rows.length, ...everyRow(work));
}

function takeBack(row: Row, newestFirst: readonly Later[]): void {
  undo(row, newestFirst, wantedFields(row));
  row.basis = newestFirst[0]?.version ?? null;
}

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
