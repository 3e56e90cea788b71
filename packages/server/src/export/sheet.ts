// The XML of one worksheet, row by row.
import { type CellValue, clockIn, type ExportColumn, isDate, isRisky, NUMBER } from './cells.ts';

const MAX_ROWS = 1_048_576;
/** Unpacked, a part of a plain zip must stay below 4 GB. */
const MAX_BYTES = 3_900_000_000;
const MAX_TEXT = 32_767;
const CHUNK = 65_536;
/** Excel computes with 15 digits; a longer number stays text, so that none is lost. */
const MAX_DIGITS = 15;

/** Indexes into the cell formats of `styles.xml`. */
const STYLE = { header: 1, date: 2, dateTime: 3, guarded: 4 } as const;

export const STYLES = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1" quotePrefix="1"/><xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" quotePrefix="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`;

const MARKUP: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML can't hold
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** Text as XML: signs that XML lacks become U+FFFD, a carriage return is kept as Excel keeps it. */
export function xmlText(text: string): string {
  return text
    .toWellFormed()
    .replace(FORBIDDEN, '\ufffd')
    .replace(/_(?=x[0-9a-fA-F]{4}_)/g, '_x005F_')
    .replace(/[&<>"]/g, (sign) => MARKUP[sign] ?? sign)
    .replaceAll('\r', '_x000D_');
}

/** At most 32,767 UTF-16 units, with … at the end if there was more. */
function cut(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

const DAY = 86_400_000;
/** Before March 1900 Excel's calendar is wrong. */
const FIRST_DAY = 61;

/** Excel's number for a day and a time of day; undefined for what its calendar lacks. */
function serial(date: string, time: string): string | undefined {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
  const days = (new Date(date).getTime() - Date.UTC(1899, 11, 30)) / DAY;
  if (!(days >= FIRST_DAY)) return undefined;
  return String(days + (hours * 3600 + minutes * 60 + seconds) / 86_400);
}

/** Whether Excel keeps all digits of a number. */
function isExact(text: string): boolean {
  return NUMBER.test(text) && text.replace(/\D/g, '').replace(/^0+|0+$/g, '').length <= MAX_DIGITS;
}

interface Content {
  readonly type?: 'inlineStr' | 'b';
  readonly style?: number;
  readonly xml: string;
}

function textContent(text: string, style = isRisky(text) ? STYLE.guarded : 0): Content {
  return { type: 'inlineStr', style, xml: `<is><t xml:space="preserve">${xmlText(cut(text))}</t></is>` };
}

function contentOf(value: Exclude<CellValue, null | undefined>, kind: ExportColumn['kind'], timeZone: string): Content {
  if (typeof value === 'boolean') return { type: 'b', xml: `<v>${value ? 1 : 0}</v>` };
  const text = String(value);
  if (kind === 'number' && isExact(text)) return { xml: `<v>${text}</v>` };
  const clock = kind === 'dateTime' ? clockIn(text, timeZone) : undefined;
  const day = clock ? serial(clock.date, clock.time) : kind === 'date' && isDate(text) ? serial(text, '') : undefined;
  return day === undefined ? textContent(text) : { style: clock ? STYLE.dateTime : STYLE.date, xml: `<v>${day}</v>` };
}

function cell(reference: string, { type, style, xml }: Content): string {
  return `<c r="${reference}"${style ? ` s="${style}"` : ''}${type ? ` t="${type}"` : ''}>${xml}</c>`;
}

/** 0 → A, 26 → AA. */
function columnLetters(index: number): string {
  return (index < 26 ? '' : columnLetters(Math.floor(index / 26) - 1)) + String.fromCharCode(65 + (index % 26));
}

const WIDTHS: Readonly<Record<ExportColumn['kind'], number>> = {
  text: 20,
  number: 14,
  boolean: 8,
  date: 12,
  dateTime: 20,
};

/** Rows that are taken one by one, and of which one can know whether there are more. */
export interface RowSource {
  readonly next: () => Promise<readonly CellValue[] | undefined>;
  readonly unread: (row: readonly CellValue[]) => void;
}

/** One worksheet with as many rows as fit; the next one, if any, stays in the source. */
export async function* sheetXml(
  columns: readonly ExportColumn[],
  source: RowSource,
  timeZone: string,
  maxRows = MAX_ROWS,
): AsyncGenerator<Buffer> {
  const letters = columns.map((_, i) => columnLetters(i));
  let piece = beginning(columns);
  let bytes = 0;
  const add = (number: number, contents: readonly (Content | undefined)[]) => {
    piece += `<row r="${number}">`;
    for (const [i, content] of contents.entries()) if (content) piece += cell(`${letters[i]}${number}`, content);
    piece += '</row>';
  };
  add(
    1,
    columns.map(({ label }) => textContent(label, STYLE.header)),
  );
  for (let number = 2; ; number++) {
    const row = await source.next();
    if (row === undefined) break;
    if (number > maxRows || bytes > MAX_BYTES) {
      source.unread(row);
      break;
    }
    add(
      number,
      columns.map(({ kind }, i) => {
        const value = row[i];
        return value === null || value === undefined || value === '' ? undefined : contentOf(value, kind, timeZone);
      }),
    );
    if (piece.length < CHUNK) continue;
    const chunk = Buffer.from(piece);
    bytes += chunk.length;
    piece = '';
    yield chunk;
  }
  yield Buffer.from(`${piece}</sheetData></worksheet>`);
}

function beginning(columns: readonly ExportColumn[]): string {
  const widths = columns.map(
    ({ kind }, i) => `<col min="${i + 1}" max="${i + 1}" width="${WIDTHS[kind]}" customWidth="1"/>`,
  );
  // The header stays in view.
  const pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>';
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0">${pane}</sheetView></sheetViews><cols>${widths.join('')}</cols><sheetData>`;
}
