// Long work that a person watches and may cancel: imports, exports, building an index.
import type { Json } from '@huike/schema';
import type { Queryable } from '../database/index.ts';
import { sql } from '../database/sql.ts';

export type ProgressState = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';

export interface Progress {
  readonly id: string;
  readonly kind: string;
  readonly state: ProgressState;
  readonly done: number;
  /** Null while unknown. */
  readonly total: number | null;
  readonly message: string | null;
  readonly result: Json;
  readonly cancelRequested: boolean;
  readonly createdBy: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Begins to show a job. `jobId` as `enqueue` returned it, in the same transaction. */
export async function startProgress(
  db: Queryable,
  start: { id: string; kind: string; jobId: string; total?: number; createdBy?: string | null },
): Promise<void> {
  await db.execute(sql`
    insert into huike.job_progress (id, kind, job_id, total, created_by)
    values (${sql.value(start.id)}, ${sql.value(start.kind)}, ${sql.value(start.jobId)}, ${sql.value(start.total ?? null)},
      ${sql.value(start.createdBy ?? null)})`);
}

/** Says how far the work is. Answers whether it should stop. In a step's transaction it commits with the step. */
export async function reportProgress(
  db: Queryable,
  id: string,
  news: { done?: number; total?: number; message?: string },
): Promise<{ cancelled: boolean }> {
  const [row] = await db.query<{ cancelled: boolean }>(sql`
    update huike.job_progress set state = 'running', updated_at = now(),
      done = coalesce(${sql.value(news.done ?? null)}::bigint, done),
      total = coalesce(${sql.value(news.total ?? null)}::bigint, total),
      message = coalesce(${sql.value(news.message ?? null)}, message)
    where id = ${sql.value(id)} and state in ('waiting', 'running')
    returning cancel_requested as cancelled`);
  // Already ended, or removed: nothing to go on for.
  return row ?? { cancelled: true };
}

/** Whether someone asked for the work to stop. */
export async function isCancelled(db: Queryable, id: string): Promise<boolean> {
  const [row] = await db.query<{ cancelled: boolean }>(
    sql`select cancel_requested as cancelled from huike.job_progress where id = ${sql.value(id)}`,
  );
  return row?.cancelled ?? true;
}

/** Asks for the work to stop; it does so at its next report. False when it has ended already. */
export async function requestCancel(db: Queryable, id: string): Promise<boolean> {
  const count = await db.execute(sql`
    update huike.job_progress set cancel_requested = true, updated_at = now()
    where id = ${sql.value(id)} and state in ('waiting', 'running')`);
  return count > 0;
}

/** The end: best in the transaction of the last step. */
export async function endProgress(
  db: Queryable,
  id: string,
  end: { state: 'done' | 'failed' | 'cancelled'; message?: string; result?: Json },
): Promise<void> {
  await db.execute(sql`
    update huike.job_progress set state = ${sql.value(end.state)}, updated_at = now(),
      message = coalesce(${sql.value(end.message ?? null)}, message),
      result = ${sql.value(end.result === undefined ? null : JSON.stringify(end.result))}::json
    where id = ${sql.value(id)} and state in ('waiting', 'running')`);
}

/** How far it is. When its job is dead or was discarded, it has failed, whatever was reported last. */
export async function readProgress(db: Queryable, id: string): Promise<Progress | null> {
  const [row] = await db.query<Progress>(sql`
    select p.id, p.kind, p.done::float8 as done, p.total::float8 as total, p.result,
      case when ended.job then 'failed' else p.state end as state,
      case when ended.job then coalesce(j.last_error, p.message) else p.message end as message,
      p.cancel_requested as "cancelRequested", p.created_by as "createdBy", p.created_at as "createdAt",
      p.updated_at as "updatedAt"
    from huike.job_progress p
    left join graphile_worker._private_jobs j on j.id = p.job_id
    cross join lateral (
      select p.state in ('waiting', 'running') and (j.id is null or (j.locked_at is null and j.attempts >= j.max_attempts))
        as job
    ) ended
    where p.id = ${sql.value(id)}`);
  return row ?? null;
}
