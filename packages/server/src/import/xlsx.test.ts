import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, test } from 'node:test';
import * as sheetjs from '@e965/xlsx';
import ExcelJS from 'exceljs';
import fc from 'fast-check';
import { ZipFile } from 'yazl';
import { type BadRow, openTable, type TableRow } from './table.ts';
import { formatOf } from './workbook.ts';
import { plainNumber, serialText } from './xlsx.ts';

// Temporary files of this test file alone.
const folder = mkdtempSync(path.join(os.tmpdir(), 'huike-xlsx-test-'));
process.env.TMPDIR = folder;

const runs = { numRuns: process.env.HUIKE_LONG ? 1_000 : 40 };

async function open(content: Uint8Array, sheet?: string) {
  const table = await openTable(Readable.from([Buffer.from(content)]), sheet === undefined ? {} : { sheet });
  const rows: (TableRow | BadRow)[] = await Array.fromAsync(table.rows);
  return { table, rows, values: rows.map((row) => row.values) };
}

async function excelFile(fill: (book: ExcelJS.Workbook) => void): Promise<Uint8Array> {
  const book = new ExcelJS.Workbook();
  fill(book);
  return Buffer.from(await book.xlsx.writeBuffer());
}

function zip(parts: Readonly<Record<string, string>>): Promise<Buffer> {
  const file = new ZipFile();
  for (const [name, content] of Object.entries(parts)) file.addBuffer(Buffer.from(content), name);
  file.end();
  return buffer(file.outputStream);
}

/** A workbook with one sheet, written by hand. */
function book(sheetData: string, more: Readonly<Record<string, string>> = {}): Promise<Buffer> {
  return zip({
    'xl/workbook.xml':
      '<x:workbook xmlns:x="m" xmlns:r="r"><x:sheets><x:sheet name="一" sheetId="1" r:id="rId1"/></x:sheets></x:workbook>',
    'xl/_rels/workbook.xml.rels':
      '<Relationships><Relationship Id="rId1" Type="t/worksheet" Target="/xl/worksheets/sheet1.xml"/><Relationship Id="rId2" Type="t/styles" Target="styles.xml"/></Relationships>',
    'xl/worksheets/sheet1.xml': `<x:worksheet xmlns:x="m"><x:sheetData>${sheetData}</x:sheetData></x:worksheet>`,
    ...more,
  });
}

test('texts, numbers, dates, booleans, percentages and formulas as Excel writes them', async () => {
  const content = await excelFile((workbook) => {
    const hidden = workbook.addWorksheet('隐藏', { state: 'hidden' });
    hidden.addRow(['x']);
    const sheet = workbook.addWorksheet('客户');
    sheet.addRow(['姓名', '金额', '日期', '时间', '比例', '启用', '合计', '备注']);
    const row = sheet.addRow([
      '张三',
      0.1 + 0.2,
      new Date('2026-01-05'),
      new Date('2026-01-05T15:04:05Z'),
      0.125,
      true,
      { formula: '1+1', result: 2 },
      { richText: [{ text: '富' }, { text: '文本' }] },
    ]);
    row.getCell(3).numFmt = 'yyyy/m/d';
    row.getCell(4).numFmt = 'yyyy-mm-dd hh:mm:ss';
    row.getCell(5).numFmt = '0.0%';
    sheet.addRow([]);
    sheet.addRow(['李四', 1e21, null, null, null, false, { error: '#N/A' }, ' 空 格 ']);
    sheet.getRow(1_000).getCell(1).value = '王五';
  });
  const { table, rows } = await open(content);
  assert.deepEqual([table.sheets, table.sheet, table.format], [['隐藏', '客户'], '客户', 'xlsx']);
  assert.deepEqual(table.columns, ['姓名', '金额', '日期', '时间', '比例', '启用', '合计', '备注']);
  assert.deepEqual(rows, [
    { line: 2, values: ['张三', '0.3', '2026-01-05', '2026-01-05T15:04:05', '12.5%', 'TRUE', '2', '富文本'] },
    { line: 4, values: ['李四', '1000000000000000000000', '', '', '', 'FALSE', '#N/A', ' 空 格 '] },
    { line: 1_000, values: ['王五', '', '', '', '', '', '', ''] },
  ]);
});

test('a sheet by its name, and a problem for one that is not there', async () => {
  const content = await excelFile((workbook) => {
    workbook.addWorksheet('一').addRow(['a']);
    workbook.addWorksheet('二').addRow(['b']);
  });
  assert.deepEqual((await open(content, '二')).table.columns, ['b']);
  await assert.rejects(open(content, '三'), { code: 'import.sheetUnknown', params: { sheet: '三', sheets: '一、二' } });
});

