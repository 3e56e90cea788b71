// Jobs that run by the clock of a time zone. Servers share the schedule: whoever moves `next_at` on enqueues the job.
import { problem } from '@huike/schema';
import { Cron } from 'croner';
import type { Queryable } from '../database/index.ts';
import { sql } from '../database/sql.ts';
import type { JobSpec } from './define.ts';
import { wakeSoon } from './enqueue.ts';

const defaultZone = 'Asia/Shanghai';

export interface ScheduleEntry {
  /** Unique; declares anew what was scheduled under it. */
  readonly name: string;
  readonly job: JobSpec;
  readonly cron: string;
  readonly zone?: string;
}

/**
 * When a cron pattern of five parts comes next after a time; null: never. In the night that clocks go forward, a time
 * that is left out comes an hour later; when they go back, a time that occurs twice comes once. Throws `job.schedule`.
 */
export function nextRun(cron: string, zone: string, after: Date): Date | null {
  try {
    return new Cron(cron, { timezone: zone, paused: true, mode: '5-part' }).nextRun(after);
  } catch {
    throw problem('job.schedule', { cron, zone });
  }
}

/** Schedules a job, or changes how it is scheduled. As long as cron and zone stay, a missed time isn't forgotten. */
export async function putSchedule(db: Queryable, entry: ScheduleEntry): Promise<void> {
  const zone = entry.zone ?? defaultZone;
  const [clock] = await db.query<{ now: string }>(sql`select now() as now`);
  const next = nextRun(entry.cron, zone, new Date(clock?.now ?? Date.now()));
  await db.execute(sql`
    insert into huike.job_schedule as s (name, job, spec, cron, zone, next_at)
    values (${sql.value(entry.name)}, ${sql.value(entry.job.job)}, ${sql.value(JSON.stringify(specOf(entry)))}::json,
      ${sql.value(entry.cron)}, ${sql.value(zone)}, ${timeOrNever(next)})
    on conflict (name) do update set job = excluded.job, spec = excluded.spec, cron = excluded.cron, zone = excluded.zone,
      next_at = case when (s.cron, s.zone) = (excluded.cron, excluded.zone) then s.next_at else excluded.next_at end`);
}

export async function dropSchedule(db: Queryable, name: string): Promise<void> {
  await db.execute(sql`delete from huike.job_schedule where name = ${sql.value(name)}`);
}

/** Enqueues what is due among these kinds of job, each once however many times were missed. */
export async function fireDue(db: Queryable, jobs: readonly string[]): Promise<void> {
  const due = await db.query<{ name: string; cron: string; zone: string; was: string; now: string }>(sql`
    select name, cron, zone, next_at as was, now() as now from huike.job_schedule
    where next_at <= now() and job = any (${sql.value([...jobs])}::text[])`);
  for (const { name, cron, zone, was, now } of due) {
    // Of several servers one finds `next_at` as it was; it enqueues in the same statement.
    const fired = await db.query(sql`
      with fired as (
        update huike.job_schedule set next_at = ${timeOrNever(nextRun(cron, zone, new Date(now)))}
        where name = ${sql.value(name)} and next_at = ${sql.value(was)}::timestamptz
        returning spec
      )
      select huike.enqueue_jobs(json_build_array(spec)) from fired`);
    if (fired.length > 0) wakeSoon();
  }
}

/** A run that is still waiting when the next one comes is that one; two never overlap. */
function specOf({ name, job }: ScheduleEntry): JobSpec {
  return { ...job, key: `schedule:${name}`, lane: `schedule/${job.job}` };
}

const timeOrNever = (time: Date | null) => sql`${sql.value(time?.toISOString() ?? 'infinity')}::timestamptz`;
