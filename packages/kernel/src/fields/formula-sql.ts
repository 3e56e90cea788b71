import type { FormulaFieldType, FormulaType, OperationName, Typed, TypedFormula } from '@huike/schema';
import type { CatalogField, ComparableType } from '../catalog/types.ts';
import { type SQL, sql } from '../database/sql.ts';

// Formulas in SQL: the second back end. Every argument stands once in what it becomes, so that the text grows with the
// formula and no faster; nothing that it can compute raises an error.

export interface SqlEnv {
  /** A date, a timestamptz and a uuid (null for the system). */
  readonly today: SQL;
  readonly now: SQL;
  readonly user: SQL;
}

const byComparable: Readonly<Record<ComparableType, FormulaFieldType | null>> = {
  text: 'text',
  uuid: 'id',
  numeric: 'number',
  float8: 'double',
  int4: 'number',
  date: 'date',
  timestamptz: 'dateTime',
  boolean: 'boolean',
  'text[]': null,
};

/** What a field is in a formula, as it is in filters; null when it can't stand in one. */
export function typeInFormula({ handler }: CatalogField): FormulaFieldType | null {
  return handler.comparable === null ? null : byComparable[handler.comparable.type];
}

/**
 * A formula as an SQL expression of the type that its field returns. `columnOf` gives the value of a field: numeric or
 * float8, text, boolean, date, timestamptz or uuid by its type, money in the company's currency; null where it is
 * unknown.
 */
export function formulaSql(formula: TypedFormula, columnOf: (path: string) => SQL, env: SqlEnv): SQL {
  const value = nodeSql(formula.root, columnOf, env);
  if (formula.returns === 'number') return sql`(${value})::float8`;
  return formula.type === 'number' ? shown(value) : value;
}

function nodeSql(node: Typed, columnOf: (path: string) => SQL, env: SqlEnv): SQL {
  switch (node.kind) {
    case 'literal':
      return cast(node.value === null ? sql`null` : sql.literal(node.value), node.type);
    case 'field':
      return fieldSql(columnOf(node.path), node.column);
    case 'apply':
      return operationsSql[node.operation](
        node.args.map((arg) => nodeSql(arg, columnOf, env)),
        env,
      );
  }
}

const sqlTypes: Readonly<Record<FormulaType, SQL>> = {
  number: sql`numeric`,
  text: sql`text collate "C"`,
  boolean: sql`boolean`,
  date: sql`date`,
  dateTime: sql`timestamptz`,
  id: sql`uuid`,
};

function cast(value: SQL, type: FormulaType): SQL {
  return sql`(${value})::${sqlTypes[type]}`;
}

function fieldSql(column: SQL, type: FormulaFieldType): SQL {
  // By way of text, which is the shortest that a double stands for.
  if (type === 'double') return within(sql`round((${column})::text::numeric, 20)`);
  return type === 'text' ? keptText(cast(column, type)) : cast(column, type);
}

/** Null for a number whose size is 10^40 or more. least and greatest pass over nulls, so null ends as the bound. */
function within(value: SQL): SQL {
  return sql`nullif(nullif(greatest(least(${value}, 1e40), -1e40), 1e40), -1e40)`;
}

/** A number as it is kept and put into texts. */
function shown(number: SQL): SQL {
  return sql`trim_scale(round(${number}, 12))`;
}

/** A text of at most 100,000 characters; null for the empty one. */
function keptText(value: SQL): SQL {
  return sql`nullif(left(${value}, 100000), '')`;
}

function quotient(a: SQL, b: SQL): SQL {
  // The dividend's 40 digits make PostgreSQL work out as many of the quotient.
  return within(sql`round(round(${a}, 40) / nullif(${b}, 0), 20)`);
}

/** The day that lies `days` after the first of the calendar; null outside of years 1–9999. */
function dayAt(days: SQL): SQL {
  return sql`(date '0001-01-01' + nullif(nullif(greatest(least(${days}, 3652059), -1), 3652059), -1)::int)`;
}

function dayIndex(day: SQL): SQL {
  return sql`(${day} - date '0001-01-01')::numeric`;
}

