// Real processes, killed and paused at any place. HUIKE_LONG=1 runs more of it.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import { sql } from '../database/sql.ts';
import { counted, paused } from './fault.jobs.ts';
import { enqueue, jobStats, listDead } from './index.ts';

const long = process.env.HUIKE_LONG === '1';
const alive = new Set<Server>();
let t: TestDatabase;
before(async () => {
  t = await testDatabase();
  await t.db.execute(sql`create table huike.effect (
    id int generated always as identity, n int, step text, "order" text, pid int)`);
});
beforeEach(() => t.db.execute(sql`truncate huike.effect`));
after(async () => {
  await Promise.all([...alive].map((server) => server.kill('SIGKILL')));
  await t.close();
});

class Server {
  readonly said: string[] = [];
  readonly #process: ChildProcess;
  readonly #exited: Promise<unknown>;

  constructor() {
    this.#process = spawn(process.execPath, [path.join(import.meta.dirname, 'fault.worker.ts'), t.url], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#process.stdout?.on('data', (text: Buffer) => this.said.push(...text.toString().trim().split('\n')));
    this.#exited = new Promise((resolve) => this.#process.on('exit', resolve));
    alive.add(this);
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  async hears(word: string): Promise<void> {
    while (!this.said.includes(word)) {
      assert.equal(this.#process.exitCode, null, 'the server ended');
      await sleep(5);
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    this.#process.kill(signal);
    await this.#exited;
    alive.delete(this);
  }
}

async function server(): Promise<Server> {
  const one = new Server();
  await one.hears('ready');
  return one;
}

for (const [place, inside] of [
  ['between two steps', false],
  ['inside a step', true],
] as const)
  test(`a server paused ${place}, past its lease, can commit nothing of a job that another took`, async () => {
    const first = await server();
    await enqueue(t.db, [paused.with({ inside })]);
    await first.hears('pause me');
    first.signal('SIGSTOP');
    const second = await server();
    await second.hears('done');
    first.signal('SIGCONT');
    while (!first.said.includes('lost') && !first.said.includes('failed')) await sleep(5);
    const rows = await t.db.query<{ step: string; pid: number }>(sql`select step, pid from huike.effect order by id`);
    assert.deepEqual(rows, [
      { step: 'before', pid: first.pid },
      { step: 'after', pid: second.pid },
    ]);
    assert.ok(!first.said.includes('done'));
    // It lives on, under a new lease.
    await second.kill('SIGTERM');
    await enqueue(t.db, [counted.with({ n: 1, order: 'a' })]);
    while ((await t.db.query(sql`select from huike.effect where step = 'c'`)).length === 0) await sleep(10);
    await first.kill('SIGTERM');
    assert.deepEqual(await listDead(t.db), []);
  });

test('servers killed at any place: every effect once, in the order of each key, by all of them', async () => {
  const jobs = long ? 6000 : 600;
  const kills = long ? 60 : 5;
  await enqueue(
    t.db,
    Array.from({ length: jobs }, (_, n) => counted.with({ n, order: `k${n % 12}` }, { order: `k${n % 12}` })),
  );
  let servers: Server[] = await Promise.all([server(), server()]);
  const pids = servers.map(({ pid }) => pid);
  for (let kill = 0; kill < kills; kill++) {
    await sleep(Math.random() * 1000);
    const victim = servers[kill % 2];
    await victim?.kill('SIGKILL');
    const next = await server();
    pids.push(next.pid);
    servers = servers.map((one) => (one === victim ? next : one));
  }
  for (;;) {
    const { waiting, running, later } = await jobStats(t.db);
    if (waiting + running + later === 0) break;
    await sleep(50);
  }
  await Promise.all(servers.map((one) => one.kill('SIGTERM')));
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
