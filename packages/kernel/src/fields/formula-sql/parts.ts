import type { FormulaType } from '@huike/schema';
import { type SQL, sql } from '../../database/sql.ts';

// What the SQL of formulas is made of.

const sqlTypes: Readonly<Record<FormulaType, SQL>> = {
  number: sql`numeric`,
  text: sql`text collate "C"`,
  boolean: sql`boolean`,
  date: sql`date`,
  dateTime: sql`timestamptz`,
  id: sql`uuid`,
};

export function cast(value: SQL, type: FormulaType): SQL {
  return sql`(${value})::${sqlTypes[type]}`;
}

export interface SqlEnv {
  /** A date, a timestamptz and a uuid (null for the system). */
  readonly today: SQL;
  readonly now: SQL;
  readonly user: SQL;
  /** The name of a time zone; by default Asia/Shanghai. */
  readonly zone?: SQL;
}

/** Null for a number whose size is 10^40 or more. least and greatest pass over nulls, so null ends as the bound. */
export function within(value: SQL): SQL {
  return sql`nullif(nullif(greatest(least(${value}, 1e40), -1e40), 1e40), -1e40)`;
}

/** A number as it is kept and put into texts. */
export function shown(number: SQL): SQL {
  return sql`trim_scale(round(${number}, 12))`;
}

/** A text of at most 100,000 characters; null for the empty one. */
export function keptText(value: SQL): SQL {
  return sql`nullif(left(${value}, 100000), '')`;
}

export function quotient(a: SQL, b: SQL): SQL {
  // The dividend's 40 digits make PostgreSQL work out as many of the quotient.
  return within(sql`round(round(${a}, 40) / nullif(${b}, 0), 20)`);
}

/** The day that lies `days` after the first of the calendar; null outside of years 1–9999. */
export function dayAt(days: SQL): SQL {
  return sql`(date '0001-01-01' + nullif(nullif(greatest(least(${days}, 3652059), -1), 3652059), -1)::int)`;
}

export function dayIndex(day: SQL): SQL {
  return sql`(${day} - date '0001-01-01')::numeric`;
}

/** How many characters: 0 to a million, 0 where it is empty. */
export function count(number: SQL): SQL {
  return sql`greatest(least(coalesce(trunc(${number}), 0), 1000000), 0)::int`;
}

export function seconds(time: SQL): SQL {
  return sql`extract(epoch from ${time})`;
}

/** A power beyond it is empty. */
export const largestPower = sql`1000000`;

/** How many digits after the point are kept of a number that a function begins with, and how many PostgreSQL works out. */
export function startingWith(value: SQL): SQL {
  return sql`round(round(${value}, 40), 60)`;
}

/** Of what isn't exact 40 digits are sure. */
export function finished(value: SQL): SQL {
  return within(sql`round(round(${value}, 40), 20)`);
}

/** A whole number that fits into a calendar with room to spare; null beyond that. */
export function whole(value: SQL): SQL {
  return sql`nullif(nullif(greatest(least(trunc(${value}), 10000001), -10000001), 10000001), -10000001)::int`;
}

/**
 * An expression that needs its arguments more than once: they are computed once, and `body` gets their names. A null
 * among them needs a type.
 */
export function named(args: readonly SQL[], body: (...names: SQL[]) => SQL): SQL {
  const row = sql.identifier(Symbol('v'));
  const columns = args.map((arg, index) => ({ arg, name: sql.identifier(`a${index}`) }));
  const list = sql.join(
    columns.map(({ arg, name }) => sql`${arg} as ${name}`),
    ', ',
  );
  // Without the offset the planner would put the arguments back in, as often as they are named.
  return sql`(select ${body(...columns.map(({ name }) => sql`${row}.${name}`))} from (select ${list} offset 0) ${row})`;
}

export type ToSql = (args: readonly SQL[], env: SqlEnv) => SQL;

export const none = sql`null`;
export const one =
  (fn: (a: SQL) => SQL): ToSql =>
  ([a = none]) =>
    fn(a);
export const two =
  (fn: (a: SQL, b: SQL) => SQL): ToSql =>
  ([a = none, b = none]) =>
    fn(a, b);
export const list = (args: readonly SQL[]) => sql.join([...args], ', ');
export const concat: ToSql = (args) => keptText(sql`(concat(${list(args)}) collate "C")`);
