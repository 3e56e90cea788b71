// A text file as a table: encoding and delimiter are found, the rest streams.
import { problem } from '@huike/schema';
import { unguard } from '../export/cells.ts';
import { CsvReader, type CsvRow, type Delimiter, findDelimiter } from './csv.ts';
import { bytesOf, type Encoding, hasMarks, suggestText, TextReader, withoutMarks } from './encoding.ts';
import { type BadRow, columnNames, fitRow, type Table, type TableRow, type TableWarning } from './rows.ts';

const SAMPLE = 32_768;
const MAX_HEADER = 1_000_000;
const DECLARED: ReadonlyMap<string, Delimiter> = new Map([
  ['sep=,', ','],
  ['sep=;', ';'],
  ['sep=\t', '\t'],
  ['sep=|', '|'],
]);

/** Opens delimited text. Throws import.empty. */
export async function openCsv(chunks: AsyncIterable<Uint8Array>): Promise<Table> {
  const reader = new TextReader();
  const pieces = textPieces(chunks, reader);
  const close = async () => {
    await pieces.return(undefined);
  };
  try {
    const sample = await takeSample(pieces);
    const delimiter = declaredDelimiter(sample.text) ?? findDelimiter(sample.text, sample.whole);
    const rows = csvRows(sample.text, pieces, delimiter);
    const first = await rows.next();
    if (first.done) throw problem('import.empty');
    const warnings: TableWarning[] = [];
    const columns = columnNames(
      first.value.values.map((name) => unguard(withoutMarks(name))),
      warnings,
    );
    return {
      format: 'csv',
      columns,
      rows: tableRows(rows, columns.length, reader, close),
      get encoding() {
        return reader.encoding;
      },
      delimiter,
      sheets: [],
      sheet: undefined,
      warnings,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function* textPieces(
  chunks: AsyncIterable<Uint8Array>,
  reader: TextReader,
): AsyncGenerator<string, void, undefined> {
  for await (const chunk of chunks) {
    const text = reader.push(chunk);
    if (text !== '') yield text;
  }
  yield reader.end();
}

/** Enough text to tell the delimiter by, and at least one line. */
async function takeSample(pieces: AsyncGenerator<string>): Promise<{ text: string; whole: boolean }> {
  let text = '';
  while (text.length < SAMPLE || (!/[\r\n]/.test(text) && text.length < MAX_HEADER)) {
    const next = await pieces.next();
    if (next.done) return { text, whole: true };
    text += next.value;
  }
  return { text, whole: false };
}

/** Excel's own first line that names the delimiter: sep=; */
function declaredDelimiter(text: string): Delimiter | undefined {
  return DECLARED.get(text.slice(0, 5).toLowerCase());
}

async function* csvRows(sample: string, pieces: AsyncIterable<string>, delimiter: Delimiter): AsyncGenerator<CsvRow> {
  const reader = new CsvReader(delimiter);
  const rows = reader.push(sample);
  if (declaredDelimiter(sample) !== undefined) rows.shift();
  yield* rows;
  for await (const piece of pieces) yield* reader.push(piece);
  yield* reader.end();
}

async function* tableRows(
  rows: AsyncIterable<CsvRow>,
  width: number,
  reader: TextReader,
  close: () => Promise<void>,
): AsyncGenerator<TableRow | BadRow> {
  try {
    for await (const { line, values, problem } of rows) {
      const row = fitRow(line, values.map(unguard), width, problem);
      if (row) yield row.values.some(hasMarks) ? withUndecodable(row, reader.encoding) : row;
    }
  } finally {
    await close();
  }
}

function withUndecodable<Row extends TableRow | BadRow>(row: Row, encoding: Encoding): Row {
  const undecodable = row.values.flatMap((value, column) =>
    hasMarks(value) ? [{ column, bytes: bytesOf(value, encoding), suggestion: suggestText(value, encoding) }] : [],
  );
  return { ...row, values: row.values.map(withoutMarks), undecodable };
}
