import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { actorForUser, defineJob, enqueue, type UserActor } from '@huike/kernel';
import {
  type Command,
  isJsonObject,
  type Json,
  type JsonObject,
  type MetadataDocument,
  newId,
  Problem,
} from '@huike/schema';
import { customersMetadata } from '@huike/testkit';
import { assertConsistent } from '../consistent.fixture.ts';
import { event, source, system, type World, world } from '../fixture.ts';

// Two customers become one and two again: records, what refers to them, sums, fields, events.

const metadata: MetadataDocument = {
  ...customersMetadata,
  objects: [
    ...customersMetadata.objects,
    {
      name: 'party',
      title: 'name',
      fields: [
        { name: 'name', type: 'text' },
        { name: 'guests', type: 'relations', to: 'member' },
      ],
    },
  ],
  roles: [
    {
      name: 'rep',
      objects: {
        member: { read: 'own', create: true, update: 'own', delete: 'own', export: 'none', transfer: 'none' },
      },
    },
    {
      name: 'reader',
      objects: {
        member: { read: 'all', create: false, update: 'none', delete: 'none', export: 'none', transfer: 'none' },
      },
    },
  ],
};

let it: World;
/** Milliseconds that the clock is ahead. */
let ahead = 0;
before(async () => {
  it = await world(metadata, () => new Date(Date.now() + ahead));
});
afterEach(() => assertConsistent(it));
after(async () => {
  assert.deepEqual(it.background, []);
  await it.close();
});

async function make(object: string, values: JsonObject): Promise<string> {
  const [made] = await it.kernel.write(system, [{ op: 'create', object, values }]);
  return made?.id ?? '';
}

async function change(command: Command): Promise<void> {
  await it.kernel.write(system, [command]);
}

async function recordOf(object: string, id: string): Promise<JsonObject> {
  const record: Json = JSON.parse(await it.kernel.get(system, object, id));
  return isJsonObject(record) ? record : {};
}

/** What a relation, or a list of them, points to. */
async function pointsTo(object: string, id: string, field: string): Promise<Json> {
  const value = (await recordOf(object, id))[field] ?? null;
  if (Array.isArray(value)) return value.map((one) => (isJsonObject(one) ? String(one.id) : '')).sort();
  return isJsonObject(value) ? (value.id ?? null) : value;
}

const spent = async (id: string) => Number((await recordOf('member', id)).spent ?? 0);
const merge = (...ids: string[]) => it.identity.merge(system, ids, 'the same');
const unmerge = (id: string, mergeId: string) => it.identity.unmerge(system, id, mergeId);
const codeOf = (error: unknown) => (error instanceof Problem ? error.code : String(error));

async function send(identifiers: Json, rest: Readonly<Record<string, Json>> = {}): Promise<string> {
  const one = event(identifiers, rest);
  const answer = await it.identity.track(source, [one]);
  assert.equal(answer.accepted, 1, JSON.stringify(answer));
  return String(Reflect.get(Object(one), 'id'));
}

async function whoDid(id: string): Promise<string | undefined> {
  const [row] = await it.rows<{ root: string }>(
    'select n.survivor as root from huike.interaction x join huike.identity n on n.id = x.customer where x.event = $1',
    [id],
  );
  return row?.root;
}

async function whose(key: string): Promise<string> {
  const [row] = await it.rows<{ root: string }>(
    'select n.survivor as root from huike.identifier i join huike.identity n on n.id = i.identity where i.key = $1',
    [key],
  );
  return row?.root ?? '';
}

