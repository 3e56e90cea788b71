import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertPhysical, testDatabase } from '@huike/testkit';
import { loadCatalog } from '../catalog/load.ts';
import { sql } from '../database/index.ts';
import { applyMetadata, planMetadata } from './run.ts';
import { metadataTasks, runMetadataTasks } from './tasks.ts';

const { db, close } = await testDatabase();
after(close);
const actor = { kind: 'system', name: 'setup' } as const;
const rows = 55_000;

/** A large object, made in one statement. */
async function large(name: string, fields: object[]): Promise<void> {
  await applyMetadata(db, actor, { objects: [{ name, fields }] });
  const table = sql.identifier('data', name);
  await db.execute(
    sql`insert into ${table} ("id", "version", "createdAt", "updatedAt", "title", "amount") select gen_random_uuid(), 1, now(), now(), '客户' || n, n from generate_series(1, ${sql.value(rows)}::int) n`,
  );
}

const fields = [
  { name: 'title', type: 'text' },
  { name: 'amount', type: 'decimal' },
];

async function state(object: string, index: string) {
  return (await loadCatalog(db)).objects.get(object)?.indexes.find(({ name }) => name === index)?.state;
}

test('an index of a large table is built after the commit, and says how it stands', async () => {
  await large('big', fields);
  await applyMetadata(db, actor, {
    objects: [
      { name: 'big', indexes: [{ name: 'byAmount', fields: ['-amount'] }], fields: [{ name: 'title', unique: true }] },
    ],
  });
  assert.equal(await state('big', 'byAmount'), 'building');
  const tasks = await metadataTasks(db);
  assert.deepEqual(tasks.map(({ object, kind, subject }) => [object, kind, subject]).toSorted(), [
    ['big', 'index', 'byAmount'],
    ['big', 'index', 'title'],
  ]);
  await assertPhysical(await loadCatalog(db), db);
  assert.equal(await runMetadataTasks(db), 2);
  assert.equal(await state('big', 'byAmount'), 'ready');
  assert.deepEqual(await metadataTasks(db), []);
  await assertPhysical(await loadCatalog(db), db);
});

test('two workers build one index once', async () => {
  await large('twice', fields);
  await applyMetadata(db, actor, { objects: [{ name: 'twice', indexes: [{ name: 'one', fields: ['amount'] }] }] });
  const done = await Promise.all([runMetadataTasks(db), runMetadataTasks(db)]);
  assert.equal(done[0] + done[1], 1);
});

test('an index that cannot be built is failed with its reason, and is built once that is mended', async () => {
  await large('doubled', fields);
  await db.execute(sql`update data.doubled set title = '重复' where amount <= 2`);
  await applyMetadata(db, actor, {
    objects: [{ name: 'doubled', indexes: [{ name: 'only', fields: ['title'], unique: true }] }],
  });
  assert.equal(await runMetadataTasks(db), 0);
  assert.equal(await state('doubled', 'only'), 'failed');
  const [task] = await metadataTasks(db);
  assert.match(task?.reason ?? '', /重复/);
  await assertPhysical(await loadCatalog(db), db);
  await db.execute(sql`update data.doubled set title = amount::text`);
  assert.equal(await runMetadataTasks(db), 1);
  assert.equal(await state('doubled', 'only'), 'ready');
});

test('what a killed worker left behind is built anew', async () => {
  await large('cut', fields);
  await applyMetadata(db, actor, { objects: [{ name: 'cut', indexes: [{ name: 'left', fields: ['amount'] }] }] });
  const building = sql`from pg_stat_activity where query like 'create index concurrently%' and wait_event_type = 'Lock'`;
  await db.transaction(async (tx) => {
    // A build waits for those who write; while it does, its connection is cut.
    await tx.execute(sql`update data.cut set amount = amount where amount = 1`);
    const work = assert.rejects(runMetadataTasks(db));
    while ((await db.query(sql`select pg_terminate_backend(pid) ${building}`)).length === 0);
    await work;
  });
  const invalid = sql`select count(*)::int as n from pg_index where not indisvalid`;
  assert.deepEqual(await db.query(invalid), [{ n: 1 }]);
  assert.equal(await runMetadataTasks(db), 1);
  await assertPhysical(await loadCatalog(db), db);
});

