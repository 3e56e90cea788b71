import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { after, before, beforeEach, test } from 'node:test';
import { startScript, type TestDatabase, testDatabase } from '@huike/testkit';
import { sql } from '../database/sql.ts';
import { type Files, linkFiles, openStore, storeFile, sweepFiles, unlinkFiles } from './index.ts';

let t: TestDatabase;
let folder: string;
let files: Files;
before(async () => {
  [t, folder] = await Promise.all([testDatabase(), mkdtemp(path.join(os.tmpdir(), 'huike-sweep-'))]);
  files = { database: t.db, store: await openStore({}, folder), maxSize: 1000 };
});
beforeEach(() => empty());
after(() => Promise.all([t.close(), rm(folder, { recursive: true })]));

const store = async () => {
  const { id } = await storeFile(files, { kind: 'system', name: 'import' }, Readable.from([Buffer.from('x')]), {
    name: 'a',
  });
  return id;
};
async function empty(): Promise<void> {
  await t.db.execute(sql`truncate huike.file cascade`);
  for (const name of await readdir(folder)) await rm(path.join(folder, name), { recursive: true });
}

const link = (fileId: string) => ({ fileId, objectId: randomUUID(), fieldTag: 10, recordId: randomUUID() });
/** Time goes by for every file. */
const pass = (time: string) =>
  t.db.execute(sql`
    update huike.file set created_at = created_at - ${sql.value(time)}::interval,
      unlinked_at = unlinked_at - ${sql.value(time)}::interval, removing_at = removing_at - ${sql.value(time)}::interval`);
const sweep = () => sweepFiles(t.db, files.store);
const rows = async () =>
  (await t.db.query<{ id: string }>(sql`select id from huike.file order by id`)).map(({ id }) => id);
const bytes = async () =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((e) => e.isFile())
    .map(({ name }) => name)
    .sort();

test('what is linked stays; what never was goes after a day, what was once goes after 30 days', async () => {
  const [linked, never, once, twice] = [await store(), await store(), await store(), await store()];
  const [a, b, c, d] = [link(linked), link(once), link(twice), link(twice)];
  await linkFiles(t.db, [a, b, c, d]);
  await unlinkFiles(t.db, [b, c]);
  await pass('23 hours');
  await sweep();
  await pass('2 hours');
  await sweep();
  assert.deepEqual(await rows(), [linked, never, once, twice].sort());
  await pass('2 hours');
  await sweep();
  assert.deepEqual(await rows(), [linked, once, twice].sort());
  assert.deepEqual(await bytes(), await rows());
  await pass('31 days');
  await sweep();
  await pass('2 hours');
  await sweep();
  assert.deepEqual(await rows(), [linked, twice].sort());
  assert.deepEqual(await bytes(), await rows());
});

test('a write that linked a file while it was marked keeps it', async () => {
  const id = await store();
  await pass('2 days');
  await t.db.transaction(async (tx) => {
    await linkFiles(tx, [link(id)]);
    await sweep();
  });
  await pass('2 hours');
  await sweep();
  await sweep();
  assert.deepEqual(await t.db.query(sql`select id, state from huike.file`), [{ id, state: 'stored' }]);
  assert.deepEqual(await bytes(), [id]);
});

test('an upload that a kill cut off goes, with what it left', async () => {
  const id = await store();
  await t.db.execute(sql`update huike.file set state = 'receiving'`);
  await sweep();
  assert.deepEqual(await bytes(), [id]);
  await pass('25 hours');
  await sweep();
  await pass('2 hours');
  await sweep();
  assert.deepEqual(await rows(), []);
  assert.deepEqual(await bytes(), []);
});

test('killed at any place, a sweep leaves no row that counts without its bytes, and the next one ends the work', async () => {
  for (const failPoint of ['files.marked:1', 'files.removed:1', 'files.removed:3']) {
    const kept = await store();
    await linkFiles(t.db, [link(kept)]);
    for (let n = 0; n < 4; n++) await store();
    await pass('2 days');
    if (!failPoint.startsWith('files.marked')) {
      await sweep();
      await pass('2 hours');
    }
    const killed = startScript(path.join(import.meta.dirname, 'fixtures/sweep.ts'), [t.url, folder], { failPoint });
    assert.equal((await killed.ended).signal, 'SIGKILL');
    const there = new Set(await bytes());
    const counting = await t.db.query<{ id: string }>(sql`select id from huike.file where state = 'stored'`);
    assert.ok(counting.every(({ id }) => there.has(id)));
    await sweep();
    await pass('2 hours');
    await sweep();
    assert.deepEqual(await rows(), [kept]);
    assert.deepEqual(await bytes(), [kept]);
    await empty();
  }
});
