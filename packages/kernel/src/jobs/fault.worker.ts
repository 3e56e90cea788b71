// A server process for fault.test.ts, to be killed and paused. Arguments: the database's URL. Prints what happens.
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '../database/index.ts';
import { sql } from '../database/sql.ts';
import { counted, leaseMs, paused } from './fault.jobs.ts';
import { handleJob, JobRunner, LostJob } from './index.ts';

const database = await openDatabase({ url: process.argv[2] ?? '', poolSize: 6 });
const effect = (n: number, step: string, order: string) =>
  sql`insert into huike.effect (n, step, "order", pid)
    values (${sql.value(n)}, ${sql.value(step)}, ${sql.value(order)}, ${sql.value(process.pid)})`;

const countedHandler = handleJob(counted, async ({ n, order }, job) => {
  for (const step of ['a', 'b', 'c']) {
    await job.step(step, async (tx) => {
      await tx.execute(effect(n, step, order));
      await sleep(Math.random() * 4);
    });
    await sleep(Math.random() * 4);
  }
});

const pausedHandler = handleJob(paused, async ({ inside }, job) => {
  try {
    await job.step('before', async (tx) => void (await tx.execute(effect(0, 'before', ''))));
    if (!inside) await pausedHere(job.attempt);
    await job.step('after', async (tx) => {
      await tx.execute(effect(0, 'after', ''));
      if (inside) await pausedHere(job.attempt);
    });
    console.log('done');
  } catch (error) {
    console.log(error instanceof LostJob ? 'lost' : 'failed');
    throw error;
  }
});

/** The first run says that it can be paused, and waits until that is over. */
async function pausedHere(attempt: number): Promise<void> {
  if (attempt > 1) return;
  const since = performance.now();
  console.log('pause me');
  while (performance.now() - since < leaseMs) await sleep(10);
}

const runner = await JobRunner.start({
  database,
  handlers: [countedHandler, pausedHandler],
  concurrency: 4,
  leaseMs,
});
console.log('ready');
process.on('SIGTERM', () => {
  void runner.stop().then(() => process.exit(0));
});