test('two records made by hand become one and two again, with all that refers to them', async () => {
  const [tea, wine] = [await make('interest', { name: '茶' }), await make('interest', { name: '酒' })];
  const a = await make('member', { name: '张三', phone: '13911110001', interests: [tea] });
  const b = await make('member', { name: '张三丰', email: 'b@example.com', city: '成都', interests: [wine, tea] });
  const child = await make('member', { name: '徒弟', recommendedBy: b });
  const [p1, p2] = [
    await make('purchase', { code: 'u1', amount: '10.50', member: a }),
    await make('purchase', { code: 'u2', amount: '2.25', member: b }),
  ];
  const [only, both] = [
    await make('party', { name: 'only b', guests: [b, child] }),
    await make('party', { name: 'both', guests: [a, b] }),
  ];
  const { mergeId, id } = await merge(b, a);
  assert.equal(id, a, 'the older one survives, whatever the order of the ids');
  assert.deepEqual(await pointsTo('purchase', p2, 'member'), a);
  assert.deepEqual(await pointsTo('member', child, 'recommendedBy'), a);
  assert.deepEqual(await pointsTo('party', only, 'guests'), [a, child].sort());
  assert.deepEqual(await pointsTo('party', both, 'guests'), [a]);
  const one = await recordOf('member', a);
  assert.deepEqual([one.name, one.phone, one.email, one.city], ['张三', '+8613911110001', 'b@example.com', '成都']);
  assert.deepEqual(await pointsTo('member', a, 'interests'), [tea, wine].sort());
  assert.equal(await spent(a), 12.75);
  await assert.rejects(recordOf('member', b), (error) => codeOf(error) === 'record.unknown');
  assert.equal(await it.identity.customerOf(b), a, 'the id of the other one leads to it');
  await assertConsistent(it);

  await make('purchase', { code: 'u3', amount: '100', member: a });
  assert.deepEqual((await unmerge(a, mergeId)).sort(), [a, b].sort());
  const [first, second] = [await recordOf('member', a), await recordOf('member', b)];
  assert.deepEqual([first.name, first.email, first.city], ['张三', null, null]);
  assert.deepEqual([second.name, second.email, second.city], ['张三丰', 'b@example.com', '成都']);
  assert.deepEqual(await pointsTo('member', a, 'interests'), [tea]);
  assert.deepEqual(await pointsTo('member', b, 'interests'), [tea, wine].sort());
  assert.deepEqual([await pointsTo('purchase', p1, 'member'), await pointsTo('purchase', p2, 'member')], [a, b]);
  assert.deepEqual(await pointsTo('member', child, 'recommendedBy'), b);
  assert.deepEqual(await pointsTo('party', only, 'guests'), [b, child].sort());
  assert.deepEqual(await pointsTo('party', both, 'guests'), [a, b].sort());
  assert.deepEqual([await spent(a), await spent(b)], [110.5, 2.25], 'what came since stays with the survivor');
});

test('who recommended whom: nobody ends as the own parent, and it comes back', async () => {
  const a = await make('member', { name: 'a' });
  const b = await make('member', { name: 'b', recommendedBy: a });
  await change({ op: 'update', object: 'member', id: a, values: { recommendedBy: b } });
  const { mergeId } = await merge(a, b);
  assert.equal(await pointsTo('member', a, 'recommendedBy'), null);
  await unmerge(a, mergeId);
  assert.deepEqual(
    [await pointsTo('member', a, 'recommendedBy'), await pointsTo('member', b, 'recommendedBy')],
    [b, a],
  );
});

test('what a person changed since the merge stays as it is', async () => {
  const a = await make('member', { name: 'a' });
  const b = await make('member', { name: 'b', city: '成都', birthDate: '1990-01-02' });
  const c = await make('member', { name: 'c' });
  const moved = await make('purchase', { code: 'v1', amount: '1', member: b });
  const { mergeId } = await merge(a, b);
  await change({ op: 'update', object: 'member', id: a, values: { city: '重庆' } });
  await change({ op: 'update', object: 'purchase', id: moved, values: { member: c } });
  await unmerge(b, mergeId);
  const one = await recordOf('member', a);
  assert.deepEqual([one.city, one.birthDate], ['重庆', null]);
  assert.equal(await pointsTo('purchase', moved, 'member'), c);
});

