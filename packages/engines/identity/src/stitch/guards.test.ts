import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { Json } from '@huike/schema';
import { assertConsistent } from '../consistent.fixture.ts';
import { event, source, system, type World, world } from '../fixture.ts';

// Each guard of stitching, as something that happens in shops.

const day = 86_400_000;
/** When things happen: they are told of later. */
let clock = Date.now() - 3_000 * day;
let it: World;
before(async () => {
  it = await world();
});
afterEach(() => assertConsistent(it));
after(async () => {
  assert.deepEqual(it.background, []);
  await it.close();
});

/** Sends one event of the clock's time; its id. */
async function send(identifiers: Json, rest: Readonly<Record<string, Json>> = {}): Promise<string> {
  const one = event(identifiers, { at: clock, ...rest });
  const answer = await it.identity.track(source, [one]);
  assert.equal(answer.accepted, 1, JSON.stringify(answer));
  clock += 60_000;
  return String(Reflect.get(Object(one), 'id'));
}

const later = (days: number) => {
  clock += days * day;
};

/** The customer that an identifier leads to. */
async function whose(key: string): Promise<string | null> {
  const [row] = await it.rows<{ root: string }>(
    'select n.survivor as root from huike.identifier i join huike.identity n on n.id = i.identity where i.key = $1',
    [key],
  );
  return row?.root ?? null;
}

/** The customer whose timeline has an event. */
async function whoDid(id: string): Promise<string | null> {
  const [row] = await it.rows<{ root: string }>(
    'select n.survivor as root from huike.interaction x join huike.identity n on n.id = x.customer where x.event = $1',
    [id],
  );
  return row?.root ?? null;
}

const reviews = (key: string) =>
  it.rows<{ kind: string; a: string; b: string }>(
    'select kind, a, b from huike.identity_review where key = $1 order by kind',
    [key],
  );
const claims = async (key: string) =>
  (
    await it.rows<{ root: string }>(
      'select distinct n.survivor as root from huike.identifier_claim c join huike.identity n on n.id = c.identity where c.key = $1',
      [key],
    )
  ).map(({ root }) => root);

test('chat, web order and store with one phone are one customer', async () => {
  const chat = await send({ openId: { scope: 'wx1', value: 'o1' }, phone: '13811110001' });
  const web = await send({ userId: 'one', phone: '13811110001' });
  const store = await send({ phone: '138-1111-0001' });
  assert.equal(await whoDid(chat), await whoDid(web));
  assert.equal(await whoDid(chat), await whoDid(store));
});

test('two user ids are two customers, whatever else they share', async () => {
  await send({ userId: 'v1', phone: '13811110002' });
  await send({ userId: 'v2', email: 'v2@example.com' });
  const [one, two] = [await whose('userId:v1'), await whose('userId:v2')];
  const both = await send({ userId: 'v2', phone: '13811110002' });
  assert.notEqual(one, two);
  assert.equal(await whose('userId:v1'), one);
  assert.equal(await whose('phone:+8613811110002'), one, 'the weaker one stays with whom it is of');
  assert.equal(await whoDid(both), two, 'the stronger one decides');
  assert.deepEqual(await claims('phone:+8613811110002'), [two]);
  // Nor by way of a third who has neither.
  await send({ email: 'v2@example.com', phone: '13811110002' });
  assert.equal(await whose('userId:v1'), one);
  assert.equal(await whose('userId:v2'), two);
});

test('a UnionID of two accounts is two; two UnionIDs of one account are never one customer', async () => {
  await send({ unionId: { scope: 'open1', value: 'same' } });
  await send({ unionId: { scope: 'open2', value: 'same' } });
  assert.notEqual(await whose('unionId@open1:same'), await whose('unionId@open2:same'));
  await send({ unionId: { scope: 'open1', value: 'u1' }, phone: '13811110003' });
  await send({ unionId: { scope: 'open1', value: 'u2' }, phone: '13811110003' });
  assert.notEqual(await whose('unionId@open1:u1'), await whose('unionId@open1:u2'));
  await send({ unionId: { scope: 'open2', value: 'u3' }, phone: '13811110003' });
  assert.equal(await whose('unionId@open1:u1'), await whose('unionId@open2:u3'), 'another account is no contradiction');
});

