import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { newId, Problem } from '@huike/schema';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import type { Actor, UserActor } from '../access/actor.ts';
import { sql } from '../database/sql.ts';
import {
  type CanReadFields,
  checkLinkable,
  type FileLink,
  linkFiles,
  mayRead,
  readableFiles,
  unlinkField,
  unlinkFiles,
  unlinkRecords,
} from './index.ts';

let t: TestDatabase;
before(async () => {
  t = await testDatabase();
});
after(() => t.close());

const user = (): UserActor => ({
  kind: 'user',
  id: randomUUID(),
  roles: [],
  department: null,
  departmentTree: [],
  departmentPath: [],
  external: false,
  tokenScopes: null,
  timeZone: 'Asia/Shanghai',
  language: 'zh',
  origin: { ip: null, userAgent: null, requestId: null },
});
const system: Actor = { kind: 'system', name: 'import' };
const object = randomUUID();

async function file(by: Actor, state = 'stored'): Promise<string> {
  const id = newId();
  await t.db.execute(sql`
    insert into huike.file (id, name, type, storage_key, created_by, state, sha256)
    values (${sql.value(id)}, 'a', 'b', 'c', ${sql.value(by.kind === 'user' ? by.id : null)}, ${sql.value(state)}, sha256('a'))`);
  return id;
}

const link = (fileId: string, recordId = randomUUID(), fieldTag = 10): FileLink => ({
  fileId,
  objectId: object,
  fieldTag,
  recordId,
});
const nothing: CanReadFields = async (links) => links.map(() => false);
const records =
  (...ids: string[]): CanReadFields =>
  async (links) =>
    links.map(({ recordId }) => ids.includes(recordId));

test('a file is its uploader’s until it is linked; then of whoever may read a field that shows it', async () => {
  const [uploader, other] = [user(), user()];
  const id = await file(uploader);
  assert.equal(await mayRead(t.db, uploader, id, nothing), true);
  assert.equal(await mayRead(t.db, other, id, nothing), false);
  assert.equal(await mayRead(t.db, system, id, nothing), true);
  const [one, two] = [link(id), link(id)];
  await linkFiles(t.db, [one, two]);
  await linkFiles(t.db, [one]);
  assert.equal(await mayRead(t.db, uploader, id, nothing), false);
  assert.equal(await mayRead(t.db, other, id, records(two.recordId)), true);
  await unlinkFiles(t.db, [two]);
  assert.equal(await mayRead(t.db, other, id, records(two.recordId)), false);
  assert.equal(await mayRead(t.db, other, id, records(one.recordId)), true);
  await unlinkFiles(t.db, [one]);
  assert.equal(await mayRead(t.db, uploader, id, nothing), false);
  assert.equal(await mayRead(t.db, uploader, randomUUID(), nothing), false);
});

test('a right among thousands of links is found', async () => {
  const id = await file(user());
  const links = Array.from({ length: 1700 }, () => link(id));
  await linkFiles(t.db, links);
  const last =
    links
      .map(({ recordId }) => recordId)
      .sort()
      .at(-1) ?? '';
  assert.equal(await mayRead(t.db, user(), id, records(last)), true);
  assert.equal(await mayRead(t.db, user(), id, nothing), false);
});

test('only own files, and files that one may read, can be put into a record', async () => {
  const [actor, other] = [user(), user()];
  const own = await file(actor);
  const ownLinked = await file(actor);
  const seen = await file(other);
  const hidden = await file(other);
  const loose = await file(other);
  const going = await file(actor, 'removing');
  const [a, b, c] = [link(ownLinked), link(seen), link(hidden)];
  await linkFiles(t.db, [a, b, c]);
  const all = [own, ownLinked, seen, hidden, loose, going, randomUUID()];
  const refused = await checkLinkable(t.db, actor, all, records(b.recordId));
  assert.deepEqual([...refused].sort(), all.slice(3).sort());
  assert.deepEqual(await checkLinkable(t.db, actor, [own], nothing), new Set());
  assert.deepEqual(await readableFiles(t.db, actor, all, records(b.recordId)), new Set([own, seen]));
});

test('what is not there, or is going, can’t be linked, and nothing of the call is', async () => {
  const there = await file(system);
  const going = await file(system, 'removing');
  for (const missing of [randomUUID(), going])
    await assert.rejects(
      t.db.transaction((tx) => linkFiles(tx, [link(there), link(missing)])),
      (error) => error instanceof Problem && error.code === 'file.unknown',
    );
  assert.deepEqual(await t.db.query(sql`select from huike.file_link where file_id = ${sql.value(there)}`), []);
});

test('links go with removed records, fields and objects', async () => {
  const id = await file(system);
  const [one, two, three] = [link(id), link(id, randomUUID(), 11), link(id, randomUUID(), 12)];
  await linkFiles(t.db, [one, two, three]);
  const left = async () =>
    (
      await t.db.query<{ tag: number }>(
        sql`select field_tag as tag from huike.file_link where file_id = ${sql.value(id)} order by 1`,
      )
    ).map(({ tag }) => tag);
  await unlinkRecords(t.db, object, [one.recordId]);
  assert.deepEqual(await left(), [11, 12]);
  await unlinkField(t.db, object, 11);
  assert.deepEqual(await left(), [12]);
  await unlinkField(t.db, object, null);
  assert.deepEqual(await left(), []);
  const [row] = await t.db.query(
    sql`select unlinked_at is not null as marked from huike.file where id = ${sql.value(id)}`,
  );
  assert.deepEqual(row, { marked: true });
});
