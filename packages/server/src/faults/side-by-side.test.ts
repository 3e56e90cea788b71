// Expand, then contract: a process that was started before a migration that only adds goes on beside newer ones.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type Database, type Migration, migrate, readMigrations, sealAll, sql } from '@huike/kernel';
import { newId } from '@huike/schema';
import { testDatabase } from '@huike/testkit';
import { apply, at, Client, jsonOf, makeToken, signIn } from './fixtures/client.ts';
import { assertSound } from './fixtures/invariants.ts';
import { accounts, allDone, keepOwing, makeCounters } from './fixtures/jobs.ts';
import { Load } from './fixtures/load.ts';
import { places } from './fixtures/places.ts';
import { makeFolder, removeFolder, Server, withJobs } from './fixtures/server.ts';

const folder = makeFolder();
const database = await testDatabase();
const { db, url } = database;
after(async () => {
  await database.close();
  removeFolder(folder);
});

test('under load, migrations that only add to every table pass unnoticed by a server of before', async (t) => {
  const server = new Server(folder, { script: withJobs, environment: { DATABASE_URL: url } });
  const address = await server.start();
  const client = new Client(() => [server.address], await makeToken(address));
  await apply(client, places);
  await makeCounters(db);
  const load = await Load.prepare(client, { writers: 3, pauseMs: 10 });
  const over = new AbortController();
  const owing = keepOwing(db, 20, over.signal);
  t.after(async () => {
    over.abort();
    client.close();
    await Promise.allSettled([load.rest(), owing]);
    await server.kill();
  });
  await everything(client, address);
  load.go();
  await load.more(30);
  const known = await readMigrations();
  const added = await expansions(db);
  assert.ok(added.length > 20);
  for (let n = 1; n <= added.length; n++) {
    await migrate(db, [...known, ...added.slice(0, n)]);
    await load.more(2);
  }
  await everything(client, address);
  await load.more(30);
  await load.rest();
  over.abort();
  await owing;
  assert.deepEqual(client.strange, []);
  assert.equal(client.lost + client.refused, 0);
  await load.assertStored(db);
  await load.assertReadable(client);
  await allDone(db);
  assert.deepEqual((await accounts(db)).wrong, []);
  await sealAll(db);
  await assertSound(db);

  // It may also be started anew: until everybody is moved over, old and new come and go.
  assert.deepEqual(await server.stop(), { code: 0, signal: null }, server.output);
  await everything(client, await server.start());

  // What takes away waits until the old ones are gone: one that runs is its administrator's affair, none starts.
  const [last] = added.slice(-1);
  assert.ok(last);
  const breaking = { ...last, number: last.number + 1, name: `${last.number + 1}_narrower.sql`, breaking: true };
  await migrate(db, [...known, ...added, { ...breaking, text: '-- breaking\nselect 1' }]);
  const late = new Server(folder, { environment: { DATABASE_URL: url } });
  late.launch();
  assert.deepEqual(await late.process.ended, { code: 1, signal: null });
  assert.match(late.output, /upgraded by a newer Huike \(\d+_narrower\.sql\)/);
});

/** A migration for each table: it gets columns with and without a value, and an index. */
async function expansions(database: Database): Promise<Migration[]> {
  const tables = await database.query<{ name: string }>(sql`
select format('%I.%I', nspname, relname) as name from pg_class c join pg_namespace n on n.oid = relnamespace
where nspname = 'huike' and relkind in ('r', 'p') and not relispartition order by 1`);
  return tables.map(({ name }, index) => {
    const number = 9001 + index;
    const text = `
alter table ${name} add column "added" text, add column "aDefault" int not null default 7;
create index on ${name} ("added");
create table huike.new_${index} (id uuid primary key)`;
    return { number, name: `${number}_wider.sql`, text, breaking: false, checksum: newId() };
  });
}

/** One of each thing that a server does. */
async function everything(client: Client, address: string): Promise<void> {
  const name = `t${newId().replaceAll('-', '').slice(-12)}`;
  await signIn(address);
  const other = new Client(() => [address], await makeToken(address));
  await apply(client, {
    objects: [{ name, title: 'name', fields: [{ name: 'name', type: 'text', searchable: true }] }],
  });
  const id = String(at(await client.write('POST', `records/${name}`, { name: '甲' }), 'id'));
  await client.write('PATCH', `records/${name}/${id}`, { name: '乙' });
  await client.send({ method: 'DELETE', path: `records/${name}/${id}`, key: newId() });
  await client.write('POST', `records/${name}/${id}/restore`, {});
  await client.write('POST', `records/${name}/${id}/restore`, { version: 1 });
  assert.equal(at(await other.get(`records/${name}/${id}`), 'name'), '甲');
  const changes = at(await client.get(`records/${name}/${id}/changes`), 'data');
  assert.ok(Array.isArray(changes) && changes.length === 5);
  await client.get('changes?limit=10');
  await client.get('search?q=x');
  const form = new FormData();
  form.set('file', new Blob(['text']), 'a.txt');
  const file = jsonOf(await client.send({ method: 'POST', path: 'files', body: form }));
  assert.equal((await client.send({ method: 'GET', path: `files/${at(file, 'id')}` })).text, 'text');
  const email = `${name}@example.com`;
  const user = await client.write('POST', 'records/user', { name, email, password: 'silent heron 57' });
  await signIn(address, { email, password: 'silent heron 57' });
  await client.write('PATCH', `records/user/${at(user, 'id')}`, { active: false });
  await apply(client, { delete: [{ kind: 'object', name }] });
}