test('what a visitor did before the sign-in joins the customer', async () => {
  const [page, cart] = [await send({ cookie: 'c1' }), await send({ cookie: 'c1' })];
  assert.equal(await whoDid(page), await whoDid(cart));
  await send({ userId: 'signsIn' });
  const customer = await whose('userId:signsIn');
  await send({ userId: 'signsIn', cookie: 'c1' });
  assert.equal(await whose('userId:signsIn'), customer, 'known beats anonymous, though younger');
  assert.deepEqual([await whoDid(page), await whoDid(cart)], [customer, customer]);
});

test('a shared computer: after a sign-out the cookie binds only what came since', async () => {
  const before = await send({ cookie: 'pc' });
  await send({ userId: 'anna', cookie: 'pc' });
  const annas = await send({ cookie: 'pc' });
  const anna = await whose('userId:anna');
  await send({ userId: 'anna', cookie: 'pc' }, { type: 'signOut' });
  const page = await send({ cookie: 'pc' });
  assert.notEqual(await whoDid(page), anna);
  await send({ userId: 'bo', cookie: 'pc' });
  const bo = await whose('userId:bo');
  assert.deepEqual([await whoDid(before), await whoDid(annas)], [anna, anna]);
  assert.equal(await whoDid(page), bo);
  assert.equal(await whose('cookie:pc'), bo);
  assert.notEqual(anna, bo);
});

test('a shared computer without a sign-out: the cookie goes to whoever signed in last', async () => {
  await send({ userId: 'carl', cookie: 'pc2', device: 'd2' });
  const carls = await send({ cookie: 'pc2' });
  await send({ userId: 'dora', cookie: 'pc2', device: 'd2' });
  const doras = await send({ cookie: 'pc2', device: 'd2' });
  const [carl, dora] = [await whose('userId:carl'), await whose('userId:dora')];
  assert.notEqual(carl, dora);
  assert.deepEqual([await whoDid(carls), await whoDid(doras)], [carl, dora]);
});

test('a device never joins two who differ in what they are known by', async () => {
  await send({ phone: '13811110010', device: 'pad' });
  await send({ phone: '13811110011', device: 'pad' });
  assert.notEqual(await whose('phone:+8613811110010'), await whose('phone:+8613811110011'));
  // Each had the other's cookie: still two.
  await send({ email: 'p1@example.com', cookie: 'x1' });
  await send({ email: 'p2@example.com', cookie: 'x2' });
  await send({ cookie: ['x1', 'x2'] });
  assert.notEqual(await whose('email:p1@example.com'), await whose('email:p2@example.com'));
  // But a phone and an e-mail address may be one customer's.
  await send({ phone: '13811110012', cookie: 'x3' });
  await send({ email: 'p3@example.com', cookie: 'x3' });
  assert.equal(await whose('phone:+8613811110012'), await whose('email:p3@example.com'));
});

test('a number that was long unused and comes with another name has another owner', async () => {
  for (const [phone, more] of [
    ['13811110020', { email: 'new@example.com' }],
    ['13811110021', {}],
  ] as const) {
    const key = `phone:+86${phone}`;
    const old = await send({ phone }, { traits: { name: '张三' } });
    const former = await whose(key);
    later(200);
    const titled = await send({ phone }, { traits: { name: '张三 先生' } });
    assert.equal(await whoDid(titled), former, 'the same name');
    later(200);
    const nameless = await send({ phone });
    assert.equal(await whoDid(nameless), former, 'nothing speaks against it');
    later(60);
    const soon = await send({ phone, ...more }, { traits: { name: '李四' } });
    assert.equal(await whoDid(soon), former, 'a number rests for 90 days before it gets another owner');
    later(200);
    const other = await send({ phone }, { traits: { name: '王五' } });
    const owner = await whose(key);
    assert.notEqual(owner, former);
    assert.equal(await whoDid(other), owner);
    assert.equal(await whoDid(old), former, 'what the former did stays');
    const [review] = await reviews(key);
    assert.equal(review?.kind, 'recycled');
    assert.deepEqual([review?.a, review?.b].sort(), [owner, former].sort());
    assert.deepEqual(await claims(key), [former]);
  }
});

