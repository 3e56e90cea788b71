import { defineJob, handleJob, type JobHandler } from '../jobs/index.ts';
import { purgeSetAside } from './purge.ts';
import { applyMetadata } from './run.ts';
import { runMetadataTasks } from './tasks.ts';
import { tasksJob } from './work.ts';

/** Each night: purges what was deleted 30 days ago, and makes the indexes that views of grown objects need. */
export const housekeepingJob = defineJob<null>('metadata.housekeeping', {
  schedule: { cron: '20 3 * * *', payload: null },
});

export const metadataJobs: readonly JobHandler[] = [
  handleJob(tasksJob, async (_, job) => {
    await runMetadataTasks(job.database, job.signal);
  }),
  handleJob(housekeepingJob, async (_, job) => {
    await purgeSetAside(job.database, new Date());
    await applyMetadata(job.database, { kind: 'system', name: 'jobs' }, {});
  }),
];
