import assert from 'node:assert/strict';
import { PassThrough, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { Problem } from '@huike/schema';
import { debianLacking, startDebian, type TestDatabase, testDatabase } from '@huike/testkit';
import { installJobs } from '../../jobs/install.ts';
import { migrate } from '../migrate.ts';
import { type Database, openDatabase } from '../pool.ts';
import { type SQL, sql } from '../sql.ts';
import { backup } from './backup.ts';
import { catalogOf, contentOf, makeEverything } from './fixtures.ts';
import { restore } from './restore.ts';

let source: TestDatabase;
let file: Buffer;
before(async () => {
  source = await testDatabase();
  await makeEverything(source.db);
  file = await backupOf(source.db);
});
after(() => source.close());

async function backupOf(database: Database): Promise<Buffer> {
  const into = new PassThrough();
  const [bytes] = await Promise.all([buffer(into), backup(database, into)]);
  return bytes;
}

/** In pieces, as from a disk. */
async function* from(bytes: Buffer, piece = 10_000): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
}

const fails = (code: string) => (error: unknown) => error instanceof Problem && error.code === code;

async function empty(): Promise<TestDatabase> {
  const target = await testDatabase();
  for (const schema of ['data', 'huike', 'graphile_worker'])
    await target.db.execute(sql`drop schema ${sql.identifier(schema)} cascade`);
  return target;
}

test('a backup restored into an empty database is the same, in every row and in its catalog', async () => {
  const target = await empty();
  const header = await restore(from(file), target.db);
  assert.ok(header.tables.includes('data."Quo""ted 表"'));
  assert.deepEqual(await contentOf(target.db), await contentOf(source.db));
  assert.deepEqual(await catalogOf(target.db), await catalogOf(source.db));
  assert.deepEqual(await migrate(target.db), []);
  await installJobs(target.db);
  assert.deepEqual(await catalogOf(target.db), await catalogOf(source.db));
  // A backup of the restored one restores as well.
  const third = await empty();
  await restore(from(await backupOf(target.db)), third.db);
  assert.deepEqual(await contentOf(third.db), await contentOf(source.db));
  assert.deepEqual(await catalogOf(third.db), await catalogOf(source.db));
  await third.close();
  await target.close();
});

test('the restored database works on: numbers go on, keys and references hold, jobs run', async () => {
  const target = await empty();
  await restore(from(file), target.db);
  const next = sql`insert into data."Quo""ted 表" (id, amount) values (gen_random_uuid(), 1) returning code, serial, doubled`;
  assert.deepEqual(await target.db.query(next), await source.db.query(next));
  const bad = target.db.execute(
    sql`insert into data.event (id, at, n, parent) values (gen_random_uuid(), now(), 1, gen_random_uuid())`,
  );
  await assert.rejects(bad, /event_parent_fkey/);
  await assert.rejects(target.db.execute(sql`update data."Quo""ted 表" set amount = -1`), /sane amount/);
  const [job] = await target.db.query(sql`select count(*)::int as n from graphile_worker.jobs where key is not null`);
  assert.deepEqual(job, { n: 50 });
  await target.close();
  // The source moved on with the comparison above; the next tests compare with a backup of now.
  file = await backupOf(source.db);
});

test('one moment: what commits meanwhile is in it wholly or not at all', async () => {
  await source.db.execute(sql`create table data.left_side (n int)`);
  await source.db.execute(sql`create table data.right_side (n int)`);
  let writing = true;
  const writer = (async () => {
    for (let n = 0; writing; n++)
      await source.db.transaction(async (tx) => {
        tx.execute(sql`insert into data.left_side values (${sql.value(n)})`);
        tx.execute(sql`insert into data.right_side values (${sql.value(n)})`);
      });
  })();
  const target = await empty();
  const pipe = new PassThrough();
  await Promise.all([backup(source.db, pipe), restore(pipe, target.db)]);
  writing = false;
  await writer;
  const content = await contentOf(target.db);
  const rows = (name: string) => content.find((table) => table.name === name)?.rows;
  assert.equal(rows('data.left_side'), rows('data.right_side'));
  await target.close();
  await source.db.execute(sql`drop table data.left_side, data.right_side`);
});

test('a database that holds anything is refused, and keeps it', async () => {
  const target = await testDatabase();
  const content = await contentOf(target.db);
  await assert.rejects(restore(from(file), target.db), fails('backup.notEmpty'));
  assert.deepEqual(await contentOf(target.db), content);
  await target.close();
});

test('two restores at once: one wins, the other is told that the database is no longer empty', async () => {
  const target = await empty();
  const ends = await Promise.allSettled([restore(from(file), target.db), restore(from(file), target.db)]);
  const [failed, ...others] = ends.filter((end) => end.status === 'rejected');
  assert.deepEqual(others, []);
  assert.ok(fails('backup.notEmpty')(failed?.reason));
  assert.deepEqual(await contentOf(target.db), await contentOf(source.db));
  await target.close();
});

