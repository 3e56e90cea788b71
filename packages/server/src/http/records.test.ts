import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newId } from '@huike/schema';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import { type Answer, type Caller, type TestServer, testServer } from '../testing.ts';
import { visits } from '../visits.ts';

let database: TestDatabase;
let server: TestServer;
let admin: Caller;

before(async () => {
  database = await testDatabase();
  server = await testServer(database, { metadata: visits });
  admin = server.admin;
});
after(async () => {
  await server.close();
  await database.close();
});

async function made(values: object, caller = admin): Promise<string> {
  const answer = await caller.post('records/visit', { ...values });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return String(answer.get('id'));
}

test('one record goes through its life', async () => {
  const create = await admin.post('records/visit', { subject: '初访', fee: '12.3', stage: 'new' });
  assert.equal(create.status, 201);
  assert.deepEqual(Object.keys(create.body ?? {}), ['id', 'version']);
  assert.equal(create.get('version'), 1);
  const where = `records/visit/${create.get('id')}`;

  const read = await admin.get(where);
  assert.equal(read.status, 200);
  assert.deepEqual(read.get('fee'), { amount: '12.30', currency: 'CNY' });
  assert.deepEqual(Object.keys((read.get('owner') ?? {}) as object), ['id', 'name']);
  assert.match(String(read.get('createdAt')), /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/);
  for (const field of [
    'id',
    'version',
    'owner',
    'department',
    'createdAt',
    'createdBy',
    'updatedAt',
    'updatedBy',
    'deletedAt',
  ])
    assert.ok(Object.hasOwn((read.body ?? {}) as object, field), field);

  const changed = await admin.patch(where, { stage: 'won' });
  assert.deepEqual([changed.status, changed.get('version')], [200, 2]);
  assert.deepEqual((await admin.patch(where, { subject: '再访' }, { 'if-match': '1' })).status, 412);
  assert.deepEqual((await admin.patch(where, { subject: '再访', version: 1 })).status, 412);
  assert.deepEqual((await admin.patch(where, { subject: '再访' }, { 'if-match': '"2"' })).get('version'), 3);

  const history = await admin.get(`${where}/changes?limit=2`);
  assert.deepEqual(
    [history.get('data', 0, 'version'), history.get('data', 1, 'changes', 0, 'field'), history.get('page', 'next')],
    [3, 'stage', 2],
  );
  assert.deepEqual(history.get('data', 0, 'changes', 0), { field: 'subject', before: '初访', after: '再访' });

  const back = await admin.post(`${where}/restore`, { version: 1 });
  assert.deepEqual([back.status, back.get('version')], [200, 4]);
  assert.deepEqual((await admin.get(`${where}?fields=subject,stage`)).body, { subject: '初访', stage: 'new' });

  assert.equal((await admin.delete(where, undefined, { 'if-match': '1' })).status, 412);
  assert.equal((await admin.delete(where)).status, 200);
  assert.equal((await admin.get(where)).status, 404);
  const bin = await admin.get('records/visit?deleted=only&fields=id');
  assert.deepEqual(bin.get('data'), [{ id: create.get('id') }]);
  assert.equal((await admin.get(`${where}?deleted=only`)).status, 200);
  assert.equal((await admin.post(`${where}/restore`)).status, 200);
  assert.equal((await admin.get(where)).get('subject'), '初访');
});

test('an array is all or nothing', async () => {
  const total = async () => (await admin.get('records/visit?count=true&limit=1')).get('page', 'total');
  const before = await total();
  const bad = await admin.post('records/visit', [{ subject: 'a' }, { subject: 'b', minutes: -1 }, { fee: 'much' }]);
  assert.equal(bad.status, 422);
  assert.equal(bad.headers.get('content-type'), 'application/problem+json; charset=utf-8');
  const paths = (bad.get('errors') as { path: string; code: string }[]).map(({ path, code }) => `${path} ${code}`);
  assert.deepEqual(paths.sort(), ['/1/minutes value.min', '/2/fee value.type', '/2/subject value.required']);
  assert.equal(await total(), before);

  const good = await admin.post('records/visit', [{ subject: 'a' }, { subject: 'b' }]);
  assert.equal(good.status, 201);
  const ids = (good.get('data') as { id: string; version: number }[]).map(({ id }) => id);
  assert.equal(ids.length, 2);
  const many = await admin.patch(
    'records/visit',
    ids.map((id) => ({ id, done: true })),
  );
  assert.deepEqual([many.status, many.get('data', 1, 'version')], [200, 2]);
  const stale = await admin.patch('records/visit', [{ id: ids[0] ?? '', version: 1, done: false }]);
  assert.equal(stale.status, 412);
  const gone = await admin.delete(
    'records/visit',
    ids.map((id) => ({ id })),
  );
  assert.deepEqual([gone.status, gone.get('data', 0, 'id')], [200, ids[0]]);
  assert.equal(await total(), before);
});

