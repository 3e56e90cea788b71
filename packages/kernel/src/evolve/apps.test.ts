import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { App, MetadataDocument } from '@huike/schema';
import { assertPhysical, insertRows, testDatabase } from '@huike/testkit';
import { loadCatalog } from '../catalog/load.ts';
import { sql } from '../database/index.ts';
import { installApp, installedApps, planApp, planUninstall, uninstallApp } from './apps.ts';
import { keepOwn, metadataClashes, takeShipped } from './clashes.ts';
import { deletedMetadata } from './restore.ts';
import { applyMetadata } from './run.ts';
import { installAll, kernelDeclarations } from './setup.ts';

const { db, close } = await testDatabase();
after(close);
const actor = { kind: 'system', name: 'setup' } as const;

function app(name: string, version: string, metadata: MetadataDocument): App {
  return { name, version, label: { zh: name, en: name }, metadata };
}

const option = (value: string) => ({ value, label: { zh: value, en: value } });

test('the kernel is installed once, whoever comes and however often', async () => {
  await Promise.all([installAll(db), installAll(db)]);
  const first = await loadCatalog(db);
  await assertPhysical(first, db);
  for (const name of ['user', 'department', 'position']) assert.equal(first.objects.get(name)?.app, 'kernel');
  await installAll(db);
  assert.equal((await loadCatalog(db)).version, first.version);
  assert.deepEqual(
    (await installedApps(db)).map(({ name }) => name),
    ['kernel'],
  );
});

test('what the kernel declares can be relabelled and extended, not redefined or deleted', async () => {
  await installAll(db);
  const invalid = { code: 'metadata.invalid' };
  const user = (...fields: object[]) => applyMetadata(db, actor, { objects: [{ name: 'user', fields }] });
  await assert.rejects(user({ name: 'email', unique: false }), invalid);
  await assert.rejects(applyMetadata(db, actor, { delete: [{ kind: 'object', name: 'user' }] }), invalid);
  await assert.rejects(
    applyMetadata(db, actor, { delete: [{ kind: 'field', object: 'user', name: 'email' }] }),
    invalid,
  );
  await assert.rejects(applyMetadata(db, actor, { roles: [{ name: 'administrator' }] }), invalid);
  await assert.rejects(uninstallApp(db, actor, 'kernel'), invalid);
  await user({ name: 'badge', type: 'text' }, { name: 'email', label: { zh: '电子邮箱', en: 'Mail' } });
  const renamed = { ...kernelDeclarations.metadata.objects?.[0], label: { zh: '组织', en: 'Unit' } };
  const objects = (kernelDeclarations.metadata.objects ?? []).map((object) =>
    object.name === renamed.name ? { ...object, label: renamed.label } : object,
  );
  await installApp(db, actor, { ...kernelDeclarations, version: '2', metadata: { objects } });
  const catalog = await loadCatalog(db);
  assert.deepEqual(catalog.objects.get('department')?.label, { zh: '组织', en: 'Unit' });
  assert.equal(catalog.objects.get('user')?.fields.get('email')?.label.zh, '电子邮箱');
  assert.ok(catalog.objects.get('user')?.fields.has('badge'));
});

test('an upgrade keeps what the customer edited and brings what is new', async () => {
  const shipped = (version: string, fields: NonNullable<MetadataDocument['objects']>[number]['fields']) =>
    app('visits', version, {
      objects: [{ name: 'visit', title: 'subject', fields: fields ?? [] }],
      roles: [{ name: 'rep', objects: { visit: { read: 'own' }, ticket: { read: 'all' } } }],
    });
  await installApp(
    db,
    actor,
    shipped('1', [
      { name: 'subject', type: 'text', maxLength: 100 },
      { name: 'stage', type: 'option', options: [option('new'), option('old')] },
      { name: 'unused', type: 'text' },
      { name: 'used', type: 'text' },
      { name: 'edited', type: 'text' },
    ]),
  );
  await applyMetadata(db, actor, {
    objects: [
      {
        name: 'visit',
        label: { zh: '拜访', en: 'Visit' },
        fields: [
          { name: 'subject', maxLength: 50 },
          { name: 'edited', required: true },
          { name: 'own', type: 'number' },
        ],
      },
    ],
  });
  const catalog = await loadCatalog(db);
  const visit = catalog.objects.get('visit');
  assert.ok(visit);
  assert.equal(visit.app, 'visits');
  await insertRows(db, visit, 2);
  await db.execute(sql`update data.visit set unused = null`);

  const upgrade = shipped('2', [
    { name: 'subject', type: 'text', maxLength: 200, required: true },
    { name: 'stage', type: 'option', options: [option('new'), option('won')] },
    { name: 'fresh', type: 'money' },
  ]);
  const plan = await planApp(db, upgrade);
  await installApp(db, actor, upgrade);
  const after = await loadCatalog(db);
  await assertPhysical(after, db);
  const now = after.objects.get('visit');
  assert.deepEqual(
    now?.definition.fields?.map((field) => field.name).toSorted(),
    ['edited', 'fresh', 'own', 'stage', 'subject', 'used'],
    'unused went; what was edited or holds data stayed',
  );
  assert.deepEqual(now?.fields.get('subject')?.definition, {
    name: 'subject',
    type: 'text',
    maxLength: 50,
    required: true,
  });
  const stage = now?.fields.get('stage')?.definition;
  assert.deepEqual(stage?.type === 'option' && stage.options?.map(({ value, retired }) => [value, retired]), [
    ['new', undefined],
    ['won', undefined],
    ['old', true],
  ]);
  assert.equal(now?.label.zh, '拜访');
  const clashes = (await metadataClashes(db)).map(({ path, kept }) => [path, kept]);
  assert.deepEqual(
    clashes.map(([path]) => path),
    [
      ['fields', 'edited'],
      ['fields', 'subject', 'maxLength'],
      ['fields', 'used'],
    ],
  );
  assert.deepEqual(plan.conflicts.map(({ path }) => path).toSorted(), clashes.map(([path]) => path).toSorted());
  const again = await installApp(db, actor, upgrade);
  assert.deepEqual(again.plan.steps, []);
});

