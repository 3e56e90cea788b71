import {
  type GroupBy,
  type GroupQuery,
  isName,
  type Json,
  type Measure,
  measureFunctions,
  problem,
  zoneName,
} from '@huike/schema';
import { type Access, type ObjectAccess, toSql } from '../access/index.ts';
import type { CatalogField } from '../catalog/types.ts';
import { type SQL, sql } from '../database/sql.ts';
import { filterSql } from '../filter/compile.ts';
import { atRun } from '../filter/slots.ts';
import { type FilterTree, parseFilter, stepsOf } from '../filter/tree.ts';
import { comparableOf, isToMany, isToOne, resolvePath, seenAlong, tableOf } from '../filter/values.ts';
import { version } from './list.ts';
import { recordJson } from './output.ts';
import { planned, type Statement, statement } from './plan.ts';

// Aggregates, over exactly the rows and values that the viewer sees.

export interface GroupShape {
  readonly statement: Statement;
  readonly values: readonly Json[];
}

const spans: ReadonlySet<string> = new Set(['day', 'week', 'month', 'quarter', 'year']);

/** Compiles a query that groups. Throws for what is unknown, hidden, masked or malformed. */
export function planGroup(access: Access, object: ObjectAccess, query: GroupQuery): GroupShape {
  if (query.group.length > 8) throw problem('request.tooMany', { what: 'groups', whatZh: '分组', limit: 8 });
  if (query.measures.length > 50) throw problem('request.tooMany', { what: 'measures', whatZh: '度量', limit: 50 });
  const values: Json[] = [];
  const filter = query.filter === undefined ? null : parseFilter(query.filter, values);
  const key = JSON.stringify(['group', object.object.name, query.group, query.measures, filter, query.sort]);
  return { statement: planned(access, key, () => statement(compile(access, object, query, filter))), values };
}

interface Column {
  readonly name: string;
  /** What is grouped by, or the aggregate. */
  readonly expression: SQL;
  /** What goes out, over the column of the grouped row `g`. */
  readonly output: SQL;
}

function compile(access: Access, object: ObjectAccess, query: GroupQuery, filter: FilterTree | null): SQL {
  const row = sql.identifier('t');
  const groups = query.group.map((by, index) => groupColumn(access, object, by, index, row));
  const measures = query.measures.map((measure, index) =>
    measureColumn(access, object, measure, index, sql`g.${sql.identifier(`c${groups.length + index}`)}`, row),
  );
  const columns = [...groups, ...measures];
  const names = new Set<string>();
  for (const { name } of columns) {
    if (names.has(name))
      throw problem('query.invalid', {
        path: '/measures',
        detail: `"${name}" occurs twice`,
        detailZh: `“${name}”重复`,
      });
    names.add(name);
  }
  if (columns.length === 0)
    throw problem('query.invalid', { path: '/measures', detail: 'nothing is asked for', detailZh: '没有要查询的内容' });
  const rows = object.rows('read');
  const where = [sql`${row}."deletedAt" is null`];
  if (rows !== true) where.push(toSql(rows, row));
  if (filter !== null) where.push(filterSql(access, object, filter, row));
  const inner = sql.join(
    columns.map((column, index) => sql`${column.expression} as ${sql.identifier(`c${index}`)}`),
    ', ',
  );
  const by =
    groups.length === 0
      ? sql``
      : sql` group by ${sql.join(
          groups.map((_, index) => sql.literal(index + 1)),
          ', ',
        )}`;
  const order = orderSql(query.sort ?? [], columns, groups.length);
  const output = sql.join(
    columns.map((column) => sql`${column.output} as ${sql.identifier(column.name)}`),
    ', ',
  );
  // A name that no column can have: a field may be called like any alias of ours.
  const record = sql.identifier(Symbol('record'));
  return sql`select ${version} as version, coalesce(json_agg(row_to_json(${record})), '[]'::json)::text as data from (select ${output} from (select ${inner} from ${tableOf(object.object)} ${row} where ${sql.join(where, ' and ')}${by}${order} limit ${atRun((run) => run.limit)}::int4) g) ${record}`;
}

function orderSql(sort: readonly string[], columns: readonly Column[], groups: number): SQL {
  const wanted = sort.map((text) => {
    const descending = text.startsWith('-');
    const name = descending ? text.slice(1) : text;
    const index = columns.findIndex((column) => column.name === name);
    if (index < 0) throw problem('field.unknown', { field: name.slice(0, 100) });
    return sql`${sql.literal(index + 1)} ${descending ? sql`desc nulls last` : sql`asc nulls first`}`;
  });
  // The groups themselves settle what the sort leaves open, so that a limit cuts the same way each time.
  const rest = Array.from({ length: groups }, (_, index) => sql`${sql.literal(index + 1)} asc nulls first`);
  const all = [...wanted, ...rest];
  return all.length === 0 ? sql`` : sql` order by ${sql.join(all, ', ')}`;
}

