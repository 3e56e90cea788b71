// huike backup from a running server, huike restore into an empty folder: everything is there, or nothing.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { type Database, openDatabase, sealAll, sql, startEmbedded } from '@huike/kernel';
import { testDatabase } from '@huike/testkit';
import { apply, at, Client, jsonOf, makeToken } from './fixtures/client.ts';
import { assertSound } from './fixtures/invariants.ts';
import { Load } from './fixtures/load.ts';
import { places } from './fixtures/places.ts';
import { makeFolder, removeFolder, run, Server } from './fixtures/server.ts';

const base = makeFolder();
const source = path.join(base, 'source');
const file = path.join(base, 'all.huike');
const files = new Map<string, Buffer>();
after(() => {
  for (const name of readdirSync(base)) removeFolder(path.join(base, name));
  removeFolder(base);
});

test('a backup made under load is one sound moment with every write acknowledged before; at rest it is the same in every row', async (t) => {
  const server = new Server(source);
  const address = await server.start();
  const client = new Client(() => [server.address], await makeToken(address));
  await apply(client, places);
  await apply(client, {
    objects: [
      {
        name: 'paper',
        title: 'name',
        fields: [
          { name: 'name', type: 'text' },
          { name: 'scan', type: 'file' },
        ],
      },
    ],
  });
  for (const size of [0, 10, 300_000]) await attach(client, randomBytes(size));
  const load = await Load.prepare(client, { writers: 4, pauseMs: 5 });
  t.after(async () => {
    client.close();
    await load.rest().catch(() => {});
    await server.kill();
  });
  load.go();
  await load.more(50);
  const before = new Map(load.writers.flatMap(({ visits }) => [...visits]));
  const busy = path.join(base, 'busy.huike');
  assert.equal((await run(['backup', busy], { HUIKE_DATA: source })).code, 0);
  await load.more(20);
  await load.rest();
  await restored(busy, path.join(base, 'from-busy'), async (db) => {
    await sealAll(db);
    await assertSound(db);
    const rows = await db.query<{ id: string; version: number }>(sql`select "id", "version" from data."visit"`);
    const there = new Map(rows.map(({ id, version }) => [id, version]));
    assert.ok(before.size > 20);
    for (const [id, { version }] of before) assert.ok((there.get(id) ?? 0) >= version, id);
  });

  const db = await server.database();
  let rows = '';
  for (let same = false; !same; ) {
    await sealAll(db);
    rows = await hashes(db);
    const { code, output } = await run(['backup', file], { HUIKE_DATA: source });
    assert.equal(code, 0, output);
    assert.match(output, /The backup is in .*all\.huike \(\d+ MB, 3 files\)/);
    // Whatever goes by the clock may have run meanwhile.
    same = rows === (await hashes(db));
  }
  await db.close();
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const target = path.join(base, 'target');
  await restored(file, target, async (copy) => assert.equal(await hashes(copy), rows));
  assert.deepEqual(readFileSync(path.join(target, 'secret')), readFileSync(path.join(source, 'secret')));
  assert.deepEqual(bytesIn(target), bytesIn(source));

  // The restored one is a server like any other; the tokens of the first are good there.
  const second = new Server(target);
  await second.start();
  const headers = await makeToken(second.address ?? '');
  const there = new Client(() => [second.address], headers);
  await load.assertReadable(there);
  for (const [id, content] of files) assert.deepEqual(await download(second, headers, id), content);
  assert.deepEqual(await second.stop(), { code: 0, signal: null });
});

test('a restore that is refused leaves everything as it was', async () => {
  const again = await run(['restore', file], { HUIKE_DATA: path.join(base, 'target') });
  assert.equal(again.code, 1);
  assert.match(again.output, /already holds data/);

  const { url, close } = await emptyDatabase();
  const into = (name: string) => ({ HUIKE_DATA: path.join(base, name), DATABASE_URL: url });
  const cut = path.join(base, 'cut.huike');
  writeFileSync(cut, readFileSync(file));
  truncateSync(cut, statSync(cut).size - 100);
  const damaged = await run(['restore', cut], into('from-cut'));
  assert.equal(damaged.code, 1);
  assert.match(damaged.output, /damaged or incomplete/);
  assert.deepEqual(bytesIn(path.join(base, 'from-cut')), []);

  // The key of other data would be lost.
  const other = into('other');
  assert.equal((await run(['restore', cut], other)).code, 1);
  writeFileSync(path.join(other.HUIKE_DATA, 'secret'), `${randomBytes(32).toString('base64')}\n`);
  const refused = await run(['restore', file], other);
  assert.equal(refused.code, 1);
  assert.match(refused.output, /secret is the key of other data/);

  const absent = await run(['restore', path.join(base, 'absent.huike')], into('absent'));
  assert.equal(absent.code, 1);
  assert.match(absent.output, /no such file/);
  // After all of that the database is still empty.
  const done = await run(['restore', file], into('done'));
  assert.equal(done.code, 0, done.output);
  await close();
});

