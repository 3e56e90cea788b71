import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { customersMetadata, type TestDatabase, testDatabase } from '@huike/testkit';
import { type Answer, type TestServer, testServer } from '../testing.ts';

// Duplicates among records: looked for in batch, shown side by side, decided by a person, never asked again.

let database: TestDatabase;
let server: TestServer;

before(async () => {
  database = await testDatabase();
  server = await testServer(database, {
    metadata: { ...customersMetadata, roles: [{ name: 'clerk', objects: { member: { read: 'own', update: 'own' } } }] },
    jobs: true,
  });
  const surnames = [...'王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗'];
  const rows = surnames.flatMap((surname, at) => [
    {
      name: `${surname}建国`,
      email: `jg${at}@mail.test`,
      phone: `139222200${10 + at}`,
      city: '成都',
      birthDate: `198${at % 10}-05-1${at % 9}`,
    },
    {
      name: `${surname}海燕`,
      email: `hy${at}@mail.test`,
      phone: `137333300${10 + at}`,
      city: '重庆',
      birthDate: `197${at % 10}-03-0${1 + (at % 9)}`,
    },
  ]);
  const twins = [
    { name: '王建国', email: 'jg0@mail.test', city: '成都', birthDate: '1980-05-10' },
    { name: '李海燕', phone: '13733330011', city: '重庆', birthDate: '1971-03-02' },
    { name: '张建国', city: '成都', birthDate: '1982-05-12' },
  ];
  const made = await server.admin.post('records/member', [...rows, ...twins]);
  assert.equal(made.status, 201, JSON.stringify(made.body));
});

after(async () => {
  await server?.close();
  await database?.close();
});

async function match(body: { readonly apply: boolean }): Promise<Answer> {
  const begun = await server.admin.post('customers/match', body);
  assert.equal(begun.status, 202, JSON.stringify(begun.body));
  for (;;) {
    const answer = await server.admin.get(`customers/match/${begun.get('id')}`);
    const state = answer.get('state');
    assert.ok(state === 'waiting' || state === 'running' || state === 'done', JSON.stringify(answer.body));
    if (state === 'done') return answer;
    await sleep(50);
  }
}

const count = async () => (await server.admin.get('records/member?limit=1&count=true')).get('page', 'total');

test('a preview changes nothing; for good it merges the sure ones and asks about the others, once', async () => {
  const preview = await match({ apply: false });
  assert.equal(preview.get('result', 'records'), 43);
  assert.equal(await count(), 43);
  const merged = Number(preview.get('result', 'merged', 'records'));
  assert.ok(merged >= 1, JSON.stringify(preview.body));

  const done = await match({ apply: true });
  assert.deepEqual(done.get('result', 'merged'), preview.get('result', 'merged'));
  assert.equal(await count(), 43 - merged);

  const queue = await server.admin.get('customers/reviews');
  assert.equal(queue.status, 200, JSON.stringify(queue.body));
  const data = queue.get('data');
  assert.ok(Array.isArray(data));
  for (const [at] of data.entries()) {
    assert.equal(
      (await server.admin.post(`customers/reviews/${queue.get('data', at, 'id')}`, { decision: 'different' })).status,
      200,
    );
  }
  await match({ apply: true });
  assert.deepEqual((await server.admin.get('customers/reviews')).get('data'), []);
  assert.equal(await count(), 43 - merged);
  assert.deepEqual(server.background, []);
});

test('whoever may not see the customers sees no review, and starts no match', async () => {
  await server.admin.post('records/member', [
    { name: '周同', phone: '13655550001' },
    { name: '吴异', phone: '13655550001' },
  ]);
  let found = await server.admin.get('customers/reviews');
  for (let tries = 0; tries < 100 && found.get('data', 0) === null; tries++) {
    await sleep(100);
    found = await server.admin.get('customers/reviews');
  }
  assert.equal(found.get('data', 0, 'kind'), 'duplicate');
  assert.deepEqual(found.get('data', 0, 'about', 'value'), '+8613655550001');
  const clerk = await server.addUser({ roles: ['clerk'] });
  assert.deepEqual((await clerk.get('customers/reviews')).get('data'), []);
  assert.equal((await clerk.post(`customers/reviews/${found.get('data', 0, 'id')}`, { decision: 'same' })).status, 404);
  assert.equal((await clerk.post('customers/match', { apply: true })).status, 403);
  const same = await server.admin.post(`customers/reviews/${found.get('data', 0, 'id')}`, { decision: 'same' });
  assert.equal(same.status, 200, JSON.stringify(same.body));
  assert.notEqual(same.get('merged', 'mergeId'), null);
  assert.deepEqual((await server.admin.get('customers/reviews')).get('data'), []);
});
