import type { Filter } from '@huike/schema';
import { call, type ObjectInfo, type Page } from '../data/api.ts';
import { type Column, fieldAt } from '../grid/columns.ts';
import type { GroupHead, GroupLoader } from '../grid/groups.ts';
import type { Loader } from '../grid/rows.ts';
import { kindOf, type Reader, textOf } from '../grid/text.ts';
import { both } from './filter/model.ts';

// What the layouts ask the server for.

export interface ListAsk {
  readonly object: string;
  readonly fields: readonly string[];
  readonly filter: Filter | null;
  readonly sort: readonly string[];
}

/** The order of an object's records where none is asked for: the newest first. */
export function sortFor(object: ObjectInfo, sort: readonly string[]): readonly string[] {
  if (sort.length > 0) return sort;
  const created = object.fields.find((field) => field.name === 'createdAt');
  return created === undefined || created.right === 'masked' ? ['-id'] : ['-createdAt'];
}

const reversedSort = (sort: readonly string[]) => sort.map((key) => (key.startsWith('-') ? key.slice(1) : `-${key}`));

function queryOf({ fields, filter }: ListAsk) {
  return { fields, ...(filter === null ? {} : { filter }) };
}

export function loaderOf(ask: ListAsk): Loader {
  const where = `records/${ask.object}/query`;
  return {
    page: ({ reversed, ...request }) =>
      call<Page>('POST', where, { ...queryOf(ask), sort: reversed ? reversedSort(ask.sort) : ask.sort, ...request }),
    async count() {
      const [answer] = await group(ask.object, { filter: ask.filter, group: [], measures: [{ fn: 'count', as: 'n' }] });
      return Number(answer?.n ?? 0);
    },
    async some(ids) {
      const filter = both(ask.filter, { field: 'id', op: 'in', value: [...ids] });
      return (await call<Page>('POST', where, { fields: ask.fields, filter, limit: ids.length })).data;
    },
    order: ask.sort.map((key) => key.replace(/^-/, '')),
  };
}

export interface GroupAsk {
  readonly filter: Filter | null;
  readonly group: readonly unknown[];
  readonly measures: readonly { readonly fn: string; readonly field?: string; readonly as: string }[];
  readonly sort?: readonly string[];
  readonly limit?: number;
}

type GroupRow = Readonly<Record<string, unknown>>;

export async function group(object: string, { filter, ...ask }: GroupAsk): Promise<readonly GroupRow[]> {
  const body = { ...ask, ...(filter === null ? {} : { filter }) };
  return (await call<{ readonly data: readonly GroupRow[] }>('POST', `records/${object}/query`, body)).data;
}

const measuresOf = (columns: readonly Column[]) =>
  columns.flatMap(({ path, total }, index) => (total === null ? [] : [{ fn: total, field: path, as: `m${index}` }]));

const totalsIn = (row: GroupRow, columns: readonly Column[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(columns.flatMap(({ path, total }, index) => (total === null ? [] : [[path, row[`m${index}`]]])));

/** The totals of columns over a whole list, by path. */
export async function totalsOf(ask: ListAsk, columns: readonly Column[]): Promise<Readonly<Record<string, unknown>>> {
  const [row] = await group(ask.object, { filter: ask.filter, group: [], measures: measuresOf(columns) });
  return row === undefined ? {} : totalsIn(row, columns);
}

/** The records of one value of a field. */
export function conditionOf(path: string, value: unknown): Filter {
  if (value === null || value === undefined) return { field: path, op: 'empty' };
  if (typeof value === 'object' && 'id' in value) return { field: path, op: 'eq', value: String(value.id) };
  return {
    field: path,
    op: 'eq',
    value: typeof value === 'boolean' || typeof value === 'number' ? value : String(value),
  };
}

export function keyOf(value: unknown): string {
  return typeof value === 'object' && value !== null && 'id' in value ? String(value.id) : String(value ?? '');
}

const mostGroups = 500;

/** Groups with their counts and totals: options in their own order, the rest by size. */
export function groupsOf(
  ask: ListAsk,
  object: ObjectInfo,
  objects: readonly ObjectInfo[],
  path: string,
  columns: readonly Column[],
  reader: Reader,
): GroupLoader {
  const field = fieldAt(objects, object, path);
  return {
    async heads() {
      const rows = await group(ask.object, {
        filter: ask.filter,
        group: [path],
        measures: [{ fn: 'count', as: 'n' }, ...measuresOf(columns)],
        sort: ['-n'],
        limit: mostGroups,
      });
      const heads = rows.map((row): GroupHead => {
        const value = row[path];
        const label = field === undefined ? keyOf(value) : textOf(field, value, reader);
        return {
          ...{ key: keyOf(value), value, count: Number(row.n ?? 0) },
          totals: { ...totalsIn(row, columns), '~label': label },
        };
      });
      const order =
        field !== undefined && kindOf(field) === 'option' ? (field.options ?? []).map((one) => one.value) : null;
      if (order === null) return heads;
      const place = (head: GroupHead) => (head.value === null ? order.length : order.indexOf(head.key));
      return [...heads].sort((one, other) => place(one) - place(other));
    },
    rows: (head) => loaderOf({ ...ask, filter: both(ask.filter, conditionOf(path, head.value)) }),
  };
}