test('a title above the header is passed over, merged cells count once', async () => {
  const content = await excelFile((workbook) => {
    const sheet = workbook.addWorksheet('客户');
    sheet.addRow(['客户名单（2026）']);
    sheet.mergeCells('A1:C1');
    sheet.addRow(['姓名', '电话', '地区']);
    sheet.addRow(['张三', '138', '北京']);
    sheet.addRow(['李四', '139', null]);
    sheet.mergeCells('C3:C4');
  });
  const { table, rows } = await open(content);
  assert.deepEqual(table.columns, ['姓名', '电话', '地区']);
  assert.deepEqual(table.warnings, [{ kind: 'titleSkipped', line: 1, text: '客户名单（2026）' }]);
  assert.deepEqual(rows[0], { line: 3, values: ['张三', '138', '北京'] });
});

test('what other programs write: prefixed names, no cell references, inline and phonetic texts, escapes', async () => {
  const content = await book(
    '<x:row><x:c t="inlineStr"><x:is><x:t>a</x:t></x:is></x:c><x:c t="inlineStr"><x:is><x:r><x:t>b</x:t></x:r><x:rPh><x:t>no</x:t></x:rPh></x:is></x:c></x:row>' +
      '<x:row><x:c t="str"><x:v>x_x000D_y _x005F_x0041_</x:v></x:c><x:c t="d"><x:v>2026-01-05</x:v></x:c></x:row>' +
      '<x:row><x:c r="B9"><x:v>12345678901234567890</x:v></x:c></x:row>' +
      '<x:row><x:c><x:f>A1</x:f></x:c></x:row><x:row><x:c/><x:c/><x:c><x:v>3</x:v></x:c></x:row>',
  );
  const { table, rows } = await open(content);
  assert.deepEqual(table.columns, ['a', 'b']);
  assert.deepEqual(rows[0], { line: 2, values: ['x\ry _x0041_', '2026-01-05'] });
  assert.deepEqual(rows[1], { line: 3, values: ['', '12345678901234567890'] });
  assert.deepEqual(rows[2]?.problem, { code: 'import.formula', params: { column: 'a' } });
  assert.deepEqual(rows[3]?.problem, { code: 'import.cells', params: { expected: 2, found: 3 } });
});

test('the date system of 1904', async () => {
  const content = await book('<row><c><v>1</v></c></row><row><c s="1"><v>0</v></c></row>', {
    'xl/workbook.xml':
      '<workbook xmlns:r="r"><workbookPr date1904="1"/><sheets><sheet name="一" sheetId="1" r:id="rId1"/></sheets></workbook>',
    'xl/styles.xml':
      '<styleSheet><cellStyleXfs><xf numFmtId="9"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
  });
  assert.deepEqual((await open(content)).values, [['1904-01-01']]);
});

test('a file that unpacks too large, or lies about it, is refused', async () => {
  const honest = await book('<row><c><v>1</v></c></row>');
  // The size that the directory at the end of the zip declares for each part.
  const patched = (size: number) => {
    const copy = Buffer.from(honest);
    for (let at = copy.indexOf('PK\u0001\u0002'); at >= 0; at = copy.indexOf('PK\u0001\u0002', at + 4)) {
      if (copy.subarray(at, at + 100).includes('sheet1.xml')) copy.writeUInt32LE(size, at + 24);
    }
    return copy;
  };
  await assert.rejects(open(patched(0xfffffff0)), { code: 'import.tooLarge' });
  await assert.rejects(open(patched(10)), { code: 'import.tooLarge' });
  await assert.rejects(open(honest.subarray(0, honest.length - 30)), { code: 'import.notTable' });
  await assert.rejects(open(await zip({ 'a.txt': 'x' })), { code: 'import.notTable' });
  await assert.rejects(open(await book('<row><c><v>1</v></row>')), { code: 'import.notTable' });
  await assert.rejects(open(await book('')), { code: 'import.empty' });
});

test('entities of a document type are not expanded', async () => {
  const content = await book('', {
    'xl/worksheets/sheet1.xml':
      '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><worksheet><sheetData><row><c t="str"><v>x&b;</v></c></row></sheetData></worksheet>',
  });
  assert.deepEqual((await open(content)).table.columns, ['x&b;']);
});