for (const order of ['the first first', 'the last first'] as const) {
  test(`a into another, and that into a third: undone, ${order}`, async () => {
    const [x, a, b] = [
      await make('member', { name: 'x' }),
      await make('member', { name: 'a' }),
      await make('member', { name: 'b', city: '成都' }),
    ];
    const of: Record<string, string> = {};
    for (const [name, member] of Object.entries({ x, a, b }))
      of[name] = await make('purchase', { code: newId(), amount: '1', member });
    const lists: [string, string[]][] = [];
    for (const guests of [[a, b], [b], [x, b], [x, a, b], [a]])
      lists.push([await make('party', { name: 'p', guests }), [...guests].sort()]);
    const one = await merge(a, b);
    const two = await merge(x, a);
    assert.deepEqual([one.id, two.id], [a, x]);
    await assertConsistent(it);
    for (const [list, guests] of lists)
      assert.deepEqual(await pointsTo('party', list, 'guests'), [x], JSON.stringify(guests));
    assert.equal(await spent(x), 3);
    if (order === 'the first first') {
      assert.deepEqual((await unmerge(x, one.mergeId)).sort(), [x, b].sort());
      assert.equal(await pointsTo('purchase', of.a ?? '', 'member'), x);
      assert.equal(await pointsTo('purchase', of.b ?? '', 'member'), b);
      for (const [list, guests] of lists) {
        const expected = [...new Set(guests.map((guest) => (guest === b ? b : x)))].sort();
        assert.deepEqual(await pointsTo('party', list, 'guests'), expected, JSON.stringify(guests));
      }
      await assertConsistent(it);
      await unmerge(a, two.mergeId);
    } else {
      assert.deepEqual((await unmerge(b, two.mergeId)).sort(), [x, a].sort());
      assert.equal(await pointsTo('purchase', of.b ?? '', 'member'), a);
      assert.equal((await recordOf('member', a)).city, '成都');
      for (const [list, guests] of lists) {
        const expected = [...new Set(guests.map((guest) => (guest === x ? x : a)))].sort();
        assert.deepEqual(await pointsTo('party', list, 'guests'), expected, JSON.stringify(guests));
      }
      await assertConsistent(it);
      await unmerge(a, one.mergeId);
    }
    for (const [name, member] of Object.entries({ x, a, b }))
      assert.equal(await pointsTo('purchase', of[name] ?? '', 'member'), member);
    for (const [list, guests] of lists) assert.deepEqual(await pointsTo('party', list, 'guests'), guests);
    assert.deepEqual([await spent(x), await spent(a), await spent(b)], [1, 1, 1]);
    assert.deepEqual([(await recordOf('member', a)).city, (await recordOf('member', b)).city], [null, '成都']);
  });
}

test('several at once: one merge, undone as a whole', async () => {
  const tags = [
    await make('interest', { name: '1' }),
    await make('interest', { name: '2' }),
    await make('interest', { name: '3' }),
  ];
  const ids: string[] = [];
  for (const [n, tag] of tags.entries()) ids.push(await make('member', { name: `m${n}`, interests: [tag] }));
  const [a = '', b = '', c = ''] = ids;
  const list = await make('party', { name: 'p', guests: [b, c] });
  const { mergeId } = await merge(c, b, a);
  assert.deepEqual(await pointsTo('party', list, 'guests'), [a]);
  assert.deepEqual(await pointsTo('member', a, 'interests'), [...tags].sort());
  await unmerge(b, mergeId);
  assert.deepEqual(await pointsTo('party', list, 'guests'), [b, c].sort());
  for (const [n, id] of ids.entries()) assert.deepEqual(await pointsTo('member', id, 'interests'), [tags[n]]);
});

