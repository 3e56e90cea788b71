// An Excel file as a table. A zip is read from its end, so the file goes to disk first.
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { problem } from '@huike/schema';
import { type BadRow, columnNames, fitRow, type Table, type TableRow, type TableWarning } from './rows.ts';
import { openWorkbook, type XlsxRow } from './xlsx.ts';

/** Opens a sheet of an .xlsx. Throws import.notTable, import.tooLarge, import.sheetUnknown, import.empty. */
export async function openXlsx(chunks: AsyncIterable<Uint8Array>, sheet: string | undefined): Promise<Table> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'huike-import-'));
  let closeWorkbook = async () => {};
  const close = async () => {
    await closeWorkbook();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const file = path.join(folder, 'table.xlsx');
    await pipeline(chunks, createWriteStream(file, { mode: 0o600 }));
    const workbook = await openWorkbook(file, sheet);
    closeWorkbook = workbook.close;
    const warnings: TableWarning[] = [];
    const { header, first } = await readHeader(workbook.rows, warnings);
    const columns = columnNames(header.values, warnings);
    return {
      format: 'xlsx',
      columns,
      rows: tableRows(first, workbook.rows, columns, close),
      encoding: undefined,
      delimiter: undefined,
      sheets: workbook.sheets,
      sheet: workbook.sheet,
      warnings,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

const filled = (row: XlsxRow) => row.values.filter((value) => value.trim() !== '').length;

/** The header and the row after it. A single cell above a wider row is the sheet's title, and is passed over. */
async function readHeader(
  rows: AsyncIterator<XlsxRow, void>,
  warnings: TableWarning[],
): Promise<{ header: XlsxRow; first: XlsxRow | undefined }> {
  const take = async () => (await rows.next()).value ?? undefined;
  let header = await take();
  if (!header) throw problem('import.empty');
  let first = await take();
  while (first && filled(header) === 1 && filled(first) > 1) {
    warnings.push({ kind: 'titleSkipped', line: header.line, text: header.values.find((value) => value !== '') ?? '' });
    header = first;
    first = await take();
  }
  return { header, first };
}

async function* tableRows(
  first: XlsxRow | undefined,
  rest: AsyncIterable<XlsxRow>,
  columns: readonly string[],
  close: () => Promise<void>,
): AsyncGenerator<TableRow | BadRow> {
  const fit = ({ line, values, unsaved }: XlsxRow) => {
    // Excel leaves out empty cells at the end.
    const padded =
      values.length < columns.length ? [...values, ...Array<string>(columns.length - values.length).fill('')] : values;
    const column = unsaved[0];
    const found =
      column === undefined
        ? undefined
        : ({ code: 'import.formula', params: { column: columns[column] ?? column + 1 } } as const);
    return fitRow(line, padded, columns.length, found);
  };
  try {
    const row = first && fit(first);
    if (row) yield row;
    for await (const one of rest) {
      const next = fit(one);
      if (next) yield next;
    }
  } finally {
    await close();
  }
}
