import { after, test } from 'node:test';
import { testDatabase } from '@huike/testkit';
import fc from 'fast-check';
import { formulas } from './formula-sql/arbitrary.fixture.ts';
import { assertEqual, envIn, rowOf, samples } from './formula-sql/fixture.ts';

const { db, close } = await testDatabase();
after(close);

test('SQL and JavaScript give the same for every formula on every record', async () => {
  const { number, text, boolean, date, dateTime, id } = formulas;
  const some = (one: fc.Arbitrary<string>, length: number) => fc.array(one, { minLength: length, maxLength: length });
  const set = fc
    .tuple(some(number, 9), some(text, 7), some(boolean, 3), some(date, 3), some(dateTime, 1), some(id, 1))
    .map((texts) => texts.flat());
  // 12 runs × 24 formulas × 8 records = 2,304 cases; in the long run 144,000.
  const numRuns = process.env.HUIKE_LONG ? 750 : 12;
  const rows = fc.array(rowOf, { minLength: 8, maxLength: 8 });
  const zone = fc.constantFrom('Asia/Shanghai', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Kiritimati', 'UTC');
  await fc.assert(
    fc.asyncProperty(set, rows, zone, (texts, records, zone) =>
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
