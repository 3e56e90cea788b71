// Real processes, killed and paused at any place. HUIKE_LONG=1 runs more of it.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startScript, type TestDatabase, type TestProcess, testDatabase } from '@huike/testkit';
import { sql } from '../database/sql.ts';
import { counted, paused } from './fixtures/jobs.ts';
import { enqueue, jobStats, listDead } from './index.ts';

const long = process.env.HUIKE_LONG === '1';
let t: TestDatabase;
before(async () => {
  t = await testDatabase();
  await t.db.execute(sql`create table huike.effect (
    id int generated always as identity, n int, step text, "order" text, pid int)`);
});
beforeEach(() => t.db.execute(sql`truncate huike.effect`));
after(() => t.close());

async function server(): Promise<TestProcess> {
  const one = startScript(path.join(import.meta.dirname, 'fixtures/worker.ts'), [t.url]);
  await one.says(/^ready$/m);
  return one;
}

for (const [place, inside] of [
  ['between two steps', false],
  ['inside a step', true],
] as const)
  test(`a server paused ${place}, past its lease, can commit nothing of a job that another took`, async () => {
    const first = await server();
    await enqueue(t.db, [paused.with({ inside })]);
    await first.says(/^pause me$/m);
    process.kill(first.pid, 'SIGSTOP');
    const second = await server();
    await second.says(/^done$/m);
    process.kill(first.pid, 'SIGCONT');
    await first.says(/^(lost|failed)$/m);
    const rows = await t.db.query<{ step: string; pid: number }>(sql`select step, pid from huike.effect order by id`);
    assert.deepEqual(rows, [
      { step: 'before', pid: first.pid },
      { step: 'after', pid: second.pid },
    ]);
    assert.doesNotMatch(first.output, /^done$/m);
    // It lives on, under a new lease.
    await second.signal('SIGTERM');
    await enqueue(t.db, [counted.with({ n: 1, order: 'a' })]);
    while ((await t.db.query(sql`select from huike.effect where step = 'c'`)).length === 0) await sleep(10);
    await first.signal('SIGTERM');
    assert.deepEqual(await listDead(t.db), []);
  });

test('servers killed at any place: every effect once, in the order of each key, by all of them', async () => {
  const jobs = long ? 6000 : 600;
  const kills = long ? 60 : 5;
  await enqueue(
    t.db,
    Array.from({ length: jobs }, (_, n) => counted.with({ n, order: `k${n % 12}` }, { order: `k${n % 12}` })),
  );
  let servers: TestProcess[] = await Promise.all([server(), server()]);
  const pids = servers.map(({ pid }) => pid);
  for (let kill = 0; kill < kills; kill++) {
    await sleep(Math.random() * 1000);
    const victim = servers[kill % 2];
    await victim?.kill();
    const next = await server();
    pids.push(next.pid);
    servers = servers.map((one) => (one === victim ? next : one));
  }
  for (;;) {
    const { waiting, running, later } = await jobStats(t.db);
    if (waiting + running + later === 0) break;
    await sleep(50);
  }
  await Promise.all(servers.map((one) => one.signal('SIGTERM')));
  assert.deepEqual(await listDead(t.db), []);
  const rows = await t.db.query<{ order: string; n: number; step: string; pid: number }>(
    sql`select "order", n, step, pid from huike.effect order by id`,
  );
  assert.equal(rows.length, jobs * 3);
  for (let key = 0; key < 12; key++) {
    const expected: string[] = [];
    for (let n = key; n < jobs; n += 12) expected.push(`${n}a`, `${n}b`, `${n}c`);
    const found = rows.filter(({ order }) => order === `k${key}`).map(({ n, step }) => `${n}${step}`);
    assert.deepEqual(found, expected);
  }
  const shares = new Set(rows.map(({ pid }) => pid));
  assert.ok(pids.filter((pid) => shares.has(pid)).length > 2, 'all servers worked');
  assert.deepEqual(await t.db.query(sql`select from huike.job_step`), []);
});
