import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '@huike/schema';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import { sql } from '../database/sql.ts';
import { defineJob, dropSchedule, handleJob, JobRunner, jobStats, nextRun, putSchedule } from './index.ts';
import { fireDue } from './schedule.ts';

let t: TestDatabase;
before(async () => {
  t = await testDatabase();
});
after(() => t.close());

function runs(cron: string, zone: string, from: string, count: number): string[] {
  const list: string[] = [];
  for (let at: Date | null = new Date(from); at && list.length < count; ) {
    at = nextRun(cron, zone, at);
    if (at) list.push(at.toISOString());
  }
  return list;
}

test('a daily time comes once a day in its zone, through both changes of the clock', () => {
  assert.deepEqual(runs('0 9 * * *', 'Asia/Shanghai', '2026-03-01T00:00:00Z', 2), [
    '2026-03-01T01:00:00.000Z',
    '2026-03-02T01:00:00.000Z',
  ]);
  // 02:30 is left out on 8 March 2026, and 01:30 occurs twice on 1 November.
  assert.deepEqual(runs('30 2 * * *', 'America/New_York', '2026-03-07T06:00:00Z', 3), [
    '2026-03-07T07:30:00.000Z',
    '2026-03-08T07:30:00.000Z',
    '2026-03-09T06:30:00.000Z',
  ]);
  assert.deepEqual(runs('30 1 * * *', 'America/New_York', '2026-10-31T12:00:00Z', 2), [
    '2026-11-01T05:30:00.000Z',
    '2026-11-02T06:30:00.000Z',
  ]);
});

test('a pattern or a zone that is not valid is refused; one that never comes is null', () => {
  for (const [cron, zone] of [
    ['x', 'Asia/Shanghai'],
    ['61 * * * *', 'Asia/Shanghai'],
    ['* * * * * *', 'Asia/Shanghai'],
    ['0 0 * * *', 'Nowhere/X'],
  ] as const)
    assert.throws(
      () => nextRun(cron, zone, new Date()),
      (error) => error instanceof Problem && error.code === 'job.schedule',
    );
  assert.equal(nextRun('0 0 30 2 *', 'Asia/Shanghai', new Date()), null);
});

const tick = defineJob<{ by: string }>('test.tick', { schedule: { cron: '0 3 * * *', payload: { by: 'clock' } } });
const nextAt = async (name: string) => {
  const [row] = await t.db.query<{ at: string }>(
    sql`select next_at as at from huike.job_schedule where name = ${sql.value(name)}`,
  );
  return row?.at;
};

test('a missed time is caught up once, by one of several servers, and the next one is set', async () => {
  const ran: string[] = [];
  const handler = handleJob(tick, async ({ by }) => void ran.push(by));
  const start = () => JobRunner.start({ database: t.db, handlers: [handler], leaseMs: 800 });
  await (await start()).stop();
  assert.equal(ran.length, 0);
  assert.equal(await nextAt('job:test.tick'), nextRunText('0 3 * * *'));
  // Three days away.
  await t.db.execute(sql`update huike.job_schedule set next_at = now() - interval '3 days'`);
  const runners = await Promise.all([start(), start(), start()]);
  while (ran.length === 0) await sleep(20);
  await Promise.all(runners.map((runner) => runner.stop()));
  assert.equal((await jobStats(t.db)).waiting, 0);
  assert.deepEqual(ran, ['clock']);
  assert.equal(await nextAt('job:test.tick'), nextRunText('0 3 * * *'));
});

function nextRunText(cron: string): string | undefined {
  return nextRun(cron, 'Asia/Shanghai', new Date())?.toISOString().replace('.000Z', '+00:00');
}

test('however many servers look at once, a time is enqueued once', async () => {
  const spec = tick.with({ by: 'many' });
  for (let n = 0; n < 20; n++)
    await putSchedule(t.db, { name: `many ${n}`, job: { ...spec, job: 'test.other' }, cron: '* * * * *' });
  await t.db.execute(sql`update huike.job_schedule set next_at = now() - interval '1 second'`);
  await Promise.all(Array.from({ length: 5 }, () => fireDue(t.db, ['test.other'])));
  assert.equal((await jobStats(t.db)).waiting, 20);
  assert.equal((await t.db.query(sql`select from graphile_worker._private_jobs where revision > 0`)).length, 0);
  await t.db.execute(sql`delete from graphile_worker._private_jobs`);
});

test('declared anew as it was, a schedule keeps a time that was missed; changed, it starts afresh', async () => {
  const entry = { name: 'mine', job: tick.with({ by: 'me' }), cron: '0 3 * * *', zone: 'Europe/Berlin' };
  await putSchedule(t.db, entry);
  await t.db.execute(sql`update huike.job_schedule set next_at = '2026-01-01T00:00:00Z' where name = 'mine'`);
  await putSchedule(t.db, entry);
  assert.equal(await nextAt('mine'), '2026-01-01T00:00:00+00:00');
  await putSchedule(t.db, { ...entry, cron: '0 4 * * *' });
  assert.ok(new Date((await nextAt('mine')) ?? 0) > new Date());
  await dropSchedule(t.db, 'mine');
  assert.equal(await nextAt('mine'), undefined);
});
