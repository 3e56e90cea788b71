import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertPhysical, insertRows, testDatabase } from '@huike/testkit';
import { loadCatalog } from '../catalog/load.ts';
import { sql } from '../database/index.ts';
import { purgeSetAside } from './purge.ts';
import { deletedMetadata, restoreMetadata, undoMetadata } from './restore.ts';
import { applyMetadata } from './run.ts';

const { db, close } = await testDatabase();
after(close);
const actor = { kind: 'system', name: 'setup' } as const;
const days = (n: number) => new Date(Date.now() + n * 86_400_000);

async function apply(document: unknown) {
  return (await applyMetadata(db, actor, document)).catalog;
}

/** An object with a secret field, a role that may see it, a view and an index that name it, and two records. */
async function withSecret(object: string): Promise<void> {
  const catalog = await apply({
    objects: [
      {
        name: object,
        fields: [
          { name: 'title', type: 'text' },
          { name: 'secret', type: 'money' },
          { name: 'tags', type: 'relations', to: object },
          { name: 'lines', type: 'table', fields: [{ name: 'item', type: 'text' }] },
        ],
        indexes: [{ name: 'bySecret', fields: ['secret'] }],
      },
    ],
    roles: [
      { name: `${object}Reader`, objects: { [object]: { read: 'all', fields: { secret: 'read', '*': 'none' } } } },
    ],
    views: [
      {
        name: `${object}View`,
        object,
        fields: ['title', 'secret'],
        filter: { field: 'secret', op: 'gte', value: '1' },
        sort: ['-secret'],
      },
    ],
  });
  const found = catalog.objects.get(object);
  assert.ok(found);
  const [one, two] = await insertRows(db, found, 2);
  await db.execute(
    sql`insert into ${sql.identifier('data', `${object}.tags`)} values (${sql.value(one ?? '')}::uuid, ${sql.value(two ?? '')}::uuid)`,
  );
}

const remove = (object: string, ...names: string[]) => ({
  delete: names.map((name) => ({ kind: 'field', object, name })),
});

async function values(object: string): Promise<unknown> {
  return db.query(
    sql`select "secret", "secret~currency", "secret~base" from ${sql.identifier('data', object)} order by "secret"`,
  );
}

test('a new field of an old name is a new field: no values, no grants, no views, another number', async () => {
  await withSecret('plan');
  const before = await loadCatalog(db);
  await apply(remove('plan', 'secret'));
  const catalog = await apply({ objects: [{ name: 'plan', fields: [{ name: 'secret', type: 'money' }] }] });
  await assertPhysical(catalog, db);
  const [old, now] = [before, catalog].map((one) => one.objects.get('plan')?.fields.get('secret')?.tag);
  assert.ok(old !== undefined && now !== undefined && now > old);
  assert.deepEqual(catalog.roles.get('planReader')?.objects?.plan?.fields, { '*': 'none' });
  assert.deepEqual(catalog.views.get('planView'), { name: 'planView', object: 'plan', fields: ['title'], sort: [] });
  assert.deepEqual(catalog.objects.get('plan')?.indexes, []);
  assert.deepEqual(await db.query(sql`select count("secret")::int as n from data.plan`), [{ n: 0 }]);
});

test('the same holds where one document deletes and declares', async () => {
  await withSecret('both');
  const catalog = await apply({
    ...remove('both', 'secret'),
    objects: [{ name: 'both', fields: [{ name: 'secret', type: 'text' }] }],
  });
  await assertPhysical(catalog, db);
  assert.deepEqual(catalog.roles.get('bothReader')?.objects?.both?.fields, { '*': 'none' });
  assert.deepEqual(await db.query(sql`select count("secret")::int as n from data.both`), [{ n: 0 }]);
});

