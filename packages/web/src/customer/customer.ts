import type { Label } from '@huike/schema';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { call, get, type ObjectInfo, type RecordData } from '../data/api.ts';

// The one customer behind a record: who it is on each channel, and what it did.

/** The trait of the object whose records are customers. */
export const isCustomer = (object: ObjectInfo) => object.traits.includes('customer');

export interface Identifier {
  readonly kind: string;
  readonly label: Label;
  readonly scope: string;
  readonly value: string;
  readonly channel: string;
  readonly firstSeen: string;
  readonly shared: boolean;
}

export interface Merge {
  readonly id: string;
  readonly source: string;
  readonly actor: string;
  readonly reason: string | null;
  readonly at: string;
  readonly undoneAt: string | null;
}

export interface Customer {
  readonly id: string;
  readonly identifiers: readonly Identifier[];
  readonly sources: Readonly<Record<string, { readonly channel: string; readonly at: string }>>;
  readonly related: readonly { readonly id: string; readonly name: string | null; readonly by: Label }[];
  readonly measures: {
    readonly channels: readonly { readonly channel: string; readonly interactions: number; readonly lastAt: string }[];
    readonly records: readonly {
      readonly object: string;
      readonly count: number;
      readonly sums: Readonly<Record<string, unknown>>;
    }[];
  };
  readonly merges: readonly Merge[];
}

export const customerQuery = (id: string) =>
  queryOptions({ queryKey: ['customer', id], queryFn: () => get<Customer>(`customers/${id}`) });

export interface TimelineEntry {
  readonly at: string;
  readonly kind: 'interaction' | 'record' | 'change';
  readonly type: string;
  readonly channel: string | null;
  readonly object?: string;
  readonly recordId?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

interface TimelinePage {
  readonly data: readonly TimelineEntry[];
  readonly page: { readonly next: string | null };
}

export const timelineQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['customer', id, 'timeline'],
    queryFn: ({ pageParam }) =>
      get<TimelinePage>(`customers/${id}/timeline?limit=30${pageParam === '' ? '' : `&cursor=${pageParam}`}`),
    initialPageParam: '',
    getNextPageParam: ({ page }) => page.next ?? undefined,
  });

/** Undoes a merge. Throws a Refusal. */
export const unmerge = (id: string, mergeId: string) =>
  call<{ readonly customers: readonly string[] }>('POST', `customers/${id}/unmerge`, { mergeId });

export interface Review {
  readonly id: string;
  readonly kind: string;
  readonly about: { readonly label: Label; readonly value: string } | null;
  readonly probability: number | null;
  readonly weights: readonly Weight[] | null;
  readonly createdAt: string;
  readonly customers: readonly RecordData[];
}

export interface Weight {
  readonly column: string | null;
  readonly level: string;
  readonly weight: number;
}

export const reviewsQuery = (state: 'open' | 'later') =>
  queryOptions({
    queryKey: ['reviews', state],
    queryFn: () => get<{ readonly data: readonly Review[] }>(`customers/reviews?state=${state}&limit=100`),
  });

export type Decision = 'same' | 'different' | 'later';

/** Decides a review; of the same customer, the merge. Throws a Refusal. */
export const decide = (id: string, decision: Decision) =>
  call<{ readonly merged: { readonly mergeId: string; readonly id: string } | null }>(
    'POST',
    `customers/reviews/${id}`,
    {
      decision,
    },
  );