test('of a clash a person takes the shipped value, or keeps their own for good', async () => {
  const fields = (maxLength: number, help: string) =>
    app('clashing', String(maxLength), {
      objects: [{ name: 'parcel', fields: [{ name: 'code', type: 'text', maxLength, help: { zh: help, en: help } }] }],
    });
  await installApp(db, actor, fields(10, 'a'));
  const own = { name: 'code', maxLength: 20, help: { zh: 'own', en: 'own' } };
  await applyMetadata(db, actor, { objects: [{ name: 'parcel', fields: [own] }] });
  await installApp(db, actor, fields(30, 'b'));
  const open = async () => (await metadataClashes(db)).filter((clash) => clash.app === 'clashing');
  const [zh, en, length] = (await open()).toSorted((a, b) => b.path.join().localeCompare(a.path.join()));
  assert.deepEqual(
    [zh, en, length].map((clash) => clash?.path.slice(2)),
    [['maxLength'], ['help', 'zh'], ['help', 'en']],
  );
  assert.ok(zh && en && length);
  const { catalog, plan } = await takeShipped(db, actor, zh);
  assert.deepEqual(
    plan.steps.map(({ name, action }) => [name, action]),
    [['code', 'update']],
  );
  const definition = catalog.objects.get('parcel')?.fields.get('code')?.definition;
  assert.deepEqual(definition, { name: 'code', type: 'text', maxLength: 30, help: own.help });
  await keepOwn(db, actor, en);
  assert.deepEqual(
    await db.query(sql`select actor, data->'path' as path from huike.change_pending where op = 'metadata.kept'`),
    [{ actor: 'setup', path: en.path }],
  );
  assert.deepEqual(
    (await open()).map(({ path }) => path),
    [length.path],
  );
  await assert.rejects(takeShipped(db, actor, zh), { code: 'metadata.conflict' });
  await assert.rejects(keepOwn(db, actor, en), { code: 'metadata.conflict' });
  await applyMetadata(db, actor, { delete: [{ kind: 'field', object: 'parcel', name: 'code' }] });
  await assert.rejects(takeShipped(db, actor, length), { code: 'metadata.conflict' });
});

test('of a type that clashes, taking the shipped sets the field with its values aside', async () => {
  const shipped = (type: 'text' | 'number') =>
    app('clashingType', type, { objects: [{ name: 'crate', fields: [{ name: 'a', type }] }] });
  await installApp(db, actor, shipped('text'));
  await installApp(db, actor, shipped('number'));
  const [clash] = (await metadataClashes(db)).filter((one) => one.app === 'clashingType');
  assert.ok(clash);
  const { catalog } = await takeShipped(db, actor, clash, { confirm: true });
  assert.equal(catalog.objects.get('crate')?.fields.get('a')?.type, 'number');
  await assertPhysical(catalog, db);
  const [aside] = await deletedMetadata(db);
  assert.deepEqual([aside?.object, aside?.field], ['crate', 'a']);
});

test('an upgrade that changes a type in an impossible way leaves the field alone', async () => {
  const shipped = (type: 'text' | 'number') =>
    app('types', type, { objects: [{ name: 'typed', fields: [{ name: 'a', type }] }] });
  await installApp(db, actor, shipped('text'));
  const { plan } = await installApp(db, actor, shipped('number'));
  assert.equal((await loadCatalog(db)).objects.get('typed')?.fields.get('a')?.type, 'text');
  assert.deepEqual(
    plan.conflicts.map(({ path }) => path),
    [['fields', 'a']],
  );
});

