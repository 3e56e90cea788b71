import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseBoolean, parseNumber, settleNumbers } from './numbers.ts';
import { sharedFile } from './sample/shared.ts';
import { openTable } from './table.ts';

const runs = { numRuns: process.env.HUIKE_LONG ? 20_000 : 500 };
const read = (text: string, settled?: { decimal: '.' | ',' }) => {
  const parsed = parseNumber(text, settled);
  return 'problem' in parsed ? parsed.problem.code : parsed.value;
};

test('numbers in every form', () => {
  const expected: readonly (readonly [string, string])[] = [
    ['$90,000 ', '90000'],
    ['¥1,234.50', '1234.50'],
    ['￥1，234．50元', '1234.50'],
    ['1.234,56', '1234.56'],
    ['1 234,56 €', '1234.56'],
    ["1'234.5", '1234.5'],
    ['12%', '12'],
    ['１２．５％', '12.5'],
    ['1,2万', '12000'],
    ['1.25亿', '125000000'],
    ['3百万', '3000000'],
    ['5w', '50000'],
    ['12,34,567.8', '1234567.8'],
    ['(1,234.50)', '-1234.50'],
    ['-$5', '-5'],
    ['$-5', '-5'],
    ['−7', '-7'],
    ['7-', '-7'],
    ['+7', '7'],
    ['2.9999999999999999E-2', '0.029999999999999999'],
    ['1.5e3', '1500'],
    ['.5', '0.5'],
    ['00012', '12'],
    ['-0.00', '0.00'],
    ['123456789012345678901234567890.123456789', '123456789012345678901234567890.123456789'],
  ];
  for (const [text, value] of expected) assert.equal(read(text), value, text);
  for (const text of [
    '',
    '-',
    '$',
    'abc',
    '1.2.3',
    '1,234,56',
    '12a',
    '--5',
    '(5',
    '5)',
    '¥5美元',
    '0x10',
    '1e999',
    '1 2',
    '９９９'.repeat(50),
  ]) {
    assert.equal(read(text), 'import.number', text);
  }
});

test('percent and currency are told', () => {
  assert.deepEqual(parseNumber('12.5%'), { value: '12.5', percent: true, currency: undefined });
  assert.deepEqual(parseNumber('HK$ 1,000'), { value: '1000', percent: false, currency: 'HKD' });
  assert.deepEqual(parseNumber('人民币1,000元'), { value: '1000', percent: false, currency: 'CNY' });
  assert.deepEqual(parseNumber('100 USD'), { value: '100', percent: false, currency: 'USD' });
});

test('the decimal mark is settled for the column', () => {
  const comma = settleNumbers(['1.234', '1.234,56', '', '7']);
  assert.deepEqual([comma.decimal, comma.decidedBy, comma.ambiguous], [',', 'values', 0]);
  assert.equal(read('1.234', comma), '1234');
  assert.equal(read('1.5', comma), 'import.number');
  const point = settleNumbers(['1,234', '2,345']);
  assert.deepEqual([point.decimal, point.decidedBy, point.ambiguous], ['.', 'custom', 2]);
  assert.equal(read('1,234', point), '1234');
  const mixed = settleNumbers(['1.5', '2.5', '1,5', 'x']);
  assert.deepEqual([mixed.decimal, mixed.against, mixed.unreadable], ['.', 1, 1]);
});

test('any decimal is read back exactly, with thousands, signs and exponents', () => {
  const digits = fc.tuple(
    fc.bigInt({ min: 0n, max: 10n ** 30n }),
    fc.stringMatching(/^\d{0,10}$/),
    fc.boolean(),
    fc.integer({ min: -20, max: 20 }),
  );
  fc.assert(
    fc.property(digits, ([whole, fraction, negative, exponent]) => {
      const grouped = String(whole).replace(/\B(?=(\d{3})+$)/g, ',');
      const value = String(whole) + (fraction && `.${fraction}`);
      const signed = negative && /[1-9]/.test(value) ? `-${value}` : value;
      assert.equal(read(`${negative ? '-' : ''}¥${grouped}${fraction && `.${fraction}`}`, { decimal: '.' }), signed);
      const german = grouped.replaceAll(',', '.') + (fraction && `,${fraction}`);
      assert.equal(read(german, { decimal: ',' }), value);
      assert.equal(Number(read(`${value}e${exponent}`, { decimal: '.' })), Number(`${value}e${exponent}`));
    }),
    runs,
  );
});

test('yes and no', () => {
  for (const text of ['是', 'Y', 'ｙｅｓ', 'TRUE', '1', '√', ' 对 '])
    assert.deepEqual(parseBoolean(text), { value: true }, text);
  for (const text of ['否', 'N', 'no', 'FALSE', '0', '×', '没有'])
    assert.deepEqual(parseBoolean(text), { value: false }, text);
  for (const text of ['', 'maybe', '2', '是的吗']) assert.ok('problem' in parseBoolean(text), text);
});

test('AdventureWorks: incomes are dollars, home owners are Y or N', async (t) => {
  const { file } = sharedFile(t, 'adventureworks/customers.csv');
  const table = await openTable(createReadStream(file));
  const [income, owner] = [table.columns.indexOf('AnnualIncome'), table.columns.indexOf('HomeOwner')];
  for await (const { values } of table.rows) {
    const parsed = parseNumber(values[income] ?? '', { decimal: '.' });
    assert.ok('value' in parsed && parsed.currency === 'USD' && /^\d+(\.\d\d)?$/.test(parsed.value), values[income]);
    assert.ok('value' in parseBoolean(values[owner] ?? ''), values[owner]);
  }
});