test('years of one number within one batch: each owner has what was done under the own name', async () => {
  const at = (year: number) => `${year}-05-01T10:00:00+08:00`;
  const events = [
    event({ phone: '13811110022' }, { at: at(2019), traits: { name: '张三' } }),
    event({ phone: '13811110022' }, { at: at(2019), traits: { name: '张三' } }),
    event({ phone: '13811110022' }, { at: at(2022), traits: { name: '李四' } }),
    event({ phone: '13811110022' }, { at: at(2022), traits: { name: '李四' } }),
  ];
  await it.identity.track(source, events);
  const who = await Promise.all(events.map((one) => whoDid(String(Reflect.get(Object(one), 'id')))));
  assert.equal(who[0], who[1]);
  assert.equal(who[2], who[3]);
  assert.notEqual(who[0], who[2]);
});

test("a phone of more customers than it may have is the household's: it joins nobody any more", async () => {
  const key = 'phone:+8613811110030';
  for (const userId of ['h1', 'h2', 'h3']) await send({ userId, phone: '13811110030' });
  assert.deepEqual(await reviews(key), []);
  assert.equal((await claims(key)).length, 2);
  await send({ userId: 'h4', phone: '13811110030' });
  const customers = await Promise.all(['h1', 'h2', 'h3', 'h4'].map((id) => whose(`userId:${id}`)));
  assert.equal(new Set(customers).size, 4);
  assert.deepEqual(
    (await reviews(key)).map(({ kind }) => kind),
    ['shared'],
  );
  assert.equal((await claims(key)).length, 3);
  // Somebody who is known by nothing else but it and an address isn't taken for one of them.
  await send({ phone: '13811110030', email: 'h5@example.com' });
  assert.ok(!customers.includes(await whose('email:h5@example.com')));
});

test('a customer has so many of a kind and no more; what is over waits for a person', async () => {
  for (let n = 1; n <= 9; n++) await send({ userId: 'many', email: `m${n}@example.com` });
  const customer = await whose('userId:many');
  const emails = await it.rows(
    "select from huike.identifier i join huike.identity n on n.id = i.identity where n.survivor = $1 and i.key like 'email:%'",
    [customer ?? ''],
  );
  assert.equal(emails.length, 5);
  const limit = await it.rows("select from huike.identity_review where kind = 'limit' and a = $1", [customer ?? '']);
  assert.equal(limit.length, 1, 'one question, however many come');
});

test('two who would have too many of a kind together stay two, and a person hears of it', async () => {
  for (let n = 1; n <= 3; n++) {
    await send({ userId: 'left', phone: `1381111004${n}` });
    await send({ openId: { scope: 'wx1', value: 'right' }, phone: `1381111005${n}` });
  }
  await send({ userId: 'left', openId: { scope: 'wx1', value: 'right' } });
  const [left, right] = [await whose('userId:left'), await whose('openId@wx1:right')];
  assert.notEqual(left, right);
  const [review] = await reviews('openId@wx1:right');
  assert.equal(review?.kind, 'limit');
  assert.deepEqual([review?.a, review?.b].sort(), [left, right].sort());
  // Also one who wasn't there before.
  await send({ phone: ['13811109991', '13811109992', '13811109993', '13811110041'] });
  const [other] = await reviews('phone:+8613811110041');
  assert.equal(other?.kind, 'limit');
});

