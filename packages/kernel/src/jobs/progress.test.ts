import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import {
  defineJob,
  discardDead,
  endProgress,
  enqueue,
  handleJob,
  isCancelled,
  JobRunner,
  listDead,
  readProgress,
  reportProgress,
  requestCancel,
  startProgress,
} from './index.ts';

let t: TestDatabase;
before(async () => {
  t = await testDatabase();
});
after(() => t.close());

const work = defineJob<{ id: string; how: 'well' | 'badly' | 'long' }>('test.work', { maxAttempts: 1 });
const handler = handleJob(work, async ({ id, how }, job) => {
  if (how === 'badly') throw new Error('the file is empty');
  for (let part = 1; part <= 3 || how === 'long'; part++) {
    const { cancelled } = await job.step(`part ${part}`, (tx) => reportProgress(tx, id, { done: part, total: 3 }));
    if (cancelled) return endProgress(job.database, id, { state: 'cancelled' });
    await sleep(5);
  }
  await job.step('end', (tx) => endProgress(tx, id, { state: 'done', result: { rows: 3 } }));
});

async function start(how: 'well' | 'badly' | 'long'): Promise<string> {
  const id = randomUUID();
  await t.db.transaction(async (tx) => {
    const [jobId = ''] = await enqueue(tx, [work.with({ id, how })]);
    await startProgress(tx, { id, kind: 'import', jobId, createdBy: null });
  });
  assert.equal((await readProgress(t.db, id))?.state, 'waiting');
  return id;
}

test('long work is watched to its end, cancelled on request, and failed when its job is dead', async () => {
  const [well, badly, long] = [await start('well'), await start('badly'), await start('long')];
  const runner = await JobRunner.start({ database: t.db, handlers: [handler] });
  const stateOf = async (id: string) => (await readProgress(t.db, id))?.state;
  while ((await stateOf(well)) !== 'done' || (await stateOf(badly)) !== 'failed') await sleep(20);
  const ended = await readProgress(t.db, well);
  assert.equal(ended?.done, 3);
  assert.equal(ended?.total, 3);
  assert.deepEqual(ended?.result, { rows: 3 });
  assert.equal(await requestCancel(t.db, well), false);
  assert.equal((await readProgress(t.db, badly))?.message, 'the file is empty');
  assert.equal(await stateOf(long), 'running');
  assert.equal(await isCancelled(t.db, long), false);
  assert.equal(await requestCancel(t.db, long), true);
  assert.equal(await isCancelled(t.db, long), true);
  while ((await stateOf(long)) !== 'cancelled') await sleep(20);
  await runner.stop();
  await discardDead(
    t.db,
    (await listDead(t.db)).map(({ id }) => id),
  );
  assert.equal(await stateOf(badly), 'failed');
  assert.equal(await readProgress(t.db, randomUUID()), null);
});
