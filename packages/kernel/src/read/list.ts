import { type Json, type ListQuery, problem, queryLimits } from '@huike/schema';
import { type Access, type ObjectAccess, toSql } from '../access/index.ts';
import { type SQL, sql } from '../database/sql.ts';
import { filterSql } from '../filter/compile.ts';
import { atRun } from '../filter/slots.ts';
import { type FilterTree, parseFilter } from '../filter/tree.ts';
import { tableOf } from '../filter/values.ts';
import { everything, outputColumns, type Selection, selectionOf } from './output.ts';
import { planned, type Statement, statement } from './plan.ts';
import { orderBy, type SortKey, sortKeys, stretchesAfter } from './sort.ts';

// A page of records: one statement that answers with the page as JSON text, which is passed on as it is.

export interface ListPlan {
  /** The first page, and what counts all. */
  readonly first: Statement;
  /** The page after a jump. */
  readonly jump: () => Statement;
  readonly count: Statement;
  /** The stretches after a record, by which of its sort values are empty. */
  readonly after: (empty: readonly boolean[]) => readonly Statement[];
  readonly keys: readonly SortKey[];
}

export interface ListShape {
  readonly plan: ListPlan;
  readonly values: readonly Json[];
  /** Names the sort for the cursor, so that one of another sort is noticed. */
  readonly sort: string;
}

/** What the records of a list are for: to be looked at, or to be taken out as a file. */
export type ListUse = 'read' | 'export';

/** Compiles a list query, or finds it compiled. Throws for what is unknown, hidden or malformed. */
export function planList(access: Access, object: ObjectAccess, query: ListQuery, use: ListUse = 'read'): ListShape {
  const values: Json[] = [];
  const filter = query.filter === undefined ? null : parseFilter(query.filter, values);
  const sort = query.sort ?? newestFirst(object);
  const fields = query.fields ?? null;
  if (fields !== null && fields.length > queryLimits.fields)
    throw problem('request.tooMany', { what: 'fields', whatZh: '字段', limit: queryLimits.fields });
  const key = JSON.stringify(['list', use, object.object.name, fields, filter, sort, query.deleted]);
  return {
    plan: planned(access, key, () =>
      compile(access, object, { fields, filter, sort, deleted: query.deleted === 'only', use }),
    ),
    values,
    sort: sort.join(),
  };
}

/** Ids are made in the order of time too: where the time isn't to be seen, they do. */
function newestFirst(object: ObjectAccess): readonly string[] {
  const created = object.object.fields.get('createdAt');
  const seen = created === undefined ? null : object.field(created);
  return seen === null || seen.clear === false ? ['-id'] : ['-createdAt'];
}

interface ListParts {
  readonly fields: readonly string[] | null;
  readonly filter: FilterTree | null;
  readonly sort: readonly string[];
  readonly deleted: boolean;
  readonly use: ListUse;
}

function compile(access: Access, object: ObjectAccess, parts: ListParts): ListPlan {
  const row = sql.identifier('t');
  const keys = sortKeys(access, object, parts.sort, row);
  const where = whereSql(access, object, parts, row);
  const selection = parts.fields === null ? everything(object) : selectionOf(parts.fields);
  const pageOf = (condition: SQL, skip: SQL): Statement =>
    statement(pageSql(access, object, selection, keys, condition, row, skip));
  const page = (stretch: SQL | null) => pageOf(stretch === null ? where : sql`${where} and ${stretch}`, sql``);
  let jump: Statement | undefined;
  const stretches = new Map<string, readonly Statement[]>();
  return {
    keys,
    first: page(null),
    jump() {
      jump ??= pageOf(where, sql` offset ${atRun((run) => run.skip ?? 0)}::int4`);
      return jump;
    },
    count: statement(
      sql`select ${version} as version, count(*)::float8 as total from ${tableOf(object.object)} ${row} where ${where}`,
    ),
    after(empty) {
      const known = stretches.get(empty.join());
      if (known !== undefined) return known;
      const made = stretchesAfter(keys, empty).map(page);
      stretches.set(empty.join(), made);
      return made;
    },
  };
}

/** The metadata version that the statement ran under: compared by whoever runs it. */
export const version: SQL = sql`(select v.version from huike.metadata_version v)`;

function whereSql(access: Access, object: ObjectAccess, parts: ListParts, row: SQL): SQL {
  const rows = object.rows(parts.deleted ? 'delete' : 'read');
  const conditions = [parts.deleted ? sql`${row}."deletedAt" is not null` : sql`${row}."deletedAt" is null`];
  // Who may empty the bin still sees in it only what could be read.
  if (parts.deleted && object.rows('read') !== true) conditions.push(toSql(object.rows('read'), row));
  if (rows !== true) conditions.push(toSql(rows, row));
  if (parts.use === 'export' && object.rows('export') !== true) conditions.push(toSql(object.rows('export'), row));
  if (parts.filter !== null) conditions.push(filterSql(access, object, parts.filter, row));
  return sql.join(conditions, ' and ');
}

/** One record more than the page tells whether there is a next one. */
function pageSql(
  access: Access,
  object: ObjectAccess,
  selection: Selection,
  keys: readonly SortKey[],
  where: SQL,
  row: SQL,
  skip: SQL,
): SQL {
  const limit = atRun((run) => run.limit);
  const p = sql.identifier('p');
  // A name that no column can have: a field may be called like any alias of ours.
  const record = sql.identifier(Symbol('record'));
  const keyColumns = keys.map((key, index) => sql`${key.expression} as ${sql.identifier(`~k${index}`)}`);
  const keyTexts = keys.map((_, index) => sql`${p}.${sql.identifier(`~k${index}`)}::text`);
  const ordered = sql`select ${row}.*, ${sql.join(keyColumns, ', ')} from ${tableOf(object.object)} ${row} where ${where} order by ${orderBy(keys)} limit ${limit}::int4 + 1${skip}`;
  return sql`select ${version} as version, coalesce(json_agg(x.j) filter (where x.n <= ${limit}::int4), '[]'::json)::text as data, count(*)::int4 as n, max(x.k) as last from (select (select row_to_json(${record}) from (select ${outputColumns(access, object, selection, p)}) ${record}) as j, p."~n" as n, case when p."~n" = ${limit}::int4 then json_build_array(${sql.join(keyTexts, ', ')})::text end as k from (select q.*, row_number() over () as "~n" from (${ordered}) q) p) x`;
}
