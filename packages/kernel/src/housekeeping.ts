import type { Database } from './database/index.ts';
import { sql } from './database/index.ts';
import { metadataJobs } from './evolve/index.ts';
import { type FileStore, fileJobs } from './files/index.ts';
import { defineJob, handleJob, type JobHandler } from './jobs/index.ts';
import { disableStaleUsers, type People, sweepPeople } from './people/index.ts';

// What the kernel itself sees to, on whichever server takes the job.

const peopleJob = defineJob<null>('people.sweep', { schedule: { cron: '40 * * * *', payload: null } });
const answersJob = defineJob<null>('idempotency.sweep', { schedule: { cron: '10 * * * *', payload: null } });

/** The kernel's own jobs. */
export function kernelJobs(people: People, store: FileStore): readonly JobHandler[] {
  return [
    ...metadataJobs,
    ...fileJobs(store),
    handleJob(peopleJob, async () => {
      await sweepPeople(people);
      while ((await disableStaleUsers(people)) > 0);
    }),
    handleJob(answersJob, (_, job) => sweepAnswers(job.database)),
  ];
}

/** A request is sent again within minutes, or hours where a machine was off; not after a week. */
async function sweepAnswers(db: Database): Promise<void> {
  await db.execute(sql`delete from huike.idempotency where at < now() - interval '7 days'`);
}
