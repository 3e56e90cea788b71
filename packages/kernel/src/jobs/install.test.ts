import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { testDatabase } from '@huike/testkit';
import pg from 'pg';
import { sql } from '../database/sql.ts';
import { defineJob, enqueue, handleJob, installJobs, JobRunner, jobStats } from './index.ts';

test('the queue installs for an owner without special rights, several processes at once', async () => {
  const t = await testDatabase();
  const [who] = await t.db.query(sql`select rolsuper as super from pg_roles where rolname = current_user`);
  assert.deepEqual(who, { super: false });
  await t.db.execute(sql`drop schema graphile_worker cascade`);
  await Promise.all(Array.from({ length: 3 }, () => installJobs(t.db)));
  await installJobs(t.db);
  const job = defineJob<null>('test.installed');
  assert.equal((await enqueue(t.db, [job.with(null)])).length, 1);
  await t.close();
});

test('when PostgreSQL cuts every connection, work goes on, and each step counts once', async () => {
  const t = await testDatabase();
  const admin = new pg.Client(t.url);
  await admin.connect();
  await t.db.execute(sql`create table huike.effect (n int)`);
  const stepped = defineJob<{ n: number }>('test.stepped', { maxAttempts: 100 });
  const plain = defineJob<{ n: number }>('test.plain', { maxAttempts: 100 });
  const seen = new Set<number>();
  const runner = await JobRunner.start({
    database: t.db,
    leaseMs: 1500,
    handlers: [
      handleJob(stepped, async ({ n }, job) => {
        await job.step(
          'only',
          async (tx) => void (await tx.execute(sql`insert into huike.effect values (${sql.value(n)})`)),
        );
      }),
      handleJob(plain, async ({ n }) => void seen.add(n)),
    ],
  });
  await enqueue(t.db, Array.from({ length: 1000 }, (_, n) => [stepped.with({ n }), plain.with({ n })]).flat());
  for (let cut = 0; cut < 5; cut++) {
    await sleep(100);
    await admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    );
  }
  const left = async () => {
    const { waiting, running, later } = await jobStats(t.db);
    // Those that were cut off wait for their retry.
    await t.db.execute(
      sql`update graphile_worker._private_jobs set run_at = now() where locked_at is null and run_at > now()`,
    );
    return waiting + running + later;
  };
  while ((await left().catch(() => 1)) > 0) await sleep(50);
  await runner.stop();
  const rows = await t.db.query<{ n: number }>(sql`select n from huike.effect order by n`);
  assert.deepEqual(
    rows.map(({ n }) => n),
    Array.from({ length: 1000 }, (_, n) => n),
  );
  assert.equal(seen.size, 1000);
  await admin.end();
  await t.close();
});
