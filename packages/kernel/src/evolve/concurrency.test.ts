import assert from 'node:assert/strict';
import path from 'node:path';
import { after, test } from 'node:test';
import { assertPhysical, insertRows, startScript, testDatabase } from '@huike/testkit';
import { CatalogHolder } from '../catalog/index.ts';
import { loadCatalog } from '../catalog/load.ts';
import { openDatabase, sql } from '../database/index.ts';
import { applyMetadata } from './run.ts';

const { db, url, close } = await testDatabase();
after(close);
const actor = { kind: 'system', name: 'setup' } as const;
const script = path.join(import.meta.dirname, 'fixtures/apply.ts');

function objects(...names: string[]) {
  return { objects: names.map((name) => ({ name, fields: [{ name: 'title', type: 'text' }] })) };
}

test('many who change the metadata at once all come through, one after the other', async () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const before = (await loadCatalog(db)).version;
  const applied = await Promise.all(
    names.map((name) =>
      applyMetadata(db, actor, { objects: [...objects(name).objects, ...objects('shared').objects] }),
    ),
  );
  const catalog = await loadCatalog(db);
  assert.deepEqual(
    applied.map(({ version }) => version).toSorted((x, y) => x - y),
    names.map((_, index) => before + index + 1),
  );
  for (const name of [...names, 'shared']) assert.ok(catalog.objects.has(name));
  await assertPhysical(catalog, db);
});

test('a change planned for another version is refused when the version must be that one', async () => {
  const { version } = await applyMetadata(db, actor, objects('conflictOne'));
  const options = { expectedVersion: version - 1 };
  await assert.rejects(applyMetadata(db, actor, objects('conflictTwo'), options), { code: 'metadata.conflict' });
  assert.ok(!(await loadCatalog(db)).objects.has('conflictTwo'));
  await applyMetadata(db, actor, objects('conflictTwo'), { expectedVersion: version });
});

test('a process killed before its commit has changed nothing, and after it everything', async () => {
  await applyMetadata(db, actor, objects('killed'));
  const document = JSON.stringify({
    objects: [
      {
        name: 'killed',
        fields: [
          { name: 'more', type: 'money' },
          { name: 'title', type: 'longText' },
        ],
      },
      { name: 'born', fields: [{ name: 'lines', type: 'table', fields: [{ name: 'x', type: 'text' }] }] },
    ],
  });
  const before = await loadCatalog(db);
  for (const point of ['evolve.tables', 'evolve.stored', 'evolve.commit']) {
    const { signal } = await startScript(script, [url, document], { failPoint: `${point}:1` }).ended;
    assert.equal(signal, 'SIGKILL', point);
    const now = await loadCatalog(db);
    assert.equal(now.version, before.version, point);
    await assertPhysical(now, db);
  }
  const { code } = await startScript(script, [url, document]).ended;
  assert.equal(code, 0);
  const catalog = await loadCatalog(db);
  assert.equal(catalog.version, before.version + 1);
  await assertPhysical(catalog, db);
});

test('a table that stays locked makes the change fail with nothing done', { timeout: 60_000 }, async () => {
  await applyMetadata(db, actor, objects('busy'));
  const holder = await openDatabase({ url, poolSize: 1 });
  const change = { objects: [{ name: 'fresh' }, { name: 'busy', fields: [{ name: 'more', type: 'text' }] }] };
  let refused: Promise<void> | undefined;
  await holder.transaction(async (tx) => {
    await tx.query(sql`select 1 from data.busy`);
    refused = assert.rejects(applyMetadata(db, actor, change), { code: 'metadata.busy' });
    await refused;
  });
  await holder.close();
  const catalog = await loadCatalog(db);
  assert.ok(!catalog.objects.has('fresh'));
  await assertPhysical(catalog, db);
  await applyMetadata(db, actor, change);
});

test('a table that is locked for a moment only puts the change off', async () => {
  await applyMetadata(db, actor, objects('moment'));
  const change = { objects: [{ name: 'moment', fields: [{ name: 'more', type: 'text' }] }] };
  const applied = await db.transaction(async (tx) => {
    await tx.query(sql`select 1 from data.moment`);
    return { done: applyMetadata(db, actor, change) };
  });
  await applied.done;
  assert.ok((await loadCatalog(db)).objects.get('moment')?.fields.has('more'));
});

test('values that clash keep a field from becoming unique, and say which', async () => {
  const { catalog } = await applyMetadata(db, actor, objects('clashing'));
  const object = catalog.objects.get('clashing');
  assert.ok(object);
  await insertRows(db, object, 2);
  await db.execute(sql`update data.clashing set title = 'same'`);
  const unique = { objects: [{ name: 'clashing', fields: [{ name: 'title', unique: true }] }] };
  await assert.rejects(applyMetadata(db, actor, unique), {
    code: 'metadata.duplicateValues',
    params: { name: 'title', example: 'same' },
  });
  await db.execute(sql`update data.clashing set title = id::text`);
  await applyMetadata(db, actor, unique);
  await assert.rejects(db.execute(sql`update data.clashing set title = 'same'`));
});

test('options that records have are removed only with consent', async () => {
  const stage = (...values: string[]) => ({
    objects: [
      {
        name: 'staged',
        fields: [
          {
            name: 'stage',
            type: 'option',
            options: values.map((value) => ({ value, label: { zh: value, en: value } })),
          },
        ],
      },
    ],
  });
  const { catalog } = await applyMetadata(db, actor, stage('new', 'open', 'won'));
  const object = catalog.objects.get('staged');
  assert.ok(object);
  await insertRows(db, object, 1);
  await db.execute(sql`update data.staged set stage = 'open'`);
  await applyMetadata(db, actor, stage('new', 'open'));
  await assert.rejects(applyMetadata(db, actor, stage('new')), { code: 'metadata.losesData' });
  await applyMetadata(db, actor, stage('new'), { confirm: true });
});

test('other processes take the new version over, also after their ear was cut off', async () => {
  const holder = await CatalogHolder.open(db);
  try {
    const until = async (name: string) => {
      while (!holder.current().objects.has(name)) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    assert.equal((await startScript(script, [url, JSON.stringify(objects('heard'))]).ended).code, 0);
    await until('heard');
    await db.query(
      sql`select pg_terminate_backend(pid) from pg_stat_activity where query ilike 'listen huike_metadata' and pid <> pg_backend_pid()`,
    );
    assert.equal((await startScript(script, [url, JSON.stringify(objects('heardAgain'))]).ended).code, 0);
    await until('heardAgain');
    const newest = holder.current().version;
    assert.equal((await holder.reload(newest)).version, newest);
  } finally {
    await holder.close();
  }
});