test('a restore killed at any place is done by doing it again, or was done', async () => {
  const { db, url, close } = await emptyDatabase();
  const env = { HUIKE_DATA: path.join(base, 'killed'), DATABASE_URL: url };
  for (const point of ['restore.table:1', 'restore.table:20', 'restore.file:1', 'restore.file:3', 'restore.commit:1']) {
    const { signal } = await run(['restore', file], env, point);
    assert.equal(signal, 'SIGKILL', point);
    assert.deepEqual(await db.query(sql`select from pg_namespace where nspname = 'data'`), [], point);
  }
  assert.equal((await run(['restore', file], env, 'restore.committed:1')).signal, 'SIGKILL');
  const again = await run(['restore', file], env);
  assert.match(again.output, /already holds data/);
  await assertSound(db);
  assert.deepEqual(bytesIn(env.HUIKE_DATA), bytesIn(source));
  await close();
});

test('bytes that are gone or altered are told when the backup is made', async () => {
  const { url, close } = await emptyDatabase();
  const env = { HUIKE_DATA: path.join(base, 'rotten'), DATABASE_URL: url };
  assert.equal((await run(['restore', file], env)).code, 0);
  const [largest] = bytesIn(env.HUIKE_DATA).toSorted((a, b) => b.bytes.length - a.bytes.length);
  assert.ok(largest);
  writeFileSync(path.join(env.HUIKE_DATA, 'files', largest.name), 'other');
  const { code, output } = await run(['backup', path.join(base, 'rotten.huike')], env);
  assert.equal(code, 1);
  assert.match(output, new RegExp(`missing or damaged .*: ${path.basename(largest.name)}`));
  await close();
});

/** Uploads a file and shows it in a record. */
async function attach(client: Client, content: Buffer): Promise<void> {
  const form = new FormData();
  form.set('file', new Blob([Uint8Array.from(content)]), 'paper.bin');
  const id = String(at(jsonOf(await client.send({ method: 'POST', path: 'files', body: form })), 'id'));
  await client.write('POST', 'records/paper', { name: 'paper', scan: [id] });
  files.set(id, content);
}

async function download(server: Server, headers: Readonly<Record<string, string>>, id: string): Promise<Buffer> {
  const response = await fetch(`${server.address}/api/v1/files/${id}`, { headers });
  assert.equal(response.status, 200);
  return Buffer.from(await response.arrayBuffer());
}

/** Restores into a new folder and looks at the database before any server does. */
async function restored(from: string, folder: string, look: (db: Database) => Promise<void>): Promise<void> {
  const { code, output } = await run(['restore', from], { HUIKE_DATA: folder });
  assert.equal(code, 0, output);
  assert.match(output, /The backup of \d{4}-.* is restored \(3 files\)/);
  const postgres = await startEmbedded({ dataFolder: folder });
  const db = await openDatabase({ url: postgres.url });
  try {
    await look(db);
  } finally {
    await db.close();
    await postgres.stop();
  }
}

async function emptyDatabase() {
  const made = await testDatabase();
  for (const schema of ['data', 'huike', 'graphile_worker'])
    await made.db.execute(sql`drop schema ${sql.identifier(schema)} cascade`);
  return made;
}

/** Every row of every table, but for the leases that servers renew every second. */
async function hashes(db: Database): Promise<string> {
  const tables = await db.query<{ schema: string; name: string }>(sql`
select nspname as schema, relname as name from pg_class c join pg_namespace n on n.oid = relnamespace
where nspname in ('huike', 'data', 'graphile_worker') and relkind in ('r', 'p') and relname <> 'job_lease' order by 1, 2`);
  const lines = [];
  for (const { schema, name } of tables) {
    const [row] = await db.query<{ hash: string }>(sql`
select count(*) || ' ' || md5(coalesce(string_agg(h, '' order by h), '')) as hash
from (select md5(to_jsonb(t)::text) as h from ${sql.identifier(schema, name)} t) x`);
    lines.push(`${schema}.${name} ${row?.hash}`);
  }
  return lines.join('\n');
}

/** What lies in the file store, by name. */
function bytesIn(folder: string): { readonly name: string; readonly bytes: Buffer }[] {
  const store = path.join(folder, 'files');
  if (!existsSync(store)) return [];
  const names = readdirSync(store, { recursive: true, encoding: 'utf8' }).toSorted();
  const found = names.filter((name) => statSync(path.join(store, name)).isFile());
  return found.map((name) => ({ name, bytes: readFileSync(path.join(store, name)) }));
}
