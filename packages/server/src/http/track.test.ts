import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isJsonObject, type Json, type JsonObject, newId } from '@huike/schema';
import { customersMetadata, type TestDatabase, testDatabase } from '@huike/testkit';
import { type Answer, type Caller, type TestServer, testServer } from '../testing.ts';

// POST track: what a channel may send, what it is told, and what nobody gets in with.

let database: TestDatabase;
let server: TestServer;
let channel: Caller;

before(async () => {
  database = await testDatabase();
  server = await testServer(database, { metadata: customersMetadata });
  channel = server.withToken(await makeKey('webShop'));
});
after(async () => {
  assert.deepEqual(server.background, []);
  await server.close();
  await database.close();
});

async function makeKey(name: string): Promise<string> {
  const made = await server.admin.post('writeKeys', { name, channel: name });
  assert.equal(made.status, 201);
  return String(made.get('key'));
}

let next = 0;
const one = (rest: Readonly<Record<string, Json>> = {}): Json => ({
  ...{ id: `e${++next}`, type: 'pageView', identifiers: { cookie: `c${next}` } },
  ...rest,
});
const send = (...events: Json[]) => channel.post('track', { events });
const idOf = (event: Json) => (isJsonObject(event) ? String(event.id) : '');

async function countOf(...events: Json[]): Promise<number> {
  const rows = await server.kernel.db.queryText<{ n: number }>(
    'select count(*)::int as n from huike.interaction where event = any($1)',
    [events.map(idOf)],
  );
  return rows[0]?.n ?? 0;
}

function assertTook(answer: Answer, accepted: number, duplicates = 0): void {
  assert.deepEqual([answer.status, answer.body], [202, { accepted, duplicates, rejected: [] }]);
}

test('events are taken in, answered after the commit, and stand in the stream', async () => {
  const events = [
    one(),
    one({ at: new Date().toISOString(), channel: 'store1', traits: { name: '张三' }, properties: { url: '/a' } }),
    one({ at: Date.now(), identifiers: { phone: '13811110001', openId: { scope: 'wx1', value: 'o1' } } }),
    { type: 'order', identifiers: { userId: 7 } },
  ];
  assertTook(await send(...events), 4);
  assert.equal(await countOf(...events), 3);
  assertTook(await send(), 0);
});

test('an id counts once: within a call, in a later one, in calls at the same time; of another key it is another event', async () => {
  const [first, second] = [one(), one()];
  assertTook(await send(first, second, first), 2, 1);
  assertTook(await send(second, one()), 1, 1);
  const events = Array.from({ length: 50 }, () => one());
  const answers = await Promise.all(Array.from({ length: 8 }, () => send(...events.toReversed())));
  const accepted = answers.reduce((sum, answer) => sum + Number(answer.get('accepted')), 0);
  const duplicates = answers.reduce((sum, answer) => sum + Number(answer.get('duplicates')), 0);
  assert.deepEqual([accepted, duplicates], [50, 350]);
  assert.equal(await countOf(...events), 50);
  const other = server.withToken(await makeKey('store'));
  assertTook(await other.post('track', { events: [first] }), 1);
  assert.equal(await countOf(first), 2);
  // Without an id every sending is an event of its own.
  const nameless: Json = { type: 'pageView', identifiers: { cookie: 'nameless' } };
  assertTook(await send(nameless, nameless), 2);
});

test('without a write key nothing is taken, whatever else one has', async () => {
  const token = String((await server.admin.post('tokens', { name: 'mine', scopes: ['*'] })).get('token'));
  const made = await server.admin.post('writeKeys', { name: 'ends', channel: 'ends' });
  const ended = String(made.get('key'));
  assertTook(await server.withToken(ended).post('track', { events: [one()] }), 1);
  assert.equal((await server.admin.delete(`writeKeys/${made.get('id')}`)).status, 204);
  const callers: readonly (readonly [string, Caller])[] = [
    ['nobody', server.stranger],
    ['a session', server.admin],
    ['a personal token', server.withToken(token)],
    ['a revoked key', server.withToken(ended)],
    ['an unknown key', server.withToken(`hw_${'x'.repeat(40)}`)],
    ['an empty one', server.withToken('')],
    ['a long one', server.withToken('x'.repeat(5_000))],
  ];
  for (const [who, caller] of callers) {
    const event = one();
    const answer = await caller.post('track', { events: [event] });
    assert.deepEqual([answer.status, answer.get('code')], [401, 'track.key'], who);
    assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/, who);
    assert.equal(await countOf(event), 0);
    // Nor is a body read that may be anything.
    assert.equal((await caller.post('track', 'not JSON', { 'content-type': 'application/json' })).status, 401, who);
  }
});

test('a write key opens nothing else', async () => {
  for (const where of ['records/member', 'me', 'metadata', 'writeKeys', 'customers/lookup?kind=userId&value=7'])
    assert.equal((await channel.get(where)).status, 401, where);
  assert.equal((await channel.post('records/member', { name: 'x' })).status, 401);
});

