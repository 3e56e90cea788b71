// Puts jobs into the queue, in the transaction of whoever needs them done.
import type { Queryable } from '../database/index.ts';
import { sql } from '../database/sql.ts';
import type { JobSpec } from './define.ts';

/**
 * Enqueues jobs, any number with one statement; they run when the transaction has committed. Returns their ids, in
 * order. Of several with one key in one call the last one counts.
 */
export async function enqueue(db: Queryable, jobs: readonly JobSpec[]): Promise<string[]> {
  if (jobs.length === 0) return [];
  const places = new Map<string, number>();
  const specs: JobSpec[] = [];
  const placeOf = jobs.map((job) => {
    const known = job.key === undefined ? undefined : places.get(job.key);
    if (known !== undefined) {
      specs[known] = job;
      return known;
    }
    if (job.key !== undefined) places.set(job.key, specs.length);
    return specs.push(job) - 1;
  });
  const [row] = await db.query<{ ids: string[] }>(
    sql`select huike.enqueue_jobs(${sql.value(JSON.stringify(specs))}::json) as ids`,
  );
  wakeSoon();
  return placeOf.map((place) => row?.ids[place] ?? '');
}

/** Takes back jobs that wait under these keys of a kind; one that runs already goes on. How many were taken back. */
export async function dequeue(
  db: Queryable,
  type: { readonly name: string },
  keys: readonly string[],
): Promise<number> {
  const full = keys.map((key) => `${type.name}:${key}`);
  const rows = await db.query<{ id: string }>(sql`
    with gone as (
      delete from graphile_worker._private_jobs where key = any (${sql.value(full)}::text[]) and locked_at is null
      returning id
    ), steps as (
      delete from huike.job_step using gone where job_id = gone.id
    )
    select id from gone`);
  return rows.length;
}

const wakers = new Set<() => void>();
let timer: NodeJS.Timeout | undefined;

/** Calls `wake` soon after this process enqueued something. Returns how to end that. */
export function onEnqueue(wake: () => void): () => void {
  wakers.add(wake);
  return () => wakers.delete(wake);
}

/**
 * A hint to this process's own workers, when the transaction has probably committed, and once more a little later.
 * Nothing depends on it: workers look by themselves several times a second.
 */
export function wakeSoon(): void {
  if (timer !== undefined || wakers.size === 0) return;
  timer = setTimeout(() => {
    timer = undefined;
    wake();
    setTimeout(wake, 25).unref();
  }, 5);
  timer.unref();
}

function wake(): void {
  for (const waker of wakers) waker();
}
