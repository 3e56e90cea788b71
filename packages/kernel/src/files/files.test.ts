import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, before, beforeEach, test } from 'node:test';
import { newId, Problem } from '@huike/schema';
import { type FakeS3, startS3, type TestDatabase, testDatabase } from '@huike/testkit';
import type { Actor } from '../access/actor.ts';
import { sql } from '../database/sql.ts';
import { type FileStore, type Files, listStored, maxFileSize, openFile, openStore, storeFile } from './index.ts';

let t: TestDatabase;
let s3: FakeS3;
let folder: string;
const stores: { disk: FileStore; s3: FileStore } = { disk: undefined as never, s3: undefined as never };

const s3Environment = (secret: string) => ({
  HUIKE_S3_ENDPOINT: s3.endpoint,
  HUIKE_S3_BUCKET: s3.bucket,
  HUIKE_S3_REGION: s3.region,
  HUIKE_S3_ACCESS_KEY: s3.accessKey,
  HUIKE_S3_SECRET_KEY: secret,
});

before(async () => {
  [t, s3, folder] = await Promise.all([testDatabase(), startS3(), mkdtemp(path.join(os.tmpdir(), 'huike-files-'))]);
  stores.disk = await openStore({}, folder);
  stores.s3 = await openStore(s3Environment(s3.secretKey), folder);
});
beforeEach(() => t.db.execute(sql`truncate huike.file cascade`));
after(async () => {
  await stores.s3.close();
  await Promise.all([t.close(), s3.close(), rm(folder, { recursive: true })]);
});

const system: Actor = { kind: 'system', name: 'import' };
const is = (code: string) => (error: unknown) => error instanceof Problem && error.code === code;
const onDisk = async () => (await readdir(folder, { recursive: true, withFileTypes: true })).filter((e) => e.isFile());
const nothingLeft = async () => {
  assert.deepEqual(await t.db.query(sql`select from huike.file`), []);
  assert.deepEqual(await onDisk(), []);
  assert.equal(s3.objects.size + s3.uploads.size, 0);
};

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

for (const where of ['disk', 's3'] as const) {
  const files = (maxSize = 100 * 1024 ** 2): Files => ({ database: t.db, store: stores[where], maxSize });

  test(`${where}: what goes in comes out, in whole and in part, from no byte to several parts`, async () => {
    for (const [size, piece] of [
      [0, 1],
      [1, 1],
      [4100, 7],
      [70_000, 4096],
      [12_000_000, 65_536],
    ] as const) {
      const bytes = randomBytes(size);
      const stored = await storeFile(files(), system, pieces(bytes, piece), { name: '../../数据.bin' });
      assert.equal(stored.size, size);
      assert.equal(stored.name, '数据.bin');
      const whole = await openFile(files(), stored.id);
      assert.equal(whole.range, null);
      assert.ok((await buffer(whole.stream)).equals(bytes));
      const [row] = await t.db.query<{ sha256: Buffer }>(
        sql`select sha256 from huike.file where id = ${sql.value(stored.id)}`,
      );
      assert.deepEqual(row?.sha256, createHash('sha256').update(bytes).digest());
      if (size < 100) continue;
      const part = await openFile(files(), stored.id, 'bytes=10-29');
      assert.deepEqual(part.range, { start: 10, end: 29 });
      assert.ok((await buffer(part.stream)).equals(bytes.subarray(10, 30)));
      const end = await openFile(files(), stored.id, 'bytes=-5');
      assert.ok((await buffer(end.stream)).equals(bytes.subarray(-5)));
      await assert.rejects(openFile(files(), stored.id, `bytes=${size}-`), is('file.range'));
    }
    await assert.rejects(openFile(files(), randomUUID()), is('file.unknown'));
    for await (const { storageKey } of listStored(t.db)) await stores[where].remove(storageKey);
  });

  test(`${where}: one byte too many, a source that breaks and a request that ends leave nothing`, async () => {
    const bytes = randomBytes(7_000_000);
    const limit = 6_000_000;
    await assert.rejects(storeFile(files(limit), system, pieces(bytes, 65_536), { name: 'a' }), is('request.tooLarge'));
    await assert.rejects(
      storeFile(files(3), system, pieces(bytes.subarray(0, 4), 1), { name: 'a' }),
      is('request.tooLarge'),
    );
    assert.equal((await storeFile(files(4), system, pieces(bytes.subarray(0, 4), 1), { name: 'a' })).size, 4);
    for await (const { storageKey } of listStored(t.db)) await stores[where].remove(storageKey);
    await t.db.execute(sql`truncate huike.file cascade`);
    const breaks = async function* () {
      yield* pieces(bytes, 65_536);
      throw new Error('the line is dead');
    };
    await assert.rejects(storeFile(files(), system, breaks(), { name: 'a' }), /the line is dead/);
    const upload = new PassThrough();
    upload.write(bytes);
    setImmediate(() => upload.destroy());
    await assert.rejects(storeFile(files(), system, upload, { name: 'a' }));
    const stop = new AbortController();
    const stopped = async function* () {
      yield* pieces(bytes, 65_536);
      stop.abort();
      yield bytes;
    };
    await assert.rejects(storeFile(files(), system, stopped(), { name: 'a', signal: stop.signal }), {
      name: 'AbortError',
    });
    await nothingLeft();
  });

  test(`${where}: a file whose bytes are gone is not there; removing twice is no error`, async () => {
    const { id } = await storeFile(files(), system, Readable.from([Buffer.from('x')]), { name: 'a' });
    const [stored] = await Array.fromAsync(listStored(t.db));
    await stores[where].remove(stored?.storageKey ?? '');
    await stores[where].remove(stored?.storageKey ?? '');
    await assert.rejects(openFile(files(), id), is('file.unknown'));
  });
}

