import { type DaySpan, type Json, type Operator, problem } from '@huike/schema';
import type { Access, ObjectAccess } from '../access/types.ts';
import type { CatalogField, Comparable } from '../catalog/types.ts';
import { type SQL, sql } from '../database/sql.ts';
import { atRun, type Run } from './slots.ts';
import { spanOf } from './spans.ts';
import type { ConditionTree, FilterTree } from './tree.ts';
import {
  castTo,
  columnOf,
  comparableOf,
  isToMany,
  isToOne,
  readable,
  resolvePath,
  seenValue,
  tableOf,
  through,
  whereClear,
} from './values.ts';

// From the filter tree to SQL. Every condition is either true or not: what the viewer doesn't see is null, null
// satisfies no positive operator, and the negative ones are the positive ones' exact opposite.

const opposites: Partial<Record<Operator, Operator>> = {
  ne: 'eq',
  notIn: 'in',
  empty: 'notEmpty',
  none: 'some',
  every: 'some',
};

/** A filter as a predicate on the alias `row` of the object's table. Throws `field.unknown`, `query.operator`, `query.masked`. */
export function filterSql(access: Access, object: ObjectAccess, tree: FilterTree, row: SQL): SQL {
  return treeSql({ access, object, row, hops: 0 }, tree);
}

/** Where a condition stands. */
interface At {
  readonly access: Access;
  readonly object: ObjectAccess;
  readonly row: SQL;
  /** Relations that were followed to come here. */
  readonly hops: number;
}

function treeSql(at: At, tree: FilterTree): SQL {
  if ('and' in tree)
    return joined(
      tree.and.map((part) => treeSql(at, part)),
      'and',
    );
  if ('or' in tree)
    return joined(
      tree.or.map((part) => treeSql(at, part)),
      'or',
    );
  if ('not' in tree) return sql`(${treeSql(at, tree.not)}) is not true`;
  return conditionSql(at, tree);
}

const joinedHops = 2;

/**
 * The first relations are joins, which PostgreSQL puts in the best order. From there on each record is looked up: of
 * small tables it knows nothing, and many joins of them in the wrong order never end.
 */
function exists({ hops }: At, select: SQL): SQL {
  return hops < joinedHops ? sql`exists (${select})` : sql`exists (${select} offset 0)`;
}

function joined(parts: readonly SQL[], how: 'and' | 'or'): SQL {
  if (parts.length === 0) return how === 'and' ? sql`true` : sql`false`;
  return sql`(${sql.join([...parts], how === 'and' ? ' and ' : ' or ')})`;
}

function conditionSql(at: At, condition: ConditionTree): SQL {
  const opposite = opposites[condition.op];
  if (opposite !== undefined) {
    // Every one does when there is none that doesn't.
    const inner = condition.op === 'every' && condition.inner !== undefined ? { inner: { not: condition.inner } } : {};
    return sql`(${positiveSql(at, { ...condition, ...inner, op: opposite }, condition.op)}) is not true`;
  }
  return positiveSql(at, condition, condition.op);
}

/** `asked` is the operator as the caller wrote it, for what is allowed and for errors. */
function positiveSql(at: At, condition: ConditionTree, asked: Operator): SQL {
  const { access, object, row } = at;
  const { steps, field, access: seen } = resolvePath(access, object, condition.path);
  const [first] = steps;
  if (first !== undefined) {
    const clear = object.field(first)?.clear ?? false;
    const rest = { ...condition, path: condition.path.slice(1) };
    const select = through(
      access,
      first,
      row,
      clear,
      () => sql`1`,
      (alias, target) => positiveSql(next(at, target, alias), rest, asked),
    );
    return select === null ? sql`false` : exists(at, select);
  }
  if (seen.clear === false) throw problem('query.masked', { field: field.name });
  if (!field.handler.operators.has(asked)) throw problem('query.operator', { field: field.name, op: asked });
  if (isToOne(field)) return toOneSql(at, condition, field);
  if (isToMany(field)) return toManySql(at, condition, field, whereTrue(seen.clear, row));
  if (condition.op === 'notEmpty' && field.handler.comparable === null) {
    return sql`${whereClear(seen.clear, row, columnOf(field, row))} is not null`;
  }
  return compare(condition, field, comparableOf(field), seenValue(access, object, field, seen, row));
}

