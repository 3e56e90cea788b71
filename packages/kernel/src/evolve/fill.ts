import type { CatalogField, CatalogObject } from '../catalog/types.ts';
import type { Queryable } from '../database/index.ts';
import { type SQL, sql } from '../database/sql.ts';
import { plainText } from '../fields/index.ts';
import { isSearched } from '../search/fields.ts';
import { pinyinSortKey } from '../search/sortkey.ts';
import { searchTokens, tsvectorText } from '../search/tokens.ts';
import { columnName } from './table.ts';

// Columns that only code can fill: the title's sort key and the search lexemes of records that were there before.

const batch = 1_000;
const start = '00000000-0000-0000-0000-000000000000';

/** Fills every record of an object. */
export async function fillAll(db: Queryable, object: CatalogObject): Promise<void> {
  for (let after: string | null = start; after !== null; ) after = (await fillBatch(db, object, after)).last;
}

interface Filled {
  /** The last record done; null when there are no more. */
  readonly last: string | null;
  readonly rows: number;
}

/** Fills the next records after an id. Records are locked meanwhile, and keep their version: nothing of theirs changed. */
export async function fillBatch(db: Queryable, object: CatalogObject, after: string | null): Promise<Filled> {
  const sorted = [...object.fields.values()].filter((field) =>
    field.handler.columns(field).some(({ suffix }) => suffix === 'sort'),
  );
  const searched = [...object.fields.values()].filter(isSearched);
  const read = [...new Set([...sorted, ...searched])];
  const table = sql.identifier('data', object.table);
  const columns = read.map((field) => sql`${sql.identifier(field.column)}::text`);
  const rows = await db.query<{ id: string; texts: (string | null)[] }>(
    sql`select "id", array[${sql.join(columns, ', ')}]::text[] as texts from ${table} where "id" > ${sql.value(after ?? start)}::uuid order by "id" limit ${sql.value(batch)} for update`,
  );
  const last = rows.at(-1);
  if (last === undefined) return { last: null, rows: 0 };
  const filled = rows.map(({ id, texts }) => {
    const text = (field: CatalogField) => texts[read.indexOf(field)] ?? null;
    const keys = sorted.map((field, index): [string, string | null] => {
      const value = text(field);
      return [`s${index}`, value === null ? null : pinyinSortKey(value)];
    });
    return { id, search: lexemes(searched, text), ...Object.fromEntries(keys) };
  });
  const sets: SQL[] = [
    sql`"~search" = v.search::tsvector`,
    ...sorted.map(
      (field, index) => sql`${sql.identifier(columnName(field, 'sort'))} = v.${sql.identifier(`s${index}`)}`,
    ),
  ];
  const types = [sql`id uuid`, sql`search text`, ...sorted.map((_, index) => sql`${sql.identifier(`s${index}`)} text`)];
  await db.execute(
    sql`update ${table} t set ${sql.join(sets, ', ')} from json_to_recordset(${sql.value(JSON.stringify(filled))}::json) as v(${sql.join(types, ', ')}) where t."id" = v.id`,
  );
  return { last: rows.length < batch ? null : last.id, rows: rows.length };
}

function lexemes(fields: readonly CatalogField[], text: (field: CatalogField) => string | null): string | null {
  const found = fields.flatMap((field) => {
    const value = text(field);
    const kind = field.handler.search;
    if (value === null || kind === null) return [];
    const words = field.type === 'richText' ? plainText(value) : value;
    return searchTokens(String(field.tag), field === field.object.title ? 'title' : kind, words);
  });
  return found.length === 0 ? null : tsvectorText(found);
}
