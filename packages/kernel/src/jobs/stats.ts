// How the queue is doing, for /readyz and /metrics.
import type { Queryable } from '../database/index.ts';
import { sql } from '../database/sql.ts';

export interface JobStats {
  /** Due and not taken. */
  readonly waiting: number;
  /** Seconds that the longest waiting one has been due; 0 when none waits. */
  readonly oldestWait: number;
  /** Taken by a server. */
  readonly running: number;
  /** Due later: scheduled, or waiting for a retry. */
  readonly later: number;
  readonly dead: number;
}

export async function jobStats(db: Queryable): Promise<JobStats> {
  const [row] = await db.query<JobStats>(sql`
    select count(*) filter (where is_available and run_at <= now())::float8 as waiting,
      coalesce(extract(epoch from now() - min(run_at) filter (where is_available and run_at <= now())), 0)::float8
        as "oldestWait",
      count(*) filter (where locked_at is not null)::float8 as running,
      count(*) filter (where is_available and run_at > now())::float8 as later,
      count(*) filter (where locked_at is null and not is_available)::float8 as dead
    from graphile_worker._private_jobs`);
  return row ?? { waiting: 0, oldestWait: 0, running: 0, later: 0, dead: 0 };
}