function whereTrue(clear: Parameters<typeof whereClear>[0], row: SQL): SQL {
  return clear === true ? sql`true` : whereClear(clear, row, sql`true`);
}

function next(at: At, object: ObjectAccess, row: SQL): At {
  return { ...at, object, row, hops: at.hops + 1 };
}

function toOneSql(at: At, condition: ConditionTree, field: CatalogField): SQL {
  const { access, object, row } = at;
  const clear = object.field(field)?.clear ?? false;
  const inner = condition.inner;
  // The bare column beside the look-up is what an index on the relation serves.
  const column = columnOf(field, row);
  const narrowed = (): SQL => {
    switch (condition.op) {
      case 'eq':
        return sql`${column} = ${idSlot(condition, field)} and `;
      case 'in':
        return sql`${column} = any(${idsSlot(condition, field)}) and `;
      default:
        return sql``;
    }
  };
  const matching = (alias: SQL, target: ObjectAccess): SQL =>
    inner === undefined ? sql`true` : treeSql(next(at, target, alias), inner);
  const select = through(access, field, row, clear, () => sql`1`, matching);
  return select === null ? sql`false` : sql`(${narrowed()}${exists(at, select)})`;
}

function toManySql(at: At, condition: ConditionTree, field: CatalogField, visible: SQL): SQL {
  const { access, row } = at;
  const target = field.target === null ? null : access.object(field.target.name);
  if (target === null) return sql`false`;
  const alias = sql.identifier(Symbol(field.name));
  const link = sql.identifier(Symbol('link'));
  const source =
    field.inverse === null
      ? sql`${sql.identifier('data', `${field.object.name}.${field.name}`)} ${link} join ${tableOf(target.object)} ${alias} on ${alias}."id" = ${link}."target" where ${link}."source" = ${row}."id"`
      : sql`${tableOf(target.object)} ${alias} where ${columnOf(field.inverse, alias)} = ${row}."id"`;
  const matches = condition.inner === undefined ? sql`true` : treeSql(next(at, target, alias), condition.inner);
  return exists(at, sql`select 1 from ${source} and ${visible} and ${readable(target, alias)} and ${matches}`);
}

function compare(condition: ConditionTree, field: CatalogField, comparable: Comparable, value: SQL): SQL {
  const type = comparable.type === 'text[]' ? castTo.text : castTo[comparable.type];
  const one = (): SQL => sql`${atRun((run) => scalar(run, condition, field, comparable))}::${type}`;
  const text = (): SQL => lower(sql`${atRun((run) => textOf(run, condition, field, comparable))}::text`);
  switch (condition.op) {
    case 'notEmpty':
      return sql`${value} is not null`;
    case 'eq':
      return comparable.type === 'text[]'
        ? sql`(${value} @> ${list(condition, field, comparable)} and ${value} <@ ${list(condition, field, comparable)})`
        : sql`${value} = ${one()}`;
    case 'lt':
      return sql`${value} < ${one()}`;
    case 'lte':
      return sql`${value} <= ${one()}`;
    case 'gt':
      return sql`${value} > ${one()}`;
    case 'gte':
      return sql`${value} >= ${one()}`;
    case 'in':
      return comparable.type === 'text[]'
        ? sql`${value} && ${list(condition, field, comparable)}`
        : sql`${value} = any(${list(condition, field, comparable)})`;
    case 'contains':
      return comparable.type === 'text[]'
        ? sql`${value} @> array[${one()}]`
        : sql`strpos(${lower(value)}, ${text()}) > 0`;
    case 'startsWith':
      return sql`starts_with(${lower(value)}, ${text()})`;
    case 'endsWith':
      return sql`right(${lower(value)}, length(${text()})) = ${text()}`;
    case 'between': {
      const end = (index: 0 | 1): SQL =>
        sql`${atRun((run) => bound(run, condition, field, comparable, index))}::${type}`;
      return sql`${value} between ${end(0)} and ${end(1)}`;
    }
    case 'within': {
      const edge = (of: (span: DaySpan) => string): SQL => {
        const day = sql`${atRun((run) => of(span(run, condition, field)))}`;
        return comparable.type === 'date'
          ? sql`${day}::date`
          : sql`(${day}::timestamp at time zone ${atRun((run) => run.timeZone)}::text)`;
      };
      return sql`(${value} >= ${edge((span) => span.from)} and ${value} < ${edge((span) => span.until)})`;
    }
    default:
      throw problem('query.operator', { field: field.name, op: condition.op });
  }
}

