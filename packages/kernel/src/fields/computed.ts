import type { FieldOf } from '@huike/schema';
import type { FieldHandler } from '../catalog/types.ts';
import { sql } from '../database/sql.ts';
import { boolean } from './boolean.ts';
import { column, operatorSets, plain, textColumn } from './common.ts';
import { date, dateTime } from './date.ts';
import { comparedDecimal, decimal } from './decimal.ts';
import { mask } from './mask.ts';
import { number } from './number.ts';
import { comparedId } from './relation.ts';
import { comparedText, text } from './text.ts';

// Fields that callers can't write: kept by the system, or computed.

/** A computed value is read, compared and shown like a field of the type that it has. */
function computedLike(type: 'formula' | 'rollup', value: FieldHandler): FieldHandler {
  return {
    ...value,
    type,
    parse: null,
    columns: (field) => (field.computed === 'virtual' ? [] : value.columns(field)),
    mask,
    search: null,
    jsonSchema: (field) => ({ in: null, out: value.jsonSchema(field).out }),
  };
}

/** Texts of a formula have no pinyin key. */
const formulaText: FieldHandler = { ...text, columns: () => [textColumn], comparable: comparedText };

/** By what the formula returns. A virtual one has no columns: its handler reads a row that has the value under the field's name. */
const formulas: Readonly<Record<FieldOf<'formula'>['returns'], FieldHandler>> = {
  text: computedLike('formula', formulaText),
  number: computedLike('formula', number),
  decimal: computedLike('formula', decimal),
  boolean: computedLike('formula', boolean),
  date: computedLike('formula', date),
  dateTime: computedLike('formula', dateTime),
};

const int8Column = { suffix: '', sqlType: 'int8' };

const count: FieldHandler = {
  ...computedLike('rollup', decimal),
  columns: () => [int8Column],
  ...plain,
  jsonSchema: () => ({ in: null, out: { type: 'integer' } }),
};

const sum = computedLike('rollup', decimal);

/** A sum of doubles is kept exact, so that adding and taking away leave no trace; it is shown as a double. */
const sumOfNumbers: FieldHandler = {
  ...sum,
  output: (field, row) => sql`${column(field, row)}::float8`,
  present: (columns) => {
    const value = columns[''] ?? null;
    return value === null ? null : Number(value);
  },
  jsonSchema: () => ({ in: null, out: { type: 'number' } }),
};

/** An average also keeps what it is made of, so that one record more or less costs no recount. */
function average(of: FieldHandler): FieldHandler {
  return {
    ...of,
    columns: () => [
      { suffix: '', sqlType: 'numeric' },
      { suffix: 'sum', sqlType: 'numeric' },
      { suffix: 'count', sqlType: 'int8' },
    ],
  };
}

const rollups = {
  count,
  sum: { exact: sum, double: sumOfNumbers },
  avg: { exact: average(sum), double: average(sumOfNumbers) },
  least: {
    text: computedLike('rollup', formulaText),
    number: computedLike('rollup', number),
    decimal: computedLike('rollup', decimal),
    date: computedLike('rollup', date),
    dateTime: computedLike('rollup', dateTime),
  },
} as const;

/** The handler of a formula by what it returns. */
export function formulaHandler({ returns }: FieldOf<'formula'>): FieldHandler {
  return formulas[returns];
}

/** The handler of a rollup by its function and the field that it measures. Money is measured in the company's currency. */
export function rollupHandler({ fn }: FieldOf<'rollup'>, measured: FieldHandler | null): FieldHandler {
  const type = measured?.comparable?.type ?? 'numeric';
  if (fn === 'count') return rollups.count;
  if (fn === 'sum' || fn === 'avg') return type === 'float8' ? rollups[fn].double : rollups[fn].exact;
  switch (type) {
    case 'text':
      return rollups.least.text;
    case 'float8':
      return rollups.least.number;
    case 'date':
      return rollups.least.date;
    case 'timestamptz':
      return rollups.least.dateTime;
    default:
      return rollups.least.decimal;
  }
}

export const formula = formulas.text;
export const rollup = rollups.sum.exact;

export const autoNumber: FieldHandler = {
  type: 'autoNumber',
  columns: () => [textColumn],
  parse: null,
  ...plain,
  operators: operatorSets.text,
  comparable: comparedText,
  mask,
  search: 'code',
  jsonSchema: () => ({ in: null, out: { type: 'string' } }),
};

export const id: FieldHandler = {
  type: 'id',
  columns: () => [{ suffix: '', sqlType: 'uuid' }],
  parse: null,
  ...plain,
  operators: operatorSets.equality,
  comparable: comparedId,
  mask,
  search: null,
  jsonSchema: () => ({ in: null, out: { type: 'string', format: 'uuid' } }),
};

export const version: FieldHandler = {
  type: 'version',
  columns: () => [{ suffix: '', sqlType: 'int4' }],
  parse: null,
  ...plain,
  operators: operatorSets.number,
  comparable: { ...comparedDecimal, expected: 'a whole number' },
  mask,
  search: null,
  jsonSchema: () => ({ in: null, out: { type: 'integer' } }),
};
