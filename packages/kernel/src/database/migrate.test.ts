import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Problem } from '@huike/schema';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import { type Migration, migrate, readMigrations } from './migrate.ts';
import { openDatabase } from './pool.ts';
import { sql } from './sql.ts';

let own: TestDatabase;
let shipped: Migration[];
before(async () => {
  own = await testDatabase();
  shipped = await readMigrations();
});
after(() => own.close());

const later = (number: number, text: string): Migration => ({
  number,
  name: `${number}_later.sql`,
  text,
  breaking: text.startsWith('-- breaking'),
  checksum: createHash('sha256').update(text).digest('hex'),
});
const fails = (code: string) => (error: unknown) => error instanceof Problem && error.code === code;
const tables = () =>
  own.db.query<{ name: string }>(sql`
    select table_name as name from information_schema.tables where table_name like 'later%' order by 1`);

test('what is applied is not applied again', async () => {
  assert.deepEqual(await migrate(own.db), []);
});

test('two processes at once: each migration runs once', async () => {
  const more = [...shipped, later(9001, 'select pg_sleep(0.2); create table huike.later1 (n int)')];
  const other = await openDatabase({ url: own.url });
  const applied = await Promise.all([migrate(own.db, more), migrate(other, more)]);
  await other.close();
  assert.deepEqual(applied.flat(), [9001]);
});

test('a migration that fails changes nothing, and those before it stand', async () => {
  const more = [
    ...shipped,
    later(9001, 'select pg_sleep(0.2); create table huike.later1 (n int)'),
    later(9002, 'create table huike.later2 (n int)'),
    later(9003, 'create table huike.later3 (n int); select 1 / 0'),
  ];
  await assert.rejects(migrate(own.db, more), fails('database.migration'));
  assert.deepEqual(await tables(), [{ name: 'later1' }, { name: 'later2' }]);
});

test('an older process goes on beside a newer one, unless the change was breaking', async () => {
  assert.deepEqual(await migrate(own.db, shipped), []);
  await own.db.execute(sql`insert into huike.migration values (9100, '9100_gone.sql', true, '')`);
  await assert.rejects(migrate(own.db, shipped), fails('database.newer'));
  await own.db.execute(sql`delete from huike.migration where number = 9100`);
});

test('an edited file is noticed', async () => {
  const [first, ...others] = shipped;
  assert.ok(first);
  await assert.rejects(migrate(own.db, [{ ...first, checksum: 'other' }, ...others]), fails('database.edited'));
});

test('a folder: misnamed files and numbers taken twice are refused; the first line marks a breaking one', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'huike-migrations-'));
  await writeFile(path.join(folder, '0001_one.sql'), 'select 1');
  await writeFile(path.join(folder, '0003_three.sql'), '-- breaking: because\nselect 3');
  const read = await readMigrations(folder);
  assert.deepEqual(
    read.map(({ number, breaking }) => [number, breaking]),
    [
      [1, false],
      [3, true],
    ],
  );
  await writeFile(path.join(folder, '0003_trois.sql'), 'select 3');
  await assert.rejects(readMigrations(folder), /0003_trois/);
  await rm(folder, { recursive: true });
});
