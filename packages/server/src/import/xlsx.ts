// An .xlsx row by row: the file lies on disk, a sheet streams through, only the shared texts are held in memory.
import path from 'node:path';
import { problem } from '@huike/schema';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import {
  type NumberFormat,
  readRelations,
  readSharedTexts,
  readSheets,
  readStyles,
  readXml,
  type SheetEntry,
  TextGatherer,
  unescapeText,
} from './workbook.ts';

const MB = 1_048_576;
/** Unpacked sizes beyond which a file is refused: of all its parts, and of the texts that are held in memory. */
const MAX_UNPACKED = 4_096 * MB;
const MAX_SHARED_TEXTS = 512 * MB;
const MAX_PARTS = 20_000;
const MAX_COLUMNS = 16_384;

export interface XlsxRow {
  /** The number that the row bears in Excel. */
  readonly line: number;
  readonly values: string[];
  /** Columns (from 0) whose formula has no saved result. */
  readonly unsaved: readonly number[];
}

export interface Workbook {
  readonly sheets: readonly string[];
  readonly sheet: string;
  readonly rows: AsyncGenerator<XlsxRow>;
  close(): Promise<void>;
}

/**
 * Opens one sheet (the first that is shown, if none is named). Numbers come as plain digits, percentages with %,
 * dates as 2026-01-05 or 2026-01-05T15:04:05, times as 15:04:05. Rows without any value are left out.
 * Throws import.notTable, import.tooLarge, import.sheetUnknown.
 */
export async function openWorkbook(file: string, sheet?: string): Promise<Workbook> {
  const zip = await openPromise(file, { autoClose: false, lazyEntries: true }).catch(unreadable);
  try {
    const parts = await listParts(zip);
    const read = async (name: string) => {
      const part = parts.get(name);
      return part === undefined ? undefined : zip.openReadStreamPromise(part).catch(unreadable);
    };
    const root = await read('_rels/.rels');
    const relations = root ? [...(await readRelations(root)).values()] : [];
    const main = resolve('', relations.find(({ type }) => type === 'officeDocument')?.target ?? 'xl/workbook.xml');
    const [book, links] = [await read(main), await read(relationsOf(main))];
    if (!book || !links) throw problem('import.notTable', { detail: 'no workbook' });
    const { sheets, date1904 } = await readSheets(book);
    const targets = await readRelations(links);
    const chosen = chooseSheet(sheets, sheet);
    const target = targets.get(chosen.relation);
    const part = target && parts.get(resolve(main, target.target));
    if (!part) throw problem('import.notTable', { detail: 'no sheet' });
    const other = (type: string) => [...targets.values()].find((one) => one.type === type)?.target;
    const texts = parts.get(resolve(main, other('sharedStrings') ?? ''));
    if (texts && texts.uncompressedSize > MAX_SHARED_TEXTS) throw tooLarge(MAX_SHARED_TEXTS);
    const styles = await read(resolve(main, other('styles') ?? ''));
    const context: SheetContext = {
      texts: texts ? await readSharedTexts(await zip.openReadStreamPromise(texts)) : [],
      styles: styles ? await readStyles(styles) : [],
      date1904,
    };
    const rows = readRows(zip, part, context);
    return {
      sheets: sheets.map(({ name }) => name),
      sheet: chosen.name,
      rows,
      async close() {
        await rows.return(undefined);
        zip.close();
      },
    };
  } catch (error) {
    zip.close();
    throw error;
  }
}

function unreadable(error: unknown): never {
  const detail = error instanceof Error ? error.message : String(error);
  throw /too many bytes/.test(detail) ? tooLarge(MAX_UNPACKED) : problem('import.notTable', { detail });
}

const tooLarge = (limit: number) => problem('import.tooLarge', { limit: limit / MB });

/** The parts by name. The sizes they declare are held against the limit here, and against the truth by yauzl. */
async function listParts(zip: ZipFile): Promise<ReadonlyMap<string, Entry>> {
  const parts = new Map<string, Entry>();
  let unpacked = 0;
  try {
    for await (const entry of zip.eachEntry()) {
      unpacked += entry.uncompressedSize;
      if (unpacked > MAX_UNPACKED || parts.size >= MAX_PARTS) throw tooLarge(MAX_UNPACKED);
      parts.set(entry.fileName, entry);
    }
  } catch (error) {
    if (error instanceof Error && error.name === 'Problem') throw error;
    unreadable(error);
  }
  return parts;
}

const relationsOf = (part: string) =>
  path.posix.join(path.posix.dirname(part), '_rels', `${path.posix.basename(part)}.rels`);

/** Targets are relative to their part, or absolute within the file. */
function resolve(part: string, target: string): string {
  return target.startsWith('/') ? target.slice(1) : path.posix.join(path.posix.dirname(part), target);
}

function chooseSheet(sheets: readonly SheetEntry[], wanted: string | undefined): SheetEntry {
  const chosen =
    wanted === undefined
      ? (sheets.find(({ hidden }) => !hidden) ?? sheets[0])
      : sheets.find(({ name }) => name === wanted);
  if (chosen) return chosen;
  if (wanted === undefined) throw problem('import.empty');
  throw problem('import.sheetUnknown', { sheet: wanted, sheets: sheets.map(({ name }) => name).join('、') });
}

interface SheetContext {
  readonly texts: readonly string[];
  readonly styles: readonly NumberFormat[];
  readonly date1904: boolean;
}

