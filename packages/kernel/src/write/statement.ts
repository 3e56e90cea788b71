// The statements of a write: compiled once per role set and catalog, run with the values of the moment.
import { isJsonObject, type Json } from '@huike/schema';
import type { Queryable, Value } from '../database/index.ts';
import { type SQL, sql } from '../database/sql.ts';
import { atRun, bind } from '../filter/slots.ts';
import { planned, statement } from '../read/plan.ts';
import type { Work } from './types.ts';

/** The place of the n-th value given at the run. */
export function param(n: number): SQL {
  return atRun((run) => asValue(run.values[n] ?? null));
}

/** Runs the statement of this key. `values` fill its `param`s; slots of the actor are filled with the work's. */
export function runPlan<Result extends object>(
  db: Queryable,
  work: Pick<Work, 'access' | 'actor' | 'catalog' | 'now' | 'timeZone'>,
  key: string,
  compile: () => SQL,
  values: readonly Json[],
): Promise<Result[]> {
  const { text, values: open, name } = planned(work.access, `write ${key}`, () => statement(compile()));
  const { actor, catalog, now, timeZone } = work;
  return db.queryText<Result>(text, bind(open, { actor, catalog, values, after: [], limit: 0, now, timeZone }), name);
}

/** A statement and its values. The text depends on `key` alone; its parameters begin at `at`. */
export interface Statement {
  readonly key: string;
  readonly compile: (at: number) => SQL;
  readonly values: readonly Json[];
}

export function run(db: Queryable, work: Work, { key, compile, values }: Statement): Promise<object[]> {
  return runPlan(db, work, key, () => compile(0), values);
}

/** Statements that don't depend on each other, as parts of the last one: one message, one plan. */
export function together(parts: readonly Statement[], last: Statement): Statement {
  const all = [...parts, last];
  return {
    key: all.map(({ key }) => key).join(' + '),
    compile: (at) => {
      let place = at;
      const texts = all.map(({ compile, values }) => {
        const text = compile(place);
        place += values.length;
        return text;
      });
      const named = texts.slice(0, -1).map((text, i) => sql`${sql.identifier(`part${i}`)} as (${text})`);
      return sql`with ${sql.join(named, ', ')}\n${texts.at(-1) ?? sql.blank}`;
    },
    values: all.flatMap(({ values }) => values),
  };
}

function asValue(value: Json): Value {
  if (Array.isArray(value)) return value.map(asValue);
  return isJsonObject(value) ? JSON.stringify(value) : (value as Value);
}

/** A table of the data schema. */
export const dataTable = (name: string): SQL => sql.identifier('data', name);

export const columnAt = (alias: SQL, name: string): SQL => sql`${alias}.${sql.identifier(name)}`;
