// Finding the records that commands mean by something else than their id: look-ups, references, keys of upserts.
import type { CatalogObject } from '../catalog/types.ts';
import type { Queryable } from '../database/index.ts';
import { sql } from '../database/sql.ts';
import { readId } from '../fields/relation.ts';
import { castTo, readable, seenValue } from '../filter/values.ts';
import { everyRow, joinSame } from './plan.ts';
import { columnAt, dataTable, param, runPlan } from './statement.ts';
import type { Lookup, Reference, Row, Work } from './types.ts';

/** Gives every row its id and every relation the ids that it means. What can't be found becomes an issue. */
export async function resolve(db: Queryable, work: Work): Promise<void> {
  const [found] = await Promise.all([findLookups(db, work), findKeys(db, work)]);
  joinSame(work, (row) => row.id);
  work.rows.splice(0, work.rows.length, ...everyRow(work));
  for (const row of work.rows) for (const reference of row.references) settle(work, row, reference, found);
}

/** What one value of one field leads to: at most two ids, since two are too many already. */
type Found = ReadonlyMap<Lookup, readonly string[]>;

async function findLookups(db: Queryable, work: Work): Promise<Found> {
  const groups = new Map<string, Lookup[]>();
  for (const row of everyRow(work)) {
    for (const { to } of row.references) {
      if (!isLookup(to)) continue;
      const name = `${to.by.object.name} ${to.by.name}`;
      groups.set(name, [...(groups.get(name) ?? []), to]);
    }
  }
  const found = new Map<Lookup, string[]>();
  await Promise.all([...groups].map(([name, lookups]) => findGroup(db, work, name, lookups, found)));
  return found;
}

const isLookup = (to: Reference['to']): to is Lookup => 'by' in to;

async function findGroup(
  db: Queryable,
  work: Work,
  name: string,
  lookups: readonly Lookup[],
  found: Map<Lookup, string[]>,
): Promise<void> {
  const by = lookups[0]?.by;
  const target = by === undefined ? null : work.access.object(by.object.name);
  const seen = by === undefined ? null : (target?.field(by) ?? null);
  if (by === undefined || target === null || seen === null) return;
  const values = [...new Set(lookups.map(({ value }) => String(value)))];
  const rows = await runPlan<{ n: number; id: string }>(
    db,
    work,
    `lookup ${name}`,
    () => {
      const t = sql.identifier('t');
      const type = castTo[by.handler.comparable?.type ?? 'text'];
      const same = sql`${seenValue(work.access, target, by, seen, t)} = k.v::${type}`;
      return sql`
select k.n::int as n, f.id from unnest(${param(0)}::text[]) with ordinality k (v, n) cross join lateral (
  select ${t}."id" from ${dataTable(by.object.table)} ${t} where ${same} and ${readable(target, t)} limit 2) f`;
    },
    [values],
  );
  const byValue = new Map<string, string[]>();
  for (const { n, id } of rows) {
    const value = values[n - 1] ?? '';
    byValue.set(value, [...(byValue.get(value) ?? []), id]);
  }
  for (const lookup of lookups) found.set(lookup, byValue.get(String(lookup.value)) ?? []);
}

function settle(work: Work, row: Row, { field, at, path, to }: Reference, found: Found): void {
  const ids = isLookup(to) ? (found.get(to) ?? []) : [to.id];
  const [id] = ids;
  if (ids.length !== 1 && isLookup(to)) row.faulty.add(field);
  if (id === undefined) work.failures.issue(row.index, path, 'value.reference');
  else if (ids.length > 1 && isLookup(to)) {
    work.failures.issue(row.index, path, 'value.lookupAmbiguous', { field: to.by.name });
  } else if (at === null) row.given.set(field, { '': id });
  else {
    const list = row.given.get(field)?.[''] ?? null;
    const known = Array.isArray(list) ? list.flatMap((item) => readId(item) ?? []) : [];
    row.given.set(field, { '': [...new Set([...known, id])] });
  }
}

/** Upserts find the living record that has the key. Whether the actor may know of it is asked when it is locked. */
async function findKeys(db: Queryable, work: Work): Promise<void> {
  const groups = new Map<CatalogObject, Map<string, Row[]>>();
  for (const row of new Set(work.top)) {
    if (row === undefined || row.key === null) continue;
    const byKey = groups.get(row.object) ?? new Map<string, Row[]>();
    byKey.set(row.key.name, [...(byKey.get(row.key.name) ?? []), row]);
    groups.set(row.object, byKey);
  }
  const all = [...groups].flatMap(([object, byKey]) => [...byKey].map(([key, rows]) => ({ object, key, rows })));
  await Promise.all(all.map(({ object, key, rows }) => findKey(db, work, object, key, rows)));
}

async function findKey(
  db: Queryable,
  work: Work,
  object: CatalogObject,
  key: string,
  rows: readonly Row[],
): Promise<void> {
  const field = object.fields.get(key);
  if (field === undefined) return;
  const values = rows.map((row) => String(row.given.get(field)?.[''] ?? ''));
  const known = await runPlan<{ n: number; id: string }>(
    db,
    work,
    `key ${object.name} ${key}`,
    () => {
      const t = sql.identifier('t');
      const type = castTo[field.handler.comparable?.type ?? 'text'];
      return sql`
select k.n::int as n, ${t}."id" from unnest(${param(0)}::text[]) with ordinality k (v, n)
join ${dataTable(object.table)} ${t} on ${columnAt(t, field.column)} = nullif(k.v, '')::${type} and ${t}."deletedAt" is null`;
    },
    [values],
  );
  for (const { n, id } of known) {
    const row = rows[n - 1];
    if (row === undefined) continue;
    row.op = 'update';
    row.id = id;
  }
  const first = new Map<string, string>();
  for (const [i, row] of rows.entries()) {
    const value = values[i] ?? '';
    const id = first.get(value);
    // Two upserts of one new key are one record. Of a missing key there is an issue already.
    if (id !== undefined && value !== '') row.id = id;
    else first.set(value, row.id);
  }
}
