import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { CsvReader, type CsvRow, type Delimiter, findDelimiter } from './csv.ts';

const runs = { numRuns: process.env.HUIKE_LONG ? 20_000 : 500 };

function read(text: string, delimiter: Delimiter = ',', sizes: readonly number[] = [text.length]): CsvRow[] {
  const reader = new CsvReader(delimiter);
  const rows: CsvRow[] = [];
  for (let from = 0, i = 0; from < text.length; i++) {
    const size = Math.max(1, sizes[i % sizes.length] ?? 1);
    for (const row of reader.push(text.slice(from, from + size))) rows.push(row);
    from += size;
  }
  return [...rows, ...reader.end()];
}
const values = (rows: readonly CsvRow[]) => rows.map((row) => row.values);

const delimiters = fc.constantFrom<Delimiter>(',', ';', '\t', '|');
const cell = fc.oneof(
  fc.string({
    unit: fc.constantFrom('a', '张', '"', ',', ';', '|', '\t', '\n', '\r', '\r\n', ' ', '1', '😀'),
    maxLength: 8,
  }),
  fc.constantFrom('', 'plain', '-5', '"', '""', ' padded '),
);
const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 5 }), { minLength: 1, maxLength: 8 });
const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 4 });
const quote = (value: string, always: boolean) =>
  always || /["\s,;|]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;

test('what is written is read back, in pieces of any size, and csv-parse agrees', () => {
  fc.assert(
    fc.property(
      table,
      delimiters,
      fc.constantFrom('\n', '\r\n', '\r'),
      fc.boolean(),
      fc.boolean(),
      sizes,
      (rows, delimiter, end, always, tail, cuts) => {
        const text =
          rows.map((row) => row.map((value) => quote(value, always)).join(delimiter)).join(end) + (tail ? end : '');
        assert.deepEqual(values(read(text, delimiter, cuts)), rows);
        assert.deepEqual(parse(text, { delimiter, relax_column_count: true, record_delimiter: end }), rows);
      },
    ),
    runs,
  );
});

test('lines are counted, also inside values and across all kinds of line ends', () => {
  const rows = read('a,b\r\n1,"x\ny\r\nz"\n\n2,3\r4,5');
  assert.deepEqual(
    rows.map(({ line, values: [first] }) => [line, first]),
    [
      [1, 'a'],
      [2, '1'],
      [6, '2'],
      [7, '4'],
    ],
  );
});

test('blanks around values go, inside quotation marks they stay', () => {
  assert.deepEqual(values(read(' a , "b " ,\u3000c\n"arnie morton\'s", "435 s.", \'0\'\n')), [
    ['a', 'b ', 'c'],
    ["arnie morton's", '435 s.', "'0'"],
  ]);
});

test('a mark inside a value stays there', () => {
  assert.deepEqual(values(read('5" pipe,"He said "hi" to me",x\n')), [['5" pipe', 'He said "hi" to me', 'x']]);
});

test('a value that is not closed spoils its own line only', () => {
  for (const cuts of [[1000], [1], [3, 7]]) {
    const rows = read('a,b\n1,"open\n2,two\n3,three\n', ',', cuts);
    assert.deepEqual(
      rows.map(({ line, values: row, problem }) => [line, row.length, problem?.code]),
      [
        [1, 2, undefined],
        [2, 1, 'import.quote'],
        [3, 2, undefined],
        [4, 2, undefined],
      ],
    );
    assert.equal(rows[1]?.values[0], '1,"open');
  }
});

test('a stray mark does not swallow the lines that follow', () => {
  const broken = read('a,b\n"x" y,1\n"next","2"\n');
  assert.deepEqual(
    broken.map(({ line, problem }) => [line, problem?.code]),
    [
      [1, undefined],
      [2, 'import.quote'],
      [3, undefined],
    ],
  );
});

test('an open value in a large file is given up after a million characters', () => {
  const reader = new CsvReader(',');
  const piece = '2,two\n'.repeat(10_000);
  const rows = reader.push('a,b\n1,"open\n');
  // Not only at the end of the file, which may be far.
  for (let i = 0; i < 20; i++) for (const row of reader.push(piece)) rows.push(row);
  assert.ok(rows.length > 190_000);
  for (const row of reader.end()) rows.push(row);
  assert.equal(rows.length, 200_002);
  assert.deepEqual(
    rows.filter(({ problem }) => problem).map(({ line }) => line),
    [2],
  );
});

test('any text is read without a failure, and nothing of it vanishes', () => {
  const anything = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', '张'), maxLength: 60 });
  const letters = (text: string) => text.replace(/[^a张]/g, '');
  fc.assert(
    fc.property(anything, sizes, (text, cuts) => {
      const rows = read(text, ',', cuts);
      assert.deepEqual(rows, read(text));
      assert.equal(letters(rows.flatMap((row) => row.values).join('')), letters(text));
    }),
    runs,
  );
});

test('the delimiter is found', () => {
  assert.equal(findDelimiter('a;b;c\n1,5;2;3\n2,5;3;4\n', true), ';');
  assert.equal(findDelimiter('a\tb\n1,2\t3\n4,5\t6\n', true), '\t');
  assert.equal(findDelimiter('a|b|c\n1|2|3\n', true), '|');
  assert.equal(findDelimiter('path;n\na > b > c, d;1\nx, y;2\n', true), ';');
  assert.equal(findDelimiter('name\n"Smith; John"\n', true), ',');
  assert.equal(findDelimiter('"a;b","c;d"\n"1;2","3"\n', true), ',');
});
