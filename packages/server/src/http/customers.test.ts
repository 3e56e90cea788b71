import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Json } from '@huike/schema';
import { customersMetadata, type TestDatabase, testDatabase } from '@huike/testkit';
import { type Caller, type TestServer, testServer } from '../testing.ts';

// The customer's page over HTTP: one customer from three channels, under the viewer's rights.

let database: TestDatabase;
let server: TestServer;
let shop: Caller;
let wechat: Caller;

const fields = [
  {
    name: 'clerk',
    objects: { member: { read: 'all', update: 'all', fields: { phone: 'masked' } }, purchase: { read: 'all' } },
  },
  { name: 'guard', objects: { member: { read: 'own' } } },
] as const;

before(async () => {
  database = await testDatabase();
  server = await testServer(database, { metadata: { ...customersMetadata, roles: fields } });
  const key = async (channel: string) => {
    const made = await server.admin.post('writeKeys', { name: channel, channel });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    return server.withToken(String(made.get('key')));
  };
  shop = await key('webShop');
  wechat = await key('weChat');
});

after(async () => {
  await server?.close();
  await database?.close();
});

async function send(channel: Caller, ...events: Json[]): Promise<void> {
  const answer = await channel.post('track', { events });
  assert.equal(answer.status, 202, JSON.stringify(answer.body));
  assert.deepEqual(answer.get('rejected'), []);
}

async function idOf(kind: string, value: string): Promise<string> {
  const answer = await server.admin.get(`customers/lookup?kind=${kind}&value=${encodeURIComponent(value)}`);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return String(answer.get('id'));
}

test('a chat, an order and a till are one customer with one timeline', async () => {
  const at = (minute: number) => `2026-05-01T10:0${minute}:00+08:00`;
  await send(shop, {
    id: 'v1',
    type: 'pageView',
    at: at(0),
    identifiers: { cookie: 'c-1' },
    properties: { url: '/sofa' },
  });
  await send(wechat, {
    id: 'm1',
    type: 'message',
    at: at(1),
    identifiers: { openId: 'o-1', phone: '13812345678' },
    traits: { name: '王小明' },
  });
  await send(shop, {
    id: 'o1',
    type: 'order',
    at: at(2),
    identifiers: { cookie: 'c-1', phone: '138 1234 5678' },
    properties: { total: '99.00' },
  });
  await send(shop, {
    id: 't1',
    type: 'tillReceipt',
    at: at(3),
    identifiers: { phone: '+86 13812345678' },
    traits: { city: '成都' },
  });

  const id = await idOf('phone', '13812345678');
  const bought = await server.admin.post('records/purchase', { code: 'P1', amount: '99.00', member: id });
  assert.equal(bought.status, 201, JSON.stringify(bought.body));
  const page = await server.admin.get(`customers/${id}`);
  assert.equal(page.status, 200, JSON.stringify(page.body));
  assert.equal(page.get('record', 'name'), '王小明');
  assert.equal(page.get('record', 'city'), '成都');
  assert.equal(page.get('record', 'phone'), '+8613812345678');
  const identifiers = page.get('identifiers');
  assert.ok(Array.isArray(identifiers));
  assert.equal(identifiers.length, 3);
  assert.equal(page.get('sources', 'city', 'channel'), 'webShop');
  assert.equal(page.get('sources', 'name', 'channel'), 'weChat');
  assert.deepEqual(page.get('measures', 'records', 0, 'sums'), { amount: '99.00' });

  const timeline: string[] = [];
  let cursor = '';
  for (let pages = 0; ; pages++) {
    assert.ok(pages < 10);
    const part = await server.admin.get(`customers/${id}/timeline?limit=2${cursor}`);
    assert.equal(part.status, 200, JSON.stringify(part.body));
    const data = part.get('data');
    assert.ok(Array.isArray(data));
    for (let i = 0; i < data.length; i++)
      timeline.push(`${part.get('data', i, 'kind')} ${part.get('data', i, 'type')}`);
    const next = part.get('page', 'next');
    if (next === null) break;
    cursor = `&cursor=${next}`;
  }
  assert.deepEqual(
    timeline.filter((entry) => entry.startsWith('interaction')),
    ['interaction tillReceipt', 'interaction order', 'interaction message', 'interaction pageView'],
  );
  assert.deepEqual(
    timeline.filter((entry) => entry.startsWith('record')),
    ['record purchase'],
  );
  assert.equal(new Set(timeline).size >= 6, true);
});