test('what is wrong with one record stands at its own path, in the language asked for', async () => {
  const zh = await admin.post('records/visit', { minutes: 'x' });
  assert.deepEqual((zh.get('errors') as { path: string }[]).map(({ path }) => path).sort(), ['/minutes', '/subject']);
  const { type, title, status, code, detail, requestId } = zh.body as Record<string, unknown>;
  assert.deepEqual(
    [type, title, status, code, detail],
    ['urn:huike:problem:write.invalid', '有 … 处需要修改', 422, 'write.invalid', '有 2 处需要修改'],
  );
  assert.equal(requestId, zh.headers.get('x-request-id'));
  const english = await server.addUser({ roles: ['rep'], language: 'en' });
  const en = await english.post('records/visit', {});
  assert.deepEqual([en.get('detail'), en.get('errors', 0, 'message')], ['1 things need to be mended', 'Required']);
});

test('?partial=true tells of each', async () => {
  const answer = await admin.post('records/visit?partial=true', [
    { subject: 'p' },
    7,
    { minutes: -1, subject: 'q' },
    {},
  ]);
  assert.equal(answer.status, 200);
  assert.equal(answer.get('results', 0, 'index'), 0);
  assert.equal(answer.get('results', 0, 'version'), 1);
  assert.equal(answer.get('results', 1, 'problem', 'code'), 'request.malformed');
  assert.deepEqual(answer.get('results', 2, 'problem', 'errors', 0, 'path'), '/minutes');
  assert.deepEqual(answer.get('results', 3, 'problem', 'errors', 0, 'path'), '/subject');
  const id = String(answer.get('results', 0, 'id'));
  const next = await admin.patch('records/visit?partial=true', [
    { id, done: true },
    { id: newId(), done: true },
    { done: true },
  ]);
  assert.equal(next.get('results', 0, 'version'), 2);
  assert.equal(next.get('results', 1, 'problem', 'status'), 404);
  assert.equal(next.get('results', 2, 'problem', 'status'), 400);
});

test('an upsert creates, then updates', async () => {
  const first = await admin.put('records/visit?key=code', { code: 'U1', subject: 'first' });
  assert.deepEqual([first.status, first.get('version')], [200, 1]);
  const again = await admin.put('records/visit?key=code', [
    { code: 'U1', subject: 'second' },
    { code: 'U2', subject: 'new' },
  ]);
  assert.deepEqual([again.get('data', 0, 'id'), again.get('data', 0, 'version')], [first.get('id'), 2]);
  assert.equal((await admin.put('records/visit?key=minutes', { minutes: 1, subject: 'x' })).status, 400);
  assert.equal((await admin.put('records/visit', { code: 'U1' })).status, 400);
  const clash = await admin.post('records/visit', { code: 'U1', subject: 'other' });
  assert.deepEqual(
    [clash.status, clash.get('code'), clash.get('detail')],
    [409, 'write.conflict', '“code”的值已被使用'],
  );
  assert.doesNotMatch(JSON.stringify(clash.body), /second/);
});

test('an Idempotency-Key has one effect and one answer', async () => {
  const key = { 'idempotency-key': 'visit-1' };
  const [first, second] = await Promise.all([1, 2].map(() => admin.post('records/visit', { subject: 'once' }, key)));
  assert.deepEqual([first?.status, second?.status], [201, 201]);
  assert.deepEqual(first?.body, second?.body);
  assert.deepEqual((await admin.post('records/visit', { subject: 'once' }, key)).body, first?.body);
  const other = await admin.post('records/visit', { subject: 'other' }, key);
  assert.deepEqual([other.status, other.get('code')], [422, 'request.idempotencyMismatch']);
  const found = await admin.post('records/visit/query', {
    filter: { field: 'subject', op: 'eq', value: 'once' },
    count: true,
  });
  assert.equal(found.get('page', 'total'), 1);
  // Another person's key is another key; what failed may be tried again.
  const rep = await server.addUser({ roles: ['rep'] });
  assert.notEqual((await rep.post('records/visit', { subject: 'once' }, key)).get('id'), first?.get('id'));
  const failed = { 'idempotency-key': 'visit-2' };
  assert.equal((await admin.post('records/visit', {}, failed)).status, 422);
  assert.equal((await admin.post('records/visit', { subject: 'mended' }, failed)).status, 201);
  assert.equal((await admin.post('records/visit', { subject: 'x' }, { 'idempotency-key': ' ' })).status, 400);
  const partial = { 'idempotency-key': 'visit-3' };
  const told = await admin.post('records/visit?partial=true', [{ subject: 'a' }, {}], partial);
  assert.equal(told.get('results', 1, 'problem', 'code'), 'write.invalid');
  assert.deepEqual((await admin.post('records/visit?partial=true', [{ subject: 'a' }, {}], partial)).body, told.body);
});

