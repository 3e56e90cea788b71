import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { MetadataDocument } from '@huike/schema';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import { type TestServer, testServer } from '../testing.ts';

// Layouts over HTTP: planned, applied, told to whom they are for, undone.

const document: MetadataDocument = {
  objects: [{ name: 'visit', fields: [{ name: 'subject', type: 'text' }] }],
  roles: [{ name: 'rep', objects: { visit: { read: 'own' } } }, { name: 'lead' }],
};
const layout = (name: string, roles?: readonly string[]) => ({
  ...{ name, object: 'visit', ...(roles === undefined ? {} : { roles: [...roles] }) },
  tabs: [{ name: 'main', sections: [{ name: 'basics', columns: 2, fields: [{ field: 'subject' }] }] }],
});

let database: TestDatabase;
let server: TestServer;

before(async () => {
  database = await testDatabase();
  server = await testServer(database, { metadata: document });
});
after(async () => {
  await server.close();
  await database.close();
});

test('a layout is planned, applied, told, and taken back', async () => {
  const { admin } = server;
  const rep = await server.addUser({ roles: ['rep'] });
  const change = { layouts: [layout('forAll'), layout('forLeads', ['lead'])] };
  const planned = await admin.post('metadata/plan', change);
  assert.deepEqual(
    [planned.get('steps', 0, 'kind'), planned.get('steps', 0, 'detail', 'en')],
    ['layouts', 'Create layout "forAll"'],
  );
  const applied = await admin.post('metadata/apply', change);
  assert.equal(applied.status, 200, JSON.stringify(applied.body));
  const names = async (caller: typeof admin) => {
    const told = (await caller.get('metadata')).get('layouts');
    return Array.isArray(told) ? told.map((one) => Reflect.get(Object(one), 'name')) : [];
  };
  assert.deepEqual(await names(rep), ['forAll']);
  assert.deepEqual(await names(admin), ['forAll', 'forLeads']);
  assert.equal((await admin.get('metadata?view=declared')).get('layouts', 0, 'name'), 'forAll');
  assert.equal((await rep.post('metadata/apply', change)).status, 403);
  const wrong = await admin.post('metadata/apply', { layouts: [{ ...layout('forAll'), highlights: ['absent'] }] });
  assert.deepEqual([wrong.status, wrong.get('errors', 0, 'path')], [422, '/layouts/0/highlights/0']);
  assert.equal((await admin.post('metadata/undo', { version: Number(applied.get('version')) })).status, 200);
  assert.deepEqual(await names(admin), []);
});
