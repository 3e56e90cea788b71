import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { problem } from '@huike/schema';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import type { Queryable } from '../database/index.ts';
import { sql } from '../database/sql.ts';
import {
  defineJob,
  dequeue,
  discardDead,
  enqueue,
  handleJob,
  type JobFailure,
  type JobHandler,
  JobRunner,
  jobStats,
  listDead,
  replayDead,
} from './index.ts';

let t: TestDatabase;
before(async () => {
  t = await testDatabase();
  await t.db.execute(sql`create table huike.effect (n int, at timestamptz default clock_timestamp())`);
});
after(() => t.close());

const failures: JobFailure[] = [];
async function running(handlers: readonly JobHandler[], fn: () => Promise<void>, concurrency = 10): Promise<void> {
  failures.length = 0;
  const onFailure = (failure: JobFailure) => void failures.push(failure);
  const runner = await JobRunner.start({ database: t.db, handlers, concurrency, onFailure });
  try {
    await fn();
  } finally {
    await runner.stop();
  }
}

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await sleep(20);
}
const idle = () => until(async () => (await jobStats(t.db)).waiting + (await jobStats(t.db)).running === 0);
/** Retries come at once instead of seconds later. */
const hurry = () => t.db.execute(sql`update graphile_worker._private_jobs set run_at = now() where locked_at is null`);

test('jobs run when the transaction commits, and never when it rolls back', async () => {
  const seen: number[] = [];
  const note = defineJob<{ n: number }>('test.note');
  await running([handleJob(note, async ({ n }) => void seen.push(n))], async () => {
    await assert.rejects(
      t.db.transaction(async (tx) => {
        await enqueue(tx, [note.with({ n: 1 })]);
        throw new Error('no');
      }),
    );
    const ids = await t.db.transaction((tx) => enqueue(tx, [note.with({ n: 2 }), note.with({ n: 3 })]));
    assert.equal(new Set(ids).size, 2);
    await idle();
    assert.deepEqual(seen.sort(), [2, 3]);
  });
});

test('thousands of jobs are enqueued by one statement, in their order', async () => {
  const many = defineJob<{ n: number }>('test.many');
  await enqueue(
    t.db,
    Array.from({ length: 5000 }, (_, n) => many.with({ n })),
  );
  const rows = await t.db.query<{ n: number }>(
    sql`select (payload->>'n')::int as n from graphile_worker._private_jobs order by priority, run_at`,
  );
  assert.deepEqual(
    rows.map(({ n }) => n),
    Array.from({ length: 5000 }, (_, n) => n),
  );
  let ran = 0;
  await running([handleJob(many, async () => void ran++)], idle);
  assert.equal(ran, 5000);
});

test('jobs of one order run one at a time, as enqueued; other orders beside them', async () => {
  const ordered = defineJob<{ key: string; n: number }>('test.ordered');
  const seen = new Map<string, number[]>();
  let inside = 0;
  let most = 0;
  const busy = new Set<string>();
  const handler = handleJob(ordered, async ({ key, n }) => {
    assert.ok(!busy.has(key), 'overlaps');
    busy.add(key);
    most = Math.max(most, ++inside);
    await sleep(2);
    inside--;
    busy.delete(key);
    seen.set(key, [...(seen.get(key) ?? []), n]);
  });
  const specs = Array.from({ length: 200 }, (_, n) => ({ key: `k${n % 7}`, n }));
  await enqueue(
    t.db,
    specs.map((spec) => ordered.with(spec, { order: spec.key })),
  );
  await running([handler], idle);
  assert.equal(failures.length, 0);
  for (const [key, list] of seen)
    assert.deepEqual(
      list,
      specs.filter((spec) => spec.key === key).map(({ n }) => n),
    );
  assert.ok(most > 1, 'different orders run side by side');
});

test('a waiting job of the same key is replaced; one that runs is followed by another', async () => {
  const keyed = defineJob<{ n: number }>('test.keyed');
  const seen: number[] = [];
  const gate = Promise.withResolvers<void>();
  const handler = handleJob(keyed, async ({ n }) => {
    seen.push(n);
    if (n === 2) await gate.promise;
  });
  const add = (db: Queryable, n: number) => enqueue(db, [keyed.with({ n }, { key: 'a' })]);
  const [first] = await add(t.db, 1);
  assert.deepEqual(await add(t.db, 2), [first]);
  const twice = await enqueue(t.db, [keyed.with({ n: 7 }, { key: 'b' }), keyed.with({ n: 8 }, { key: 'b' })]);
  assert.equal(twice[0], twice[1]);
  assert.equal(await dequeue(t.db, keyed, ['b', 'c']), 1);
  await running([handler], async () => {
    await until(() => seen.includes(2));
    // In one transaction: once committed, a job waits only until a free worker takes it.
    await t.db.transaction(async (tx) => {
      await add(tx, 3);
      await add(tx, 4);
    });
    gate.resolve();
    await idle();
  });
  assert.deepEqual(seen, [2, 4]);
});