test('events go with the identifier by which they came, before the merge, between and after', async () => {
  const [ua, ub] = [{ userId: 'ea' }, { phone: '13911112001' }];
  const before = [await send(ua, { traits: { name: '甲' } }), await send(ub, { traits: { name: '乙', city: '成都' } })];
  const [a, b] = [await whose('userId:ea'), await whose('phone:+8613911112001')];
  assert.deepEqual([(await recordOf('member', a)).name, (await recordOf('member', b)).name], ['甲', '乙']);
  const { mergeId } = await merge(a, b);
  const between = [
    await send(ua),
    await send(ub),
    await send({ ...ub, cookie: 'eb' }, { traits: { email: 'eb@example.com' } }),
  ];
  const cookie = await send({ cookie: 'eb' });
  for (const one of [...before, ...between, cookie]) assert.equal(await whoDid(one), a);
  assert.deepEqual(
    [(await recordOf('member', a)).city, (await recordOf('member', a)).email],
    ['成都', 'eb@example.com'],
  );
  await unmerge(a, mergeId);
  const expected = [a, b, a, b, b, b];
  for (const [n, one] of [...before, ...between, cookie].entries())
    assert.equal(await whoDid(one), expected[n], `event ${n}`);
  const [one, other] = [await recordOf('member', a), await recordOf('member', b)];
  assert.deepEqual([one.name, one.city, one.email, one.phone], ['甲', null, null, null]);
  assert.deepEqual(
    [other.name, other.city, other.email, other.phone],
    ['乙', '成都', 'eb@example.com', '+8613911112001'],
  );
});

test('what an event joined can be parted too', async () => {
  await send({ userId: 'sa' }, { traits: { name: '甲' } });
  await send({ email: 'sb@example.com' }, { traits: { name: '乙' } });
  const [a, b] = [await whose('userId:sa'), await whose('email:sb@example.com')];
  await make('purchase', { code: newId(), amount: '5', member: b });
  const wrong = await send({ userId: 'sa', email: 'sb@example.com' });
  assert.equal(await whose('email:sb@example.com'), a);
  assert.deepEqual([await spent(a), await whoDid(wrong)], [5, a]);
  const [row] = await it.rows<{ id: string; evidence: JsonObject }>(
    "select id, evidence from huike.merge where survivor = $1 and source = 'stitch'",
    [a],
  );
  assert.deepEqual(row?.evidence.identifiers, ['userId:sa', 'email:sb@example.com']);
  await unmerge(a, row?.id ?? '');
  assert.deepEqual([await whose('userId:sa'), await whose('email:sb@example.com')], [a, b]);
  assert.deepEqual([await spent(a), await spent(b)], [0, 5]);
  assert.deepEqual([(await recordOf('member', a)).name, (await recordOf('member', b)).name], ['甲', '乙']);
});

test('a merge is logged, and refused where there is nothing to do', async () => {
  const [a, b] = [await make('member', { name: 'a' }), await make('member', { name: 'b' })];
  const { mergeId } = await merge(a, b);
  const [row] = await it.rows<JsonObject>(
    'select survivor, source, actor, reason, evidence, undone_at, undone_by from huike.merge where id = $1',
    [mergeId],
  );
  assert.deepEqual(row, {
    ...{ survivor: a, source: 'person', actor: 'setup', reason: 'the same', evidence: { customers: [a, b] } },
    ...{ undone_at: null, undone_by: null },
  });
  const refused = async (promise: Promise<unknown>) => promise.then(() => 'done', codeOf);
  assert.equal(await refused(merge(a, b)), 'merge.same');
  assert.equal(await refused(merge(a, a)), 'merge.same');
  assert.equal(await refused(merge(b, newId())), 'customer.unknown');
  assert.equal(await refused(merge(b, 'x')), 'customer.unknown');
  assert.equal(await refused(unmerge(a, newId())), 'merge.unknown');
  assert.equal(await refused(unmerge(newId(), mergeId)), 'customer.unknown');
  const c = await make('member', { name: 'c' });
  const d = await make('member', { name: 'd' });
  await merge(c, d);
  assert.equal(await refused(unmerge(c, mergeId)), 'merge.unknown', 'of another customer');
  await unmerge(b, mergeId);
  assert.equal(await refused(unmerge(a, mergeId)), 'merge.undone');
  assert.equal(await refused(unmerge(b, mergeId)), 'merge.undone');
});

