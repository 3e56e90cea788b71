import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '@huike/schema';
import { killPostgres, startScript } from '@huike/testkit';
import { startEmbedded } from './embedded.ts';
import { openDatabase } from './pool.ts';
import { sql } from './sql.ts';

const base = mkdtempSync(path.join(os.tmpdir(), 'huike-durability-'));
chmodSync(base, 0o755);
after(() => rmSync(base, { recursive: true, force: true }));

test('kill -9 of PostgreSQL under load: every acknowledged row is there, no transaction is there by half', async (t) => {
  const acknowledged: { writer: number; n: number }[] = [];
  let writing = true;
  const server = await startEmbedded({ dataFolder: base });
  const db = await openDatabase({ url: server.url });
  t.after(async () => {
    writing = false;
    await db.close();
    await server.stop();
  });
  await db.execute(sql`create table pair (writer int, n int, half int, primary key (writer, n, half))`);
  const rounds = process.env.HUIKE_LONG ? 20 : 3;
  const write = async (writer: number) => {
    for (let n = 1; writing; n++) {
      const half = (at: number) =>
        sql`insert into pair values (${sql.value(writer)}, ${sql.value(n)}, ${sql.value(at)})`;
      const done = db.transaction(async (tx) => {
        tx.execute(half(1));
        tx.execute(half(2));
      });
      try {
        await done;
        acknowledged.push({ writer, n });
      } catch (error) {
        if (!(error instanceof Problem && error.code === 'system.unavailable')) throw error;
        await sleep(20);
      }
    }
  };
  const writers = Promise.all([1, 2, 3, 4, 5, 6].map(write));
  const hundredMore = async () => {
    const before = acknowledged.length;
    while (writing && acknowledged.length < before + 100) await sleep(5);
  };
  const work = () => Promise.race([hundredMore(), writers]);
  for (let round = 1; round <= rounds; round++) {
    await work();
    await sleep(Math.random() * 100);
    killPostgres(server.pid());
  }
  await work();
  writing = false;
  await writers;
  const rows = await db.query<{ writer: number; n: number; halves: number }>(
    sql`select writer, n, count(*)::int as halves from pair group by writer, n`,
  );
  const there = new Set(rows.map(({ writer, n }) => `${writer} ${n}`));
  assert.deepEqual(
    acknowledged.filter(({ writer, n }) => !there.has(`${writer} ${n}`)),
    [],
  );
  assert.deepEqual(
    rows.filter(({ halves }) => halves !== 2),
    [],
  );
});

test('a fail point kills the process at its nth pass, and only when it is armed', async () => {
  const file = path.join(import.meta.dirname, 'fixtures/failing.ts');
  const armed = startScript(file, [], { failPoint: 'here:3' });
  assert.deepEqual(await armed.ended, { code: null, signal: 'SIGKILL' });
  assert.match(armed.output, /before 3\./);
  assert.doesNotMatch(armed.output, /before 4\./);
  const unarmed = startScript(file);
  assert.deepEqual(await unarmed.ended, { code: 0, signal: null });
});