test('a batch writes several objects with references among them', async () => {
  const answer = await admin.post('batch', {
    commands: [
      { op: 'create', object: 'place', ref: 'x', values: { name: '仓库', code: 'W1' } },
      { op: 'create', object: 'visit', ref: 'v', values: { subject: '看仓库', place: { $ref: 'x' } } },
      { op: 'upsert', object: 'place', key: 'code', values: { code: 'W2', name: '门店' } },
    ],
  });
  assert.equal(answer.status, 200);
  const visit = String(answer.get('results', 1, 'id'));
  assert.deepEqual((await admin.get(`records/visit/${visit}?fields=place.name,place.code`)).get('place'), {
    id: answer.get('results', 0, 'id'),
    name: '仓库',
    code: 'W1',
  });
  const looked = await made({ subject: 'by code', place: { lookup: { field: 'code', value: 'W2' } } });
  assert.equal((await admin.get(`records/visit/${looked}`)).get('place', 'name'), '门店');
  const failed = await admin.post('batch', {
    commands: [
      { op: 'create', object: 'place', values: { name: 'never' } },
      { op: 'update', object: 'visit', id: visit, values: { minutes: -1 }, version: 1 },
    ],
  });
  assert.deepEqual([failed.status, failed.get('errors', 0, 'path')], [422, '/commands/1/minutes']);
  const none = await admin.post('records/place/query', { filter: { field: 'name', op: 'eq', value: 'never' } });
  assert.deepEqual(none.get('data'), []);
  for (const commands of [
    7,
    [7],
    [{ op: 'x', object: 'visit' }],
    [{ op: 'create' }],
    [{ op: 'delete', object: 'visit' }],
  ])
    assert.equal((await admin.post('batch', { commands })).status, 400, JSON.stringify(commands));
});

test('lists page by key, filter, sort and count', async () => {
  const places = await admin.post(
    'records/place',
    Array.from({ length: 7 }, (_, n) => ({ name: `页${n}`, code: `PAGE${n}` })),
  );
  assert.equal(places.status, 201);
  const filter = encodeURIComponent(JSON.stringify({ field: 'code', op: 'startsWith', value: 'PAGE' }));
  const seen: unknown[] = [];
  let cursor = '';
  for (let page = 0; page < 4; page++) {
    const answer = await admin.get(`records/place?fields=code&filter=${filter}&sort=-code&limit=3&count=true${cursor}`);
    assert.equal(answer.get('page', 'total'), 7);
    seen.push(...(answer.get('data') as unknown[]));
    if (answer.get('page', 'next') === null) break;
    cursor = `&cursor=${answer.get('page', 'next')}`;
  }
  assert.deepEqual(
    seen,
    Array.from({ length: 7 }, (_, n) => ({ code: `PAGE${6 - n}` })),
  );
});

test('a query groups', async () => {
  await admin.post('records/visit', [
    { subject: 'g', code: 'G1', stage: 'new', fee: '10', at: '2026-01-05T10:00:00+08:00' },
    { subject: 'g', code: 'G2', stage: 'won', fee: '2.5', at: '2026-01-31T23:30:00+08:00' },
    { subject: 'g', code: 'G3', stage: 'won', fee: '0.25', at: '2026-02-01T00:30:00+08:00' },
  ]);
  const answer = await admin.post('records/visit/query', {
    filter: { field: 'code', op: 'startsWith', value: 'G' },
    group: ['stage', { field: 'at', by: 'month', timeZone: 'Asia/Shanghai' }],
    measures: [
      { fn: 'sum', field: 'fee', as: 'total' },
      { fn: 'count', as: 'n' },
    ],
    sort: ['-total'],
    limit: 100,
  });
  assert.deepEqual(answer.get('data'), [
    { stage: 'new', at: '2026-01-01', total: '10.00', n: 1 },
    { stage: 'won', at: '2026-01-01', total: '2.50', n: 1 },
    { stage: 'won', at: '2026-02-01', total: '0.25', n: 1 },
  ]);
});