test('one customer has no more cookies than a person can have', async () => {
  const events = Array.from({ length: 1_500 }, (_, n) => event({ userId: 'walkIn', cookie: `w${n}` }));
  await it.identity.track(source, events);
  const customer = await whose('userId:walkIn');
  const [count] = await it.rows<{ n: number }>(
    'select count(*)::int as n from huike.identifier i join huike.identity n on n.id = i.identity where n.survivor = $1',
    [customer ?? ''],
  );
  assert.ok((count?.n ?? 0) <= 501, `${count?.n} identifiers`);
  const limit = await it.rows("select from huike.identity_review where kind = 'limit' and a = $1", [customer ?? '']);
  assert.equal(limit.length, 1);
});

test('a national id that fails its check is evidence; one that passes vetoes', async () => {
  await send({ nationalId: '110105194912310021', phone: '13811110060' });
  await send({ nationalId: '110105194912310022', phone: '13811110060' });
  assert.equal(await whose('nationalId:110105194912310021'), await whose('nationalId:110105194912310022'));
  await send({ nationalId: '11010519491231002X', phone: '13811110061' });
  await send({ nationalId: '440524188001010014', phone: '13811110061' });
  assert.notEqual(await whose('nationalId:11010519491231002X'), await whose('nationalId:440524188001010014'));
  await send({ creditCode: '91350100M000100Y43', phone: '13811110062' });
  await send({ creditCode: '914403001922038216', phone: '13811110062' });
  assert.notEqual(await whose('creditCode:91350100M000100Y43'), await whose('creditCode:914403001922038216'));
});

test('who survives: known beats anonymous, then whoever was here first, whatever time an event claims', async () => {
  await send({ cookie: 's1' });
  await send({ userId: 'young' });
  await send({ phone: '13811110070' });
  const [young, younger] = [await whose('userId:young'), await whose('phone:+8613811110070')];
  await send({ userId: 'young', cookie: 's1' });
  await send({ userId: 'young', phone: '13811110070' });
  assert.equal(await whose('phone:+8613811110070'), young);
  assert.notEqual(young, younger);
  // An event that claims to be of 2001 makes nobody older.
  await send({ email: 'late@example.com' }, { at: '2001-01-01T00:00:00Z', traits: { name: 'x' } });
  await send({ userId: 'young', email: 'late@example.com' });
  assert.equal(await whose('email:late@example.com'), young);
  // Nor does one that makes a member known that was anonymous.
  await send({ cookie: 's1', openId: { scope: 'wx1', value: 's1' } }, { at: '2001-01-01T00:00:00Z' });
  assert.equal(await whose('openId@wx1:s1'), young);
});

test('what comes for a customer while it is merged goes to the survivor', async () => {
  await send({ userId: 'stays' });
  await send({ phone: '13811110080' });
  const [stays, goes] = [await whose('userId:stays'), await whose('phone:+8613811110080')];
  const events = Array.from({ length: 8 }, (_, n) => event({ phone: '13811110080', cookie: `while${n}` }));
  await Promise.all([
    it.identity.merge(system, [stays ?? '', goes ?? ''], 'test'),
    ...events.map((one) => it.identity.track(source, [one])),
  ]);
  for (let n = 0; n < 8; n++) assert.equal(await whose(`cookie:while${n}`), stays);
});

test('what stands for nobody joins nobody', async () => {
  const nobody = { userId: 'guest', device: '00000000-0000-0000-0000-000000000000', phone: '13800138000' };
  await send({ ...nobody, email: 'n1@example.com' });
  await send({ ...nobody, email: 'n2@example.com' });
  assert.notEqual(await whose('email:n1@example.com'), await whose('email:n2@example.com'));
  const answer = await it.identity.track(source, [event(nobody)]);
  assert.deepEqual(
    answer.rejected.map(({ code, path }) => [code, path]),
    [['track.nobody', '/identifiers']],
  );
});
