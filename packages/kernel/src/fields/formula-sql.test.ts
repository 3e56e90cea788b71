import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  checkFormula,
  type Env,
  evaluate,
  type FormulaFieldType,
  type FormulaReturns,
  type FormulaType,
  type Json,
  parseFormula,
  type TypedFormula,
} from '@huike/schema';
import { testDatabase } from '@huike/testkit';
import fc from 'fast-check';
import { type SQL, sql } from '../database/sql.ts';
import { formulaSql } from './formula-sql.ts';

const { db, close } = await testDatabase();
after(close);

// Columns of every type, two of each, and rows that hold the awkward values of each.
const fields = {
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
const names = Object.keys(fields).filter((name): name is FieldName => name in fields);

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
const samples: Readonly<Record<FormulaFieldType, readonly Json[]>> = {
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
  date: ['0001-01-01', '9999-12-31', '2026-01-31', '2024-02-29', '1970-01-01', '1969-12-31', '1582-10-10'],
  dateTime: [
    '0001-01-01T00:00:00+00:00',
    '9999-12-31T23:59:59.999999+00:00',
    '2026-01-31T08:00:00.5+00:00',
    '1969-12-31T23:59:59.000001+00:00',
  ],
  boolean: [true, false],
  id: ids,
};

const rowOf = fc.record(
  Object.fromEntries(
    names.map((name) => [name, fc.option(fc.constantFrom(...samples[fields[name]]), { nil: null, freq: 5 })]),
  ),
);

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** Texts of formulas that have the type; every operation occurs. */
const formulas = fc.letrec<Record<FormulaType, string>>((tie) => {
  const field = (...types: FormulaFieldType[]) =>
    fc.constantFrom(...names.filter((name) => types.includes(fields[name])));
  const call = (name: string, ...args: fc.Arbitrary<string>[]) =>
    fc.tuple(...args).map((texts) => `${name}(${texts.join(', ')})`);
  const many = (name: string, arg: fc.Arbitrary<string>) =>
    fc.array(arg, { minLength: 1, maxLength: 3 }).map((texts) => `${name}(${texts.join(', ')})`);
  const infix = (left: fc.Arbitrary<string>, signs: string[], right: fc.Arbitrary<string>) =>
    fc.tuple(left, fc.constantFrom(...signs), right).map(([a, sign, b]) => `(${a} ${sign} ${b})`);
  const any = fc.oneof(tie('number'), tie('text'), tie('date'), tie('dateTime'), tie('boolean'), tie('id'));
  const printable = fc.oneof(tie('text'), tie('number'), tie('date'), tie('boolean'), tie('id'));
  const pairs = (signs: string[], ...types: FormulaType[]) =>
    fc.oneof(...types.map((type) => infix(tie(type), signs, tie(type))));
  const choice = (type: FormulaType) => [
    call('IF', tie('boolean'), tie(type), tie(type)),
    call('IF', tie('boolean'), tie(type)),
    many('COALESCE', tie(type)),
  ];
  const depth = { maxDepth: 4, depthSize: 'small', withCrossShrink: true } as const;
  return {
    number: fc.oneof(
      depth,
      field('number', 'double'),
      fc.constantFrom('0', '1', '2', '3.7', '-0.5', '0.00000000000000000005', '1000000', '99999999999999999999', '40'),
      infix(tie('number'), ['+', '-', '*', '/', '%'], tie('number')),
      fc.oneof(infix(tie('date'), ['-'], tie('date')), infix(tie('dateTime'), ['-'], tie('dateTime'))),
      tie('number').map((text) => `(-${text})`),
      fc.tuple(tie('number'), fc.integer({ min: -20, max: 20 })).map(([text, places]) => `ROUND(${text}, ${places})`),
      call('ABS', tie('number')),
      fc.oneof(many('MIN', tie('number')), many('MAX', tie('number'))),
      call('LEN', tie('text')),
      fc.oneof(call('YEAR', tie('date')), call('MONTH', tie('date')), call('DAY', tie('date'))),
      ...choice('number'),
    ),
    text: fc.oneof(
      depth,
      field('text'),
      fc.constantFrom(...samples.text.map((text) => quoted(String(text))), "''", '"say ""x"""'),
      infix(printable, ['&'], printable),
      many('CONCAT', printable),
      fc.oneof(call('UPPER', tie('text')), call('LOWER', tie('text'))),
      fc.oneof(call('LEFT', tie('text'), tie('number')), call('RIGHT', tie('text'), tie('number'))),
      ...choice('text'),
    ),
    boolean: fc.oneof(
      depth,
      field('boolean'),
      fc.constantFrom('TRUE', 'FALSE'),
      pairs(['=', '<>', '<', '<=', '>', '>='], 'number', 'text', 'date', 'dateTime'),
      pairs(['=', '<>'], 'boolean', 'id'),
      infix(field('date'), ['<', '='], fc.constantFrom("'2026-01-31'", "'0001-01-01'")),
      infix(field('dateTime'), ['<', '='], fc.constantFrom("'2026-01-31T08:00:00.5Z'", "'1970-01-01T08:00:00+08:00'")),
      fc.oneof(many('AND', tie('boolean')), many('OR', tie('boolean')), call('NOT', tie('boolean'))),
      any.map((text) => `ISBLANK(${text})`),
      call('CONTAINS', tie('text'), tie('text')),
      ...choice('boolean'),
    ),
    date: fc.oneof(
      depth,
      field('date'),
      fc.constant('TODAY()'),
      infix(tie('date'), ['+', '-'], tie('number')),
      fc.oneof(many('MIN', tie('date')), many('MAX', tie('date'))),
      ...choice('date'),
    ),
    dateTime: fc.oneof(
      depth,
      field('dateTime'),
      fc.constant('NOW()'),
      fc.oneof(many('MIN', tie('dateTime')), many('MAX', tie('dateTime'))),
      ...choice('dateTime'),
    ),
    id: fc.oneof(depth, field('id'), fc.constant('USER()'), ...choice('id')),
  };
});

const env: Env = { today: '2026-02-28', now: '2026-02-28T09:30:00.123Z', user: ids[0] ?? null };
const sqlEnv = {
  today: sql`${sql.value(env.today)}::date`,
  now: sql`${sql.value(env.now)}::timestamptz`,
  user: sql`${sql.value(env.user)}::uuid`,
};
const columnOf = (path: string): SQL => sql`r.${sql.identifier(path)}`;
const resolve = (path: string) => names.map((name) => (name === path ? fields[name] : null)).find(Boolean) ?? null;

/** What PostgreSQL makes of formulas on rows: one array a row, decimals as text. */
async function inSql(formulas: readonly TypedFormula[], rows: readonly Record<string, Json>[]): Promise<Json[][]> {
  const columns = names.map((name) => sql`${sql.identifier(name)} ${sqlTypes[fields[name]]}`);
  const values = formulas.map((formula) => {
    const value = formulaSql(formula, columnOf, sqlEnv);
    return formula.returns === 'decimal' ? sql`(${value})::text` : value;
  });
  const input = sql.value(JSON.stringify(rows.map((row, n) => ({ ...row, n }))));
  const result = await db.query<{ v: Json[] }>(
    sql`select json_build_array(${sql.join(values, ', ')}) as v from json_to_recordset(${input}::json) as r(${sql.join(columns, ', ')}, n int) order by r.n`,
  );
  return result.map(({ v }) => v);
}

async function assertEqual(texts: readonly string[], rows: readonly Record<string, Json>[], returns?: FormulaReturns) {
  const typed = texts.map((text) => checkFormula(parseFormula(text), resolve, returns));
  const expected = rows.map((row) => typed.map((formula) => evaluate(formula, (path) => row[path] ?? null, env)));
  const found = await inSql(typed, rows);
  for (const [r, row] of rows.entries()) {
    for (const [f, text] of texts.entries()) {
      assert.deepEqual(found[r]?.[f], expected[r]?.[f], `${text} on ${JSON.stringify(row)}`);
    }
  }
}

test('SQL and JavaScript give the same for every formula on every record', async () => {
  const { number, text, boolean, date, dateTime, id } = formulas;
  const oneOfEach = fc.tuple(number, number, text, text, boolean, boolean, date, dateTime, id);
  const numRuns = process.env.HUIKE_LONG ? 10_000 : 80;
  // 80 runs × 9 formulas × 4 records = 2,880 cases.
  const rows = fc.array(rowOf, { minLength: 4, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(oneOfEach, rows, (texts, records) => assertEqual(texts, records)),
    { numRuns },
  );
});

test('what a formula field declares is what both give', async () => {
  const rows = samples.double.map((score, i) => ({ score, fee: samples.number[i % samples.number.length] ?? null }));
  await assertEqual(['score', 'fee', 'score / 3', 'fee * 0.1', "''"], rows, 'number');
  await assertEqual(['score', 'fee', 'fee / 3', '-0', 'fee - fee', "''"], rows, 'decimal');
});

test('large texts and numbers stay within their limits in both', async () => {
  const long = '长'.repeat(99_990);
  const rows = [{ name: long, code: '尾巴'.repeat(20), fee: '99999999999999999999', score: 1e39 }];
  await assertEqual(
    ['LEN(name & code & name)', 'RIGHT(name & code, 12)', 'fee * fee', 'fee * score', 'score * 10', '-score * 10.0'],
    rows,
  );
});

test('a formula as deep as is allowed runs in both', async () => {
  const deep = (wrap: (text: string) => string, seed: string) => {
    let text = seed;
    for (let i = 0; i < 98; i++) text = wrap(text);
    return text;
  };
  await assertEqual(
    [
      deep((text) => `fee / (${text})`, 'rate'),
      deep((text) => `IF(ok, ${text}, fee)`, 'fee * 2'),
      deep((text) => `LEFT(${text}, 90)`, 'name'),
      deep((text) => `ROUND(${text}, 2)`, 'fee'),
      deep((text) => `UPPER(${text})`, 'name'),
    ],
    [{ fee: '3.5', rate: '7', ok: true, name: 'abc' }],
  );
});