test('rights cut rows, fields and masks alike', async () => {
  const rep = await server.addUser({ roles: ['rep'] });
  const other = await made({ subject: '别人的', mobile: '13800138000' });
  const own = await made({ subject: '自己的' }, rep);
  assert.equal((await admin.patch(`records/visit/${own}`, { mobile: '13800138000' })).status, 200);
  assert.equal((await rep.get(`records/visit/${other}`)).status, 404);
  const [absent, hidden] = [await rep.get(`records/visit/${newId()}`), await rep.get(`records/visit/${other}`)];
  const told = ({ status, body }: Answer) => [status, { ...Object(body), requestId: '' }];
  assert.deepEqual(told(absent), told(hidden), 'absent and out of scope answer alike');
  assert.equal((await rep.patch(`records/visit/${other}`, { done: true })).status, 404);
  const seen = await rep.get(`records/visit/${own}`);
  assert.equal(seen.get('mobile'), '138****8000');
  assert.ok(!Object.hasOwn((seen.body ?? {}) as object, 'fee'));
  assert.equal((await rep.get('records/visit?fields=fee')).status, 400);
  assert.equal((await rep.get('records/visit?sort=mobile')).get('code'), 'query.masked');
  assert.equal((await rep.post('records/visit', { subject: 'x', fee: '1' })).status, 422);
  assert.equal((await rep.get('records/nothing')).status, 404);
  assert.equal((await rep.get('records/department')).status, 200);
  assert.equal((await rep.post('records/place', { name: 'x' })).status, 403);
});

test('unmasking needs a right and a reason, and stands in the log', async () => {
  const id = await made({ subject: 'masked', mobile: '13800138000' });
  const rep = await server.addUser({ roles: ['looker', 'rep'] });
  const may = await server.addUser({ roles: ['unmasker'] });
  const what = { fields: ['mobile'], reason: '客户来电核对' };
  assert.equal((await rep.post(`records/visit/${id}/unmask`, what)).status, 403);
  assert.equal((await may.post(`records/visit/${id}/unmask`, { fields: ['mobile'] })).status, 400);
  assert.equal((await may.post(`records/visit/${id}/unmask`, { fields: [], reason: 'x' })).status, 400);
  assert.deepEqual((await may.post(`records/visit/${id}/unmask`, what)).body, { mobile: '+8613800138000' });
  const [event] = await server.kernel.db.queryText<{ data: object }>(
    `select data from (select op, record, data from huike.change union all select op, record, data from huike.change_pending) c where op = 'record.unmasked' and record = $1`,
    [id],
  );
  assert.deepEqual(event?.data, what);
});

test('search finds what may be seen', async () => {
  const rep = await server.addUser({ roles: ['rep'] });
  const own = await made({ subject: '青禾食品走访' }, rep);
  await made({ subject: '青禾物流走访' });
  const found = await rep.get(`search?q=${encodeURIComponent('青禾')}`);
  assert.deepEqual(found.get('data'), [{ object: 'visit', id: own, title: '青禾食品走访' }]);
  assert.equal(
    ((await admin.get(`search?q=${encodeURIComponent('青禾')}&objects=visit`)).get('data') as object[]).length,
    2,
  );
  assert.equal((await rep.get('search')).status, 400);
  assert.equal((await rep.get('search?q=a&limit=1000')).status, 400);
});

test('the team of a record widens who may read and edit it', async () => {
  const owner = await server.addUser({ roles: ['rep'] });
  const mate = await server.addUser({ roles: ['rep'] });
  const id = await made({ subject: 'ours' }, owner);
  assert.equal((await mate.get(`records/visit/${id}`)).status, 404);
  const set = await owner.put(`records/visit/${id}/team`, [{ user: mate.id, right: 'read' }]);
  assert.deepEqual(set.get('data', 0), { user: { id: mate.id, name: mate.name }, right: 'read' });
  assert.equal((await mate.get(`records/visit/${id}`)).status, 200);
  assert.deepEqual((await mate.get(`records/visit/${id}/team`)).get('data', 0, 'user', 'id'), mate.id);
  assert.equal((await mate.patch(`records/visit/${id}`, { done: true })).status, 403);
  assert.equal((await mate.put(`records/visit/${id}/team`, [])).status, 403);
  await owner.put(`records/visit/${id}/team`, [{ user: { id: mate.id }, right: 'edit' }]);
  assert.equal((await mate.patch(`records/visit/${id}`, { done: true })).status, 200);
  assert.equal((await owner.put(`records/visit/${id}/team`, [{ user: newId(), right: 'edit' }])).status, 422);
  assert.equal((await owner.put(`records/visit/${id}/team`, [{ user: mate.id, right: 'own' }])).status, 400);
  assert.equal((await owner.get(`records/visit/${newId()}/team`)).status, 404);
  assert.equal(
    (
      await admin.put(
        `records/place/${String((await admin.get('records/place?limit=1')).get('data', 0, 'id'))}/team`,
        [],
      )
    ).status,
    422,
  );
  await owner.put(`records/visit/${id}/team`, []);
  assert.equal((await mate.get(`records/visit/${id}`)).status, 404);
});