function count(number: SQL): SQL {
  return sql`greatest(least(coalesce(trunc(${number}), 0), 1000000), 0)::int`;
}

function seconds(time: SQL): SQL {
  return sql`extract(epoch from ${time})`;
}

type ToSql = (args: readonly SQL[], env: SqlEnv) => SQL;

const none = sql`null`;
const one =
  (fn: (a: SQL) => SQL): ToSql =>
  ([a = none]) =>
    fn(a);
const two =
  (fn: (a: SQL, b: SQL) => SQL): ToSql =>
  ([a = none, b = none]) =>
    fn(a, b);
const list = (args: readonly SQL[]) => sql.join([...args], ', ');
const truths = (args: readonly SQL[]) => args.map((arg) => sql`coalesce(${arg}, false)`);
const concat: ToSql = (args) => keptText(sql`(concat(${list(args)}) collate "C")`);

const operationsSql: Readonly<Record<OperationName, ToSql>> = {
  add: two((a, b) => sql`(${a} + ${b})`),
  addDays: two((day, days) => dayAt(sql`${dayIndex(day)} + trunc(${days})`)),
  subtract: two((a, b) => sql`(${a} - ${b})`),
  subtractDays: two((day, days) => dayAt(sql`${dayIndex(day)} - trunc(${days})`)),
  daysBetween: two((a, b) => sql`(${a} - ${b})::numeric`),
  timeBetween: two((a, b) => quotient(sql`${seconds(a)} - ${seconds(b)}`, sql`86400::numeric`)),
  multiply: two((a, b) => within(sql`round(${a} * ${b}, 20)`)),
  divide: two(quotient),
  remainder: two((a, b) => sql`(${a} % nullif(${b}, 0))`),
  negate: one((a) => sql`(- ${a})`),
  equal: two((a, b) => sql`(${a} is not distinct from ${b})`),
  unequal: two((a, b) => sql`(${a} is distinct from ${b})`),
  less: two((a, b) => sql`coalesce(${a} < ${b}, false)`),
  atMost: two((a, b) => sql`coalesce(${a} <= ${b}, false)`),
  more: two((a, b) => sql`coalesce(${a} > ${b}, false)`),
  atLeast: two((a, b) => sql`coalesce(${a} >= ${b}, false)`),
  join: concat,
  concat,
  if: ([condition = none, yes = none, no = none]) => sql`case when ${condition} then ${yes} else ${no} end`,
  and: (args) => sql`(${sql.join(truths(args), ' and ')})`,
  or: (args) => sql`(${sql.join(truths(args), ' or ')})`,
  not: one((a) => sql`(not coalesce(${a}, false))`),
  isBlank: one((a) => sql`(${a} is null)`),
  coalesce: (args) => sql`coalesce(${list(args)})`,
  round: two((a, places) => sql`round(${a}, (${places})::int)`),
  abs: one((a) => sql`abs(${a})`),
  min: (args) => sql`least(${list(args)})`,
  max: (args) => sql`greatest(${list(args)})`,
  length: one((a) => sql`coalesce(length(${a}), 0)::numeric`),
  upper: one((a) => sql`upper(${a})`),
  lower: one((a) => sql`lower(${a})`),
  left: two((a, n) => keptText(sql`left(${a}, ${count(n)})`)),
  right: two((a, n) => keptText(sql`right(${a}, ${count(n)})`)),
  contains: two((a, b) => sql`coalesce(strpos(lower(${a}), lower(${b})) > 0, false)`),
  year: one((a) => sql`extract(year from ${a})`),
  month: one((a) => sql`extract(month from ${a})`),
  day: one((a) => sql`extract(day from ${a})`),
  today: (_, env) => cast(env.today, 'date'),
  now: (_, env) => cast(env.now, 'dateTime'),
  user: (_, env) => cast(env.user, 'id'),
  numberText: one((a) => sql`(${shown(a)}::text collate "C")`),
  booleanText: one((a) => sql`((${a})::text collate "C")`),
  dateText: one((a) => sql`(to_char(${a}, 'YYYY-MM-DD') collate "C")`),
  idText: one((a) => sql`((${a})::text collate "C")`),
};
