import type { Condition, DateUnit, Filter, FilterValue, Operator, RelativeSpan } from '@huike/schema';
import type { FieldInfo } from '../../data/api.ts';

// The filter tree as a person edits it: groups of conditions, and what can be said about each kind of field.

export type Join = 'and' | 'or';

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A filter of unknown origin, as far as it has the shape of one. */
export function asFilter(value: unknown): Filter | null {
  return isFilter(value) ? value : null;
}

function isFilter(value: unknown): value is Filter {
  if (!isObject(value)) return false;
  if ('and' in value) return Array.isArray(value.and) && value.and.every(isFilter);
  if ('or' in value) return Array.isArray(value.or) && value.or.every(isFilter);
  if ('not' in value) return isFilter(value.not);
  return typeof value.field === 'string' && typeof value.op === 'string';
}

export function isCondition(filter: Filter): filter is Condition {
  return 'field' in filter;
}

/** A filter as a group: a single condition is a group of one. `not` stands as one item. */
export function groupOf(filter: Filter | null): { readonly join: Join; readonly items: readonly Filter[] } {
  if (filter === null) return { join: 'and', items: [] };
  if ('and' in filter) return { join: 'and', items: filter.and };
  if ('or' in filter) return { join: 'or', items: filter.or };
  return { join: 'and', items: [filter] };
}

/** A group as a filter: null for none, the item itself for one. */
export function joined(join: Join, items: readonly Filter[]): Filter | null {
  const [only] = items;
  if (only === undefined) return null;
  if (items.length === 1) return only;
  return join === 'and' ? { and: items } : { or: items };
}

export function withItem(filter: Filter | null, item: Filter): Filter {
  const { join, items } = groupOf(filter);
  return joined(join, [...items, item]) ?? item;
}

/** With another item in the place of one, or without it. */
export function replaced(filter: Filter | null, index: number, item: Filter | null): Filter | null {
  const { join, items } = groupOf(filter);
  return joined(
    join,
    items.flatMap((one, at) => (at === index ? (item ?? []) : one)),
  );
}

/** All of several filters that may be absent. */
export function both(...filters: readonly (Filter | null)[]): Filter | null {
  const items = filters.flatMap((filter) => {
    const { join, items: inner } = groupOf(filter);
    return filter === null ? [] : join === 'and' ? inner : [filter];
  });
  return joined('and', items);
}

/** What the value of a condition is chosen or typed with. */
export type ValueKind =
  | 'none'
  | 'text'
  | 'number'
  | 'range'
  | 'day'
  | 'days'
  | 'span'
  | 'options'
  | 'records'
  | 'yesNo'
  | 'filter';

const text: readonly Operator[] = ['contains', 'eq', 'ne', 'startsWith', 'endsWith', 'empty', 'notEmpty'];
const number: readonly Operator[] = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'between', 'empty', 'notEmpty'];
const time: readonly Operator[] = ['within', 'gte', 'lt', 'between', 'empty', 'notEmpty'];
const one: readonly Operator[] = ['in', 'notIn', 'empty', 'notEmpty'];
const existence: readonly Operator[] = ['notEmpty', 'empty'];

const operatorsByType: Readonly<Record<string, readonly Operator[]>> = {
  text,
  longText: text,
  email: text,
  phone: text,
  url: text,
  autoNumber: text,
  number,
  decimal: number,
  percent: number,
  money: number,
  computed: number,
  date: time,
  dateTime: time,
  boolean: ['eq'],
  option: one,
  options: ['in', 'contains', 'empty', 'notEmpty'],
  user: [...one, 'some'],
  department: [...one, 'some'],
  relation: [...one, 'some', 'none'],
  relations: ['some', 'none', 'every', 'empty', 'notEmpty'],
  table: ['some', 'none', 'every', 'empty', 'notEmpty'],
  address: ['contains', 'empty', 'notEmpty'],
};

/** What can be said about a field, the most usual first. Masked values can't be told apart. */
export function operatorsFor(field: FieldInfo, kind: string): readonly Operator[] {
  if (field.right === 'masked') return [];
  return operatorsByType[kind] ?? existence;
}

export function valueKindOf(kind: string, op: Operator): ValueKind {
  if (op === 'empty' || op === 'notEmpty') return 'none';
  if (op === 'some' || op === 'none' || op === 'every') return 'filter';
  switch (kind) {
    case 'boolean':
      return 'yesNo';
    case 'option':
    case 'options':
      return 'options';
    case 'relation':
    case 'user':
    case 'department':
      return 'records';
    case 'date':
    case 'dateTime':
      return op === 'within' ? 'span' : op === 'between' ? 'days' : 'day';
    case 'number':
    case 'decimal':
    case 'percent':
    case 'money':
      return op === 'between' ? 'range' : 'number';
    default:
      return 'text';
  }
}

/** What a condition begins with, so that it can be changed instead of filled in. */
export function firstValue(kind: ValueKind): FilterValue | undefined {
  switch (kind) {
    case 'span':
      return { this: 'month' };
    case 'yesNo':
      return true;
    case 'options':
    case 'records':
      return [];
    case 'filter':
      return { and: [] };
    case 'none':
      return undefined;
    default:
      return '';
  }
}

/** Whether a condition says enough to be asked for. */
export function isComplete({ op, value }: Condition): boolean {
  if (op === 'empty' || op === 'notEmpty') return value === undefined;
  if (value === undefined || value === '') return false;
  if (op === 'between')
    return Array.isArray(value) && value.length === 2 && value.every((end) => end !== '' && end !== null);
  return !Array.isArray(value) || value.length > 0;
}

export const spanPresets: readonly RelativeSpan[] = [
  { this: 'day' },
  { this: 'week' },
  { this: 'month' },
  { this: 'quarter' },
  { this: 'year' },
  { last: 7, unit: 'day' },
  { last: 30, unit: 'day' },
  { next: 7, unit: 'day' },
  { next: 30, unit: 'day' },
];

export function isSpan(value: unknown): value is RelativeSpan {
  return isObject(value) && ('this' in value || (('last' in value || 'next' in value) && 'unit' in value));
}

export const units: readonly DateUnit[] = ['day', 'week', 'month', 'quarter', 'year'];
