import { type Json, parseDecimal, roundDecimal } from '@huike/schema';
import type { CatalogField, Comparable, FieldHandler, Parsed } from '../catalog/types.ts';
import { asText, column, definitionOf, isBlank, nothing, operatorSets, refused, stored, wrongType } from './common.ts';
import { mask } from './mask.ts';
import { type Limits, outOfRange } from './number.ts';

// numeric without a declared scale keeps the digits that it was given, so a field's scale can change without a
// rewrite of its table, and `12.30` reads back as `12.30`.

const wholeDigits = 20;
const largestScale = { decimal: 12, percent: 6 } as const;

/** Whether a decimal is short enough to be kept. */
export function fits(decimal: string, digits = wholeDigits): boolean {
  return decimal.replace(/^-|\..*$/g, '').length <= digits;
}

export const tooLarge = (digits = wholeDigits): Parsed & { ok: false } =>
  refused('value.range', { min: `-1e${digits}`, max: `1e${digits}` });

/** One numeric value to compare with; of any scale. */
function parseComparedDecimal(value: Json): string | null {
  const text = parseDecimal(value);
  return text !== null && fits(text, 60) ? text : null;
}

export const comparedDecimal: Comparable = {
  type: 'numeric',
  expression: column,
  parse: parseComparedDecimal,
  expected: 'a decimal such as 12.50',
};

const decimalSchema = { type: 'string', pattern: '^-?[0-9]+(\\.[0-9]+)?$' };

/** With a declared scale: exactly that many digits. Without: as written, up to the largest. */
function scaled(text: string, scale: number | undefined, largest: number): string {
  const written = text.split('.')[1]?.length ?? 0;
  return scale !== undefined || written > largest ? roundDecimal(text, scale ?? largest) : text;
}

function exact(type: 'decimal' | 'percent', read: (value: Json) => string | null): FieldHandler {
  const limits = (field: CatalogField): Limits & { readonly scale?: number | undefined } =>
    definitionOf(field, type) ?? {};
  const expected = type === 'decimal' ? 'a decimal such as 12.50' : 'a percentage such as 12.5';
  return {
    type,
    columns: () => [{ suffix: '', sqlType: 'numeric' }],
    parse: (value, field) => {
      if (isBlank(value)) return nothing;
      const text = read(value);
      if (text === null) return wrongType(expected);
      const kept = scaled(text, limits(field).scale, largestScale[type]);
      if (!fits(kept)) return tooLarge();
      return outOfRange(kept, limits(field)) ?? stored({ '': kept });
    },
    ...asText,
    operators: operatorSets.number,
    comparable: {
      ...comparedDecimal,
      parse: (value) => (read(value) === null ? null : parseComparedDecimal(read(value))),
      expected,
    },
    mask,
    search: null,
    jsonSchema: () => ({ in: { ...decimalSchema, type: ['string', 'number'] }, out: decimalSchema }),
  };
}

/** An exact decimal. */
export const decimal = exact('decimal', parseDecimal);

/** 12.5 means 12.5 %; a percent sign may stand behind it. */
export const percent = exact('percent', (value) =>
  parseDecimal(typeof value === 'string' ? value.replace(/\s*[%％]\s*$/, '') : value),
);