test('whoever may not operate makes, sees and ends no write key', async () => {
  const user = await server.addUser();
  assert.equal((await user.post('writeKeys', { name: 'x', channel: 'x' })).status, 403);
  assert.equal((await user.get('writeKeys')).status, 403);
  const list = await server.admin.get('writeKeys');
  const [key] = [list.get('data', 0)];
  assert.ok(isJsonObject(key) && !('key' in key) && !('hash' in key), JSON.stringify(key));
  assert.equal((await user.delete(`writeKeys/${list.get('data', 0, 'id')}`)).status, 403);
  assert.equal((await server.admin.delete(`writeKeys/${newId()}`)).status, 404);
  const wrong = await server.admin.post('writeKeys', { name: 'x', channel: 'a b' });
  assert.deepEqual([wrong.status, wrong.get('errors', 0, 'path')], [422, '/channel']);
});

test('what is no envelope is 400, what is too much 413, each with its limit', async () => {
  for (const body of ['', '[]', '"x"', 'null', '{}', '{"events":{}}', '{"events":null}']) {
    const answer = await channel.post('track', body, { 'content-type': 'application/json' });
    assert.equal(answer.status, 400, body);
    assert.equal(answer.get('code'), 'track.envelope', body);
  }
  for (const body of ['{"events":[', '\xff', '{"events":[{]}'])
    assert.equal(
      (await channel.post('track', body, { 'content-type': 'application/json' })).get('code'),
      'request.malformed',
    );
  const bytes = Buffer.from([0x22, 0xff, 0x22]);
  assert.equal(
    (await channel.post('track', bytes, { 'content-type': 'application/json' })).get('code'),
    'request.malformed',
  );
  assert.equal((await channel.post('track', 'a=b', { 'content-type': 'text/csv' })).status, 415);

  const events = Array.from({ length: 5_001 }, () => one());
  const many = await send(...events);
  assert.deepEqual([many.status, many.get('code')], [413, 'track.tooMany']);
  assert.match(String(many.get('detail')), /5000|5,000/);
  assert.equal(await countOf(...events.slice(0, 100)), 0);
  assertTook(await send(...events.slice(0, 5_000)), 5_000);

  const large = await channel.post('track', `{"events":[],"x":"${'x'.repeat(5 * 1024 * 1024)}"}`, {
    ...{ 'content-type': 'application/json', 'accept-language': 'en' },
  });
  assert.deepEqual([large.status, large.get('code')], [413, 'request.tooLarge']);
  assert.match(String(large.get('detail')), /\b5 MB/);
});