test('a file cut off anywhere, or with a wrong byte anywhere, is refused and leaves nothing', async () => {
  const target = await empty();
  const plain = zstdDecompressSync(file);
  const refused = (bytes: Buffer) => assert.rejects(restore(from(bytes), target.db), fails('backup.damaged'));
  for (const length of [0, 1, 100, file.length >> 1, file.length - 10]) await refused(file.subarray(0, length));
  for (const at of [0, 10, file.length >> 1, file.length - 30]) {
    const bytes = Buffer.from(file);
    bytes.writeUInt8(bytes.readUInt8(at) ^ 0x41, at);
    await refused(bytes);
  }
  // Well compressed, yet not what was written: only the seal can tell.
  const cut = (length: number) => zstdCompressSync(plain.subarray(0, length));
  for (const length of [plain.length - 1, plain.length - 100, plain.length >> 1]) await refused(cut(length));
  const at = plain.indexOf('tab\\t back');
  assert.ok(at > 0);
  const changed = Buffer.from(plain);
  changed.write('TAB', at);
  await refused(zstdCompressSync(changed));
  await refused(zstdCompressSync(Buffer.concat([plain, Buffer.from('more')])));
  await refused(Buffer.from('not a backup at all'));
  assert.deepEqual(await catalogOf(target.db), []);
  await restore(from(file, 7_777), target.db);
  await target.close();
});

test('a newer layout, and a database that a newer version changed so that this one can’t use it, are refused', async () => {
  const target = await empty();
  await source.db.execute(sql`insert into huike.migration values (9100, '9100_newer.sql', true, 'x')`);
  const newer = await backupOf(source.db);
  await source.db.execute(sql`delete from huike.migration where number = 9100`);
  await assert.rejects(restore(from(newer), target.db), fails('database.newer'));
  const header = Buffer.from(JSON.stringify({ format: 2, product: '9.0', tables: [] }));
  const frame = Buffer.concat([Buffer.from('H'), Buffer.from([0, 0, 0, header.length]), header]);
  await assert.rejects(restore(from(zstdCompressSync(frame)), target.db), fails('backup.newer'));
  assert.deepEqual(await catalogOf(target.db), []);
  await target.close();
});

test('what a backup could not bring back stops it', async () => {
  const other = await testDatabase();
  await other.db.execute(sql`create materialized view data.forgotten as select 1 as n`);
  await assert.rejects(backupOf(other.db), /forgotten/);
  await other.close();
});

test('a full disk ends the backup with its error', async () => {
  const full = new Writable({
    write(_chunk, _encoding, done) {
      done(new Error('no space left'));
    },
  });
  await assert.rejects(backup(source.db, full), /no space left/);
});

const copying = sql`from pg_stat_activity where query like 'copy data.big%' and pid <> pg_backend_pid()`;

async function waitFor(database: Database, condition: SQL): Promise<void> {
  while ((await database.query(sql`select ${copying} and ${condition}`)).length === 0) await sleep(10);
}

test('a little memory for any size: a slow reader slows the backup, a slow database the restore', async () => {
  const other = await testDatabase();
  await other.db.execute(sql`create table data.big as select i,
    (select string_agg(md5(random()::text || i || j), '') from generate_series(1, 32) j) as t
    from generate_series(1, 40000) i`);
  // Nobody reads: PostgreSQL comes to wait until somebody does.
  const unread = new PassThrough();
  const waiting = backup(other.db, unread);
  await waitFor(other.db, sql`wait_event = 'ClientWrite'`);
  const bytes = await buffer(unread);
  await waiting;
  // The database stands still: the file isn't read on.
  let read = 0;
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const piece of from(bytes)) {
      read += piece.length;
      yield piece;
    }
  }
  const target = await empty();
  const restoring = restore(counted(), target.db);
  await waitFor(target.db, sql`true`);
  const [{ pid = 0 } = {}] = await target.db.query<{ pid: number }>(sql`select pid ${copying}`);
  process.kill(pid, 'SIGSTOP');
  for (let before = -1; before !== read; await sleep(500)) before = read;
  process.kill(pid, 'SIGCONT');
  assert.ok(read < bytes.length, `read all ${read} bytes`);
  await restoring;
  assert.equal(read, bytes.length);
  const big = sql`select count(*)::int as rows, sum(hashtextextended(t, i)) as hash from data.big`;
  assert.deepEqual(await target.db.query(big), await other.db.query(big));
  await target.close();
  // A connection that is lost in the middle is an error, not a short file.
  const stuck = new PassThrough();
  const lost = assert.rejects(backup(other.db, stuck), fails('system.unavailable'));
  await waitFor(other.db, sql`wait_event = 'ClientWrite'`);
  await other.db.query(sql`select pg_terminate_backend(pid) ${copying}`);
  stuck.resume();
  await lost;
  await other.close();
});

const lacking = debianLacking();
if (lacking) console.log(`left out: a backup of PostgreSQL 18 into Debian's 15 and back (${lacking})`);
else
  test('from PostgreSQL 18 to an ordinary role’s database of version 15, and back', async () => {
    const debian = await startDebian();
    const { url } = await debian.createDatabase();
    const old = await openDatabase({ url });
    await restore(from(file), old);
    assert.deepEqual(await contentOf(old), await contentOf(source.db));
    assert.deepEqual(await migrate(old), []);
    const target = await empty();
    await restore(from(await backupOf(old)), target.db);
    assert.deepEqual(await contentOf(target.db), await contentOf(source.db));
    assert.deepEqual(await catalogOf(target.db), await catalogOf(source.db));
    await target.close();
    await old.close();
    await debian.close();
  });
