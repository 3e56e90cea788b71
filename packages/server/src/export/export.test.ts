import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { Readable, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import * as sheetjs from '@e965/xlsx';
import { parse } from 'csv-parse/sync';
import ExcelJS from 'exceljs';
import fc from 'fast-check';
import { sharedFile } from '../import/sample/shared.ts';
import { openTable } from '../import/table.ts';
import type { CellValue, ExportColumn } from './cells.ts';
import { csvStream } from './csv.ts';
import { sheetName, xlsxStream } from './xlsx.ts';

const runs = { numRuns: process.env.HUIKE_LONG ? 2_000 : 60 };
const zone = 'Asia/Shanghai';

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}
const columns = (...all: readonly (readonly [string, ExportColumn['kind']])[]): ExportColumn[] =>
  all.map(([label, kind]) => ({ label, kind }));
const writers = { csv: csvStream, xlsx: xlsxStream } as const;
const formats = ['csv', 'xlsx'] as const;

async function roundTrip(format: 'csv' | 'xlsx', of: readonly ExportColumn[], rows: readonly (readonly CellValue[])[]) {
  const table = await openTable(writers[format](of, each(rows), zone));
  const read = await Array.fromAsync(table.rows);
  assert.ok(read.every((row) => !row.problem && !row.undecodable));
  return { table, values: read.map((row) => row.values) };
}

const anyText = fc.oneof(
  fc.string({
    unit: fc.constantFrom(
      'a',
      '张',
      '=',
      '+',
      '-',
      '@',
      "'",
      '"',
      ',',
      ';',
      '\n',
      '\r',
      '\t',
      ' ',
      '<',
      '&',
      '_x0041_',
      '1',
      '😀',
      '\u00e9',
    ),
  }),
  fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', '')),
  fc.constantFrom('=1+1', "'=1", '+8613800138000', '-5', '@me', '＝1', '\t=1', "''", '_x000D_'),
);

for (const format of formats) {
  test(`${format}: every text comes back as it was`, async () => {
    const row = fc.tuple(fc.constant('id'), anyText, anyText);
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 10 }), async (rows) => {
        const { values } = await roundTrip(format, columns(['键', 'text'], ['=b', 'text'], ['c', 'text']), rows);
        // What XML can't hold is shown as U+FFFD.
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML can't hold
        const forbidden = /[\u0001-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
        const expected = rows.map((cells) =>
          cells.map((text) => (format === 'xlsx' ? text.replace(forbidden, '\ufffd') : text)),
        );
        assert.deepEqual(values, expected);
      }),
      runs,
    );
  });

  test(`${format}: numbers, dates and times come back`, async () => {
    const number = fc
      .tuple(fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }), fc.integer({ min: 1, max: 99 }))
      .map(([whole, cents]) => `${whole}.${String(cents).padStart(2, '0')}`.replace(/0+$/, ''));
    const instant = fc
      .date({ min: new Date('1930-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
      .map((date) => new Date(Math.floor(date.getTime() / 1000) * 1000).toISOString());
    const row = fc.tuple(number, instant, fc.boolean());
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 10 }), async (rows) => {
        const of = columns(['n', 'number'], ['d', 'date'], ['t', 'dateTime'], ['b', 'boolean']);
        const { values } = await roundTrip(
          format,
          of,
          rows.map(([n, at, yes]) => [n, at.slice(0, 10), at, yes]),
        );
        for (const [i, [n, at, yes]] of rows.entries()) {
          const [readNumber, day, time = '', flag] = values[i] ?? [];
          assert.deepEqual([readNumber, day, flag], [n, at.slice(0, 10), yes ? 'TRUE' : 'FALSE']);
          const local = new Intl.DateTimeFormat('sv-SE', {
            timeZone: zone,
            dateStyle: 'short',
            timeStyle: 'medium',
          }).format(new Date(at));
          assert.equal(time.replace('T', ' '), local);
        }
      }),
      runs,
    );
  });

  test(`${format}: rows are taken only as fast as they are read, and the source is closed when reading stops`, async () => {
    let taken = 0;
    const { promise: closed, resolve: close } = Promise.withResolvers<void>();
    async function* endless(): AsyncGenerator<CellValue[]> {
      try {
        // Text that doesn't compress, so that bytes come out.
        for (;;) yield [`${taken++}`, Math.random().toString(36).repeat(4)];
      } finally {
        close();
      }
    }
    const stream = writers[format](columns(['a', 'text'], ['b', 'text']), endless(), zone);
    let seen = 0;
    const slow = new Writable({
      highWaterMark: 16_384,
      write(chunk: Buffer, _, done) {
        seen += chunk.length;
        if (seen > 300_000) done(new Error('enough'));
        else setImmediate(done);
      },
    });
    await assert.rejects(pipeline(stream, slow), /enough/);
    await closed;
    assert.ok(taken < 60_000, `${taken} rows for ${seen} bytes`);
  });

  test(`${format}: a failing source fails the stream`, async () => {
    async function* failing(): AsyncGenerator<CellValue[]> {
      yield ['1'];
      throw new Error('the database went away');
    }
    await assert.rejects(buffer(writers[format](columns(['a', 'text']), failing(), zone)), /went away/);
  });

  test(`${format}: real customers go out and come back`, async (t) => {
    const { file } = sharedFile(t, 'adventureworks/customers.csv');
    const original = await openTable(createReadStream(file));
    const of = original.columns.map((label): ExportColumn => ({ label, kind: 'text' }));
    const rows = (await Array.fromAsync(original.rows)).map((row) => row.values);
    const { table, values } = await roundTrip(format, of, rows);
    assert.deepEqual(table.columns, original.columns);
    assert.deepEqual(values, rows);
  });
}