test('a key that comes again and again does not put its job off, but a time of its own moves it', async () => {
  const keyed = defineJob<null>('test.keyedTime');
  const runAt = async () => {
    const [row] = await t.db.query<{ at: string }>(
      sql`select run_at as at from graphile_worker._private_jobs where key = 'test.keyedTime:x'`,
    );
    return row?.at;
  };
  await enqueue(t.db, [keyed.with(null, { key: 'x' })]);
  const at = await runAt();
  await enqueue(t.db, [keyed.with(null, { key: 'x' })]);
  assert.equal(await runAt(), at);
  await enqueue(t.db, [keyed.with(null, { key: 'x', runAt: '2100-01-01T00:00:00Z' })]);
  assert.equal(await runAt(), '2100-01-01T00:00:00+00:00');
  assert.equal(await dequeue(t.db, keyed, ['x']), 1);
});

test('a writer that enqueues the key of a running job does not wait for it', async () => {
  const keyed = defineJob<{ n: number }>('test.keyedBusy');
  const inStep = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const handler = handleJob(keyed, async ({ n }, job) => {
    await job.step('only', async () => {
      if (n !== 1) return;
      inStep.resolve();
      await gate.promise;
    });
  });
  await enqueue(t.db, [keyed.with({ n: 1 }, { key: 'a' })]);
  await running([handler], async () => {
    await inStep.promise;
    await t.db.transaction((tx) => enqueue(tx, [keyed.with({ n: 2 }, { key: 'a' })]), { lockTimeout: 2000 });
    gate.resolve();
    await idle();
  });
  assert.equal(failures.length, 0);
});

test('a failed job is tried again, later and later; its finished steps are not repeated', async () => {
  const flaky = defineJob<null>('test.flaky', { maxAttempts: 3 });
  const results: string[] = [];
  const handler = handleJob(flaky, async (_payload, job) => {
    const result = await job.step('first', async (tx) => {
      await tx.execute(sql`insert into huike.effect (n) values (${sql.value(job.attempt)})`);
      return { made: job.attempt };
    });
    results.push(`${job.attempt}:${result.made}`);
    await job.step('second', async (tx) => {
      await tx.execute(sql`insert into huike.effect (n) values (${sql.value(10 + job.attempt)})`);
      if (job.attempt < 3) throw new Error(`attempt ${job.attempt}`);
    });
  });
  await enqueue(t.db, [flaky.with(null)]);
  const waits: number[] = [];
  await running([handler], async () => {
    for (const attempt of [1, 2]) {
      await until(() => failures.length === attempt);
      const [row] = await t.db.query<{ wait: number; last_error: string }>(
        sql`select extract(epoch from run_at - now())::float8 as wait, last_error from graphile_worker._private_jobs`,
      );
      assert.equal(row?.last_error, `attempt ${attempt}`);
      waits.push(row?.wait ?? 0);
      await hurry();
    }
    await idle();
  });
  assert.ok((waits[0] ?? 0) > 1.5 && (waits[1] ?? 0) > (waits[0] ?? 0) * 1.2, `waits ${waits}`);
  assert.deepEqual(results, ['1:1', '2:1', '3:1']);
  const rows = await t.db.query<{ n: number }>(sql`select n from huike.effect order by n`);
  assert.deepEqual(rows, [{ n: 1 }, { n: 13 }]);
  assert.deepEqual(await t.db.query(sql`select from huike.job_step`), []);
  assert.equal((await jobStats(t.db)).later, 0);
});

test('dead letters are listed with a reason that holds no secret, replayed from where they stood, or discarded', async () => {
  await t.db.execute(sql`truncate huike.effect`);
  const dies = defineJob<{ n: number }>('test.dies', { maxAttempts: 1 });
  let mended = false;
  const handler = handleJob(dies, async ({ n }, job) => {
    await job.step('effect', async (tx) => {
      await tx.execute(sql`insert into huike.effect (n) values (${sql.value(n)})`);
    });
    if (!mended)
      throw n === 1
        ? new Error(
            'POST https://user:pass@hooks.example.com/robot?key=abc123 failed, Authorization: Bearer eyJhbGciOi',
          )
        : problem('write.busy');
  });
  await enqueue(t.db, [dies.with({ n: 1 }), dies.with({ n: 2 })]);
  await running([handler], async () => {
    await until(async () => (await jobStats(t.db)).dead === 2);
    const [two, one] = await listDead(t.db);
    assert.equal(two?.reason, 'write.busy: The system is busy and nothing was changed: try again');
    assert.equal(one?.reason, 'POST https://hooks.example.com/… failed, Authorization: ***');
    assert.equal(one?.name, 'test.dies');
    assert.equal(one?.attempts, 1);
    assert.deepEqual(one?.payload, { n: 1 });
    assert.deepEqual(
      (await listDead(t.db, { before: two?.id ?? '', limit: 1 })).map(({ id }) => id),
      [one?.id],
    );
    mended = true;
    assert.equal(await discardDead(t.db, [two?.id ?? '']), 1);
    assert.equal(await replayDead(t.db, [one?.id ?? '', two?.id ?? '']), 1);
    await idle();
    assert.deepEqual(await listDead(t.db), []);
  });
  assert.deepEqual(await t.db.query(sql`select n from huike.effect order by n`), [{ n: 1 }, { n: 2 }]);
  assert.deepEqual(await t.db.query(sql`select from huike.job_step`), []);
});

