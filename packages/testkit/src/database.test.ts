import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, openDatabase, sql } from '@huike/kernel/database';
import { startScript, type TestProcess } from './faults.ts';

// A server of this file's own, so that it can be killed: set before testDatabase is loaded.
const folder = mkdtempSync(path.join(os.tmpdir(), 'huike-testkit-'));
process.env.HUIKE_TEST_SERVER = folder;
process.env.HUIKE_TEST_SERVER_IDLE = '500';
const { testDatabase } = await import('./database.ts');

const keeper = (): string => JSON.parse(readFileSync(path.join(folder, 'server.json'), 'utf8')).keeper;
const user = () => startScript(path.join(import.meta.dirname, 'fixtures/user.ts'));
const urlOf = async (process: TestProcess) => (await process.says(/database (\S+) done/))[1] ?? '';
const exists = async (url: string) =>
  openDatabase({ url, poolSize: 1 }).then(
    (db) => db.close().then(() => true),
    () => false,
  );

after(() => rmSync(folder, { recursive: true, force: true }));

test('a test database is migrated, its own, and gone after close', async () => {
  const one = await testDatabase();
  const two = await testDatabase();
  await one.db.execute(sql`create table data.only_here (n int)`);
  const count = sql`select count(*)::int as n from information_schema.tables where table_schema = 'data'`;
  assert.deepEqual(await one.db.query(count), [{ n: 1 }]);
  assert.deepEqual(await two.db.query(count), [{ n: 0 }]);
  const [role] = await one.db.query(sql`select rolsuper from pg_roles where rolname = current_user`);
  assert.deepEqual(role, { rolsuper: false });
  await one.close();
  assert.equal(await exists(one.url), false);
  assert.equal(await exists(two.url), true);
  await two.close();
});

test('the database of a killed test process is dropped; the server lives on', async () => {
  const killed = user();
  const url = await urlOf(killed);
  const id = keeper();
  assert.equal(await exists(url), true);
  const other = await testDatabase();
  await killed.kill();
  while (await exists(url)) await sleep(100);
  assert.equal(keeper(), id);
  await other.close();
});

test('a killed keeper: the next test process adopts its server', async () => {
  const one = await testDatabase();
  const id = keeper();
  process.kill(Number.parseInt(id, 10), 'SIGKILL');
  while (isRunning(id)) await sleep(5);
  const two = await testDatabase();
  assert.notEqual(keeper(), id);
  const databases = sql`select count(*)::int as n from pg_database where starts_with(datname, 'test.')`;
  assert.deepEqual(await two.db.query(databases), await one.db.query(databases));
  await one.close();
  await two.close();
});

test('the server ends by itself when nobody uses it, and starts for the next one', async () => {
  const id = keeper();
  while (isRunning(id)) await sleep(50);
  const next = await testDatabase();
  await next.close();
  const last = keeper();
  assert.notEqual(last, id);
  while (isRunning(last)) await sleep(50);
});