test('csv: mark, commas, guarded cells, plain numbers', async () => {
  const text = (
    await buffer(
      csvStream(
        columns(['名称', 'text'], ['金额', 'number'], ['时间', 'dateTime']),
        each([
          ['=HYPERLINK("x")', '-12.50', '2026-01-05T00:30:00.5Z'],
          ['+8613800138000', -7, null],
          ['-5', '=1', 'soon'],
          ['+86 1-2', undefined, ''],
          ['@SUM(A1)', 0, '2026-01-05T08:30:00+08:00'],
        ]),
        zone,
      ),
    )
  ).toString();
  assert.equal(
    text,
    [
      '\ufeff名称,金额,时间',
      `"'=HYPERLINK(""x"")",-12.50,2026-01-05 08:30:00.5`,
      '+8613800138000,-7,',
      `-5,'=1,soon`,
      `'+86 1-2,,`,
      `'@SUM(A1),0,2026-01-05 08:30:00`,
      '',
    ].join('\r\n'),
  );
  assert.equal(parse(text, { bom: true }).length, 6);
});

test('xlsx: other programs read the same, with types, and nothing is a formula', async () => {
  const content = await buffer(
    xlsxStream(
      columns(['名称', 'text'], ['金额', 'number'], ['日期', 'date'], ['时间', 'dateTime'], ['启用', 'boolean']),
      each([
        ['=1+1', '1234.5', '2026-01-05', '2026-01-05T07:04:05Z', true],
        ['张三\n<b>', '123456789012345678', '1890-01-01', 'x', false],
        [null, '-0.1', '2026-02-30', undefined, null],
      ]),
      zone,
      { name: '客户/2026' },
    ),
  );
  const sheet = sheetjs.read(content, { cellDates: false, cellNF: true }).Sheets.客户_2026 ?? {};
  const cells = (range: string) => range.split(' ').map((at) => [sheet[at]?.t, sheet[at]?.v]);
  assert.deepEqual(cells('A1 A2 B2 C2 D2 E2'), [
    ['s', '名称'],
    ['s', '=1+1'],
    ['n', 1234.5],
    ['n', 46027],
    ['n', 46027 + (15 * 3600 + 4 * 60 + 5) / 86_400],
    ['b', true],
  ]);
  assert.deepEqual(cells('A3 B3 C3 D3 A4 B4 C4'), [
    ['s', '张三\n<b>'],
    ['s', '123456789012345678'],
    ['s', '1890-01-01'],
    ['s', 'x'],
    [undefined, undefined],
    ['n', -0.1],
    ['s', '2026-02-30'],
  ]);
  assert.equal(sheet.C2?.z, 'yyyy\\-mm\\-dd');
  assert.ok(Object.values(sheet).every((cell) => !cell?.f));
  const book = new ExcelJS.Workbook();
  await book.xlsx.load(new Uint8Array(content).buffer);
  const read = book.worksheets[0];
  assert.equal(read?.getCell('A2').value, '=1+1');
  assert.equal(read?.getCell('A2').type, ExcelJS.ValueType.String);
  assert.deepEqual(read?.getCell('D2').value, new Date('2026-01-05T15:04:05Z'));
});

test('xlsx: a text is cut at 32,767 characters, visibly and never inside one', async () => {
  const { values } = await roundTrip('xlsx', columns(['a', 'text']), [
    ['x'.repeat(32_767)],
    [`${'x'.repeat(32_765)}😀y`],
  ]);
  assert.equal(values[0]?.[0], 'x'.repeat(32_767));
  assert.equal(values[1]?.[0], `${'x'.repeat(32_765)}…`);
});

test('xlsx: what does not fit in a sheet goes on in the next', async () => {
  // All of Excel's 1,048,576 rows in the long run.
  const maxRows = process.env.HUIKE_LONG ? undefined : 1_000;
  const limit = maxRows ?? 1_048_576;
  async function* numbers(): AsyncGenerator<CellValue[]> {
    for (let i = 1; i <= 2 * limit; i++) yield [i];
  }
  const options = { name: '数据', ...(maxRows && { maxRows }) };
  const content = await buffer(xlsxStream(columns(['n', 'number']), numbers(), zone, options));
  let expected = 1;
  for (const sheet of ['数据', '数据 (2)', '数据 (3)']) {
    const table = await openTable(Readable.from([content]), { sheet });
    assert.deepEqual(table.sheets, ['数据', '数据 (2)', '数据 (3)']);
    for await (const { line, values } of table.rows) {
      assert.equal(values[0], String(expected++));
      assert.ok(line <= limit);
    }
  }
  assert.equal(expected, 2 * limit + 1);
});

test('no rows make a table with a header', async () => {
  for (const format of formats) {
    const { table, values } = await roundTrip(format, columns(['a', 'text'], ['b', 'text']), []);
    assert.deepEqual([table.columns, values], [['a', 'b'], []]);
  }
});

test('sheet names as Excel allows them', () => {
  assert.equal(sheetName('a/b:c?', 1), 'a_b_c_');
  assert.equal(sheetName("'", 1), '_');
  assert.equal(sheetName('', 1), 'Sheet');
  assert.equal(sheetName('数'.repeat(40), 12).length, 31);
  assert.ok(sheetName(`${'x'.repeat(30)}😀`, 1).isWellFormed());
});
