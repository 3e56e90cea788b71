// The list that is measured: one stage of the subscribed, those of the highest score first.
import type { Request } from './client.ts';
import { fieldNames, stages } from './metadata.ts';

const fields = ['id', ...fieldNames].join();

/** Where the product answers it. */
export function listPath(stage: string, cursor?: string): string {
  const filter = JSON.stringify({
    and: [
      { field: 'stage', op: 'eq', value: stage },
      { field: 'subscribed', op: 'eq', value: true },
    ],
  });
  const query = new URLSearchParams({ fields, filter, sort: '-score', limit: '50' });
  if (cursor !== undefined) query.set('cursor', cursor);
  return `/api/v1/records/prospect?${query}`;
}

/** Every stage as each of these people sees it. */
export const listsOf = (tokens: readonly string[]): Request[] =>
  tokens.flatMap((token) => stages.map((stage): Request => ({ method: 'GET', path: listPath(stage), token })));