test('who may not see the phone sees it masked, can’t ask by it, and finds it nowhere', async () => {
  const id = await idOf('phone', '13812345678');
  const clerk = await server.addUser({ roles: ['clerk'] });
  const page = await clerk.get(`customers/${id}`);
  assert.equal(page.status, 200);
  const timeline = await clerk.get(`customers/${id}/timeline`);
  for (const answer of [page, timeline]) assert.doesNotMatch(JSON.stringify(answer.body), /12345678/);
  assert.match(JSON.stringify(page.get('identifiers')), /138\*\*\*\*5678/);
  assert.equal((await clerk.get('customers/lookup?kind=phone&value=13812345678')).get('code'), 'query.masked');
  assert.equal((await clerk.get('customers/lookup?kind=openId&scope=weChat&value=o-1')).get('id'), id);

  const guard = await server.addUser({ roles: ['guard'] });
  const unknown = await guard.get(`customers/${id}`);
  assert.equal(unknown.status, 404);
  assert.equal(unknown.get('code'), 'customer.unknown');
  for (const where of [`customers/${id}/timeline`, 'customers/lookup?kind=openId&scope=weChat&value=o-1'])
    assert.equal((await guard.get(where)).status, 404);
  assert.equal((await server.stranger.get(`customers/${id}`)).status, 401);
});

test('a merge by hand, and back', async () => {
  await send(shop, { type: 'order', identifiers: { email: 'li@example.com' }, traits: { name: '李四' } });
  await send(wechat, { type: 'message', identifiers: { openId: 'o-2' }, traits: { name: '李四儿' } });
  const [a, b] = [
    await idOf('email', 'li@example.com'),
    String((await server.admin.get('customers/lookup?kind=openId&scope=weChat&value=o-2')).get('id')),
  ];
  const bought = await server.admin.post('records/purchase', { code: 'P2', amount: '10', member: b });
  const merged = await server.admin.post(`customers/${a}/merge`, { with: [b], reason: '同一个人' });
  assert.equal(merged.status, 200, JSON.stringify(merged.body));
  assert.equal((await server.admin.post(`customers/${a}/merge`, { with: [b] })).get('code'), 'merge.same');
  const survivor = String(merged.get('id'));
  assert.equal(survivor, a);
  const page = await server.admin.get(`customers/${b}`);
  assert.equal(page.get('id'), a);
  assert.equal(page.get('mergedFrom'), b);
  assert.equal((await server.admin.get(`records/member/${b}`)).status, 404);
  assert.equal((await server.admin.get(`records/purchase/${bought.get('id')}`)).get('member', 'id'), a);
  assert.equal((await server.admin.get(`records/member/${a}`)).get('spent'), '10');

  const back = await server.admin.post(`customers/${a}/unmerge`, { mergeId: merged.get('mergeId') });
  assert.equal(back.status, 200, JSON.stringify(back.body));
  assert.equal((await server.admin.get(`customers/${b}`)).get('id'), b);
  assert.equal((await server.admin.get(`records/member/${b}`)).get('name'), '李四儿');
  assert.equal((await server.admin.get(`records/purchase/${bought.get('id')}`)).get('member', 'id'), b);
  assert.equal((await server.admin.get(`records/member/${a}`)).get('spent'), '0');
  assert.equal((await server.admin.post(`customers/${a}/unmerge`, { mergeId: merged.get('mergeId') })).status, 409);
});

test('an order that comes with an event is the customer’s; a channel sends only what its key allows', async () => {
  const made = await server.admin.post('writeKeys', {
    name: 'orders',
    channel: 'webShop',
    objects: ['purchase', 'member'],
  });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const orders = server.withToken(String(made.get('key')));
  const order = (id: string, code: string, amount: Json): Json => ({
    ...{ id, type: 'order', identifiers: { phone: '13777770001' }, traits: { name: '吴订单' } },
    record: { object: 'purchase', key: 'code', values: { code, amount, owner: server.adminId } },
  });
  const sent = await orders.post('track', {
    events: [order('r1', 'W1', '12.50'), order('r2', 'W2', 'much'), order('r1', 'W1', '12.50')],
  });
  assert.equal(sent.status, 202);
  assert.equal(sent.get('accepted'), 1);
  assert.equal(sent.get('duplicates'), 1);
  assert.equal(sent.get('rejected', 0, 'index'), 1);
  assert.equal(sent.get('rejected', 0, 'path'), '/record/values/amount');
  const id = await idOf('phone', '13777770001');
  const found = await server.admin.post('records/purchase/query', {
    fields: ['code', 'amount', 'member.name', 'owner'],
    filter: { field: 'member', op: 'eq', value: id },
  });
  assert.deepEqual(found.get('data'), [{ code: 'W1', amount: '12.50', member: { id, name: '吴订单' }, owner: null }]);
  // Mended and sent again, it counts.
  assert.equal((await orders.post('track', { events: [order('r2', 'W2', '7')] })).get('accepted'), 1);
  assert.equal((await server.admin.get(`records/member/${id}`)).get('spent'), '19.5');

  const member: Json = {
    type: 'joined',
    identifiers: { phone: '13777770001' },
    record: { object: 'member', key: 'phone', values: { city: '绵阳' } },
  };
  assert.equal((await orders.post('track', { events: [member] })).get('accepted'), 1);
  assert.equal((await server.admin.get(`records/member/${id}`)).get('city'), '绵阳');
  assert.equal((await shop.post('track', { events: [member] })).get('rejected', 0, 'code'), 'track.object');
  const wrong = await server.admin.post('writeKeys', { name: 'x', channel: 'x', objects: ['user'] });
  assert.equal(wrong.status, 422);
});
