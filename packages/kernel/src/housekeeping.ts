import { metadataJobs } from './evolve/index.ts';
import { type FileStore, fileJobs } from './files/index.ts';
import { defineJob, handleJob, type JobHandler } from './jobs/index.ts';
import { disableStaleUsers, type People, sweepPeople } from './people/index.ts';
import { purgeIdempotency } from './write/idempotency.ts';
import { purgeDeleted } from './write/purge.ts';
import type { WriteContext } from './write/types.ts';

// What the kernel itself sees to, on whichever server takes the job.

const peopleJob = defineJob<null>('people.sweep', { schedule: { cron: '40 * * * *', payload: null } });
const answersJob = defineJob<null>('idempotency.sweep', { schedule: { cron: '10 * * * *', payload: null } });
const binJob = defineJob<null>('records.purge', { schedule: { cron: '50 3 * * *', payload: null } });

/** The kernel's own jobs. */
export function kernelJobs(people: People, store: FileStore, context: WriteContext): readonly JobHandler[] {
  return [
    ...metadataJobs,
    ...fileJobs(store),
    handleJob(peopleJob, async () => {
      await sweepPeople(people);
      while ((await disableStaleUsers(people)) > 0);
    }),
    handleJob(answersJob, async () => void (await purgeIdempotency(context.db, context.now()))),
    handleJob(binJob, async () => void (await purgeDeleted(context, context.now()))),
  ];
}