async function* readRows(zip: ZipFile, part: Entry, context: SheetContext): AsyncGenerator<XlsxRow> {
  const gathered: XlsxRow[] = [];
  const stream = await zip.openReadStreamPromise(part).catch(unreadable);
  try {
    for await (const _ of readXml(
      stream,
      rowVisitor(context, (row) => gathered.push(row)),
    )) {
      yield* gathered;
      gathered.length = 0;
    }
    yield* gathered;
  } catch (error) {
    if (error instanceof Error && error.name === 'Problem') throw error;
    unreadable(error);
  } finally {
    stream.destroy();
  }
}

function rowVisitor(context: SheetContext, emit: (row: XlsxRow) => void) {
  let line = 0;
  let values: string[] = [];
  let unsaved: number[] = [];
  let column = -1;
  let type = '';
  let style = 0;
  let raw: string | undefined;
  let formula = false;
  let inValue = false;
  const inline = new TextGatherer();
  return {
    open(name: string, attributes: Readonly<Record<string, string>>) {
      if (name === 'row') {
        line = Number(attributes.r ?? line + 1);
        values = [];
        unsaved = [];
        column = -1;
      } else if (name === 'c') {
        column = columnOf(attributes.r) ?? column + 1;
        type = attributes.t ?? 'n';
        style = Number(attributes.s ?? 0);
        raw = undefined;
        formula = false;
      } else if (name === 'v') {
        inValue = true;
        raw = '';
      } else if (name === 'f') {
        formula = true;
      } else {
        inline.open(name);
      }
    },
    text(text: string) {
      if (inValue) raw = (raw ?? '') + text;
      else inline.text(text);
    },
    close(name: string) {
      if (name === 'v') {
        inValue = false;
      } else if (name === 'c') {
        const value = type === 'inlineStr' ? inline.take() : cellText(raw, type, style, context);
        if (column < MAX_COLUMNS) {
          while (values.length < column) values.push('');
          if (value !== '') values[column] = value;
          if (formula && raw === undefined) unsaved.push(column);
        }
      } else if (name === 'row') {
        if (values.some((value) => value.trim() !== '') || unsaved.length > 0) emit({ line, values, unsaved });
      } else {
        inline.close(name);
      }
    },
  };
}

/** `BC12` → 54. */
function columnOf(reference: string | undefined): number | undefined {
  if (reference === undefined) return undefined;
  let column = 0;
  for (let i = 0; i < reference.length; i++) {
    const code = reference.charCodeAt(i) & ~0x20;
    if (code < 0x41 || code > 0x5a) break;
    column = column * 26 + code - 0x40;
  }
  return column > 0 ? column - 1 : undefined;
}

function cellText(raw: string | undefined, type: string, style: number, context: SheetContext): string {
  if (raw === undefined || raw === '') return '';
  switch (type) {
    case 's':
      return context.texts[Number(raw)] ?? '';
    case 'str':
      return unescapeText(raw);
    case 'b':
      return raw === '1' ? 'TRUE' : 'FALSE';
    case 'n':
      return numberText(raw.trim(), context.styles[style] ?? 'number', context.date1904);
    default:
      // ISO dates (d) and errors such as #N/A (e) as they are written.
      return raw;
  }
}

function numberText(raw: string, format: NumberFormat, date1904: boolean): string {
  if (format === 'percent') return `${plainNumber(raw, 2)}%`;
  return (format === 'number' ? undefined : serialText(Number(raw), format, date1904)) ?? plainNumber(raw, 0);
}

/** Digits without exponent, rounded to the 15 that Excel knows, times ten to the `shift`. Integers stay exact. */
export function plainNumber(raw: string, shift: number): string {
  if (shift === 0 && /^-?\d+$/.test(raw)) return raw;
  const number = Number(raw);
  if (!Number.isFinite(number)) return raw;
  const [, sign = '', lead = '', fraction = '', exponent = '0'] =
    /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(number.toExponential(14)) ?? [];
  const digits = (lead + fraction).replace(/0+$/, '');
  const point = 1 + Number(exponent) + shift;
  if (digits === '') return '0';
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (digits.length <= point) return sign + digits.padEnd(point, '0');
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

const DAY = 86_400_000;
const LAST_DAY = 2_958_466;

/** A serial day number of Excel as a date; undefined if it is out of Excel's range. */
export function serialText(
  serial: number,
  format: 'date' | 'dateTime' | 'time',
  date1904: boolean,
): string | undefined {
  if (!(serial >= 0 && serial < LAST_DAY)) return undefined;
  const total = Math.round(serial * DAY);
  const days = Math.floor(total / DAY);
  const time = new Date(total - days * DAY)
    .toISOString()
    .slice(11, 23)
    .replace(/\.000$/, '');
  if (format === 'time' && days === 0) return time;
  const date = date1904 ? new Date(Date.UTC(1904, 0, 1) + days * DAY) : dateOf1900(days);
  // Excel believes in a 29 February 1900.
  const day = date === undefined ? '1900-02-29' : date.toISOString().slice(0, 10);
  return format === 'date' && total % DAY === 0 ? day : `${day}T${time}`;
}

function dateOf1900(days: number): Date | undefined {
  return days === 60 ? undefined : new Date(Date.UTC(1899, 11, days < 60 ? 31 : 30) + days * DAY);
}
