import type { Filter } from './filter.ts';
import type { Json, JsonObject } from './json.ts';

/** A list of records. `fields` may hold paths over relations; absent means every readable field. */
export interface ListQuery {
  readonly fields?: readonly string[];
  /** Untrusted JSON is welcome: the read path checks it. */
  readonly filter?: Filter | JsonObject;
  /** `-createdAt` is descending. Empty values count as the smallest. */
  readonly sort?: readonly string[];
  readonly limit?: number;
  readonly cursor?: string;
  /** Records to pass over, for a jump to any place of a long list. Not with a cursor, which costs nothing. */
  readonly skip?: number;
  /** Adds `page.total`. */
  readonly count?: boolean;
  /** The recycle bin instead of the living records. */
  readonly deleted?: 'only';
}

export const measureFunctions = ['count', 'countDistinct', 'sum', 'avg', 'min', 'max'] as const;
export type MeasureFunction = (typeof measureFunctions)[number];

export interface Measure {
  readonly fn: MeasureFunction;
  readonly field?: string;
  readonly as: string;
}

export type GroupBy =
  | string
  | { readonly field: string; readonly by: 'day' | 'week' | 'month' | 'quarter' | 'year'; readonly timeZone?: string };

/** Aggregates. `sort` names groups or measures. */
export interface GroupQuery {
  /** Untrusted JSON is welcome: the read path checks it. */
  readonly filter?: Filter | JsonObject;
  readonly group: readonly GroupBy[];
  readonly measures: readonly Measure[];
  readonly sort?: readonly string[];
  readonly limit?: number;
}

export const queryLimits = {
  page: 500,
  defaultPage: 50,
  skip: 10_000_000,
  groups: 10_000,
  sort: 5,
  pathDepth: 6,
  fields: 500,
} as const;

/** Written values by field name. A relation takes an id, `{lookup: {field, value}}`, or in a batch `{$ref}`. */
export type Values = Readonly<Record<string, Json>>;

/** A record is named by its id, or by a local reference of the same batch. */
export type RecordRef = string | { readonly $ref: string };

export type Command =
  | {
      readonly op: 'create';
      readonly object: string;
      readonly values: Values;
      readonly id?: string;
      readonly ref?: string;
    }
  | {
      readonly op: 'update';
      readonly object: string;
      readonly id: RecordRef;
      readonly values: Values;
      readonly version?: number;
    }
  | {
      readonly op: 'upsert';
      readonly object: string;
      readonly key: string;
      readonly values: Values;
      readonly ref?: string;
    }
  | { readonly op: 'delete'; readonly object: string; readonly id: RecordRef; readonly version?: number }
  | {
      readonly op: 'restore';
      readonly object: string;
      readonly id: RecordRef;
      /** The version that the caller knows. */
      readonly version?: number;
      readonly toVersion?: number;
      readonly fields?: readonly string[];
    };

export const writeLimits = { commands: 5_000 } as const;