test('a job that takes too long is aborted, fails, and can commit nothing more', async () => {
  await t.db.execute(sql`truncate huike.effect`);
  const slow = defineJob<null>('test.slow', { maxAttempts: 1, timeoutMs: 200 });
  const late = Promise.withResolvers<unknown>();
  let aborted = false;
  const handler = handleJob(slow, async (_payload, job) => {
    job.signal.addEventListener('abort', () => {
      aborted = true;
    });
    await job
      .step('slow', async (tx) => {
        await tx.execute(sql`insert into huike.effect (n) values (1)`);
        await sleep(500);
      })
      .catch(() => {});
    await job
      .step('late', (tx) => tx.execute(sql`insert into huike.effect (n) values (2)`))
      .then(late.resolve, late.resolve);
  });
  await enqueue(t.db, [slow.with(null)]);
  await running([handler], async () => {
    assert.ok((await late.promise) instanceof Error);
    await until(async () => (await jobStats(t.db)).dead === 1);
  });
  assert.ok(aborted);
  const [dead] = await listDead(t.db);
  assert.equal(dead?.reason, 'not done within 0.2 seconds');
  assert.deepEqual(await t.db.query(sql`select n from huike.effect`), []);
  await discardDead(t.db, [dead?.id ?? '']);
});

test('stop waits for running jobs, and gives back untried those that do not end in time', async () => {
  const patient = defineJob<{ ms: number }>('test.patient', { maxAttempts: 1 });
  const done: number[] = [];
  const started: number[] = [];
  const runner = await JobRunner.start({
    database: t.db,
    handlers: [
      handleJob(patient, async ({ ms }, job) => {
        started.push(ms);
        await sleep(ms, undefined, { signal: job.signal });
        done.push(ms);
      }),
    ],
  });
  await enqueue(t.db, [patient.with({ ms: 300 }), patient.with({ ms: 60_000 })]);
  await until(() => started.length === 2);
  await runner.stop(1000);
  assert.deepEqual(done, [300]);
  const rows = await t.db.query(
    sql`select attempts, locked_by, payload->'ms' as ms, run_at <= now() as due from graphile_worker._private_jobs`,
  );
  assert.deepEqual(rows, [{ attempts: 0, locked_by: null, ms: 60_000, due: true }]);
  assert.deepEqual(await t.db.query(sql`select worker from huike.job_lease`), []);
  await t.db.execute(sql`delete from graphile_worker._private_jobs`);
});

test('a run replaced under its key fails into the newer one', async () => {
  const keyed = defineJob<{ n: number }>('test.superseded');
  const gate = Promise.withResolvers<void>();
  const seen: number[] = [];
  const handler = handleJob(keyed, async ({ n }) => {
    seen.push(n);
    if (n === 1) await gate.promise;
    if (n === 1) throw new Error('old');
  });
  await enqueue(t.db, [keyed.with({ n: 1 }, { key: 'a' })]);
  await running([handler], async () => {
    await until(() => seen.length === 1);
    await enqueue(t.db, [keyed.with({ n: 2 }, { key: 'a', runAt: '2100-01-01T00:00:00Z' })]);
    gate.resolve();
    await until(() => failures.length === 1);
    assert.equal(failures[0]?.outcome, 'superseded');
    await hurry();
    await idle();
  });
  assert.deepEqual(seen, [1, 2]);
});

test('two runners share the work', async () => {
  const shared = defineJob<{ n: number }>('test.shared');
  const by = [0, 0];
  const handlerOf = (who: 0 | 1) =>
    handleJob(shared, async () => {
      by[who] = (by[who] ?? 0) + 1;
      await sleep(20);
    });
  const runners = await Promise.all(
    ([0, 1] as const).map((who) => JobRunner.start({ database: t.db, handlers: [handlerOf(who)], concurrency: 2 })),
  );
  await enqueue(
    t.db,
    Array.from({ length: 100 }, (_, n) => shared.with({ n })),
  );
  await idle();
  await Promise.all(runners.map((runner) => runner.stop()));
  assert.equal((by[0] ?? 0) + (by[1] ?? 0), 100);
  assert.ok(
    by.every((count) => count > 10),
    `${by}`,
  );
});
