// CSV for Excel and for people: UTF-8 with its mark, commas, CRLF, and no cell that a spreadsheet would run.
import { Readable } from 'node:stream';
import { type CellValue, clockIn, type ExportColumn, type ExportRows, guard, NUMBER } from './cells.ts';

const CHUNK = 32_768;
// Other programs' delimiters too, so that the right one is found again.
const QUOTED = /["\r\n,;\t|]|^\s|\s$/;

const quote = (text: string) => (QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const storable = (text: string) => text.replaceAll('\0', '\ufffd').toWellFormed();
const textCell = (text: string) => quote(guard(storable(text)));

function cell(value: CellValue, column: ExportColumn, timeZone: string): string {
  if (value === null || value === undefined || value === '') return '';
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  const text = String(value);
  if (column.kind === 'number' && NUMBER.test(text)) return text;
  if (column.kind !== 'dateTime') return textCell(text);
  const clock = clockIn(text, timeZone);
  return clock ? `${clock.date} ${clock.time}` : textCell(text);
}

async function* pieces(columns: readonly ExportColumn[], rows: ExportRows, timeZone: string): AsyncGenerator<string> {
  let piece = `\ufeff${columns.map(({ label }) => textCell(label)).join(',')}\r\n`;
  for await (const row of rows) {
    piece += `${columns.map((column, i) => cell(row[i], column, timeZone)).join(',')}\r\n`;
    if (piece.length < CHUNK) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

/** A CSV file. Rows are taken as fast as the stream is read, and no faster. Times are written in `timeZone`. */
export function csvStream(columns: readonly ExportColumn[], rows: ExportRows, timeZone: string): Readable {
  return Readable.from(pieces(columns, rows, timeZone), { objectMode: false });
}