function groupColumn(access: Access, object: ObjectAccess, by: GroupBy, index: number, row: SQL): Column {
  const name = typeof by === 'string' ? by : by.field;
  const path = resolvePath(access, object, stepsOf(name));
  const { field } = path;
  if (isToMany(field)) throw problem('query.operator', { field: field.name, op: 'group' });
  const value = seenAlong(access, object, path, row);
  const column = sql`g.${sql.identifier(`c${index}`)}`;
  if (isToOne(field)) return { name, expression: value, output: relatedOutput(access, field, column) };
  const { type } = comparableOf(field);
  if (typeof by === 'string')
    return { name, expression: value, output: type === 'numeric' ? sql`${column}::text` : column };
  if (!spans.has(by.by) || (type !== 'date' && type !== 'timestamptz'))
    throw problem('query.operator', { field: field.name, op: `by ${String(by.by).slice(0, 20)}` });
  const named = by.timeZone === undefined ? undefined : zoneName(by.timeZone);
  if (named === null)
    throw problem('query.invalid', { path: '/group', detail: 'unknown time zone', detailZh: '没有这个时区' });
  const zone = named === undefined ? sql`${atRun((run) => run.timeZone)}::text` : sql`${sql.value(named)}::text`;
  const local = type === 'date' ? sql`${value}::timestamp` : sql`(${value} at time zone ${zone})`;
  // Grouped by the text, so that one zone parameter can't make two different expressions.
  return {
    name,
    expression: sql`to_char(date_trunc(${sql.value(by.by)}::text, ${local}), 'YYYY-MM-DD')`,
    output: column,
  };
}

/** A related record as lists show it; that it may be read is settled by what was grouped. */
function relatedOutput(access: Access, field: CatalogField, column: SQL): SQL {
  const target = field.target === null ? null : access.object(field.target.name);
  if (target === null) return sql`null`;
  const alias = sql.identifier(Symbol(field.name));
  return sql`(select ${recordJson(access, target, {}, alias)} from ${tableOf(target.object)} ${alias} where ${alias}."id" = ${column})`;
}

function measureColumn(
  access: Access,
  object: ObjectAccess,
  measure: Measure,
  index: number,
  column: SQL,
  row: SQL,
): Column {
  const { fn, field: name, as } = measure;
  if (!isName(as))
    throw problem('query.invalid', {
      path: `/measures/${index}/as`,
      detail: 'a name such as total',
      detailZh: '应为名称，例如 total',
    });
  if (!measureFunctions.includes(fn))
    throw problem('query.invalid', {
      path: `/measures/${index}/fn`,
      detail: `one of ${measureFunctions.join(', ')}`,
      detailZh: `只能是 ${measureFunctions.join('、')}`,
    });
  if (name === undefined) {
    if (fn !== 'count')
      throw problem('query.invalid', {
        path: `/measures/${index}/field`,
        detail: 'a field is missing',
        detailZh: '缺少字段',
      });
    return { name: as, expression: sql`count(*)::float8`, output: column };
  }
  const path = resolvePath(access, object, stepsOf(name));
  const value = seenAlong(access, object, path, row);
  const type = isToOne(path.field) ? 'uuid' : comparableOf(path.field).type;
  switch (fn) {
    case 'count':
      return { name: as, expression: sql`count(${value})::float8`, output: column };
    case 'countDistinct':
      return { name: as, expression: sql`count(distinct ${value})::float8`, output: column };
    case 'sum':
    case 'avg': {
      if (type !== 'numeric' && type !== 'float8' && type !== 'int4')
        throw problem('query.operator', { field: path.field.name, op: fn });
      if (type === 'float8') return { name: as, expression: ofDoubles(fn, value), output: column };
      const aggregate = fn === 'sum' ? sql`sum(${value})` : sql`round(avg(${value}), 6)`;
      return { name: as, expression: aggregate, output: sql`${column}::text` };
    }
    case 'min':
    case 'max': {
      if (type === 'uuid' || type === 'boolean' || type === 'text[]')
        throw problem('query.operator', { field: path.field.name, op: fn });
      return {
        name: as,
        expression: fn === 'min' ? sql`min(${value})` : sql`max(${value})`,
        output: type === 'numeric' ? sql`${column}::text` : column,
      };
    }
  }
}

/** Exact, in whatever order the records come; null beyond what a double can hold. */
function ofDoubles(fn: 'sum' | 'avg', value: SQL): SQL {
  // By way of text, which is the shortest that a double stands for.
  const exact = sql`(${value})::text::numeric`;
  if (fn === 'avg') return sql`avg(${exact})::float8`;
  return sql`case when abs(sum(${exact})) < 1.79e308 then sum(${exact})::float8 end`;
}