test("each wrong event is told by its place, in the sender's language; the good ones of the call are kept", async () => {
  const deep = (levels: number): Json => (levels === 0 ? 1 : { a: deep(levels - 1) });
  const day = 86_400_000;
  const wrong: readonly (readonly [Json, string, string])[] = [
    [null, 'track.event', ''],
    [[], 'track.event', ''],
    ['x', 'track.event', ''],
    [5, 'track.event', ''],
    [{}, 'value.required', '/type'],
    [one({ type: null }), 'value.required', '/type'],
    [one({ type: 5 }), 'value.type', '/type'],
    [one({ type: '' }), 'value.type', '/type'],
    [one({ type: '<script>' }), 'value.type', '/type'],
    [one({ type: 'x'.repeat(101) }), 'value.type', '/type'],
    [one({ id: 5 }), 'value.type', '/id'],
    [one({ id: '' }), 'value.type', '/id'],
    [one({ id: 'x'.repeat(201) }), 'value.type', '/id'],
    [one({ id: {} }), 'value.type', '/id'],
    [one({ channel: 'a\nb' }), 'value.type', '/channel'],
    [one({ channel: [] }), 'value.type', '/channel'],
    [one({ traits: [] }), 'value.type', '/traits'],
    [one({ properties: 'x' }), 'value.type', '/properties'],
    [one({ record: 'x' }), 'value.type', '/record'],
    [one({ record: { object: 5 } }), 'value.type', '/record'],
    [one({ at: 'yesterday' }), 'track.time', '/at'],
    [one({ at: '2026-01-01' }), 'track.time', '/at'],
    [one({ at: '2026-01-01T10:00:00' }), 'track.time', '/at'],
    [one({ at: '2026-13-40T10:00:00Z' }), 'track.time', '/at'],
    [one({ at: '1900-01-01T00:00:00Z' }), 'track.time', '/at'],
    [one({ at: new Date(Date.now() + 2 * day).toISOString() }), 'track.time', '/at'],
    [one({ at: 1e300 }), 'track.time', '/at'],
    [one({ at: true }), 'track.time', '/at'],
    [one({ identifiers: null }), 'track.nobody', '/identifiers'],
    [one({ identifiers: {} }), 'track.nobody', '/identifiers'],
    [one({ identifiers: { userId: 'guest', phone: '13800138000' } }), 'track.nobody', '/identifiers'],
    [one({ identifiers: 'x' }), 'value.type', '/identifiers'],
    [one({ identifiers: { wechat: 'x' } }), 'identifier.kind', '/identifiers/wechat'],
    [one({ identifiers: { phone: 'x' } }), 'identifier.value', '/identifiers/phone'],
    [one({ identifiers: { userId: { a: 1 } } }), 'identifier.value', '/identifiers/userId'],
    [
      one({ identifiers: { cookie: Array.from({ length: 50 }, (_, n) => `x${n}`) } }),
      'identifier.tooMany',
      '/identifiers',
    ],
    [one({ properties: { text: 'a\0b' } }), 'track.text', ''],
    [one({ properties: { 'a\0': 1 } }), 'track.text', ''],
    [one({ traits: { name: '\ud83d' } }), 'track.text', ''],
    [one({ id: 'a\0' }), 'track.text', ''],
    [one({ properties: { text: 'x'.repeat(1024 * 1024) } }), 'track.tooLarge', ''],
    [one({ properties: { list: Array.from({ length: 20_000 }, () => 1) } }), 'track.tooLarge', ''],
    [one({ properties: deep(30) }), 'track.tooDeep', ''],
    [one({ properties: deep(1_000) }), 'track.tooDeep', ''],
    [JSON.parse('{"type":"x","identifiers":{"cookie":"p"},"__proto__":{"a":1}}'), 'track.fieldName', ''],
    [JSON.parse('{"type":"x","identifiers":{"cookie":"p"},"properties":{"__proto__":1}}'), 'track.fieldName', ''],
    [JSON.parse('{"type":"x","identifiers":{"__proto__":"p"}}'), 'track.fieldName', ''],
  ];
  for (const language of ['zh', 'en'] as const) {
    const good: Json[] = [];
    const events = wrong.flatMap(([event]) => {
      good.push(one());
      return [event, good.at(-1) ?? null];
    });
    const body = JSON.stringify({ events });
    const answer = await channel.post('track', body, {
      'content-type': 'application/json',
      'accept-language': language,
    });
    assert.deepEqual([answer.status, answer.get('accepted'), answer.get('duplicates')], [202, good.length, 0]);
    assert.equal(await countOf(...good), good.length);
    const rejected = answer.get('rejected');
    assert.ok(Array.isArray(rejected));
    assert.equal(rejected.length, wrong.length);
    for (const [at, [event, code, path]] of wrong.entries()) {
      const found: Json | undefined = rejected[at];
      const id = isJsonObject(event) && typeof event.id === 'string' ? event.id.slice(0, 200) : null;
      const told = JSON.stringify(event)?.slice(0, 100);
      assert.ok(isJsonObject(found));
      const { detail = null, ...rest }: JsonObject = found;
      assert.deepEqual(rest, { index: at * 2, id, path, code }, told);
      assert.equal(/[\u4e00-\u9fff]/u.test(String(detail)), language === 'zh', `${told}: ${detail}`);
      assert.doesNotMatch(String(detail), /[{}]\w+[}]/, 'a parameter is missing');
    }
  }
});

test('traits that are no field, or of no use for it, are kept with the event and change no record', async () => {
  const traits = {
    ...{ name: '<img src=x onerror=alert(1)>', nickname: 'x', owner: newId(), id: newId(), version: 7 },
    ...{ createdAt: '2001-01-01T00:00:00Z', birthDate: 'never', spent: '1000000', interests: [newId()], email: 'no' },
  };
  assertTook(await send(one({ identifiers: { userId: 'html' }, traits })), 1);
  const { data } = await server.kernel.list({ kind: 'system', name: 'setup' }, 'member', {
    filter: { field: 'name', op: 'startsWith', value: '<img' },
    sort: ['id'],
    limit: 2,
  });
  const [record]: Json[] = JSON.parse(data);
  assert.ok(isJsonObject(record));
  assert.deepEqual(
    [record.name, record.birthDate, record.email, record.version, record.interests],
    ['<img src=x onerror=alert(1)>', null, null, 1, []],
  );
  assert.notEqual(record.id, traits.id);
  assert.notDeepEqual(record.spent, '1000000');
});

test('pages of any origin may send, and read the answer', async () => {
  const origin = { origin: 'https://shop.example.com' };
  const asked = await server.stranger.call('OPTIONS', 'track', {
    headers: {
      ...origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    },
  });
  assert.equal(asked.status, 204);
  assert.equal(asked.headers.get('access-control-allow-origin'), '*');
  assert.match(asked.headers.get('access-control-allow-headers') ?? '', /authorization/);
  assert.match(asked.headers.get('access-control-allow-headers') ?? '', /content-type/);
  assert.match(asked.headers.get('access-control-allow-methods') ?? '', /POST/);
  assert.equal(asked.headers.get('access-control-allow-credentials'), null);
  for (const [caller, status] of [
    [channel, 202],
    [server.stranger, 401],
  ] as const) {
    const answer = await caller.post('track', { events: [] }, origin);
    assert.deepEqual([answer.status, answer.headers.get('access-control-allow-origin')], [status, '*']);
  }
  // Nothing else is open to other pages.
  const me = await server.stranger.get('me', origin);
  assert.equal(me.headers.get('access-control-allow-origin'), null);
});
