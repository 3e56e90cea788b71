import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { installApp } from '@huike/kernel';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import { type TestServer, testServer } from '../testing.ts';
import { visits } from '../visits.ts';

let database: TestDatabase;
let server: TestServer;

before(async () => {
  database = await testDatabase();
  server = await testServer(database, { metadata: visits });
});
after(async () => {
  assert.deepEqual(server.background, []);
  await server.close();
  await database.close();
});

const mission = {
  objects: [
    {
      name: 'mission',
      label: { zh: '任务书', en: 'Mission' },
      title: 'name',
      fields: [
        { name: 'name', type: 'text' },
        { name: 'old', type: 'text' },
      ],
    },
  ],
};

test('a document is planned, applied, used at once, and taken back', async () => {
  const { admin } = server;
  const plan = await admin.post('metadata/plan', mission);
  assert.equal(plan.status, 200);
  const steps = plan.get('steps') as { action: string; kind: string; name: string }[];
  assert.deepEqual(steps.map(({ action, kind, name }) => `${action} ${kind} ${name}`)[0], 'create objects mission');
  assert.equal((await admin.get('records/mission')).status, 404);
  const applied = await admin.post(`metadata/apply?version=${plan.get('version')}`, mission);
  assert.equal(applied.status, 200, JSON.stringify(applied.body));
  const again = await admin.post('metadata/apply', mission);
  assert.deepEqual([again.get('version'), again.get('steps')], [applied.get('version'), []]);
  assert.equal(
    (
      await admin.post(`metadata/apply?version=${plan.get('version')}`, {
        objects: [{ name: 'mission', label: { zh: '新', en: 'New' } }],
      })
    ).get('code'),
    'metadata.conflict',
  );

  const made = await admin.post('records/mission', { name: '一', old: 'kept' });
  assert.equal(made.status, 201);
  const removal = { delete: [{ kind: 'field', object: 'mission', name: 'old' }] };
  assert.equal((await admin.post('metadata/apply', removal)).status, 200);
  assert.equal((await admin.get('records/mission?fields=old')).status, 400);
  const deleted = await admin.get('metadata/deleted');
  assert.deepEqual([deleted.get('data', 0, 'object'), deleted.get('data', 0, 'field')], ['mission', 'old']);
  assert.equal((await admin.post('metadata/restore', { id: deleted.get('data', 0, 'id') })).status, 200);
  assert.equal((await admin.get(`records/mission/${made.get('id')}`)).get('old'), 'kept');

  const gone = await admin.post('metadata/apply', { delete: [{ kind: 'object', name: 'mission' }] });
  assert.equal(gone.status, 200);
  assert.equal((await admin.get('records/mission')).status, 404);
  const undone = await admin.post('metadata/undo', { version: gone.get('version') });
  assert.equal(undone.status, 200, JSON.stringify(undone.body));
  assert.equal((await admin.get(`records/mission/${made.get('id')}`)).get('name'), '一');
  assert.deepEqual((await admin.get('metadata/tasks')).body, { data: [] });
});

test('what is wrong with a document is told with its place', async () => {
  const answer = await server.admin.post('metadata/plan', {
    objects: [{ name: 'Bad', fields: [{ name: 'a', type: 'nothing' }] }],
  });
  assert.equal(answer.status, 422);
  assert.equal(answer.get('errors', 0, 'path'), '/objects/0/name');
  assert.equal((await server.admin.post('metadata/apply', [])).status, 400);
});

test('everybody sees of the metadata what their rights show', async () => {
  const rep = await server.addUser({ roles: ['rep'] });
  const seen = await rep.get('metadata');
  const objects = seen.get('objects') as { name: string; may: object; fields: { name: string; right: string }[] }[];
  assert.deepEqual(
    objects
      .map(({ name }) => name)
      .filter((name) => name !== 'visitLines')
      .sort(),
    ['department', 'place', 'position', 'user', 'visit'],
  );
  const visit = objects.find(({ name }) => name === 'visit');
  assert.deepEqual(visit?.may, { create: true, update: true, delete: true, export: false });
  const fields = new Map(visit?.fields.map(({ name, right }) => [name, right]));
  assert.deepEqual([fields.get('subject'), fields.get('mobile'), fields.get('fee')], ['edit', 'masked', undefined]);
  assert.doesNotMatch(JSON.stringify(seen.body), /secret/);
  assert.equal((await rep.get('metadata?view=declared')).status, 403);
  const declared = await server.admin.get('metadata?view=declared');
  assert.ok((declared.get('roles') as object[]).length > 3);
});