/** Case is passed over for A–Z alone, on both sides alike whatever the collation. */
function lower(text: SQL): SQL {
  return sql`lower((${text}) collate "C")`;
}

function raw(run: Run, condition: ConditionTree): Json {
  return condition.constant ?? run.values[condition.value ?? -1] ?? null;
}

function wrong(field: CatalogField, expected: string): never {
  throw problem('query.value', { field: field.name, expected });
}

function parsed(run: Run, value: Json, field: CatalogField, comparable: Comparable): string | number | boolean {
  const { catalog, now, timeZone } = run;
  return (
    comparable.parse(value, field, { catalog, company: catalog.company, now, timeZone }) ??
    wrong(field, comparable.expected)
  );
}

function scalar(
  run: Run,
  condition: ConditionTree,
  field: CatalogField,
  comparable: Comparable,
): string | number | boolean {
  return parsed(run, raw(run, condition), field, comparable);
}

function list(condition: ConditionTree, field: CatalogField, comparable: Comparable): SQL {
  const type = comparable.type === 'text[]' ? castTo['text[]'] : sql`${castTo[comparable.type]}[]`;
  const read = (run: Run): (string | number | boolean)[] => {
    const values = raw(run, condition);
    if (!Array.isArray(values)) return wrong(field, `an array, each ${comparable.expected}`);
    return values.map((value: Json) => parsed(run, value, field, comparable));
  };
  return sql`${atRun(read)}::${type}`;
}

function bound(
  run: Run,
  condition: ConditionTree,
  field: CatalogField,
  comparable: Comparable,
  index: 0 | 1,
): string | number | boolean {
  const ends = raw(run, condition);
  if (!Array.isArray(ends) || ends.length !== 2) return wrong(field, `[from, to], each ${comparable.expected}`);
  return parsed(run, ends[index] ?? null, field, comparable);
}

function span(run: Run, condition: ConditionTree, field: CatalogField): DaySpan {
  return (
    spanOf(raw(run, condition), run.now, run.timeZone) ??
    wrong(field, '{"last": 7, "unit": "day"}, {"this": "month"} or {"next": 1, "unit": "quarter"}')
  );
}

/** Text to look for: bounded, free of what PostgreSQL can't hold, and as the column holds it. */
function textOf(run: Run, condition: ConditionTree, field: CatalogField, comparable: Comparable): string {
  const value = raw(run, condition);
  const expected = 'text of at most 1000 characters';
  if (typeof value !== 'string' || value.length > 1000 || value.includes('\0') || !value.isWellFormed())
    return wrong(field, expected);
  const { op } = condition;
  if (comparable.fragment === undefined || (op !== 'contains' && op !== 'startsWith' && op !== 'endsWith'))
    return value;
  return comparable.fragment(value, op) ?? wrong(field, comparable.expected);
}

const idPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function idOf(value: Json, field: CatalogField): string {
  return typeof value === 'string' && idPattern.test(value) ? value : wrong(field, 'an id');
}

function idSlot(condition: ConditionTree, field: CatalogField): SQL {
  return sql`${atRun((run) => idOf(raw(run, condition), field))}::uuid`;
}

function idsSlot(condition: ConditionTree, field: CatalogField): SQL {
  const read = (run: Run): string[] => {
    const values = raw(run, condition);
    return Array.isArray(values) ? values.map((value: Json) => idOf(value, field)) : wrong(field, 'an array of ids');
  };
  return sql`${atRun(read)}::uuid[]`;
}
