// What every reader of files hands on: a table of named columns and the rows that fit them, or don't.
import type { ErrorCode, ErrorParams } from '@huike/schema';
import type { Delimiter } from './csv.ts';
import type { Encoding } from './encoding.ts';

/** A cell with bytes that don't decode. Its value shows U+FFFD for each of them. */
export interface UndecodableCell {
  /** From 0. */
  readonly column: number;
  /** The cell as it is in the file. */
  readonly bytes: Uint8Array;
  readonly suggestion: { readonly text: string; readonly encoding: 'gb18030' | 'windows-1252' };
}

interface Row {
  /** The line of a text file, or the row number in Excel. */
  readonly line: number;
  readonly values: readonly string[];
  readonly undecodable?: readonly UndecodableCell[];
}

/** A row with one value for each column. */
export interface TableRow extends Row {
  readonly problem?: undefined;
}

/** A row that can't be assigned to the columns, with its values as far as they can be told apart. */
export interface BadRow extends Row {
  readonly problem: RowProblem;
}

export interface RowProblem {
  readonly code: ErrorCode;
  readonly params: ErrorParams;
}

export type TableWarning =
  | { readonly kind: 'unnamedColumn' | 'repeatedColumn'; readonly column: number; readonly name: string }
  | { readonly kind: 'titleSkipped'; readonly line: number; readonly text: string };

export interface Table {
  readonly format: 'csv' | 'xlsx';
  /** Unique, none empty. */
  readonly columns: readonly string[];
  /** To be read once; the table closes at the end. */
  readonly rows: AsyncIterable<TableRow | BadRow>;
  /** What is known so far: ASCII alone counts as UTF-8 until other bytes come. Absent for Excel. */
  readonly encoding: Encoding | undefined;
  readonly delimiter: Delimiter | undefined;
  /** The names of all sheets, and of the one that is read. None in a text file. */
  readonly sheets: readonly string[];
  readonly sheet: string | undefined;
  readonly warnings: readonly TableWarning[];
  /** For a table whose rows are not read to the end. */
  close(): Promise<void>;
}

const isBlank = (value: string) => value.trim() === '';

/** Names from the header row: trimmed, made unique, empty ones called 列3. Empty cells at the end are no columns. */
export function columnNames(header: readonly string[], warnings: TableWarning[]): string[] {
  const width = header.findLastIndex((name) => !isBlank(name)) + 1;
  const taken = new Set(header.map((name) => name.trim()));
  const used = new Set<string>();
  return header.slice(0, width).map((written, column) => {
    const wanted = written.trim() || `列${column + 1}`;
    let name = wanted;
    // A made-up name must not be one that stands in the header.
    for (let n = 2; used.has(name) || (name !== written.trim() && taken.has(name)); n++) name = `${wanted}_${n}`;
    used.add(name);
    if (isBlank(written)) warnings.push({ kind: 'unnamedColumn', column, name });
    else if (name !== wanted) warnings.push({ kind: 'repeatedColumn', column, name });
    return name;
  });
}

/** Holds a row against the columns: undefined if it is blank, bad if it has too few or too many cells. */
export function fitRow(
  line: number,
  values: readonly string[],
  width: number,
  found?: RowProblem,
): TableRow | BadRow | undefined {
  if (found) return { line, values, problem: found };
  if (values.every(isBlank)) return undefined;
  if (values.length === width) return { line, values };
  if (values.length > width && values.slice(width).every(isBlank)) return { line, values: values.slice(0, width) };
  return { line, values, problem: { code: 'import.cells', params: { expected: width, found: values.length } } };
}
