// The rows that were not imported, as a file to be mended and imported again: line and reason, then the cells as they
// are in the file, in its own encoding, byte for byte where they can't be decoded.
import { Readable } from 'node:stream';
import { fileInfo, type Kernel } from '@huike/kernel';
import { type Language, problem } from '@huike/schema';
import { guard } from '../export/cells.ts';
import type { Reject } from './batch.ts';
import { bytesOf, type Encoding } from './encoding.ts';
import type { BadRow, TableRow } from './rows.ts';
import { tableOf } from './run.ts';
import { type ImportRow, rejectsOf } from './store.ts';
import { reasonsOf } from './words.ts';

const ownColumns: Readonly<Record<Language, readonly (readonly [string, string])[]>> = {
  zh: [
    ['行号', '原因'],
    ['导入行号', '导入失败原因'],
  ],
  en: [
    ['Line', 'Reason'],
    ['Import line', 'Import reason'],
  ],
};

const ownNames: ReadonlySet<string> = new Set(Object.values(ownColumns).flatMap((pairs) => pairs.map(String)));

/** Whether a file begins with the two columns that a file of rejected rows has in front. */
function isRejects([first = '', second = '']: readonly string[]): boolean {
  return ownNames.has(String([first, second]));
}

/** How many columns of a file are not the user's. */
export const ownColumnCount = (names: readonly string[]): number => (isRejects(names) ? 2 : 0);

/** The file of rejected rows. Throws `import.fileGone` when the file that they are in is no longer kept. */
export async function rejectsFile(kernel: Kernel, row: ImportRow, language: Language): Promise<Readable> {
  if ((await fileInfo(kernel.db, row.file)) === null) throw problem('import.fileGone');
  const encoding = row.survey?.encoding ?? 'utf-8';
  const names = row.survey?.columns ?? [];
  const rejects = rejectsOf(kernel.db, row.id);
  const catalog = kernel.catalogs.current();
  // A file of rejected rows that was mended in part has its own two columns once.
  const skip = ownColumnCount(names);
  const kept = names.slice(skip);
  const reason = ({ faults }: Reject) => reasonsOf(catalog, row.object, names, faults, language);
  const header = ownColumns[language].find((pair) => !kept.some((name) => pair.includes(name))) ?? ['', ''];
  async function* pieces(): AsyncGenerator<Buffer> {
    yield Buffer.concat([
      mark(encoding),
      lineOf(
        [...header, ...kept].map((name) => cell(name, encoding)),
        encoding,
      ),
    ]);
    let wanted = await rejects.next();
    const { rows } = await tableOf(kernel, row);
    for await (const one of rows) {
      if (wanted.done === true) break;
      if (one.line !== wanted.value.line) continue;
      const own = [String(one.line), reason(wanted.value)].map((text) => cell(text, encoding));
      yield lineOf([...own, ...cellsOf(one, encoding).slice(skip)], encoding);
      wanted = await rejects.next();
    }
  }
  return Readable.from(pieces(), { objectMode: false });
}

const special = /["\r\n,;\t|]|^\s|\s$/;

/** A cell's bytes, harmless to spreadsheets. */
function cell(text: string, encoding: Encoding): Buffer {
  const harmless = guard(text);
  return bytesOf(special.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless, encoding);
}

function cellsOf({ values, undecodable = [] }: TableRow | BadRow, encoding: Encoding): Buffer[] {
  const raw = new Map(undecodable.map(({ column, bytes }) => [column, bytes]));
  return values.map((value, column) => {
    const bytes = raw.get(column);
    return bytes === undefined ? cell(value, encoding) : rawCell(value, Buffer.from(bytes), encoding);
  });
}

/** Bytes that can't all be decoded, in quotation marks of the encoding. */
function rawCell(value: string, bytes: Buffer, encoding: Encoding): Buffer {
  const quote = bytesOf('"', encoding);
  const guarded = guard(value) === value ? bytes : Buffer.concat([bytesOf("'", encoding), bytes]);
  return Buffer.concat([quote, doubled(guarded, quote), quote]);
}

/** Doubles quotation marks. They are single bytes, or in UTF-16 pairs at even places. */
function doubled(bytes: Buffer, quote: Buffer): Buffer {
  const pieces: Buffer[] = [];
  let from = 0;
  for (let i = 0; i + quote.length <= bytes.length; i += quote.length) {
    if (!bytes.subarray(i, i + quote.length).equals(quote)) continue;
    pieces.push(bytes.subarray(from, i + quote.length), quote);
    from = i + quote.length;
  }
  return Buffer.concat([...pieces, bytes.subarray(from)]);
}

function lineOf(cells: readonly Buffer[], encoding: Encoding): Buffer {
  const comma = bytesOf(',', encoding);
  const end = bytesOf('\r\n', encoding);
  return Buffer.concat(cells.flatMap((one, index) => (index === 0 ? [one] : [comma, one])).concat(end));
}

/** The byte order mark by which programs tell Unicode. GB18030 goes without. */
const mark = (encoding: Encoding) => (encoding === 'gb18030' ? Buffer.alloc(0) : bytesOf('\ufeff', encoding));