test('who may see what and what there is lie in different hands', async () => {
  const models = await server.addUser({ roles: ['modelling'] });
  const grants = await server.addUser({ roles: ['granting'] });
  const role = { roles: [{ name: 'guest', objects: { place: { read: 'all' } } }] };
  const object = { objects: [{ name: 'thing', fields: [{ name: 'name', type: 'text' }] }] };
  for (const [document, modelling, granting] of [
    [role, 403, 200],
    [object, 200, 403],
    [{ ...role, ...object }, 403, 403],
    [{ delete: [{ kind: 'role', name: 'guest' }] }, 403, 200],
    [{ delete: [{ kind: 'view', name: 'none' }] }, 200, 403],
  ] as const) {
    const body = JSON.parse(JSON.stringify(document));
    assert.deepEqual(
      [(await models.post('metadata/plan', body)).status, (await grants.post('metadata/plan', body)).status],
      [modelling, granting],
      JSON.stringify(document),
    );
  }
  const applied = await grants.post('metadata/apply', JSON.parse(JSON.stringify(role)));
  assert.equal(applied.status, 200);
  assert.equal((await models.post('metadata/undo', { version: applied.get('version') })).status, 403);
  assert.equal((await grants.post('metadata/undo', { version: applied.get('version') })).status, 200);
  const rep = await server.addUser({ roles: ['rep'] });
  for (const where of ['metadata/plan', 'metadata/apply', 'metadata/undo', 'metadata/restore'])
    assert.equal(
      (await rep.post(where, { version: 1, id: '018f0000-0000-7000-8000-000000000000' })).status,
      403,
      where,
    );
  assert.equal((await rep.get('metadata/deleted')).status, 403);
});

test('users of outside organisations have no hand in it, whatever their roles', async () => {
  const dealer = await server.addDepartment('经销商', undefined, true);
  const refused = await server.admin.post('records/user', {
    name: 'D',
    email: 'dealer@example.com',
    department: dealer,
    roles: ['modelling'],
  });
  assert.equal(refused.status, 422);
});

test('whoever models settles the clashes of an upgrade', async () => {
  const { admin, kernel } = server;
  const setup = { kind: 'system', name: 'setup' } as const;
  const ship = (version: string, icon: string) => {
    const label = { zh: version, en: version };
    return installApp(kernel.db, setup, {
      name: 'crm',
      version,
      label,
      metadata: { objects: [{ name: 'deal', icon }] },
    });
  };
  await ship('1', 'star');
  await admin.post('metadata/apply', { objects: [{ name: 'deal', icon: 'moon' }] });
  await ship('2', 'sun');
  const place = { app: 'crm', kind: 'objects', name: 'deal', path: ['icon'] };
  assert.deepEqual((await admin.get('metadata/clashes')).get('data'), [{ ...place, shipped: 'sun', kept: 'moon' }]);
  const rep = await server.addUser({ roles: ['rep'] });
  assert.equal((await rep.get('metadata/clashes')).status, 403);
  assert.equal((await rep.post('metadata/clashes', { ...place, take: true })).status, 403);
  assert.equal((await admin.post('metadata/clashes', { ...place, kind: 'nothing', take: true })).status, 400);
  assert.equal((await admin.post('metadata/clashes', place)).status, 400);
  assert.equal((await admin.post('metadata/clashes', { ...place, take: true })).status, 200);
  assert.deepEqual((await admin.get('metadata/clashes')).get('data'), []);
  assert.equal((await admin.post('metadata/clashes', { ...place, take: false })).status, 409);
});
