import assert from 'node:assert/strict';
import {
  checkFormula,
  type Env,
  evaluate,
  type FormulaFieldType,
  type FormulaReturns,
  type Json,
  parseFormula,
  type TypedFormula,
} from '@huike/schema';
import fc from 'fast-check';
import { type SQL, sql } from '../../database/sql.ts';
import type { Queryable } from '../../database/transaction.ts';
import { formulaSql, type SqlEnv } from '../formula-sql.ts';

// Columns of every type, two of each, and rows that hold the awkward values of each.
export const fields = {
  fee: 'number',
  rate: 'number',
  score: 'double',
  size: 'double',
  name: 'text',
  code: 'text',
  due: 'date',
  born: 'date',
  at: 'dateTime',
  until: 'dateTime',
  ok: 'boolean',
  vip: 'boolean',
  owner: 'id',
  maker: 'id',
} as const satisfies Record<string, FormulaFieldType>;
type FieldName = keyof typeof fields;
export const names = Object.keys(fields).filter((name): name is FieldName => name in fields);

const sqlTypes = {
  number: sql`numeric`,
  double: sql`float8`,
  text: sql`text collate "C"`,
  date: sql`date`,
  dateTime: sql`timestamptz`,
  boolean: sql`boolean`,
  id: sql`uuid`,
} as const;

const ids = ['01890a5d-ac96-774b-bcce-b302099a8057', '01890a5d-ac96-774b-bcce-b302099a8058'];
export const samples: Readonly<Record<FormulaFieldType, readonly Json[]>> = {
  number: [
    '0',
    '1',
    '-1',
    '0.5',
    '-2.5',
    '12.30',
    '100',
    '0.000001',
    '99999999999999999999',
    '-1e-12',
    '3',
    '7.77',
    '36159',
  ],
  double: [0, 1, -1, 0.1, -2.5, 1e300, -1e300, 1e-300, 1e39, 1e40, 123456.789, 2 ** 53, 0.30000000000000004],
  text: ['a', 'A', 'é', '张三', '张三丰 & Co', '😀x', '\uffee', '😀', 'aXbX', 'x', '1', "o'b\\n%_"],
  date: [
    '0001-01-01',
    '9999-12-31',
    '2026-01-31',
    '2024-02-29',
    '2023-02-28',
    '2021-01-03',
    '1970-01-01',
    '1969-12-31',
    '1582-10-10',
  ],
  dateTime: [
    '0001-01-01T00:00:00+00:00',
    '9999-12-31T23:59:59.999999+00:00',
    '2026-01-31T08:00:00.5+00:00',
    '1969-12-31T23:59:59.000001+00:00',
    '1988-07-01T15:30:00+00:00',
    '1850-01-01T15:54:17+00:00',
    '2026-03-08T07:00:00+00:00',
    '2024-02-29T16:00:00+08:00',
  ],
  boolean: [true, false],
  id: ids,
};

export const rowOf = fc.record(
  Object.fromEntries(
    names.map((name) => [name, fc.option(fc.constantFrom(...samples[fields[name]]), { nil: null, freq: 5 })]),
  ),
);

export const envIn = (zone: string): Env => ({
  today: '2026-02-28',
  now: '2026-02-28T09:30:00.123Z',
  user: ids[0] ?? null,
  zone,
});

const sqlEnvOf = ({ today, now, user, zone }: Env): SqlEnv => ({
  today: sql`${sql.value(today)}::date`,
  now: sql`${sql.value(now)}::timestamptz`,
  user: sql`${sql.value(user)}::uuid`,
  zone: sql`${sql.value(zone ?? 'Asia/Shanghai')}::text`,
});

const columnOf = (path: string): SQL => sql`r.${sql.identifier(path)}`;
const resolve = (path: string) => names.map((name) => (name === path ? fields[name] : null)).find(Boolean) ?? null;

/** A function takes at most 100 arguments. */
function arrayOf(values: readonly SQL[]): SQL {
  const parts: SQL[] = [];
  for (let at = 0; at < values.length; at += 50) {
    parts.push(sql`json_build_array(${sql.join(values.slice(at, at + 50), ', ')})`);
  }
  return sql`json_build_array(${sql.join(parts, ', ')})`;
}

/** What PostgreSQL makes of formulas on rows: one array a row, decimals as text. */
async function inSql(
  db: Queryable,
  env: Env,
  formulas: readonly TypedFormula[],
  rows: readonly Record<string, Json>[],
): Promise<Json[][]> {
  const columns = names.map((name) => sql`${sql.identifier(name)} ${sqlTypes[fields[name]]}`);
  const values = formulas.map((formula) => {
    const value = formulaSql(formula, columnOf, sqlEnvOf(env));
    return formula.returns === 'decimal' ? sql`(${value})::text` : value;
  });
  const input = sql.value(JSON.stringify(rows.map((row, n) => ({ ...row, n }))));
  const result = await db.query<{ v: Json[][] }>(
    sql`select ${arrayOf(values)} as v from json_to_recordset(${input}::json) as r(${sql.join(columns, ', ')}, n int) order by r.n`,
  );
  return result.map(({ v }) => v.flat());
}

/** That both back ends give the same for every formula on every row. */
export async function assertEqual(
  db: Queryable,
  texts: readonly string[],
  rows: readonly Record<string, Json>[],
  returns?: FormulaReturns,
  env: Env = envIn('Asia/Shanghai'),
) {
  const typed = texts.map((text) => checkFormula(parseFormula(text), resolve, returns));
  const expected = rows.map((row) => typed.map((formula) => evaluate(formula, (path) => row[path] ?? null, env)));
  const found = await inSql(db, env, typed, rows);
  for (const [r, row] of rows.entries()) {
    for (const [f, text] of texts.entries()) {
      assert.deepEqual(found[r]?.[f], expected[r]?.[f], `${text} in ${env.zone} on ${JSON.stringify(row)}`);
    }
  }
}
