// The fence itself, without worker pools: who may commit, and who may take a job away.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import { sql } from '../database/sql.ts';
import { defineJob, enqueue, LostJob } from './index.ts';
import { JobRun } from './run.ts';

let t: TestDatabase;
before(async () => {
  t = await testDatabase();
  await t.db.execute(sql`create table huike.effect (n int)`);
});
after(() => t.close());

const job = defineJob<null>('test.fenced');
let id: string;
beforeEach(async () => {
  await t.db.execute(sql`truncate huike.effect, huike.job_lease, huike.job_step, graphile_worker._private_jobs`);
  [id = ''] = await enqueue(t.db, [job.with(null, { key: 'k', order: 'o' })]);
});

/** As a worker pool takes a job. */
async function take(worker: string): Promise<JobRun> {
  const [taken] = await t.db.query<{ attempts: number; revision: number }>(sql`
    with lane as (update graphile_worker._private_job_queues set locked_by = ${sql.value(worker)}, locked_at = now())
    update graphile_worker._private_jobs set attempts = attempts + 1, locked_by = ${sql.value(worker)}, locked_at = now()
    where id = ${sql.value(id)} and locked_at is null returning attempts, revision`);
  if (!taken) throw new Error('not to be had');
  const hold = { id, name: 'test.fenced', worker, attempt: taken.attempts, maxAttempts: 10, revision: taken.revision };
  return new JobRun({ ...hold, key: 'test.fenced:k' }, t.db, t.db, 5000);
}

const lease = (worker: string, seconds: number) =>
  t.db.execute(sql`insert into huike.job_lease values (${sql.value(worker)}, now() + ${sql.value(seconds)} * interval '1 second')
    on conflict (worker) do update set expires = excluded.expires`);
const reap = async () => (await t.db.query<{ n: number }>(sql`select huike.reap_jobs() as n`))[0]?.n;
const effect = (run: JobRun, step: string) => run.step(step, async (tx) => void (await tx.execute(insert)));
const insert = sql`insert into huike.effect values (1)`;
const effects = async () => (await t.db.query(sql`select from huike.effect`)).length;
const locks = () =>
  t.db.query(sql`select j.locked_by as job, q.locked_by as lane from graphile_worker._private_jobs j
    join graphile_worker._private_job_queues q on q.id = j.job_queue_id`);

test('a run whose job was taken away commits nothing, ends nothing, and gives nothing back', async () => {
  await lease('first', 0);
  const first = await take('first');
  await effect(first, 'one');
  assert.equal(await reap(), 1);
  assert.deepEqual(await locks(), [{ job: null, lane: null }]);
  await assert.rejects(effect(first, 'two'), LostJob);
  const again = await take('first'); // the same pool, a later attempt
  await lease('first', 60);
  await assert.rejects(effect(first, 'two'), LostJob);
  await lease('first', 0);
  assert.equal(await reap(), 1);
  const second = await take('second');
  await assert.rejects(again.finish(), LostJob);
  await assert.rejects(again.detachKey(), LostJob);
  assert.equal(await again.fail('late'), 'lost');
  await again.giveBack();
  assert.deepEqual(await locks(), [{ job: 'second', lane: 'second' }]);
  await effect(second, 'one');
  assert.equal(await effects(), 1);
  await effect(second, 'two');
  assert.equal(await effects(), 2);
  await second.finish();
  assert.deepEqual(await locks(), []);
  assert.deepEqual(await t.db.query(sql`select from huike.job_step`), []);
});

test('while a step may still commit, its job is not taken away; nor is its lane', async () => {
  await lease('first', 0);
  const first = await take('first');
  await first.step('one', async (tx) => {
    await tx.execute(insert);
    assert.equal(await reap(), 0);
    assert.deepEqual(await locks(), [{ job: 'first', lane: 'first' }]);
  });
  assert.equal(await effects(), 1);
  assert.equal(await reap(), 1);
  assert.deepEqual(await locks(), [{ job: null, lane: null }]);
  assert.deepEqual(await t.db.query(sql`select from huike.job_lease`), []);
});

test('a lease that holds is left alone', async () => {
  await lease('first', 60);
  const first = await take('first');
  assert.equal(await reap(), 0);
  await effect(first, 'one');
  assert.equal(await effects(), 1);
});

test('locks without any lease are found; a long job is not taken for abandoned', async () => {
  await take('unleased');
  const sweep = (own: string) => t.db.query(sql`select huike.sweep_job_locks(${sql.value(own)}, interval '8 seconds')`);
  await sweep('other');
  assert.equal(await reap(), 0);
  const age = sql`update graphile_worker._private_jobs set locked_at = now() - interval '3 hours'`;
  const ageLane = sql`update graphile_worker._private_job_queues set locked_at = now() - interval '3 hours'`;
  await t.db.execute(age);
  await t.db.execute(ageLane);
  await lease('unleased', 60);
  await sweep('unleased');
  const [fresh] = await t.db.query(sql`
    select bool_and(j.locked_at > now() - interval '1 minute' and q.locked_at > now() - interval '1 minute') as fresh
    from graphile_worker._private_jobs j, graphile_worker._private_job_queues q where q.id = j.job_queue_id`);
  assert.deepEqual(fresh, { fresh: true });
  await t.db.execute(sql`delete from huike.job_lease`);
  await t.db.execute(age);
  await t.db.execute(ageLane);
  await sweep('other');
  assert.equal(await reap(), 1);
});

test('a waiting job whose payload is replaced begins its steps anew', async () => {
  const first = await take('first');
  await first.detachKey();
  await effect(first, 'one');
  assert.equal(await first.fail('later'), 'retry');
  assert.deepEqual(await enqueue(t.db, [job.with(null, { key: 'k' })]), [id]);
  const second = await take('second');
  await effect(second, 'one');
  assert.equal(await effects(), 2);
  await second.finish();
  assert.deepEqual(await t.db.query(sql`select from huike.job_step`), []);
});

test('a job that kills its server again and again becomes a dead letter that says so', async () => {
  await t.db.execute(sql`update graphile_worker._private_jobs set max_attempts = 1`);
  await lease('first', 0);
  await take('first');
  assert.equal(await reap(), 1);
  assert.deepEqual(await t.db.query(sql`select last_error as reason from graphile_worker._private_jobs`), [
    { reason: 'the server stopped before the job was done' },
  ]);
});
