// An uploaded file as a table. What kind of file it is, is told by its bytes, not by its name.
import { problem } from '@huike/schema';
import { openCsv } from './csv-table.ts';
import type { Table } from './rows.ts';
import { openXlsx } from './xlsx-table.ts';

export type { BadRow, Table, TableRow } from './rows.ts';

const HEAD = 4096;
const ZIP = Buffer.from('PK\u0003\u0004');
const OLE = Buffer.from('d0cf11e0a1b11ae1', 'hex');
const ENCRYPTED = Buffer.from('EncryptedPackage', 'utf16le');
const MARKUP = /^(?:\u00ef\u00bb\u00bf)?\s*<(?:!doctype|html|table|meta|\?xml)/i;

/**
 * Opens a CSV or .xlsx file. Text streams, an .xlsx goes to a temporary file first; rows are not limited.
 * Throws import.oldExcel, .encrypted, .notTable, .tooLarge, .sheetUnknown, .empty. Read the rows or close the table.
 */
export async function openTable(
  stream: AsyncIterable<Uint8Array>,
  options: { readonly fileName?: string; readonly sheet?: string } = {},
): Promise<Table> {
  const { head, chunks, close } = await peek(stream);
  try {
    if (head.length === 0) throw problem('import.empty');
    if (head.subarray(0, 4).equals(ZIP)) return await openXlsx(chunks, options.sheet);
    if (head.subarray(0, 8).equals(OLE))
      throw problem((await isEncrypted(chunks)) ? 'import.encrypted' : 'import.oldExcel');
    if (MARKUP.test(head.toString('latin1'))) {
      // Many systems write a web page and call it .xls.
      const isExcel = /\.xls$/i.test(options.fileName ?? '');
      throw isExcel ? problem('import.oldExcel') : problem('import.notTable', { detail: 'HTML/XML' });
    }
    return await openCsv(chunks);
  } catch (error) {
    await close();
    throw error;
  }
}

interface Peeked {
  readonly head: Buffer;
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly close: () => Promise<void>;
}

/** The first bytes, and the whole stream again. */
async function peek(stream: AsyncIterable<Uint8Array>): Promise<Peeked> {
  const source = stream[Symbol.asyncIterator]();
  const close = async () => {
    await source.return?.();
  };
  const pieces: Uint8Array[] = [];
  for (let size = 0; size < HEAD; ) {
    const next = await source.next();
    if (next.done) break;
    pieces.push(next.value);
    size += next.value.length;
  }
  async function* whole(): AsyncGenerator<Uint8Array> {
    try {
      yield* pieces;
      for (let next = await source.next(); !next.done; next = await source.next()) yield next.value;
    } finally {
      await close();
    }
  }
  return { head: Buffer.concat(pieces), chunks: whole(), close };
}

/** The same container holds an old workbook or an encrypted new one. */
async function isEncrypted(chunks: AsyncIterable<Uint8Array>): Promise<boolean> {
  let seen = Buffer.alloc(0);
  for await (const chunk of chunks) {
    seen = Buffer.concat([seen.subarray(-ENCRYPTED.length), chunk]);
    if (seen.includes(ENCRYPTED)) return true;
  }
  return false;
}