test('an index that is no longer wanted is not built', async () => {
  await large('unwanted', fields);
  await applyMetadata(db, actor, { objects: [{ name: 'unwanted', indexes: [{ name: 'gone', fields: ['amount'] }] }] });
  await applyMetadata(db, actor, { delete: [{ kind: 'index', object: 'unwanted', name: 'gone' }] });
  assert.deepEqual(await metadataTasks(db), []);
});

test('a large table is filled in steps that a stop only puts off', async () => {
  await large('filled', fields);
  await applyMetadata(db, actor, {
    objects: [
      {
        name: 'filled',
        title: 'title',
        fields: [
          { name: 'title', searchable: true },
          { name: 'twice', type: 'formula', expression: 'amount * 2', returns: 'decimal' },
        ],
      },
    ],
  });
  const missing = sql`select count(*)::int as n from data.filled where twice is distinct from amount * 2`;
  assert.equal((await db.query<{ n: number }>(missing))[0]?.n, rows);
  const [task] = await metadataTasks(db);
  assert.deepEqual([task?.kind, task?.subject], ['fill', 'formulas']);
  const stop = new AbortController();
  stop.abort();
  assert.equal(await runMetadataTasks(db, stop.signal), 0);
  assert.equal(await runMetadataTasks(db), 1);
  assert.equal((await db.query<{ n: number }>(missing))[0]?.n, 0);
  assert.deepEqual(await metadataTasks(db), []);
});

test('a saved view on a large object gets the index it needs, which can be dropped for good', async () => {
  await large('viewed', [...fields, { name: 'stage', type: 'option', options: [] }]);
  const view = {
    name: 'open',
    object: 'viewed',
    filter: {
      and: [
        { field: 'stage', op: 'eq', value: 'open' },
        { field: 'amount', op: 'gte', value: '5' },
      ],
    },
    sort: ['-amount'],
  };
  const { catalog } = await applyMetadata(db, actor, { views: [view] });
  assert.deepEqual(catalog.objects.get('viewed')?.definition.indexes, [
    { name: 'viewOpen', fields: ['stage', '-amount'], view: 'open' },
  ]);
  await runMetadataTasks(db);
  await assertPhysical(await loadCatalog(db), db);
  const dropped = await applyMetadata(db, actor, { delete: [{ kind: 'index', object: 'viewed', name: 'viewOpen' }] });
  assert.deepEqual(dropped.catalog.objects.get('viewed')?.definition.indexes, []);
  const again = await applyMetadata(db, actor, { views: [{ ...view, sort: ['amount'] }] });
  assert.deepEqual(again.catalog.objects.get('viewed')?.definition.indexes, []);
});

test('the index of a view follows the view, and goes with it; a small object needs none', async () => {
  await large('followed', fields);
  const indexes = async (document: object) =>
    (await applyMetadata(db, actor, document)).catalog.objects.get('followed')?.definition.indexes;
  assert.deepEqual(await indexes({ views: [{ name: 'mine', object: 'followed', sort: ['title'] }] }), [
    { name: 'viewMine', fields: ['title'], view: 'mine' },
  ]);
  assert.deepEqual(await indexes({ views: [{ name: 'mine', sort: ['-title', 'amount'] }] }), [
    { name: 'viewMine', fields: ['-title', 'amount'], view: 'mine' },
  ]);
  assert.deepEqual(await indexes({ delete: [{ kind: 'view', name: 'mine' }] }), []);
  await applyMetadata(db, actor, { objects: [{ name: 'small', fields }] });
  const plan = await planMetadata(db, { views: [{ name: 'few', object: 'small', sort: ['title'] }] });
  assert.deepEqual(
    plan.steps.map(({ kind }) => kind),
    ['views'],
  );
});
