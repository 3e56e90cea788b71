// The first reading of a file: how its dates and numbers are written, how many rows there are, how many of them match a
// record. Nothing is written.
import type { CatalogField } from '@huike/kernel';
import { settles } from './convert.ts';
import type { Delimiter } from './csv.ts';
import { DateColumn, namesZone, type SettledDates } from './dates.ts';
import type { Encoding } from './encoding.ts';
import type { Finder } from './finder.ts';
import type { MappedColumn } from './mapping.ts';
import { NumberColumn, type SettledNumbers } from './numbers.ts';
import type { Table, TableWarning } from './rows.ts';
import { isRelated } from './targets.ts';

/** What a file is like. JSON. */
export interface Survey {
  /** Rows, the bad ones among them. */
  readonly total: number;
  /** How many rows have a key that a record has; null where records aren't matched. */
  readonly matching: number | null;
  readonly columns: readonly string[];
  readonly encoding: Encoding | null;
  readonly delimiter: Delimiter | null;
  readonly sheet: string | null;
  readonly warnings: readonly TableWarning[];
  /** By column. */
  readonly dates: Readonly<Record<string, SettledDates>>;
  readonly numbers: Readonly<Record<string, SettledNumbers>>;
  /** The zone in which times that name none are read. */
  readonly timeZone: string;
  /** Times by column: how many name their zone, how many don't. Absent in imports of before, as is the next. */
  readonly times?: Readonly<Record<string, TimeCount>>;
  /** By column that refers to other records: how many cells are filled. */
  readonly related?: Readonly<Record<string, number>>;
}

export interface TimeCount {
  readonly own: number;
  readonly assumed: number;
}

const rowsAtOnce = 1_000;

/** Reads the whole table. `progress` is told how many rows were read, every thousand; what it throws ends the reading. */
export async function survey(
  table: Table,
  columns: readonly MappedColumn[],
  { key, finder, timeZone }: { readonly key: CatalogField | null; readonly finder: Finder; readonly timeZone: string },
  progress: (rows: number) => Promise<void>,
): Promise<Survey> {
  const dates = columns
    .filter(({ target }) => settles(target) === 'dates')
    .map((one) => ({ ...one, all: new DateColumn() }));
  const numbers = columns
    .filter(({ target }) => settles(target) === 'numbers')
    .map((one) => ({ ...one, all: new NumberColumn() }));
  const times = columns
    .filter(({ target }) => target.field.type === 'dateTime')
    .map((one) => ({ ...one, own: 0, assumed: 0 }));
  const related = columns.filter(({ target }) => isRelated(target.field)).map((one) => ({ ...one, count: 0 }));
  const keyColumn = key === null ? undefined : columns.find(({ target }) => target.field === key);
  let total = 0;
  let matching = 0;
  let keys: string[] = [];
  const matchKeys = async () => {
    if (key === null) return;
    const found = await finder.find(key, keys);
    for (const text of keys) if (typeof found.get(text) === 'object') matching++;
    keys = [];
  };
  for await (const { values, problem } of table.rows) {
    total++;
    if (problem === undefined) {
      for (const { index, all } of dates) all.add(values[index] ?? '');
      for (const { index, all } of numbers) all.add(values[index] ?? '');
      for (const one of times) {
        const text = values[one.index] ?? '';
        if (text.trim() === '') continue;
        if (namesZone(text)) one.own++;
        else one.assumed++;
      }
      for (const one of related) if ((values[one.index] ?? '').trim() !== '') one.count++;
      const text = keyColumn === undefined ? '' : (values[keyColumn.index] ?? '').trim();
      if (text !== '') keys.push(text);
    }
    if (total % rowsAtOnce > 0) continue;
    await matchKeys();
    await progress(total);
  }
  await matchKeys();
  return {
    total,
    matching: key === null ? null : matching,
    columns: table.columns,
    encoding: table.encoding ?? null,
    delimiter: table.delimiter ?? null,
    sheet: table.sheet ?? null,
    warnings: table.warnings,
    dates: Object.fromEntries(dates.map(({ name, all }) => [name, all.settled()])),
    numbers: Object.fromEntries(numbers.map(({ name, all }) => [name, all.settled()])),
    timeZone,
    times: Object.fromEntries(times.map(({ name, own, assumed }) => [name, { own, assumed }])),
    related: Object.fromEntries(related.map(({ name, count }) => [name, count])),
  };
}

/** Below this share of matching rows, an import that matches records must be confirmed (95 %). */
export const gate = 0.95;

/** The share of rows that match a record, from 0 to 1; null where records aren't matched or there are no rows. */
export function matchRate({ matching, total }: Pick<Survey, 'matching' | 'total'>): number | null {
  return matching === null || total === 0 ? null : matching / total;
}
