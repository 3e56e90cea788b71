import type { FieldDefinition, Json } from '@huike/schema';
import type { CatalogField, StoredValues } from '../catalog/types.ts';
import { type SQL, sql } from '../database/sql.ts';
import { column } from './common.ts';

// How a value looks to a role that has it `masked`. Each mask is one regular expression with one replacement, which
// PostgreSQL and JavaScript read alike; a value that the expression doesn't match is hidden whole.

export type MaskKind = NonNullable<FieldDefinition['mask']>;

const hidden = '****';

interface Mask {
  readonly pattern: string;
  /** For JavaScript `$1`, for PostgreSQL `\1`. */
  readonly show: (group: (n: number) => string) => string;
}

// Country codes are told apart by their first digits (ITU-T E.164).
const countryCode =
  '[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|2[1-689][0-9]|3[578][0-9]|42[0-9]|5[09][0-9]|6[7-9][0-9]|8[035789][0-9]|9[679][0-9]';

/** The first mask that matches shows the value. At most 7 digits of a number are ever shown. */
const masks: Readonly<Record<MaskKind, readonly Mask[]>> = {
  phone: [
    { pattern: '^(?:\\+86)?([0-9]{3})[0-9]{4}([0-9]{4})$', show: (group) => `${group(1)}****${group(2)}` },
    { pattern: `^\\+(${countryCode})[0-9]{4,10}([0-9]{4})$`, show: (group) => `+${group(1)}****${group(2)}` },
  ],
  email: [
    { pattern: '^([^@])[^@]+@([^@]+)$', show: (group) => `${group(1)}***@${group(2)}` },
    { pattern: '^[^@]@([^@]+)$', show: (group) => `***@${group(1)}` },
  ],
  // 15 and 18 digits: as many stars as are hidden, so that it still looks like what it is.
  idNumber: [
    { pattern: '^([0-9]{3})[0-9]{11}([0-9]{3}[0-9Xx])$', show: (group) => `${group(1)}***********${group(2)}` },
    { pattern: '^([0-9]{3})[0-9]{8}([0-9]{4})$', show: (group) => `${group(1)}********${group(2)}` },
  ],
  bankAccount: [{ pattern: '^[0-9 -]{8,}([0-9]{4})$', show: (group) => `****${group(1)}` }],
  name: [{ pattern: '^(.).+$', show: (group) => `${group(1)}*` }],
  all: [],
};

/** A masked text in JavaScript. Equals what the SQL of `handler.mask` makes of it. */
export function maskText(kind: MaskKind, value: string): string {
  for (const { pattern, show } of masks[kind]) {
    const expression = new RegExp(pattern, 'su');
    if (expression.test(value))
      return value.replace(
        expression,
        show((n) => `$${n}`),
      );
  }
  return hidden;
}

function maskSql(kind: MaskKind, value: SQL): SQL {
  const cases = masks[kind].map(
    ({ pattern, show }) =>
      sql`when ${value} ~ ${sql.literal(pattern)} then regexp_replace(${value}, ${sql.literal(pattern)}, ${sql.literal(show((n) => `\\${n}`))})`,
  );
  return sql`case when ${value} is null then null ${sql.join([...cases], ' ')} else ${sql.literal(hidden)} end`;
}

const texts = new Set(['text', 'longText', 'phone', 'email', 'url', 'autoNumber']);

function maskOf(field: CatalogField): MaskKind {
  if (!texts.has(field.type)) return 'all';
  return field.definition?.mask ?? (field.type === 'phone' || field.type === 'email' ? field.type : 'all');
}

/** The mask of any field that has a first column: text, null where there is no value. */
export function mask(field: CatalogField, row: SQL): SQL {
  return maskSql(maskOf(field), column(field, row));
}

/** The same of stored columns, for history and changes. */
export function maskedValue(columns: StoredValues, field: CatalogField): Json {
  const value = columns[''] ?? null;
  if (value === null) return null;
  return typeof value === 'string' ? maskText(maskOf(field), value) : hidden;
}