test('uninstalling takes what the app brought, and leaves what another ships', async () => {
  const lead = { name: 'lead', fields: [{ name: 'a', type: 'text' as const }] };
  const extended = { name: 'lead', fields: [{ name: 'b', type: 'text' as const }] };
  await installApp(db, actor, app('base', '1', { objects: [lead, { name: 'tag' }] }));
  await installApp(db, actor, app('more', '1', { objects: [extended], views: [{ name: 'leads', object: 'lead' }] }));
  const plan = await planUninstall(db, 'base');
  assert.deepEqual(
    plan.steps.filter((step) => step.action === 'delete').map((step) => [step.kind, step.object, step.name]),
    [
      ['objects', undefined, 'tag'],
      ['field', 'lead', 'a'],
    ],
  );
  await uninstallApp(db, actor, 'base');
  const left = await loadCatalog(db);
  assert.ok(!left.objects.has('tag'));
  assert.deepEqual(
    left.objects.get('lead')?.definition.fields?.map((field) => field.name),
    ['b'],
  );
  await uninstallApp(db, actor, 'more');
  const none = await loadCatalog(db);
  assert.ok(!none.objects.has('lead'));
  assert.equal(none.views.size, 0);
  await assertPhysical(none, db);
});

test('an app that is wrong is refused as a whole, the others go on', async () => {
  const broken = app('broken', '1', { objects: [{ name: 'fine' }, { name: 'wrong', title: 'nothing' }] });
  await assert.rejects(installApp(db, actor, broken), { code: 'metadata.invalid' });
  const failed: string[] = [];
  const good = app('good', '1', { objects: [{ name: 'good' }] });
  await installAll(db, [broken, good], (_, name) => failed.push(name));
  const catalog = await loadCatalog(db);
  assert.deepEqual(failed, ['broken']);
  assert.ok(catalog.objects.has('good') && !catalog.objects.has('fine'));
});

test('what leads to an absent object waits for it', async () => {
  const rule = {
    name: 'byTier',
    object: 'claim',
    filter: { field: 'payer.tier', op: 'eq', value: 'a' },
    to: { role: 'adjuster' },
    right: 'read' as const,
  };
  const claims = app('claims', '1', {
    objects: [
      {
        name: 'claim',
        fields: [
          { name: 'payer', type: 'relation', to: 'payer' },
          { name: 'paid', type: 'rollup', from: 'payment', via: 'claim', fn: 'count' },
          { name: 'grade', type: 'formula', expression: 'payer.tier', returns: 'text' },
        ],
      },
    ],
    roles: [{ name: 'adjuster', objects: { claim: { read: 'own' }, payer: { read: 'all' } } }],
    sharingRules: [rule],
    views: [{ name: 'payments', object: 'payment' }],
  });
  const { catalog } = await installApp(db, actor, claims);
  assert.equal(catalog.objects.get('claim')?.fields.get('payer')?.target, null);
  assert.ok(!catalog.sharingRules.some(({ name }) => name === 'byTier'));
  await assertPhysical(catalog, db);
  const { catalog: both } = await applyMetadata(db, actor, {
    objects: [{ name: 'payer', fields: [{ name: 'tier', type: 'text' }] }],
  });
  assert.equal(both.objects.get('claim')?.fields.get('payer')?.target, both.objects.get('payer'));
  assert.ok(both.sharingRules.some(({ name }) => name === 'byTier'));
  const { catalog: without } = await applyMetadata(db, actor, { delete: [{ kind: 'object', name: 'payer' }] });
  assert.ok(!without.sharingRules.some(({ name }) => name === 'byTier'));
  await assertPhysical(without, db);
});

test('declarations of the wrong type are refused in a document and in an app alike', async () => {
  const wrong: MetadataDocument = {
    objects: [{ name: 'typo', fields: [{ name: 'n', type: 'number', default: 'many' }] }],
    views: [{ name: 'typos', object: 'typo', filter: { field: 'n', op: 'contains', value: 'x' } }],
  };
  const issues = (error: { issues: { path: string; code: string }[] }) => {
    assert.deepEqual(
      error.issues.map(({ path, code }) => [path.replace(/\d|typos?|\bn\b/g, '_'), code]),
      [
        ['/objects/_/fields/_/default', 'metadata.default'],
        ['/views/_/filter', 'metadata.filter'],
      ],
    );
    return true;
  };
  await assert.rejects(applyMetadata(db, actor, wrong), issues);
  await assert.rejects(installApp(db, actor, app('typos', '1', wrong)), issues);
});
