// A row of the file as it is going to be written: its values, what is still to be found, and what is wrong with it.
import type { CatalogField } from '@huike/kernel';
import { type ErrorCode, type ErrorParams, isJsonObject, type Json } from '@huike/schema';
import { splitAddress } from './address.ts';
import { type Convert, converterOf, settles, type Wanted } from './convert.ts';
import type { MappedColumn } from './mapping.ts';
import type { BadRow, TableRow } from './rows.ts';
import type { ValueMapping } from './spec.ts';
import type { Survey } from './survey.ts';
import { partsOf, type Scene } from './targets.ts';

/** One thing wrong with a row. */
export interface RowFault {
  /** Of the file; null where the row as a whole is meant. */
  readonly column: string | null;
  readonly code: ErrorCode;
  readonly params: ErrorParams;
}

export interface Draft {
  readonly line: number;
  readonly cells: readonly string[];
  /** By field. */
  readonly values: { [field: string]: Json };
  /** Related records to be found, by field. */
  readonly wanted: readonly WantedRecords[];
  /** The text of the key's column; '' without one. */
  readonly key: string;
  readonly faults: RowFault[];
  /** What a person should know of the row although it comes in. */
  readonly notes: RowFault[];
}

export interface WantedRecords {
  readonly field: string;
  readonly column: string;
  readonly many: boolean;
  readonly records: readonly Wanted[];
}

interface Reader {
  readonly column: MappedColumn;
  readonly convert: Convert;
  /** What else stands for a value, by what stands in the file. */
  readonly replaced: ReadonlyMap<string, string> | null;
}

/** Makes drafts of rows. */
export type Drafter = (row: TableRow | BadRow) => Draft;

/** How rows become drafts under one catalog. */
export function drafter(
  scene: Scene,
  columns: readonly MappedColumn[],
  spec: { readonly values: ValueMapping },
  survey: Pick<Survey, 'dates' | 'numbers' | 'timeZone'>,
): Drafter {
  const readers = columns.map((column) => readerOf(scene, column, spec, survey));
  const names = new Map(columns.map(({ index, name }) => [index, name]));
  const keyColumn = columns.find(({ target }) => target.field === scene.key)?.index ?? -1;
  return (row) => {
    const faults = faultsOf(row, names);
    const draft = { line: row.line, cells: row.values, values: {}, wanted: [], key: '', faults, notes: [] };
    if (row.problem !== undefined) return draft;
    return { ...draft, key: (row.values[keyColumn] ?? '').trim(), ...read(readers, row.values, faults) };
  };
}

function readerOf(
  scene: Scene,
  column: MappedColumn,
  spec: { readonly values: ValueMapping },
  survey: Pick<Survey, 'dates' | 'numbers' | 'timeZone'>,
): Reader {
  const { target, name } = column;
  const settled = settles(target);
  const facts = {
    timeZone: survey.timeZone,
    ...(settled === 'dates' && survey.dates[name] !== undefined ? { dates: survey.dates[name] } : {}),
    ...(settled === 'numbers' && survey.numbers[name] !== undefined ? { numbers: survey.numbers[name] } : {}),
  };
  const called = [target.path, ...(target.part === null ? [target.field.name] : [])];
  const named = called.find((path) => Object.hasOwn(spec.values, path));
  const pairs = named === undefined ? undefined : spec.values[named];
  const replaced = pairs === undefined ? null : new Map(Object.entries(pairs).map(([from, to]) => [from.trim(), to]));
  return { column, convert: converterOf(scene, target, facts), replaced };
}

/** What is wrong with the row before its cells are read. */
function faultsOf(row: TableRow | BadRow, names: ReadonlyMap<number, string>): RowFault[] {
  if (row.problem !== undefined) return [{ column: null, ...row.problem }];
  return (row.undecodable ?? []).flatMap(({ column, suggestion }) => {
    const name = names.get(column);
    const params = { text: suggestion.text.slice(0, 60) };
    return name === undefined ? [] : [{ column: name, code: 'import.undecodable' as const, params }];
  });
}

function read(readers: readonly Reader[], cells: readonly string[], faults: RowFault[]) {
  const values: { [field: string]: Json } = {};
  const wanted: WantedRecords[] = [];
  const parts = new Map<CatalogField, Parts>();
  for (const { column, convert, replaced } of readers) {
    const { name, target, index } = column;
    const written = (cells[index] ?? '').trim();
    const text = replaced === null ? written : (replaced.get(written) ?? written);
    if (text === '' || !target.written) continue;
    const converted = convert(text);
    const { field } = target;
    if ('problem' in converted) faults.push({ column: name, ...converted.problem });
    else if ('wanted' in converted)
      wanted.push({ field: field.name, column: name, many: converted.many, records: converted.wanted });
    else if (partsOf(field).length === 0) values[field.name] = converted.value;
    else parts.set(field, { ...parts.get(field), [target.part ?? '']: converted.value });
  }
  for (const [field, given] of parts) {
    const value = wholeOf(field, given);
    if (value !== undefined) values[field.name] = value;
  }
  return { values, wanted };
}

/** What the columns of one field hold, by part; `''` is the field itself. */
type Parts = { readonly [part: string]: Json };

function wholeOf({ type }: CatalogField, { '': whole, ...parts }: Parts): Json | undefined {
  if (type === 'money') {
    // A currency without an amount is no value; a column of its own says more of it than a sign in the amount.
    if (whole === undefined) return undefined;
    const amount = isJsonObject(whole) ? whole : { amount: whole };
    return parts.currency === undefined ? whole : { ...amount, currency: parts.currency };
  }
  if (Object.keys(parts).length === 0) return typeof whole === 'string' ? splitAddress(whole) : whole;
  if (whole === undefined) return parts;
  return type === 'address' ? { ...parts, street: [parts.street, whole].filter(Boolean).join(' ') } : whole;
}
