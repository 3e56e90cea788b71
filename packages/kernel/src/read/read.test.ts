// The read path, case by case: what leaked or broke once has a name here.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Command, type Json, newId, Problem } from '@huike/schema';
import type { UserActor } from '../access/index.ts';
import { sql } from '../database/sql.ts';
import { system, userWith, type WriteFixture, writeFixture } from '../write/fixture.ts';
import { write } from '../write/index.ts';
import { describe, exportRecords, get, group, history, list, search, unmask } from './index.ts';

const [me, department] = [newId(), newId()];
const [mine, theirs, secret] = [newId(), newId(), newId()];
const long = '长'.repeat(9_000);
let fixture: WriteFixture;

before(async () => {
  fixture = await writeFixture({
    objects: [
      {
        name: 'visit',
        fields: [
          { name: 'subject', type: 'text' },
          { name: 'mobile', type: 'phone' },
          { name: 'notes', type: 'longText' },
          { name: 'fee', type: 'money' },
          { name: 'hours', type: 'decimal' },
          { name: 'place', type: 'relation', to: 'place' },
          { name: 'places', type: 'relations', to: 'place' },
          { name: 'absent', type: 'relation', to: 'nowhere' },
          { name: 'double', type: 'formula', expression: 'hours * 2', returns: 'decimal' },
          { name: 'days', type: 'formula', expression: 'hours + YEAR(TODAY())', returns: 'decimal' },
        ],
      },
      {
        name: 'place',
        title: 'nickname',
        fields: [
          { name: 'nickname', type: 'text' },
          { name: 'visits', type: 'rollup', from: 'visit', via: 'place', fn: 'sum', of: 'hours' },
        ],
      },
    ],
    roles: [
      { name: 'own', objects: { visit: { read: 'own', export: 'own' } } },
      { name: 'timeless', objects: { visit: { read: 'all', fields: { createdAt: 'none' } } } },
      {
        name: 'masked',
        capabilities: ['unmask'],
        objects: {
          visit: {
            read: 'all',
            fields: { mobile: 'masked', fee: 'masked', hours: 'none', days: 'masked', places: 'masked' },
          },
        },
      },
      { name: 'placed', objects: { visit: { read: 'all' }, place: { read: 'own', fields: { nickname: 'none' } } } },
    ],
    layouts: [
      {
        name: 'whole',
        object: 'visit',
        position: 2,
        highlights: ['hours', 'fee'],
        tabs: [
          {
            name: 'main',
            sections: [
              {
                name: 'one',
                fields: [
                  { field: 'subject' },
                  { field: 'hours' },
                  { field: 'notes', when: { field: 'hours', op: 'empty' } },
                ],
              },
              { name: 'two', when: { field: 'mobile', op: 'notEmpty' }, fields: [{ field: 'subject' }] },
            ],
          },
        ],
      },
      {
        name: 'few',
        object: 'visit',
        position: 1,
        when: { field: 'hours', op: 'gt', value: '1' },
        tabs: [{ name: 'a' }],
      },
      {
        name: 'place',
        object: 'place',
        roles: ['placed'],
        tabs: [
          { name: 'a', related: [{ object: 'visit', field: 'place', fields: ['hours', 'fee'], sort: ['-hours'] }] },
        ],
      },
    ],
    views: [
      { name: 'all', object: 'visit', fields: ['subject', 'hours', 'place.nickname'], sort: ['-hours', 'subject'] },
      { name: 'some', object: 'visit', filter: { field: 'hours', op: 'gt', value: '1' } },
      {
        name: 'far',
        object: 'visit',
        filter: { field: 'place', op: 'some', value: { field: 'nickname', op: 'notEmpty' } },
      },
    ],
  });
  const on = (object: string, id: string, values: Record<string, Json>): Command => ({
    op: 'create',
    object,
    id,
    values,
  });
  await write(fixture.context, system, [
    on('department', department, { name: 'd', department }),
    on('user', me, { name: 'me', email: 'me@example.com', owner: me, department }),
    on('place', secret, { nickname: 'hidden' }),
    on('visit', mine, { subject: 'Ｍine', owner: me, hours: '2', mobile: '13800138000', fee: '5', notes: `${long}a` }),
    on('visit', theirs, { subject: 'theirs', hours: '3', place: secret, places: [secret], notes: `${long}b` }),
  ]);
});
after(() => fixture.close());

const as = (...roles: string[]): UserActor => userWith(me, department, roles);
const reading = () => ({ ...fixture.context, now: () => new Date('2026-06-01T00:00:00Z') });
const visits = async (actor: UserActor, query: Parameters<typeof list>[3]): Promise<Json> =>
  JSON.parse((await list(reading(), actor, 'visit', query)).data);

