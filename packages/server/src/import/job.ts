// Imports as jobs: they run in the background, on whichever server takes them, and go on after a crash.
import {
  defineJob,
  enqueue,
  handleJob,
  type JobHandler,
  type JobSpec,
  type Kernel,
  type Queryable,
  sql,
  startProgress,
  type Tx,
} from '@huike/kernel';
import { runImport } from './run.ts';
import { runUndo } from './undo.ts';

const aDay = 24 * 3_600_000;

const importJob = defineJob<{ readonly id: string }>('import.run', { maxAttempts: 20, timeoutMs: aDay });
const undoJob = defineJob<{ readonly id: string }>('import.undo', { maxAttempts: 20, timeoutMs: aDay });
const sweepJob = defineJob<null>('import.sweep', { schedule: { cron: '25 3 * * *', payload: null } });

export const jobFor = (id: string): JobSpec => importJob.with({ id });
export const undoJobFor = (id: string): JobSpec => undoJob.with({ id });

/** Enqueues a job and begins to show how far it is. */
export async function begin(
  tx: Tx,
  job: JobSpec,
  progress: { readonly id: string; readonly kind: string; readonly createdBy: string | null; readonly total?: number },
): Promise<void> {
  const [jobId] = await enqueue(tx, [job]);
  await startProgress(tx, { ...progress, jobId: jobId ?? '' });
}

/** What does the jobs of imports. */
export function importJobs(kernel: Kernel): readonly JobHandler[] {
  return [
    handleJob(importJob, ({ id }, { signal }) => runImport(kernel, id, signal)),
    handleJob(undoJob, ({ id }, { signal }) => runUndo(kernel, id, signal)),
    handleJob(sweepJob, (_, { database }) => sweepImports(database)),
  ];
}

/** Stands for imports where a file's link names an object. */
export const importsObject = '00000000-0000-7000-8000-000000000001';

/** Lets go of files a week after the end, and of what is known of single rows after 30 days, as the recycle bin does. */
export async function sweepImports(db: Queryable): Promise<void> {
  // One that is under way for a month was given up long ago.
  const over = (days: number) => sql`(state not in ('waiting', 'running', 'undoing') or ${sql.value(days >= 30)})
    and coalesce(ended_at, created_at) < now() - ${sql.value(days)}::int * interval '1 day'`;
  await db.query(sql`
    with old as (select id, file from huike.import where (${over(7)}) or (${over(30)})),
    gone as (
      delete from huike.file_link l using old
      where l.file_id = old.file and l.object_id = ${sql.value(importsObject)}::uuid and l.record_id = old.id
      returning l.file_id
    )
    update huike.file set state = 'removing', removing_at = now()
    where state = 'stored' and id in (select file_id from gone)`);
  await db.query(sql`delete from huike.import_batch where import in (select id from huike.import where ${over(30)})`);
}
