import type { Access } from '../access/index.ts';
import { type SQL, sql } from '../database/sql.ts';
import type { Value } from '../database/transaction.ts';

// A compiled read: its text and the values and slots that go with it, kept per role set and shape of the query.

export interface Statement {
  readonly text: string;
  readonly values: readonly Value[];
  /** For the prepared statement; one text, one name. */
  readonly name: string;
}

const plansPerAccess = 2_000;
const plans = new WeakMap<Access, Map<string, unknown>>();
let named = 0;

export function statement(query: SQL): Statement {
  const { text, values } = sql.compile(query);
  return { text, values, name: `r${++named}` };
}

/** The plan of this key, compiled at its first use. The least recently made one goes when there are too many. */
export function planned<T>(access: Access, key: string, compile: () => T): T {
  let known = plans.get(access);
  if (known === undefined) {
    known = new Map();
    plans.set(access, known);
  }
  const found = known.get(key);
  // The key begins with the kind of plan, so what is found is what `compile` makes.
  if (found !== undefined) return found as T;
  const made = compile();
  if (known.size >= plansPerAccess) {
    const oldest = known.keys().next().value;
    if (oldest !== undefined) known.delete(oldest);
  }
  known.set(key, made);
  return made;
}