/** Open files of this test's folder, where the system tells (Linux). */
function openHandles(): string[] {
  if (!existsSync('/proc/self/fd')) return [];
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`);
      return target.startsWith(folder) ? [target] : [];
    } catch {
      return [];
    }
  });
}

test('the temporary file and its handle go, also when the rows are not read to the end', async () => {
  const content = await excelFile((workbook) => {
    const sheet = workbook.addWorksheet('一');
    // Numbers that don't compress, so that the file isn't read in one piece.
    for (let i = 0; i < 20_000; i++) sheet.addRow([i, Math.random(), Math.random()]);
  });
  for (let i = 0; i < 5; i++) {
    const table = await openTable(Readable.from([content]));
    assert.equal(readdirSync(folder).length, 1);
    if (i % 2 === 0) for await (const row of table.rows) if (row.line > 10 + i) break;
    await table.close();
    assert.deepEqual(readdirSync(folder), []);
    assert.deepEqual(openHandles(), []);
  }
});

after(() => {
  assert.deepEqual(readdirSync(folder), []);
  rmSync(folder, { recursive: true });
});

test('SheetJS reads the same from what it writes', async () => {
  const cell = fc.oneof(
    fc
      .string({ unit: fc.constantFrom('a', '张', ' ', '&', '<', '"', '😀', '1', '_'), minLength: 1, maxLength: 6 })
      .filter((text) => text.trim() === text && text !== ''),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
  );
  const table = fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(table, fc.boolean(), async (rows, shared) => {
      const sheet = sheetjs.utils.aoa_to_sheet([['一', '二', '三'], ...rows]);
      const workbook = sheetjs.utils.book_new(sheet, '表');
      const content: Uint8Array = sheetjs.write(workbook, { type: 'buffer', bookType: 'xlsx', bookSST: shared });
      const { values } = await open(content);
      const expected = rows
        .map((row) =>
          row.map((value) => (value === null ? '' : typeof value === 'boolean' ? String(value).toUpperCase() : value)),
        )
        .filter((row) => row.some((value) => value !== ''));
      assert.equal(values.length, expected.length);
      for (const [i, row] of expected.entries()) {
        for (const [j, value] of row.entries()) {
          const found = values[i]?.[j] ?? '';
          if (typeof value === 'number')
            assert.ok([value, Number(value.toPrecision(15))].includes(Number(found)), `${value}`);
          else assert.equal(found, value);
        }
      }
    }),
    runs,
  );
});

test('numbers lose their noise and their exponent, not their digits', () => {
  for (const [raw, plain] of [
    ['0.30000000000000004', '0.3'],
    ['1.0000000000000001E-2', '0.01'],
    ['1E+21', '1000000000000000000000'],
    ['-1.5E-7', '-0.00000015'],
    ['20260105123456789', '20260105123456789'],
    ['19.989999999999998', '19.99'],
    ['0', '0'],
    ['-0', '-0'],
  ] as const) {
    assert.equal(plainNumber(raw, 0), plain);
  }
  assert.equal(plainNumber('0.07', 2), '7');
  assert.equal(plainNumber('1', 2), '100');
});

test('day numbers of Excel', () => {
  assert.equal(serialText(1, 'date', false), '1900-01-01');
  assert.equal(serialText(59, 'date', false), '1900-02-28');
  assert.equal(serialText(60, 'date', false), '1900-02-29');
  assert.equal(serialText(61, 'date', false), '1900-03-01');
  assert.equal(serialText(46027.5, 'dateTime', false), '2026-01-05T12:00:00');
  assert.equal(serialText(46027, 'dateTime', false), '2026-01-05T00:00:00');
  assert.equal(serialText(46027.999999999, 'dateTime', false), '2026-01-06T00:00:00');
  assert.equal(serialText(0.5, 'time', false), '12:00:00');
  assert.equal(serialText(-1, 'date', false), undefined);
  assert.equal(serialText(3e6, 'date', false), undefined);
});

test('number formats', () => {
  const formats = {
    date: ['yyyy/m/d', 'mmm-yy', 'yyyy"年"m"月"d"日"', '[$-804]d;@', 'm/d'],
    time: ['h:mm', 'mm:ss', 'h:mm AM/PM'],
  };
  for (const code of formats.date) assert.equal(formatOf(code), 'date', code);
  for (const code of formats.time) assert.equal(formatOf(code), 'time', code);
  for (const code of ['yyyy-mm-dd hh:mm:ss', 'm/d/yy h:mm']) assert.equal(formatOf(code), 'dateTime', code);
  for (const code of ['General', '0.00', '#,##0"d"', '[h]:mm', '"yyyy"0', '[Red]0.00', '\\d0', '¥#,##0'])
    assert.equal(formatOf(code), 'number', code);
  assert.equal(formatOf('0.0%'), 'percent');
});
