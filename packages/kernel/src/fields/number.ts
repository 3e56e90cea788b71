import { Decimal, type Json, parseDecimal } from '@huike/schema';
import type { FieldHandler, Parsed } from '../catalog/types.ts';
import { column, definitionOf, isBlank, nothing, operatorSets, plain, refused, stored, wrongType } from './common.ts';
import { mask } from './mask.ts';

export interface Limits {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

/** The failure of a number outside of what its field declares; null when it lies within. */
export function outOfRange(value: string | number, { min, max }: Limits): (Parsed & { ok: false }) | null {
  const exact = new Decimal(value);
  if ((min === undefined || exact.gte(min)) && (max === undefined || exact.lte(max))) return null;
  if (min === undefined) return refused('value.max', { max: max ?? '' });
  return max === undefined ? refused('value.min', { min }) : refused('value.range', { min, max });
}

/** The bounds of a number field as JSON Schema. */
function rangeSchema({ min, max }: Limits): { [key: string]: number } {
  return { ...(min === undefined ? {} : { minimum: min }), ...(max === undefined ? {} : { maximum: max }) };
}

function readNumber(value: Json): number | null {
  const text = typeof value === 'string' ? parseDecimal(value) : null;
  const number = text === null ? value : Number(text);
  // There is no -0: PostgreSQL would print it.
  return typeof number === 'number' && Number.isFinite(number) ? number + 0 : null;
}

/** A double. */
export const number: FieldHandler = {
  type: 'number',
  columns: () => [{ suffix: '', sqlType: 'float8' }],
  parse: (value, field) => {
    if (isBlank(value)) return nothing;
    const read = readNumber(value);
    if (read === null) return wrongType('a number');
    return outOfRange(read, definitionOf(field, 'number') ?? {}) ?? stored({ '': read });
  },
  ...plain,
  operators: operatorSets.number,
  comparable: { type: 'float8', expression: column, parse: readNumber, expected: 'a number' },
  mask,
  search: null,
  jsonSchema: (field) => {
    const schema = { type: 'number', ...rangeSchema(definitionOf(field, 'number') ?? {}) };
    return { in: schema, out: schema };
  },
};
