// The only way to build SQL. A string can't be embedded: values become parameters, identifiers are quoted.
import { type SQL, type SQLRawValue, sql } from 'pg-sql2';

export type { SQL };
export { sql };

/** A value that a compiled statement leaves open, so that one text serves many executions. */
export abstract class Slot {
  abstract readonly kind: string;
}

/** The place of an open value. It comes back among the values of `sql.compile`, to be replaced by a real one. */
export function open(slot: Slot): SQL {
  const carried: unknown = slot;
  // pg-sql2 hands values through untouched; its type lists only what the driver takes.
  return sql.value(carried as SQLRawValue);
}

/** Replaces the open values of a compiled statement. */
export function fill<T>(values: readonly T[], read: (slot: Slot) => T): T[] {
  return values.map((value) => (value instanceof Slot ? read(value) : value));
}