async function refusedAs(code: string, params: Json, call: () => Promise<unknown>): Promise<void> {
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof Problem, String(error));
    assert.deepEqual([error.code, { ...error.params }], [code, params]);
    return true;
  });
}

test('unmasking tells values, not the ids of what is out of sight', async () => {
  const what = { fields: ['mobile', 'fee', 'place', 'places'], reason: 'call back' };
  const shown: Json = JSON.parse(await unmask(reading(), as('masked'), 'visit', theirs, what));
  assert.deepEqual(shown, { mobile: null, fee: null, place: null, places: [] });
  const mobile: Json = JSON.parse(await unmask(reading(), as('masked'), 'visit', mine, what));
  assert.deepEqual(mobile, {
    mobile: '+8613800138000',
    fee: { amount: '5.00', currency: 'CNY' },
    place: null,
    places: [],
  });
  await refusedAs('field.unknown', { field: 'hours' }, () =>
    unmask(reading(), as('masked'), 'visit', mine, { ...what, fields: ['hours'] }),
  );
  await refusedAs('access.denied', {}, () => unmask(reading(), as('own'), 'visit', mine, what));
});

test('a masked formula that is computed in the read is masked', async () => {
  assert.deepEqual(await visits(as('masked'), { fields: ['days', 'fee'], sort: ['id'] }), [
    // Its input is hidden: there is nothing to compute.
    { days: null, fee: '****' },
    { days: null, fee: null },
  ]);
  const masked = { ...as('masked'), roles: ['masked', 'own'] };
  assert.deepEqual(await visits(masked, { fields: ['days'], sort: ['id'] }), [{ days: '2028' }, { days: null }]);
});

test('a masked past looks like a masked present', async () => {
  const { data } = await history(reading(), as('masked'), 'visit', mine, { limit: 1 });
  const changes = data[0]?.changes ?? [];
  assert.deepEqual(
    changes.find(({ field }) => field === 'fee'),
    { field: 'fee', before: null, after: '****' },
  );
  assert.equal(
    changes.some(({ field }) => field === 'hours' || field === 'double'),
    false,
  );
});

test('nothing is lost between pages where a time shows on some rows only, or on none', async () => {
  for (const roles of [['own', 'timeless'], ['timeless']]) {
    const first = await list(reading(), as(...roles), 'visit', { fields: ['id'], limit: 1 });
    const cursor = first.next ?? '';
    const second = await list(reading(), as(...roles), 'visit', { fields: ['id'], limit: 1, cursor });
    const ids = [first, second].map(({ data }) => JSON.parse(data)[0].id).sort();
    assert.deepEqual(ids, [mine, theirs].sort(), roles.join());
    assert.equal(second.next, null);
  }
});

test('a long text can be paged by', async () => {
  const first = await list(reading(), as('administrator'), 'visit', { fields: ['id'], sort: ['notes'], limit: 1 });
  assert.ok((first.next ?? '').length < 8_000);
  const second = await visits(as('administrator'), {
    fields: ['id'],
    sort: ['notes'],
    limit: 1,
    cursor: first.next ?? '',
  });
  assert.notDeepEqual(second, JSON.parse(first.data));
});

test('related records sort by a title that is seen, else by themselves', async () => {
  for (const roles of [['placed'], ['own'], ['administrator']]) {
    for (const sort of ['place', '-place', 'absent']) await visits(as(...roles), { sort: [sort] });
  }
  await refusedAs('field.unknown', { field: 'place.nickname' }, () =>
    visits(as('placed'), { sort: ['place.nickname'] }),
  );
  await refusedAs('field.unknown', { field: 'place.nothing' }, () => visits(as('placed'), { sort: ['place.nothing'] }));
});

test('case is passed over for A to Z, on both sides alike', async () => {
  const found = (value: string) =>
    visits(as('administrator'), { fields: ['id'], filter: { field: 'subject', op: 'contains', value } });
  assert.deepEqual(await found('Ｍ'), [{ id: mine }]);
  assert.deepEqual(await found('ｍ'), []);
  assert.deepEqual(await found('INE'), [{ id: mine }]);
});

test('a search for a long text is a search', async () => {
  for (const text of ['x'.repeat(65), '张'.repeat(200), `${'x'.repeat(64)} y`])
    assert.equal(await search(reading(), as('administrator'), { text }), '[]');
});

test('names of our own aliases are names like any other', async () => {
  const query = {
    group: [],
    measures: [
      { fn: 'count' as const, as: 'o' },
      { fn: 'count' as const, as: 'version' },
    ],
  };
  assert.equal(await group(reading(), as('administrator'), 'visit', query), '[{"o":2,"version":2}]');
});

