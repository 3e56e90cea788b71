// An Excel file of any length, written while it is read, in constant memory.
import { PassThrough, Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import type { CellValue, ExportColumn, ExportRows } from './cells.ts';
import { type RowSource, STYLES, sheetXml, xmlText } from './sheet.ts';

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
const MAX_NAME = 31;

/** The name of the nth sheet as Excel allows it: at most 31 characters, none of []:*?/\, no ' at either end. */
export function sheetName(name: string, n: number): string {
  const suffix = n === 1 ? '' : ` (${n})`;
  const allowed = name.replace(/[[\]:*?/\\\p{Cc}]/gu, '_').trim();
  return `${
    allowed
      .slice(0, MAX_NAME - suffix.length)
      .toWellFormed()
      .replace(/^'|'$/g, '_') || 'Sheet'
  }${suffix}`;
}

function relationships(all: readonly (readonly [type: string, target: string])[]): string {
  const each = all.map(
    ([type, target], i) => `<Relationship Id="rId${i + 1}" Type="${OFFICE}/${type}" Target="${target}"/>`,
  );
  return `${XML}<Relationships xmlns="${PACKAGE}/relationships">${each.join('')}</Relationships>`;
}

/** The parts that can be written when the sheets are known. */
function otherParts(sheets: readonly string[]): ReadonlyMap<string, string> {
  const entries = sheets.map((name, i) => `<sheet name="${xmlText(name)}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`);
  const types = sheets.map(
    (_, i) => `<Override PartName="/xl/worksheets/sheet${i + 1}.xml" ContentType="${TYPE}.worksheet+xml"/>`,
  );
  const targets = sheets.map((_, i) => ['worksheet', `worksheets/sheet${i + 1}.xml`] as const);
  return new Map([
    ['xl/styles.xml', STYLES],
    [
      'xl/workbook.xml',
      `${XML}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>${entries.join('')}</sheets></workbook>`,
    ],
    ['xl/_rels/workbook.xml.rels', relationships([...targets, ['styles', 'styles.xml']])],
    ['_rels/.rels', relationships([['officeDocument', 'xl/workbook.xml']])],
    [
      '[Content_Types].xml',
      `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${TYPE}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${TYPE}.styles+xml"/>${types.join('')}</Types>`,
    ],
  ]);
}

/** The name of the first sheet, and how many rows a sheet may have with its header (Excel: 1,048,576). */
export interface SheetOptions {
  readonly name?: string;
  readonly maxRows?: number;
}

/**
 * An .xlsx file: texts as texts, numbers as numbers (those of more than 15 digits as texts), dates and times as Excel's
 * own, in `timeZone`. What doesn't fit in one sheet goes on in the next. Rows are taken as fast as the stream is read.
 */
export function xlsxStream(
  columns: readonly ExportColumn[],
  rows: ExportRows,
  timeZone: string,
  options: SheetOptions = {},
): Readable {
  const output = new PassThrough();
  const zip = new ZipFile();
  const fail = (error: unknown) => output.destroy(error instanceof Error ? error : new Error(String(error)));
  zip.on('error', fail);
  zip.outputStream.pipe(output);
  const { name = 'Sheet1', maxRows } = options;
  writeSheets(zip, output, rows, name, (source) => sheetXml(columns, source, timeZone, maxRows)).catch(fail);
  return output;
}

async function writeSheets(
  zip: ZipFile,
  output: PassThrough,
  rows: ExportRows,
  name: string,
  sheet: (source: RowSource) => AsyncGenerator<Buffer>,
): Promise<void> {
  const iterator = rows[Symbol.asyncIterator]();
  const waiting: (readonly CellValue[])[] = [];
  const source: RowSource = {
    async next() {
      const kept = waiting.pop();
      if (kept) return kept;
      const taken = await iterator.next();
      return taken.done ? undefined : taken.value;
    },
    unread: (row) => waiting.push(row),
  };
  const sheets: string[] = [];
  try {
    do {
      sheets.push(sheetName(name, sheets.length + 1));
      const xml = Readable.from(sheet(source), { objectMode: false });
      const stop = () => xml.destroy();
      output.once('close', stop);
      zip.addReadStream(xml, `xl/worksheets/sheet${sheets.length}.xml`);
      await finished(xml);
      output.off('close', stop);
    } while (waiting.length > 0);
    for (const [part, content] of otherParts(sheets)) zip.addBuffer(Buffer.from(content), part);
    zip.end();
  } finally {
    await iterator.return?.();
  }
}
