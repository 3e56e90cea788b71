import type { Filter } from '@huike/schema';
import type { ObjectInfo } from '../data/api.ts';
import { both } from './filter/model.ts';

/** Filters that stand beside the view's own, for a moment. */
export interface Quick {
  readonly text: string;
  readonly mine: boolean;
  readonly fresh: boolean;
}

export const noQuick: Quick = { text: '', mine: false, fresh: false };

const titleTypes: ReadonlySet<string> = new Set(['text', 'autoNumber', 'email', 'phone', 'url', 'formula']);

export function quickFilter({ text, mine, fresh }: Quick, object: ObjectInfo, me: string): Filter | null {
  const title = object.fields.find((field) => field.name === object.title);
  const asks = text.trim() !== '' && title !== undefined && titleTypes.has(title.type) && title.right !== 'masked';
  return both(
    asks ? { field: object.title, op: 'contains', value: text.trim() } : null,
    mine ? { field: 'owner', op: 'eq', value: me } : null,
    fresh ? { field: 'createdAt', op: 'within', value: { this: 'week' } } : null,
  );
}
