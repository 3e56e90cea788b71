// Dead letters: jobs that failed at their last attempt. They stay until a person replays or discards them.
import type { Json } from '@huike/schema';
import type { Queryable } from '../database/index.ts';
import { sql } from '../database/sql.ts';
import { wakeSoon } from './enqueue.ts';

export interface DeadJob {
  readonly id: string;
  readonly name: string;
  readonly payload: Json;
  readonly attempts: number;
  /** Why the last attempt failed, without secrets. */
  readonly reason: string;
  readonly enqueuedAt: string;
  readonly failedAt: string;
}

const isDead = sql`j.locked_at is null and j.attempts >= j.max_attempts`;

/** The newest first; `before` is the id of the last one on the page before. */
export async function listDead(db: Queryable, page: { before?: string; limit?: number } = {}): Promise<DeadJob[]> {
  const before = page.before === undefined ? sql`true` : sql`j.id < ${sql.value(page.before)}`;
  return db.query(sql`
    select j.id, t.identifier as name, j.payload, j.attempts, coalesce(j.last_error, '') as reason,
      j.created_at as "enqueuedAt", j.updated_at as "failedAt"
    from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
    where ${isDead} and ${before}
    order by j.id desc limit ${sql.value(page.limit ?? 50)}`);
}

/** Runs dead jobs anew, with all their attempts; steps that are done stay done. How many. */
export async function replayDead(db: Queryable, ids: readonly string[]): Promise<number> {
  const replayed = await db.execute(sql`
    update graphile_worker._private_jobs j set attempts = 0, run_at = now(), updated_at = now()
    where j.id = any (${sql.value([...ids])}::bigint[]) and ${isDead}`);
  wakeSoon();
  return replayed;
}

/** Removes dead jobs for good. How many. */
export async function discardDead(db: Queryable, ids: readonly string[]): Promise<number> {
  const rows = await db.query(sql`
    with gone as (
      delete from graphile_worker._private_jobs j where j.id = any (${sql.value([...ids])}::bigint[]) and ${isDead}
      returning j.id
    ), steps as (
      delete from huike.job_step s using gone where s.job_id = gone.id
    )
    select id from gone`);
  return rows.length;
}
