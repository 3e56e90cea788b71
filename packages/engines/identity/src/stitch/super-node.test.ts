import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Json } from '@huike/schema';
import { assertConsistent } from '../consistent.fixture.ts';
import { customerPage } from '../customer/page.ts';
import { event, source, system, type World, world } from '../fixture.ts';

// Thousands who share a phone, one `guest` and one device of zeros: no blob, no time that grows with the square.

const many = 10_000;
const few = many / 5;
const batch = 250;
const writers = 4;

let it: World;
before(async () => {
  it = await world();
});
after(async () => {
  assert.deepEqual(it.background, []);
  await it.close();
});

const nobody = { device: '00000000-0000-0000-0000-000000000000' };

/** Sends the events of `count` customers by several writers at once; how many milliseconds it took. */
async function sendAll(count: number, of: (n: number) => Json): Promise<number> {
  const batches: Json[][] = [];
  for (let at = 0; at < count; at += batch)
    batches.push(Array.from({ length: Math.min(batch, count - at) }, (_, n) => event(of(at + n))));
  const begun = performance.now();
  const work = Array.from({ length: writers }, async () => {
    for (let some = batches.pop(); some !== undefined; some = batches.pop()) {
      const { accepted, rejected } = await it.identity.track(source, some);
      assert.deepEqual([accepted, rejected], [some.length, []]);
    }
  });
  await Promise.all(work);
  return performance.now() - begun;
}

/** The most identifiers of a kind, the most interactions and claims that one customer has. */
async function most(kind: string): Promise<number> {
  const [row] = await it.rows<{ n: number }>(
    `select coalesce(max(n), 0)::int as n from (
  select count(*) as n from huike.identifier i join huike.identity s on s.id = i.identity where i.key like $1 || ':%' group by s.survivor
) x`,
    [kind],
  );
  return row?.n ?? 0;
}

async function customersOf(like: string): Promise<number> {
  const [row] = await it.rows<{ n: number }>(
    'select count(distinct s.survivor)::int as n from huike.identifier i join huike.identity s on s.id = i.identity where i.key like $1',
    [like],
  );
  return row?.n ?? 0;
}

const kindsOfReviews = async (key: string) =>
  (await it.rows<{ kind: string }>('select kind from huike.identity_review where key = $1', [key])).map(
    ({ kind }) => kind,
  );

test(`${many} customers with a user id each and one phone`, async (t) => {
  const fewTook = await sendAll(few, (n) => ({ ...nobody, userId: `few${n}`, phone: '13911110001' }));
  const manyTook = await sendAll(many, (n) => ({ ...nobody, userId: `many${n}`, phone: '13911110002' }));
  t.diagnostic(`${few} in ${Math.round(fewTook)} ms, ${many} in ${Math.round(manyTook)} ms`);
  assert.ok(manyTook < fewTook * 5 * 4, `five times as many took ${manyTook / fewTook} times as long`);
  assert.equal(await most('userId'), 1);
  assert.equal(await customersOf('userId:many%'), many);
  assert.deepEqual(await kindsOfReviews('phone:+8613911110002'), ['shared']);
  await assertConsistent(it);
});

test(`${many} customers who are known by an address of their own and one phone`, async (t) => {
  const fewTook = await sendAll(few, (n) => ({ userId: 'guest', email: `few${n}@example.com`, phone: '13911110003' }));
  const manyTook = await sendAll(many, (n) => ({ ...nobody, email: `many${n}@example.com`, phone: '13911110004' }));
  t.diagnostic(`${few} in ${Math.round(fewTook)} ms, ${many} in ${Math.round(manyTook)} ms`);
  assert.ok(manyTook < fewTook * 5 * 4, `five times as many took ${manyTook / fewTook} times as long`);
  assert.ok((await most('email')) <= 5);
  assert.ok((await customersOf('email:many%')) >= many - 4);
  assert.deepEqual(await kindsOfReviews('phone:+8613911110004'), ['shared']);
  await assertConsistent(it);
});

test('one default user id of a till, a cookie of its own on every event: the customer stays small', async (t) => {
  const fewTook = await sendAll(few, (n) => ({ userId: 'walkIn1', cookie: `few${n}` }));
  const manyTook = await sendAll(many, (n) => ({ userId: 'walkIn2', cookie: `many${n}` }));
  t.diagnostic(`${few} in ${Math.round(fewTook)} ms, ${many} in ${Math.round(manyTook)} ms`);
  assert.ok(manyTook < fewTook * 5 * 4, `five times as many took ${manyTook / fewTook} times as long`);
  assert.ok((await most('cookie')) <= 500);
  // Each cookie that was a visitor before the sign-in, too.
  const visitors = Array.from({ length: 600 }, (_, n) => event({ cookie: `visitor${n}` }));
  await it.identity.track(source, visitors);
  await sendAll(600, (n) => ({ userId: 'walkIn3', cookie: `visitor${n}` }));
  const [cluster] = await it.rows<{ n: number }>(
    'select max(n)::int as n from (select count(*) as n from huike.identity group by survivor) x',
  );
  assert.ok((cluster?.n ?? 0) <= 501, `${cluster?.n} are one customer`);
  assert.ok((await kindsOfReviews('cookie:')).length > 0);
  const [questions] = await it.rows<{ n: number }>(
    'select max(n)::int as n from (select count(*) as n from huike.identity_review group by a) x',
  );
  assert.ok((questions?.n ?? 0) <= 200, `${questions?.n} questions about one customer`);
  await assertConsistent(it);
});

test('a customer whose phone thousands have is read without reading them', async () => {
  const [first] = await it.rows<{ id: string }>(
    "select n.survivor as id from huike.identifier i join huike.identity n on n.id = i.identity where i.key = 'phone:+8613911110002'",
  );
  const page = await customerPage(it.kernel, system, first?.id ?? '');
  assert.equal(page.identifiers.length, 2);
  assert.deepEqual(page.identifiers.map(({ kind, shared }) => [kind, shared]).sort(), [
    ['phone', true],
    ['userId', false],
  ]);
  assert.ok(page.related.length <= 100, `${page.related.length} related customers`);
  const [measured] = page.measures.channels;
  assert.equal(measured?.interactions, 1);
});
