import { type GroupQuery, isId, type ListQuery, problem, queryLimits } from '@huike/schema';
import type { Actor } from '../access/index.ts';
import { type Run, zoneOf } from '../filter/slots.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { planGroup } from './group.ts';
import { type ListPlan, type ListUse, planList } from './list.ts';
import { execute, type ReadContext, reading } from './run.ts';

// The one read path. Lists, single records, aggregates, search, history, export: each is a query under an actor,
// compiled with the actor's rights in it and answered as JSON text by PostgreSQL.

export interface Page {
  /** The records as the text of a JSON array. */
  readonly data: string;
  /** The cursor of the next page; null on the last. */
  readonly next: string | null;
  readonly total?: number;
}

interface PageRow {
  readonly data: string;
  readonly n: number;
  readonly last: string | null;
}

/**
 * A page of the records that the actor may read. Throws `object.unknown`, `field.unknown` (also for hidden fields),
 * `query.*` for what the query gets wrong.
 */
export async function list(
  context: ReadContext,
  actor: Actor,
  object: string,
  query: ListQuery,
  use: ListUse = 'read',
): Promise<Page> {
  const limit = pageSize(query.limit);
  const skip = skipped(query);
  return reading(context, actor, object, async (access, target, catalog) => {
    const { plan, values, sort } = planList(access, target, query, use);
    const after = query.cursor === undefined ? [] : decodeCursor(query.cursor, sort, plan.keys.length);
    const run: Run = {
      actor,
      catalog,
      values,
      after,
      limit,
      skip,
      now: context.now(),
      timeZone: zoneOf(actor, catalog),
    };
    // Together, so that when both fail neither is left alone.
    const [page, counted] = await Promise.all([
      pageOf(context, plan, run, sort),
      query.count === true ? execute<{ total: number }>(context, plan.count, run) : [],
    ]);
    const total = counted[0]?.total;
    return total === undefined ? page : { ...page, total };
  });
}

async function pageOf(context: ReadContext, plan: ListPlan, run: Run, sort: string): Promise<Page> {
  const start = (run.skip ?? 0) > 0 ? plan.jump() : plan.first;
  const statements = run.after.length === 0 ? [start] : plan.after(run.after.map((value) => value === null));
  const parts: string[] = [];
  let missing = run.limit;
  let last: string | null = null;
  for (const statement of statements) {
    const [row] = await execute<PageRow>(context, statement, { ...run, limit: missing });
    if (row === undefined) break;
    // A page that ends exactly with this stretch goes on, if at all, with the next one.
    if (row.n > 0) parts.push(row.data.slice(1, -1));
    last = row.last ?? last;
    if (row.n > missing) return { data: `[${parts.join()}]`, next: cursorOf(last, sort) };
    missing -= row.n;
    if (missing === 0) {
      const more =
        statement === statements.at(-1)
          ? false
          : await anyIn(context, statements.slice(statements.indexOf(statement) + 1), run);
      return { data: `[${parts.join()}]`, next: more ? cursorOf(last, sort) : null };
    }
  }
  return { data: `[${parts.join()}]`, next: null };
}

async function anyIn(context: ReadContext, statements: ListPlan['first'][], run: Run): Promise<boolean> {
  for (const statement of statements) {
    const [row] = await execute<PageRow>(context, statement, { ...run, limit: 0 });
    if ((row?.n ?? 0) > 0) return true;
  }
  return false;
}

function cursorOf(last: string | null, sort: string): string | null {
  if (last === null) return null;
  const values: unknown = JSON.parse(last);
  return Array.isArray(values)
    ? encodeCursor({ sort, after: values.map((value) => (typeof value === 'string' ? value : null)) })
    : null;
}

/** Throws `query.invalid` for what isn't a whole number from 1 to `most`. */
export function refuseUnlikeCount(path: string, value: number, most: number): void {
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw problem('query.invalid', {
      path,
      detail: `a whole number from 1 to ${most}`,
      detailZh: `应为 1 到 ${most} 的整数`,
    });
}

function pageSize(limit: number | undefined): number {
  if (limit === undefined) return queryLimits.defaultPage;
  if (!Number.isInteger(limit) || limit < 1)
    throw problem('query.invalid', {
      path: '/limit',
      detail: `a whole number from 1 to ${queryLimits.page}`,
      detailZh: `应为 1 到 ${queryLimits.page} 的整数`,
    });
  if (limit > queryLimits.page)
    throw problem('request.tooMany', { what: 'records a page', whatZh: '每页记录', limit: queryLimits.page });
  return limit;
}

/** Throws `query.invalid` for what isn't a whole number within the limit, or stands beside a cursor. */
function skipped({ skip = 0, cursor }: ListQuery): number {
  if (Number.isInteger(skip) && skip >= 0 && skip <= queryLimits.skip && (skip === 0 || cursor === undefined))
    return skip;
  throw problem('query.invalid', {
    path: '/skip',
    detail: `a whole number from 0 to ${queryLimits.skip}, without a cursor`,
    detailZh: `应为 0 到 ${queryLimits.skip} 的整数，且不能与 cursor 同用`,
  });
}

/** One record as JSON text. Throws `record.unknown` when it is absent, deleted, or out of the actor's scope (alike). */
export async function get(
  context: ReadContext,
  actor: Actor,
  object: string,
  id: string,
  query: Pick<ListQuery, 'fields' | 'deleted'> = {},
): Promise<string> {
  if (!isId(id)) {
    // An object that isn't there comes first.
    await reading(context, actor, object, async () => {});
    throw problem('record.unknown');
  }
  const page = await list(context, actor, object, {
    ...query,
    filter: { field: 'id', op: 'eq', value: id },
    sort: ['id'],
    limit: 1,
  });
  if (page.data === '[]') throw problem('record.unknown');
  return page.data.slice(1, -1);
}

/** Aggregates over what the actor sees, as the text of a JSON array. */
export async function group(context: ReadContext, actor: Actor, object: string, query: GroupQuery): Promise<string> {
  const limit = query.limit ?? 1_000;
  refuseUnlikeCount('/limit', limit, queryLimits.groups);
  return reading(context, actor, object, async (access, target, catalog) => {
    const { statement, values } = planGroup(access, target, query);
    const run: Run = { actor, catalog, values, after: [], limit, now: context.now(), timeZone: zoneOf(actor, catalog) };
    const [row] = await execute<{ data: string }>(context, statement, run);
    return row?.data ?? '[]';
  });
}
