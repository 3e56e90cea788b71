import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newId, type View } from '@huike/schema';
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
  await server.close();
  await database.close();
});

test('a view that a user keeps is that user’s own, needs no right on the metadata, and is replaced and forgotten', async () => {
  const mine = await server.addUser({ roles: ['rep'] });
  const other = await server.addUser({ roles: ['rep'] });
  const id = newId();
  const view = { object: 'visit', title: '本周拜访', layout: 'kanban', group: 'stage', fields: ['subject'] };
  const saved = await mine.put(`me/views/${id}`, view);
  assert.deepEqual([saved.status, saved.body], [200, { id, ...view }]);
  assert.deepEqual((await mine.get('me/views?object=visit')).get('data'), [{ id, ...view }]);
  assert.deepEqual((await mine.get('me/views?object=place')).get('data'), []);
  assert.deepEqual((await other.get('me/views')).get('data'), []);
  // The same id is another view for another user.
  await other.put(`me/views/${id}`, { object: 'visit', title: 'mine too' });
  assert.equal((await mine.get('me/views')).get('data', 0, 'title'), '本周拜访');
  assert.equal((await other.delete(`me/views/${id}`)).status, 204);
  assert.equal((await mine.put(`me/views/${id}`, { ...view, title: '改名' })).status, 200);
  assert.equal((await mine.get('me/views')).get('data', 0, 'title'), '改名');
  assert.equal((await mine.delete(`me/views/${id}`)).status, 204);
  assert.deepEqual((await mine.get('me/views')).get('data'), []);
});

test('what isn’t a view is refused with the place', async () => {
  const wrong: readonly (readonly [object, string])[] = [
    [{ object: 'visit' }, '/title'],
    [{ object: 'visit', title: ' ' }, '/title'],
    [{ object: 'visit', title: 'x', layout: 'spiral' }, '/layout'],
    [{ object: 'visit', title: 'x', frozen: 99 }, '/frozen'],
    [{ object: 'visit', title: 'x', roles: ['rep'] }, ''],
  ];
  for (const [view, path] of wrong) {
    const answer = await server.admin.put(`me/views/${newId()}`, JSON.parse(JSON.stringify(view)));
    assert.equal(answer.status, 422, JSON.stringify(view));
    assert.ok(
      JSON.stringify(answer.get('errors')).includes(`"path":"${path === '/title' && !('title' in view) ? '' : path}`),
    );
  }
});

test('a shared view is for the roles that it names, and names nothing that its viewer doesn’t see', async () => {
  const view: View = {
    name: 'leadsBoard',
    object: 'visit',
    layout: 'kanban',
    fields: ['subject', 'fee'],
    columns: [{ field: 'fee', width: 120, total: 'sum' }],
    group: 'stage',
    limits: [{ value: 'new', most: 5 }],
    colors: [{ filter: { field: 'fee', op: 'gt', value: '10' }, color: 'red' }],
    roles: ['lead'],
  };
  const applied = await server.admin.post('metadata/apply', JSON.parse(JSON.stringify({ views: [view] })));
  assert.equal(applied.status, 200, JSON.stringify(applied.body));
  const rep = await server.addUser({ roles: ['rep'] });
  const lead = await server.addUser({ roles: ['lead'] });
  assert.deepEqual((await rep.get('metadata')).get('views'), []);
  assert.deepEqual((await lead.get('metadata')).get('views'), [JSON.parse(JSON.stringify(view))]);
  assert.equal((await server.admin.get('metadata')).get('views', 0, 'name'), 'leadsBoard');

  await server.admin.post('metadata/apply', { views: [{ name: 'leadsBoard', roles: null }] });
  const seen = (await rep.get('metadata')).get('views', 0);
  assert.deepEqual(seen, {
    name: 'leadsBoard',
    object: 'visit',
    layout: 'kanban',
    fields: ['subject'],
    columns: [],
    group: 'stage',
    limits: [{ value: 'new', most: 5 }],
    colors: [],
  });

  for (const [part, at] of [
    [{ group: 'nothing' }, '/views/0/group'],
    [{ columns: [{ field: 'nothing' }] }, '/views/0/columns/0/field'],
    [{ date: 'nothing' }, '/views/0/date'],
    [{ roles: ['nobody'] }, '/views/0/roles/0'],
    [{ colors: [{ filter: { field: 'nothing', op: 'empty' }, color: 'red' }] }, '/views/0/colors/0/filter'],
  ] as const) {
    const refused = await server.admin.post(
      'metadata/apply',
      JSON.parse(JSON.stringify({ views: [{ name: 'leadsBoard', ...part }] })),
    );
    assert.equal(refused.status, 422, at);
    assert.ok(JSON.stringify(refused.get('errors')).includes(at), JSON.stringify(refused.body));
  }

  // A field that goes takes along what named it.
  await server.admin.post('metadata/apply', {
    delete: [
      { kind: 'field', object: 'visit', name: 'fee' },
      { kind: 'field', object: 'visit', name: 'stage' },
    ],
  });
  assert.deepEqual((await server.admin.get('metadata')).get('views', 0), {
    name: 'leadsBoard',
    object: 'visit',
    layout: 'kanban',
    fields: ['subject'],
    columns: [],
    colors: [],
  });
});

test('a jump passes over records, in either order', async () => {
  for (const name of ['a', 'b', 'c', 'd', 'e']) await server.admin.post('records/place', { name });
  const names = async (query: string) => {
    const { body, get } = await server.admin.get(`records/place?fields=name&sort=name&${query}`);
    const data = get('data');
    assert.ok(Array.isArray(data), JSON.stringify(body));
    return data.map((one) => (one !== null && typeof one === 'object' && 'name' in one ? one.name : one)).join('');
  };
  assert.equal(await names('skip=2&limit=2'), 'cd');
  assert.equal(await names('skip=0&limit=2'), 'ab');
  assert.equal(await names('skip=9'), '');
  const page = await server.admin.post('records/place/query', {
    fields: ['name'],
    sort: ['-name'],
    skip: 1,
    limit: 1,
    count: true,
  });
  assert.deepEqual([page.get('data', 0, 'name'), page.get('page', 'total')], ['d', 5]);
  const after = await server.admin.get(
    `records/place?fields=name&sort=-name&cursor=${String(page.get('page', 'next'))}`,
  );
  assert.equal(after.get('data', 0, 'name'), 'c');
  for (const query of ['skip=-1', 'skip=1.5', 'skip=10000001', `skip=1&cursor=${String(page.get('page', 'next'))}`])
    assert.equal((await server.admin.get(`records/place?sort=-name&${query}`)).status, 400, query);
});