test('the largest and the smallest doubles add up, or are no number', async () => {
  await fixture.apply({ objects: [{ name: 'measure', fields: [{ name: 'n', type: 'number' }] }] });
  const add = (n: number): Command => ({ op: 'create', object: 'measure', values: { n } });
  const measures = (['sum', 'avg', 'min', 'max'] as const).map((fn) => ({ fn, field: 'n', as: fn }));
  const measured = async (): Promise<Json> =>
    JSON.parse(await group(reading(), as('administrator'), 'measure', { group: [], measures }));
  await write(fixture.context, system, [add(1e200), add(-1e200), add(0.1), add(0.2), add(5e-324)]);
  assert.deepEqual(await measured(), [{ sum: 0.3, avg: 0.06, min: -1e200, max: 1e200 }]);
  await write(fixture.context, system, [add(1.7e308), add(1.7e308)]);
  assert.deepEqual(await measured(), [{ sum: null, avg: 4.857142857142857e307, min: -1e200, max: 1.7e308 }]);
});

test('a list and its count fail together', async () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown) => unhandled.push(error);
  process.on('unhandledRejection', note);
  const filter = { field: 'hours', op: 'gt', value: 'x' };
  await refusedAs('query.value', { field: 'hours', expected: 'a decimal such as 12.50' }, () =>
    visits(as('administrator'), { filter, count: true }),
  );
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', note);
  assert.deepEqual(unhandled, []);
});

test('the described metadata names nothing that is hidden', () => {
  const told = (role: string) => describe(fixture.catalog(), as(role));
  const masked = JSON.stringify(told('masked'));
  for (const name of ['hours', 'nickname', '"to":"place"', 'nowhere'])
    assert.ok(!masked.includes(name), `${name}: ${masked}`);
  assert.deepEqual(
    told('masked').views.map(({ name, fields, sort }) => ({ name, fields, sort })),
    [{ name: 'all', fields: ['subject'], sort: ['subject'] }],
  );
  const placed = told('placed').objects.find(({ name }) => name === 'place');
  assert.equal(placed?.title, 'id');
  assert.deepEqual(told('administrator').views.length, 3);
});

test('a layout is told without what is hidden, in order, to whom it is for', () => {
  const told = (role: string) => describe(fixture.catalog(), as(role)).layouts;
  assert.deepEqual(
    told('masked').map(({ name, highlights, tabs }) => ({ name, highlights, tabs })),
    [
      {
        name: 'whole',
        highlights: ['fee'],
        tabs: [{ name: 'main', sections: [{ name: 'one', fields: [{ field: 'subject' }] }] }],
      },
    ],
  );
  const names = (role: string) => told(role).map(({ name }) => name);
  assert.deepEqual(names('administrator'), ['place', 'few', 'whole']);
  assert.deepEqual(names('own'), ['few', 'whole']);
  assert.deepEqual(names('placed'), ['place', 'few', 'whole']);
});

test('what an export writes into the log can be kept', async () => {
  const filter = {
    and: [
      { field: 'subject', op: 'notEmpty', value: 'a\0\ud800' },
      { field: 'absent', op: 'none', value: { and: [] } },
    ],
  };
  const { total } = await exportRecords(reading(), as('own'), 'visit', { filter }, 'csv');
  assert.equal(total, 1);
  const [event] = await fixture.db.query<{ data: { filter: Json } }>(
    sql`select data from huike.change_pending where op = 'recordsExported'`,
  );
  assert.equal(JSON.stringify(event?.data.filter).includes('a\ufffd'), true);
  await refusedAs('access.denied', {}, () => exportRecords(reading(), as('placed'), 'visit', {}, 'csv'));
});

test('ids and versions that cannot be answer like those that are not', async () => {
  for (const id of ['', 'x', mine.toUpperCase(), `${mine} `, '\0'])
    for (const call of [
      () => get(reading(), as('own'), 'visit', id),
      () => history(reading(), as('own'), 'visit', id, { limit: 1 }),
      () => unmask(reading(), as('masked'), 'visit', id, { fields: ['mobile'], reason: 'x' }),
    ])
      await refusedAs('record.unknown', {}, call);
  await refusedAs('object.unknown', { object: 'place' }, () => get(reading(), as('own'), 'place', 'x'));
  for (const before of [0, -1, 1.5, 1e12, Number.NaN])
    await assert.rejects(
      () => history(reading(), as('own'), 'visit', mine, { limit: 1, before }),
      (error) => error instanceof Problem && error.code === 'query.invalid',
    );
});
