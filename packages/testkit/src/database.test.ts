import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from '@huike/kernel';
import { testDatabase } from './database.ts';

test('a test database is migrated, its own, and gone after close', async () => {
  const one = await testDatabase();
  const two = await testDatabase();
  await one.db.execute(sql`create table data.only_here (n int)`);
  const count = sql`select count(*)::int as n from information_schema.tables where table_schema = 'data'`;
  assert.deepEqual(await one.db.query(count), [{ n: 1 }]);
  assert.deepEqual(await two.db.query(count), [{ n: 0 }]);
  await one.close();
  const names = await two.db.query<{ datname: string }>(sql`select datname from pg_database`);
  assert.ok(!names.some(({ datname }) => one.url.includes(`@/${datname}?`)));
  await two.close();
});
