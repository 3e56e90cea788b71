// The product's own server, started as `npm start` starts it. With HUIKE_BENCH_JOB each write also enqueues a job, as a
// flow would, and the job runs.
import { defineJob, handleJob } from '@huike/kernel';
import { readConfig } from '../../packages/server/src/config.ts';
import { start } from '../../packages/server/src/start.ts';
import { say, untilTold } from './process.ts';

const running = await start(readConfig(process.env));
const { kernel } = running;
if (process.env.HUIKE_BENCH_JOB === '1') {
  const job = defineJob<string>('bench.follow');
  await kernel.runJobs([handleJob(job, async () => {})], (error) => console.error(error));
  const write = kernel.write.bind(kernel);
  kernel.write = (actor, commands, options = {}) =>
    write(actor, commands, { ...options, jobs: [job.with('a record was written')] });
}
untilTold(() => running.stop());
say({ address: running.address });
