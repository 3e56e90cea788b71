import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import { sql } from '../database/sql.ts';

// Streams can be spread over many servers by their distribution key, with no change: it comes first in every unique
// key, no foreign key and no trigger is in the way.

/** By table, with the key. A stream that is added is added here. */
const streams: Readonly<Record<string, string>> = { change: 'record' };

let database: TestDatabase;
before(async () => {
  database = await testDatabase();
});
after(() => database.close());

test('the distribution key of each stream comes first in its unique keys and is never null', async () => {
  for (const [table, key] of Object.entries(streams)) {
    const name = sql.value(`huike.${table}`);
    const unique = await database.db.query<{ first: string }>(sql`
select a.attname as first from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
where i.indrelid = ${name}::regclass and i.indisunique`);
    assert.ok(unique.length > 0, `${table} has a unique key`);
    assert.deepEqual([...new Set(unique.map(({ first }) => first))], [key]);
    const [column] = await database.db.query<{ filled: boolean }>(sql`
select attnotnull as filled from pg_attribute where attrelid = ${name}::regclass and attname = ${sql.value(key)}`);
    assert.equal(column?.filled, true);
  }
});

test('streams have no foreign keys and no triggers', async () => {
  for (const table of Object.keys(streams)) {
    const name = sql.value(`huike.${table}`);
    const [found] = await database.db.query<{ n: number }>(sql`
select (select count(*) from pg_constraint where contype = 'f' and (conrelid = ${name}::regclass or confrelid = ${name}::regclass))::int4
  + (select count(*) from pg_trigger where tgrelid = ${name}::regclass and not tgisinternal)::int4 as n`);
    assert.equal(found?.n, 0);
  }
});
