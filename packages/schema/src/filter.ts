// The filter tree: how every list, view, sharing rule and condition says which records it means.

export const operators = [
  'eq',
  'ne',
  'lt',
  'lte',
  'gt',
  'gte',
  'in',
  'notIn',
  'contains',
  'startsWith',
  'endsWith',
  'empty',
  'notEmpty',
  'between',
  'within',
  'some',
  'none',
  'every',
] as const;

export type Operator = (typeof operators)[number];

export const dateUnits = ['day', 'week', 'month', 'quarter', 'year'] as const;
export type DateUnit = (typeof dateUnits)[number];

/** A span of days relative to today, in the viewer's time zone. Weeks begin on Monday. */
export type RelativeSpan =
  | { readonly last: number; readonly unit: DateUnit }
  | { readonly next: number; readonly unit: DateUnit }
  | { readonly this: DateUnit };

export type Scalar = string | number | boolean | null;
export type FilterValue = Scalar | readonly Scalar[] | RelativeSpan | Filter;

export type Filter =
  | { readonly and: readonly Filter[] }
  | { readonly or: readonly Filter[] }
  | { readonly not: Filter }
  | Condition;

/** `field` may be a path over relations: `owner.department.name`. `empty` and `notEmpty` take no value. */
export interface Condition {
  readonly field: string;
  readonly op: Operator;
  readonly value?: FilterValue;
}

/**
 * Limits that keep one request from costing what a thousand do. `nesting`: filters within filters of related records,
 * each of which may double the work of planning; `relations`: relations followed in all.
 */
export const filterLimits = { depth: 32, nodes: 1_000, values: 10_000, nesting: 6, relations: 100 } as const;
