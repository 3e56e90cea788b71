import { call, type Page, Refusal } from '../data/api.ts';

// Many records at once: in batches, with progress, each record counting for itself, until the person stops it.

export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly failed: number;
  /** What the first failure said. */
  readonly why: string | null;
}

interface ItemResults {
  readonly results: readonly ({ readonly id: string } | { readonly problem: { readonly detail?: string } })[];
}

const batch = 200;

/** The ids of every record of a list, in pages. */
export async function* everyId(
  object: string,
  filter: unknown,
  signal: AbortSignal,
): AsyncGenerator<readonly string[]> {
  // By the id: what changes on the way keeps its place.
  let cursor: string | null = '';
  while (cursor !== null && !signal.aborted) {
    const body = {
      fields: ['id'],
      ...(filter === undefined ? {} : { filter }),
      ...{ sort: ['id'], limit: 500 },
      ...(cursor === '' ? {} : { cursor }),
    };
    const page: Page = await call<Page>('POST', `records/${object}/query`, body);
    yield page.data.map((record) => record.id);
    cursor = page.page.next;
  }
}

/** Does the same to many records. Resolves with how far it came. */
export async function bulk(
  object: string,
  method: 'PATCH' | 'DELETE',
  ids: AsyncIterable<readonly string[]> | Iterable<readonly string[]>,
  total: number,
  values: Readonly<Record<string, unknown>>,
  tell: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<{ readonly progress: Progress; readonly changed: readonly string[] }> {
  let progress: Progress = { done: 0, total, failed: 0, why: null };
  const changed: string[] = [];
  for await (const page of ids) {
    for (let from = 0; from < page.length && !signal.aborted; from += batch) {
      const part = page.slice(from, from + batch);
      const body = part.map((id) => ({ id, ...values }));
      let { failed, why } = progress;
      try {
        const { results } = await call<ItemResults>(method, `records/${object}?partial=true`, body);
        for (const result of results) {
          if ('problem' in result) {
            failed++;
            why ??= result.problem.detail ?? null;
          } else changed.push(result.id);
        }
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        failed += part.length;
        why ??= error.message;
      }
      progress = {
        done: progress.done + part.length,
        total: Math.max(total, progress.done + part.length),
        failed,
        why,
      };
      tell(progress);
    }
  }
  return { progress, changed };
}

/** Brings deleted records back, in one go. */
export function restore(object: string, ids: readonly string[]): Promise<unknown> {
  return call('POST', 'batch', { commands: ids.map((id) => ({ op: 'restore', object, id })) });
}