test('whoever may not read one of them, or not change it, merges and parts nothing', async () => {
  const user = async (role: string): Promise<UserActor> => {
    const [made] = await it.kernel.write(system, [
      {
        op: 'create',
        object: 'user',
        values: { name: role, email: `${role}@example.com`, password: 'vexing otter 41', roles: [role] },
      },
    ]);
    const actor = await actorForUser(it.kernel.people, made?.id ?? '', { ip: null, userAgent: null, requestId: null });
    assert.ok(actor);
    return actor;
  };
  const [rep, reader] = [await user('rep'), await user('reader')];
  const own = async (name: string) => {
    const [made] = await it.kernel.write(rep, [{ op: 'create', object: 'member', values: { name } }]);
    return made?.id ?? '';
  };
  const [mine, alsoMine, other] = [await own('mine'), await own('also mine'), await make('member', { name: 'other' })];
  const refused = async (promise: Promise<unknown>) => promise.then(() => 'done', codeOf);
  assert.equal(await refused(it.identity.merge(rep, [mine, other], null)), 'customer.unknown');
  assert.equal(await refused(it.identity.merge(reader, [mine, other], null)), 'access.denied');
  const { mergeId } = await it.identity.merge(rep, [mine, alsoMine], null);
  assert.equal(await refused(it.identity.unmerge(reader, mine, mergeId)), 'access.denied');
  // By the id of one that became another's customer, nobody gets at that.
  const { id, mergeId: outer } = await merge(other, mine);
  assert.equal(id, mine);
  await change({ op: 'update', object: 'member', id, values: { owner: reader.id } });
  const third = await own('third');
  assert.equal(await refused(it.identity.merge(rep, [alsoMine, third], null)), 'customer.unknown');
  assert.equal(await refused(it.identity.unmerge(rep, alsoMine, mergeId)), 'customer.unknown');
  await unmerge(mine, outer);
});

test("a customer that a person deleted can't be merged; an event that joins it to another brings it back", async () => {
  await send({ userId: 'gone' }, { traits: { name: '走了' } });
  await send({ email: 'stays@example.com' }, { traits: { name: '还在' } });
  const [gone, stays] = [await whose('userId:gone'), await whose('email:stays@example.com')];
  await change({ op: 'delete', object: 'member', id: gone });
  assert.equal(await merge(gone, stays).then(String, codeOf), 'customer.unknown');
  await send({ userId: 'gone', cookie: 'gone' }, { traits: { name: '回来' } });
  await assert.rejects(recordOf('member', gone), (error) => codeOf(error) === 'record.unknown', 'no event alone does');
  await send({ userId: 'gone', email: 'stays@example.com' });
  assert.equal((await recordOf('member', gone)).email, 'stays@example.com');
});

test('the record of one that was merged waits in the bin for as long as the merge stands', async () => {
  const [a, b, plain] = [
    await make('member', { name: 'a' }),
    await make('member', { name: 'b', city: '成都' }),
    await make('member', { name: 'plain' }),
  ];
  const { mergeId } = await merge(a, b);
  await change({ op: 'delete', object: 'member', id: plain });
  ahead = 31 * 86_400_000;
  await it.kernel.runJobs([], (error) => it.background.push(error));
  await enqueue(it.kernel.db, [defineJob<null>('records.purge').with(null)]);
  while ((await it.rows('select from data.member where id = $1', [plain])).length > 0) await sleep(20);
  await unmerge(a, mergeId);
  assert.equal((await recordOf('member', b)).city, '成都');
});