test('disk: nobody else may read, and a name never reaches the path', async () => {
  const files: Files = { database: t.db, store: stores.disk, maxSize: 100 };
  const { id } = await storeFile(files, system, Readable.from([Buffer.from('x')]), { name: '../../../tmp/x' });
  const [file] = await onDisk();
  assert.equal(file?.name, id);
  assert.equal((await stat(path.join(file?.parentPath ?? '', file?.name ?? ''))).mode & 0o777, 0o600);
  assert.equal((await stat(file?.parentPath ?? '')).mode & 0o777, 0o700);
  for (const key of ['../../x', '/etc/passwd', 'ab/cd/../../x', id])
    await assert.rejects(stores.disk.read(key), /not a key/);
  await stores.disk.remove(`${id.slice(-2)}/${id.slice(-4, -2)}/${id}`);
});

test('s3: signatures are checked, so a wrong secret stores nothing', async () => {
  const store = await openStore(s3Environment('wrong'), folder);
  const files: Files = { database: t.db, store, maxSize: 100 };
  await assert.rejects(storeFile(files, system, Readable.from([Buffer.from('x')]), { name: 'a' }));
  assert.ok(s3.refused.includes('another signature'));
  await store.close();
  await nothingLeft();
});

test('s3: a short outage is sat out; a long one fails and leaves nothing', async () => {
  const files: Files = { database: t.db, store: stores.s3, maxSize: 20_000_000 };
  s3.failNext(2);
  const { id } = await storeFile(files, system, Readable.from([Buffer.from('x')]), { name: 'a' });
  s3.failNext(1);
  assert.equal((await buffer((await openFile(files, id)).stream)).toString(), 'x');
  for await (const { storageKey } of listStored(t.db)) await stores.s3.remove(storageKey);
  await t.db.execute(sql`truncate huike.file cascade`);
  s3.failNext(3);
  await assert.rejects(storeFile(files, system, Readable.from([Buffer.from('x')]), { name: 'a' }));
  s3.failNext(0);
  await nothingLeft();
});

test('s3: removing takes back an upload in parts that was cut off', async () => {
  const key = 'ab/cd/0193b3a0-0000-7000-8000-00000000cdab';
  s3.uploads.set('left', { key, parts: new Map() });
  await stores.s3.remove(key);
  assert.equal(s3.uploads.size, 0);
});

test('a backup is told of every stored file, and of no other', async () => {
  const files: Files = { database: t.db, store: stores.disk, maxSize: 100 };
  await t.db.execute(sql`
    insert into huike.file (id, name, type, storage_key, state, sha256, size)
    select gen_random_uuid(), 'a', 'text/plain', 'k', 'stored', sha256('a'), 5000000000 from generate_series(1, 2500)`);
  await t.db.execute(
    sql`insert into huike.file (id, name, type, storage_key) values (${sql.value(newId())}, 'a', 'b', 'c')`,
  );
  const listed = await Array.fromAsync(listStored(files.database));
  assert.equal(new Set(listed.map(({ id }) => id)).size, 2500);
  assert.equal(listed[0]?.size, 5_000_000_000);
});

test('settings are read, and wrong ones refused', async () => {
  assert.equal(maxFileSize({}), 104_857_600);
  assert.equal(maxFileSize({ HUIKE_MAX_FILE: '500M' }), 524_288_000);
  assert.equal(maxFileSize({ HUIKE_MAX_FILE: '12' }), 12);
  assert.equal(maxFileSize({ HUIKE_MAX_FILE: '1 gb' }), 1024 ** 3);
  assert.throws(() => maxFileSize({ HUIKE_MAX_FILE: 'much' }));
  await assert.rejects(openStore({ HUIKE_S3_BUCKET: 'b' }, folder), /HUIKE_S3_ACCESS_KEY/);
});
