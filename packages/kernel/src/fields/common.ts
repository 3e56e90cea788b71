import type { ErrorCode, ErrorParams, Expected, FieldOf, FieldType, Json, Operator } from '@huike/schema';
import type { CatalogField, Failure, Parsed, StoredValues } from '../catalog/types.ts';
import { type SQL, sql } from '../database/sql.ts';

// What the handlers share.

export function column(field: CatalogField, row: SQL, suffix = ''): SQL {
  return sql`${row}.${sql.identifier(suffix === '' ? field.column : `${field.column}~${suffix}`)}`;
}

export function stored(columns: StoredValues): Parsed {
  return { ok: true, columns };
}

/** No value in the one column of a field. */
export const nothing: Parsed = stored({ '': null });

export function refused(code: ErrorCode, params?: ErrorParams): Parsed & { ok: false } {
  const failure: Failure = params === undefined ? { code } : { code, params };
  return { ok: false, failure };
}

export function wrongType(expected: Expected): Parsed & { ok: false } {
  return refused('value.type', { expected });
}

export function isBlank(value: Json): boolean {
  return typeof value === 'string' && value.trim() === '';
}

/** What a caller declared, if the field is of that type. */
export function definitionOf<T extends FieldType>(field: CatalogField, type: T): FieldOf<T> | null {
  const { definition } = field;
  return definition !== null && isOfType(definition, type) ? definition : null;
}

function isOfType<T extends FieldType>(definition: { type: FieldType }, type: T): definition is FieldOf<T> {
  return definition.type === type;
}

/** The one column as it is, in output and history. */
export const plain = {
  output: (field: CatalogField, row: SQL): SQL => column(field, row),
  present: (columns: StoredValues): Json => columns[''] ?? null,
};

/** Numeric columns: text in output. */
export const asText = {
  output: (field: CatalogField, row: SQL): SQL => sql`${column(field, row)}::text`,
  present: plain.present,
};

export const textColumn = { suffix: '', sqlType: 'text collate "C"' };

const existence = ['empty', 'notEmpty'] as const;
const equality = ['eq', 'ne', 'in', 'notIn', ...existence] as const;
const order = ['lt', 'lte', 'gt', 'gte', 'between'] as const;

/** The operators of each kind of value. */
export const operatorSets = {
  existence: new Set<Operator>(existence),
  equality: new Set<Operator>(equality),
  /** `contains`, `startsWith` and `endsWith` pass over the case of A–Z; the others are exact. */
  text: new Set<Operator>([...equality, 'contains', 'startsWith', 'endsWith']),
  number: new Set<Operator>([...equality, ...order]),
  time: new Set<Operator>([...equality, ...order, 'within']),
  /** Of arrays of options: `eq` exactly these in any order, `in` one of these, `contains` this one. */
  list: new Set<Operator>([...equality, 'contains']),
  relation: new Set<Operator>([...equality, 'some', 'none', 'every']),
  relations: new Set<Operator>([...existence, 'some', 'none', 'every']),
} as const;