test('a deleted field comes back with its values and links, without its grants unless the change is undone', async () => {
  await withSecret('deal');
  const before = await values('deal');
  const { version } = await apply(remove('deal', 'secret', 'tags', 'lines'));
  const deleted = await deletedMetadata(db);
  const of = (field: string) => deleted.find((one) => one.object === 'deal' && one.field === field)?.id ?? '';
  await restoreMetadata(db, actor, of('secret'));
  assert.deepEqual(await values('deal'), before);
  await restoreMetadata(db, actor, of('tags'));
  assert.deepEqual(await db.query(sql`select count(*)::int as n from data."deal.tags"`), [{ n: 1 }]);
  await restoreMetadata(db, actor, of('lines'));
  const catalog = await loadCatalog(db);
  assert.ok(catalog.objects.get('dealLines')?.fields.has('item'));
  assert.deepEqual(catalog.roles.get('dealReader')?.objects?.deal?.fields, { '*': 'none' });
  await assertPhysical(catalog, db);
  await undoMetadata(db, actor, version);
  const undone = await loadCatalog(db);
  assert.deepEqual(undone.roles.get('dealReader')?.objects?.deal?.fields, { secret: 'read', '*': 'none' });
  assert.deepEqual(undone.views.get('dealView')?.sort, ['-secret']);
  assert.equal(undone.objects.get('deal')?.indexes.length, 1);
  await assertPhysical(undone, db);
});

test('a deleted object comes back with its records, rows and links', async () => {
  await withSecret('order');
  const before = await values('order');
  await apply({ delete: [{ kind: 'object', name: 'order' }] });
  assert.ok(!(await loadCatalog(db)).objects.has('orderLines'));
  const deleted = await deletedMetadata(db);
  await restoreMetadata(db, actor, deleted.find(({ object, field }) => object === 'order' && !field)?.id ?? '');
  const catalog = await loadCatalog(db);
  await assertPhysical(catalog, db);
  assert.deepEqual(await values('order'), before);
  assert.ok(catalog.objects.has('orderLines'));
});

test('what a name was given to meanwhile is not overwritten', async () => {
  await withSecret('taken');
  await apply(remove('taken', 'secret'));
  const id =
    (await deletedMetadata(db)).find(({ object, field }) => object === 'taken' && field === 'secret')?.id ?? '';
  await apply({ objects: [{ name: 'taken', fields: [{ name: 'secret', type: 'text' }] }] });
  await assert.rejects(restoreMetadata(db, actor, id), { code: 'metadata.conflict' });
});

test('after 30 days it is gone for good, and not before', async () => {
  await withSecret('old');
  await withSecret('older');
  await apply({ delete: [...remove('old', 'secret', 'tags').delete, { kind: 'object', name: 'older' }] });
  const kept = (await deletedMetadata(db)).length;
  assert.equal(await purgeSetAside(db, days(29)), 0);
  assert.equal((await deletedMetadata(db)).length, kept);
  await assertPhysical(await loadCatalog(db), db);
  assert.ok((await purgeSetAside(db, days(31))) > 0);
  assert.deepEqual(await deletedMetadata(db), []);
  await assertPhysical(await loadCatalog(db), db);
});

test('files of a field that is gone for good are shown by nothing any more', async () => {
  const catalog = await apply({ objects: [{ name: 'scan', fields: [{ name: 'page', type: 'file' }] }] });
  const object = catalog.objects.get('scan');
  const tag = object?.fields.get('page')?.tag ?? 0;
  const file = '018f0000-0000-7000-8000-000000000001';
  await db.execute(sql`
    insert into huike.file (id, name, type, storage_key, sha256, state)
    values (${sql.value(file)}::uuid, 'a', 'text/plain', 'a', '\\x00', 'stored')`);
  await db.execute(sql`
    insert into huike.file_link (file_id, object_id, field_tag, record_id)
    values (${sql.value(file)}::uuid, ${sql.value(object?.id ?? null)}::uuid, ${sql.value(tag)}, ${sql.value(file)}::uuid)`);
  const links = () => db.query(sql`select 1 from huike.file_link`);
  await apply(remove('scan', 'page'));
  await purgeSetAside(db, days(29));
  assert.equal((await links()).length, 1);
  await purgeSetAside(db, days(31));
  assert.equal((await links()).length, 0);
});

test('undoing leaves what was changed since, and says so', async () => {
  await apply({ objects: [{ name: 'note', label: { zh: '一', en: 'One' } }] });
  const { version } = await apply({ objects: [{ name: 'note', label: { zh: '二', en: 'Two' }, icon: 'star' }] });
  await apply({ objects: [{ name: 'note', label: { zh: '三', en: 'Two' } }] });
  const { plan, catalog } = await undoMetadata(db, actor, version);
  assert.deepEqual(catalog.objects.get('note')?.label, { zh: '三', en: 'One' });
  assert.equal(catalog.objects.get('note')?.definition.icon, undefined);
  assert.deepEqual(
    plan.conflicts.map(({ path }) => path),
    [['label', 'zh']],
  );
});
