// Delimited text to rows, as the text comes in. A fault spoils its own line and no other.
import type { ErrorCode, ErrorParams } from '@huike/schema';

export type Delimiter = ',' | ';' | '\t' | '|';

/** One row of the file as it stands: `line` is where it begins, from 1. */
export interface CsvRow {
  readonly line: number;
  readonly values: string[];
  readonly problem?: { readonly code: ErrorCode; readonly params: ErrorParams };
}

/** A quoted value that is still open after so many characters has lost its closing quotation mark. */
const MAX_VALUE = 1_000_000;

const isBlank = (text: string) => /^[ \t\u00a0\u3000]*$/.test(text);
const lineEnds = (text: string) => text.match(/\r\n|\n|\r/g)?.length ?? 0;

/**
 * Reads rows from pieces of text. Values are separated by one delimiter; blanks around a value that isn't quoted are
 * dropped; "" inside quotation marks is one mark; lines end with CRLF, LF or CR; blank lines are skipped.
 */
export class CsvReader {
  private readonly delimiter: Delimiter;
  private text = '';
  private line = 1;

  constructor(delimiter: Delimiter) {
    this.delimiter = delimiter;
  }

  /** The rows that are complete with this piece. */
  push(piece: string): CsvRow[] {
    this.text = this.text === '' ? piece : this.text + piece;
    return this.take(false);
  }

  end(): CsvRow[] {
    return this.take(true);
  }

  private take(last: boolean): CsvRow[] {
    const { text } = this;
    const rows: CsvRow[] = [];
    const ends = new LineEnds(text, last);
    let from = 0;
    while (from < text.length) {
      const end = ends.after(from);
      const read =
        end === undefined ? undefined : (this.plainRow(from, end) ?? quotedRow(text, from, this.delimiter, last, ends));
      if (read === undefined || end === undefined) break;
      if (!(read.values.length <= 1 && isBlank(read.values[0] ?? ''))) {
        rows.push({ line: this.line, values: read.values, ...(read.problem && { problem: read.problem }) });
      }
      this.line += read.next === end.next ? 1 : lineEnds(text.slice(from, read.next));
      from = read.next;
    }
    this.text = text.slice(from);
    return rows;
  }

  /** Most lines hold no quotation mark. */
  private plainRow(from: number, end: LineEnd): ReadRow | undefined {
    const line = this.text.slice(from, end.at);
    if (line.includes('"')) return undefined;
    return { values: line.split(this.delimiter).map(trimmed), next: end.next };
  }
}

interface ReadRow {
  readonly values: string[];
  readonly next: number;
  readonly problem?: CsvRow['problem'];
}

interface LineEnd {
  readonly at: number;
  readonly next: number;
}

/** Where lines end; looked up in order. */
class LineEnds {
  private readonly text: string;
  private readonly last: boolean;
  private feed = -1;
  private carriage = -1;

  constructor(text: string, last: boolean) {
    this.text = text;
    this.last = last;
  }

  /** The end of the line that goes on at `from`; undefined if it may lie in text that is still to come. */
  after(from: number): LineEnd | undefined {
    const { text } = this;
    if (this.feed < from) this.feed = indexOrEnd(text, '\n', from);
    if (this.carriage < from) this.carriage = indexOrEnd(text, '\r', from);
    const at = Math.min(this.feed, this.carriage);
    if (at === text.length) return this.last ? { at, next: at } : undefined;
    if (text[at] === '\n') return { at, next: at + 1 };
    if (at + 1 === text.length && !this.last) return undefined;
    return { at, next: text[at + 1] === '\n' ? at + 2 : at + 1 };
  }
}

function indexOrEnd(text: string, sign: string, from: number): number {
  const at = text.indexOf(sign, from);
  return at < 0 ? text.length : at;
}

const trimmed = (value: string) => value.trim();

/** A row with quoted values; undefined when its end isn't there yet. */
function quotedRow(
  text: string,
  from: number,
  delimiter: Delimiter,
  last: boolean,
  ends: LineEnds,
): ReadRow | undefined {
  const values: string[] = [];
  for (let i = from; ; ) {
    const value = readValue(text, i, delimiter, last);
    if (value === 'unfinished') return undefined;
    if (value === 'broken') {
      const end = new LineEnds(text, last).after(from);
      if (end === undefined) return undefined;
      return { values: [text.slice(from, end.at)], next: end.next, problem: { code: 'import.quote', params: {} } };
    }
    values.push(value.text);
    if (text[value.end] === delimiter) {
      i = value.end + 1;
      continue;
    }
    const end = ends.after(value.end);
    return end && { values, next: end.next };
  }
}

type ReadValue = { readonly text: string; readonly end: number } | 'unfinished' | 'broken';

function readValue(text: string, from: number, delimiter: Delimiter, last: boolean): ReadValue {
  const start = skipBlanks(text, from, delimiter);
  if (text[start] !== '"') {
    const stop = Math.min(...[delimiter, '\n', '\r'].map((sign) => indexOrEnd(text, sign, start)));
    return stop === text.length && !last ? 'unfinished' : { text: text.slice(start, stop).trim(), end: stop };
  }
  let value = '';
  let stray = false;
  for (let i = start + 1; ; ) {
    const quote = text.indexOf('"', i);
    if (quote < 0) return last || text.length - start > MAX_VALUE ? 'broken' : 'unfinished';
    value += text.slice(i, quote);
    // After a mark that neither closes nor is doubled, a line end means that the closing one is missing.
    if (stray && /[\r\n]/.test(value)) return 'broken';
    if (value.length > MAX_VALUE) return 'broken';
    if (text[quote + 1] === '"') {
      value += '"';
      i = quote + 2;
      continue;
    }
    const after = skipBlanks(text, quote + 1, delimiter);
    if (after >= text.length && !last) return 'unfinished';
    if (after >= text.length || text[after] === delimiter || text[after] === '\n' || text[after] === '\r') {
      return { text: value, end: after };
    }
    value += '"';
    stray = true;
    i = quote + 1;
  }
}

function skipBlanks(text: string, from: number, delimiter: Delimiter): number {
  let i = from;
  while (text[i] === ' ' || (text[i] === '\t' && delimiter !== '\t')) i++;
  return i;
}

const DELIMITERS: readonly Delimiter[] = [',', ';', '\t', '|'];

/** The delimiter by which most rows of the sample have as many values as the first row, which has several. */
export function findDelimiter(sample: string, whole: boolean): Delimiter {
  let best: { delimiter: Delimiter; share: number; width: number } = { delimiter: ',', share: 0, width: 1 };
  for (const delimiter of DELIMITERS) {
    const reader = new CsvReader(delimiter);
    const rows = reader.push(sample);
    if (whole) rows.push(...reader.end());
    const width = rows[0]?.values.length ?? 0;
    if (width < 2) continue;
    const share = rows.filter(({ values, problem }) => !problem && values.length === width).length / rows.length;
    if (share > best.share + 0.05 || (share > best.share - 0.05 && width > best.width))
      best = { delimiter, share, width };
  }
  return best.delimiter;
}
