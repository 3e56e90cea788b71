import { accessOf } from '../access/index.ts';
import { formulaOf } from '../catalog/formula.ts';
import type { Catalog, CatalogField, CatalogObject } from '../catalog/types.ts';
import type { Queryable } from '../database/index.ts';
import { type SQL, sql } from '../database/sql.ts';
import { formulaSql } from '../fields/formula-sql.ts';
import { pinyinSortKey } from '../search/sortkey.ts';
import { searchText } from '../write/complete.ts';
import { recomputeRollups } from '../write/rollups.ts';
import { shapeOf } from '../write/shape.ts';
import { columnName, hasSortKey } from './table.ts';

// What records that were there before don't have yet: sort keys and search lexemes, stored formulas, rollups. Records
// keep their version: nothing that anybody wrote is changed.

/** `keys` are the title's sort key and the search lexemes, which only code can make. */
export type FillPart = 'keys' | 'formulas' | 'rollups';

const batch = 1_000;
const start = '00000000-0000-0000-0000-000000000000';

/** Fills every record of an object. */
export async function fillAll(db: Queryable, catalog: Catalog, object: CatalogObject, part: FillPart): Promise<void> {
  for (let after: string | null = start; after !== null; ) {
    after = (await fillBatch(db, catalog, object, part, after)).last;
  }
}

interface Filled {
  /** The last record done; null when there are no more. */
  readonly last: string | null;
  readonly rows: number;
}

interface Locked {
  readonly id: string;
  readonly texts: readonly (string | null)[];
}

/** Fills the next records after an id. They are locked meanwhile, so that what writers add comes before or after. */
export async function fillBatch(
  db: Queryable,
  catalog: Catalog,
  object: CatalogObject,
  part: FillPart,
  after: string | null,
): Promise<Filled> {
  const texts = part === 'keys' ? keyFields(object) : [];
  const columns = texts.map((field) => sql`${sql.identifier(field.column)}::text`);
  const table = sql.identifier('data', object.table);
  const rows = await db.query<Locked>(
    sql`select "id", array[${sql.join(columns, ', ')}]::text[] as texts from ${table} where "id" > ${sql.value(after ?? start)}::uuid order by "id" limit ${sql.value(batch)} for update`,
  );
  const last = rows.at(-1);
  if (last === undefined) return { last: null, rows: 0 };
  const ids = rows.map(({ id }) => id);
  if (part === 'keys') await fillKeys(db, object, texts, rows);
  else if (part === 'formulas') await fillFormulas(db, object, ids);
  else await fillRollups(db, catalog, object, ids);
  return { last: rows.length < batch ? null : last.id, rows: rows.length };
}

function keyFields(object: CatalogObject): CatalogField[] {
  return [...new Set([...[...object.fields.values()].filter(hasSortKey), ...shapeOf(object).searched])];
}

async function fillKeys(
  db: Queryable,
  object: CatalogObject,
  read: readonly CatalogField[],
  rows: readonly Locked[],
): Promise<void> {
  const sorted = read.filter(hasSortKey);
  const filled = rows.map(({ id, texts }) => {
    const row = Object.fromEntries(read.map((field, index) => [field.column, texts[index] ?? null]));
    const keys = sorted.map((field, index) => {
      const text = row[field.column] ?? null;
      return [`s${index}`, text === null ? null : pinyinSortKey(text)] as const;
    });
    return { id, search: searchText(shapeOf(object), row), ...Object.fromEntries(keys) };
  });
  const key = (index: number) => sql.identifier(`s${index}`);
  const sets: SQL[] = [
    sql`"~search" = v.search::tsvector`,
    ...sorted.map((field, index) => sql`${sql.identifier(columnName(field, 'sort'))} = v.${key(index)}`),
  ];
  const types = [sql`id uuid`, sql`search text`, ...sorted.map((_, index) => sql`${key(index)} text`)];
  await db.execute(
    sql`update ${sql.identifier('data', object.table)} t set ${sql.join(sets, ', ')} from json_to_recordset(${sql.value(JSON.stringify(filled))}::json) as v(${sql.join(types, ', ')}) where t."id" = v.id`,
  );
}

async function fillFormulas(db: Queryable, object: CatalogObject, ids: readonly string[]): Promise<void> {
  const table = sql.identifier('data', object.table);
  const row = sql.identifier('t');
  // A stored formula depends on none of these.
  const env = { today: sql`null::date`, now: sql`null::timestamptz`, user: sql`null::uuid` };
  const columnOf = (name: string): SQL => {
    const input = object.fields.get(name);
    return input?.handler.comparable?.expression(input, row) ?? sql`null`;
  };
  for (const field of shapeOf(object).formulas) {
    const value = formulaSql(formulaOf(field), columnOf, env);
    await db.execute(
      sql`update ${table} ${row} set ${sql.identifier(field.column)} = ${value} where ${row}."id" = any(${sql.value([...ids])}::uuid[])`,
    );
  }
}

async function fillRollups(
  db: Queryable,
  catalog: Catalog,
  object: CatalogObject,
  ids: readonly string[],
): Promise<void> {
  const actor = { kind: 'system', name: 'setup' } as const;
  const work = {
    access: accessOf(catalog, actor),
    actor,
    catalog,
    now: new Date(),
    timeZone: catalog.company.timeZone,
  };
  await recomputeRollups(db, work, object, ids);
  const inactive = [...object.fields.values()].filter(
    ({ definition }) => definition?.type === 'rollup' && !isActive(catalog, definition.from),
  );
  const sets = inactive.flatMap((field) =>
    field.handler.columns(field).map(({ suffix }) => sql`${sql.identifier(columnName(field, suffix))} = null`),
  );
  if (sets.length === 0) return;
  await db.execute(
    sql`update ${sql.identifier('data', object.table)} set ${sql.join(sets, ', ')} where "id" = any(${sql.value([...ids])}::uuid[])`,
  );
}

function isActive(catalog: Catalog, from: string): boolean {
  return catalog.objects.has(from) || catalog.traits.has(from);
}
