// The rows of link tables. A written list is the full list of what the actor sees: links to records that the actor
// can't see, or that lie in the bin, stay.
import type { Json } from '@huike/schema';
import { toSql } from '../access/index.ts';
import type { CatalogField } from '../catalog/types.ts';
import type { Queryable } from '../database/index.ts';
import { type SQL, sql } from '../database/sql.ts';
import { linkName } from '../evolve/table.ts';
import { dataTable, param, runPlan } from './statement.ts';
import type { Row, Work } from './types.ts';

export interface LinkChange {
  readonly field: CatalogField;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** What becomes of the links of each row. Its row is locked, so its links stand still. */
export async function compareLinks(db: Queryable, work: Work): Promise<Map<Row, LinkChange[]>> {
  const changes = new Map<Row, LinkChange[]>();
  const asked = new Map<CatalogField, Row[]>();
  for (const row of work.rows) {
    for (const [field, columns] of row.given) {
      if (field.type !== 'relations' || field.target === null) continue;
      if (row.op === 'update') asked.set(field, [...(asked.get(field) ?? []), row]);
      else note(changes, row, field, [], [], idsOf(columns['']));
    }
  }
  await Promise.all(
    [...asked].map(async ([field, rows]) => {
      const links = await readLinks(db, work, field, rows);
      for (const row of rows) {
        const mine = links.get(row.id) ?? [];
        const wanted = idsOf(row.given.get(field)?.['']);
        const seen = mine.filter((link) => link.seen).map(({ target }) => target);
        note(
          changes,
          row,
          field,
          mine.map(({ target }) => target),
          seen,
          wanted,
        );
      }
    }),
  );
  return changes;
}

const idsOf = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.filter((id) => typeof id === 'string') : [];

function note(
  changes: Map<Row, LinkChange[]>,
  row: Row,
  field: CatalogField,
  all: readonly string[],
  seen: readonly string[],
  wanted: readonly string[],
): void {
  const [has, wants] = [new Set(all), new Set(wanted)];
  const removed = seen.filter((id) => !wants.has(id)).sort();
  const added = wanted.filter((id) => !has.has(id)).sort();
  if (removed.length + added.length > 0) changes.set(row, [...(changes.get(row) ?? []), { field, removed, added }]);
}

export interface Link {
  readonly source: string;
  readonly target: string;
  readonly seen: boolean;
}

/** The links of rows by source, and whether the actor sees each. */
export async function readLinks(
  db: Queryable,
  work: Work,
  field: CatalogField,
  rows: readonly Row[],
): Promise<Map<string, Link[]>> {
  const rights = field.target === null ? null : work.access.object(field.target.name);
  const found = await runPlan<Link>(
    db,
    work,
    `links ${field.object.name} ${field.name}`,
    () => {
      const t = sql.identifier('t');
      const seen = sql`${t}."deletedAt" is null and ${toSql(rights?.rows('read') ?? false, t)}`;
      const target = dataTable(field.target?.table ?? '');
      return sql`
select l."source", l."target", coalesce(${seen}, false) as seen from ${linksOf(field)} l
left join ${target} ${t} on ${t}."id" = l."target" where l."source" = any(${param(0)}::uuid[])`;
    },
    [rows.map(({ id }) => id)],
  );
  const bySource = new Map<string, Link[]>();
  for (const link of found) bySource.set(link.source, [...(bySource.get(link.source) ?? []), link]);
  return bySource;
}

const linksOf = (field: CatalogField): SQL => dataTable(linkName(field));

/** Writes the link rows: one statement to take away and one to add for each field. */
export function writeLinks(
  db: Queryable,
  work: Work,
  changes: ReadonlyMap<Row, readonly LinkChange[]>,
): Promise<unknown>[] {
  const byField = new Map<CatalogField, { removed: [string, string][]; added: [string, string][] }>();
  for (const [row, list] of changes) {
    for (const { field, removed, added } of list) {
      const all = byField.get(field) ?? { removed: [], added: [] };
      for (const id of removed) all.removed.push([row.id, id]);
      for (const id of added) all.added.push([row.id, id]);
      byField.set(field, all);
    }
  }
  return [...byField].flatMap(([field, { removed, added }]) => {
    const name = `${field.object.name} ${field.name}`;
    const pairs = sql`unnest(${param(0)}::uuid[], ${param(1)}::uuid[]) as p ("source", "target")`;
    const take = () => sql`
delete from ${linksOf(field)} l using ${pairs} where l."source" = p."source" and l."target" = p."target"`;
    const put = () => sql`
insert into ${linksOf(field)} ("source", "target") select "source", "target" from ${pairs} on conflict do nothing`;
    const columns = (list: readonly [string, string][]) => [
      list.map(([source]) => source),
      list.map(([, target]) => target),
    ];
    return [
      ...(removed.length === 0 ? [] : [runPlan(db, work, `unlink ${name}`, take, columns(removed))]),
      ...(added.length === 0 ? [] : [runPlan(db, work, `link ${name}`, put, columns(added))]),
    ];
  });
}
