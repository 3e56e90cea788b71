import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { checkFormula, parseFormula } from '@huike/schema';
import { testDatabase } from '@huike/testkit';
import fc from 'fast-check';
import { sql } from '../database/sql.ts';
import { oneOfEach } from './formula-sql/arbitrary.fixture.ts';
import { assertEqual, envIn, rowOf, samples } from './formula-sql/fixture.ts';
import { formulaSql } from './formula-sql.ts';

const { db, close } = await testDatabase();
after(close);

test('SQL and JavaScript give the same for every formula on every record', async () => {
  // 4 runs × over 120 formulas × 8 records ≈ 4,000 cases; in the long run 200,000.
  const numRuns = process.env.HUIKE_LONG ? 200 : 4;
  const rows = fc.array(rowOf, { minLength: 8, maxLength: 8 });
  const zone = fc.constantFrom('Asia/Shanghai', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Kiritimati', 'UTC');
  await fc.assert(
    fc.asyncProperty(oneOfEach, rows, zone, (texts, records, zone) =>
      assertEqual(db, texts, records, undefined, envIn(zone)),
    ),
    { numRuns },
  );
});

test('what a formula field declares is what both give', async () => {
  const rows = samples.double.map((score, i) => ({ score, fee: samples.number[i % samples.number.length] ?? null }));
  await assertEqual(db, ['score', 'fee', 'score / 3', 'fee * 0.1', "''"], rows, 'number');
  await assertEqual(db, ['score', 'fee', 'fee / 3', '-0', 'fee - fee', "''"], rows, 'decimal');
});

test('large texts and numbers stay within their limits in both', async () => {
  const long = '长'.repeat(99_990);
  const rows = [{ name: long, code: '尾巴'.repeat(20), fee: '99999999999999999999', score: 1e39 }];
  await assertEqual(
    db,
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
    db,
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

test('what needs its arguments more than once nests as deep, and its text grows no faster', async () => {
  const nested = (wrap: (text: string) => string, seed: string) => {
    let text = seed;
    for (let i = 0; i < 40; i++) text = wrap(text);
    return text;
  };
  const texts = [
    nested((text) => `CEILING(${text}, 3)`, 'fee'),
    nested((text) => `POWER(${text}, 1.01)`, 'fee'),
    nested((text) => `SUBSTITUTE(${text}, 'a', 'bb')`, 'name'),
    nested((text) => `EDATE(${text}, 1)`, 'due'),
    nested((text) => `SWITCH(${text}, 1, 2, 3, 4, fee)`, 'fee'),
    nested((text) => `AVERAGE(${text}, fee)`, 'rate'),
    nested((text) => `WORKDAY(${text}, 1)`, 'due'),
  ];
  await assertEqual(db, texts, [{ fee: '3.5', rate: '7', name: 'abc', due: '2026-01-31' }]);
  const lengthOf = (depth: number) => {
    let text = 'fee';
    for (let i = 0; i < depth; i++) text = `CEILING(${text}, 3)`;
    const typed = checkFormula(parseFormula(text), () => 'number');
    return sql.compile(formulaSql(typed, () => sql`fee`, { today: sql`null`, now: sql`null`, user: sql`null` })).text
      .length;
  };
  assert.ok(lengthOf(90) - lengthOf(80) < 1.1 * (lengthOf(20) - lengthOf(10)));
});

test('nothing that is written makes the database fail or work for long', async () => {
  const long = 'a'.repeat(100_000);
  const rows = [
    { name: long, code: '长'.repeat(100_000), fee: '99999999999999999999', rate: '0.000000000001', score: 1e39 },
  ];
  const texts = [
    "LEN(SUBSTITUTE(name, 'a', code))",
    "LEN(SUBSTITUTE(name, 'a', 'b'))",
    'LEN(REPT(name, 1000000))',
    'LEN(REPLACE(name, 5, 0, code))',
    'LEN(TEXTJOIN(code, FALSE, name, name, name))',
    'fee ^ fee',
    'fee ^ 1000000',
    '1.000000000000000001 ^ fee',
    '1.000000000000000001 ^ 1000000',
    '(-fee) ^ 999999',
    'score ^ -999999',
    'rate ^ 3.3',
    'EXP(fee) & EXP(-fee) & EXP(93.2)',
    'LOG(fee, 1 + 0.00000000000000000001)',
    'LN(rate) & SQRT(score) & LOG10(score)',
    'CEILING(score, rate) & FLOOR(-score, rate) & MROUND(score, 7)',
    'PRODUCT(score, score, 0)',
    'DATE(fee, fee, fee)',
    'EDATE(TODAY(), fee)',
    'EOMONTH(TODAY(), -score)',
    'WORKDAY(TODAY(), fee)',
    'TIME(fee, 1, 1)',
    'CHAR(fee)',
    "TEXT(score, '#,##0.00') & TEXT(-score, '0%')",
    'MID(name, fee, score)',
    'CHOOSE(fee, 1, 2)',
    'ROUNDUP(score, 20) & ROUNDUP(score, -20)',
  ];
  await assertEqual(db, texts, rows);
});
