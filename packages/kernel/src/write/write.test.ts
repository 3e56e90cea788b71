import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Command, type Json, type MetadataDocument, newId, Problem, type Values } from '@huike/schema';
import { sql } from '../database/sql.ts';
import { system, userWith, type WriteFixture, writeFixture } from './fixture.ts';
import { write, writePartial } from './index.ts';
import type { WriteContext, Written } from './types.ts';

const word = (value: string) => ({ value, label: { zh: value, en: value } });
const objects: MetadataDocument = {
  settings: [{ name: 'company', rates: [{ currency: 'USD', from: '2020-01-01', rate: '7.1' }] }],
  objects: [
    {
      name: 'customer',
      title: 'name',
      fields: [
        { name: 'name', type: 'text', required: true },
        { name: 'code', type: 'text', unique: true },
        { name: 'mobile', type: 'phone' },
        { name: 'level', type: 'option', options: [word('a'), { ...word('old'), retired: true }], default: 'a' },
        { name: 'since', type: 'date', default: '{today}' },
        { name: 'keeper', type: 'user', default: '{me}' },
        { name: 'number', type: 'autoNumber', pattern: 'K{yyyy}-{000}', reset: 'year' },
        { name: 'fee', type: 'money' },
        { name: 'score', type: 'decimal', scale: 1 },
        { name: 'double', type: 'formula', expression: 'score * 2', returns: 'decimal' },
        { name: 'label', type: 'formula', expression: 'name & "/" & double', returns: 'text' },
      ],
      indexes: [{ name: 'levelAndFee', fields: ['level', 'fee'], unique: true }],
    },
    {
      name: 'order',
      title: 'subject',
      fields: [
        { name: 'subject', type: 'text' },
        { name: 'customer', type: 'relation', to: 'customer', onDelete: 'restrict' },
        { name: 'friend', type: 'relation', to: 'customer' },
        { name: 'watchers', type: 'relations', to: 'customer' },
        { name: 'serial', type: 'autoNumber', pattern: '{00}', gapless: true },
        {
          name: 'lines',
          type: 'table',
          fields: [
            { name: 'item', type: 'text', required: true },
            { name: 'quantity', type: 'number' },
          ],
        },
      ],
    },
  ],
};

let fixture: WriteFixture;
let context: WriteContext;
before(async () => {
  fixture = await writeFixture(objects);
  context = fixture.context;
});
after(() => fixture.close());

const create = (object: string, values: Values, more: { id?: string; ref?: string } = {}): Command => ({
  op: 'create',
  object,
  values,
  ...more,
});
const update = (object: string, id: string, values: Values, version?: number): Command => ({
  op: 'update',
  object,
  id,
  values,
  ...(version === undefined ? {} : { version }),
});

async function one(command: Command): Promise<Written> {
  const [written] = await write(context, system, [command]);
  assert.ok(written);
  return written;
}

async function row(object: string, id: string): Promise<Record<string, Json>> {
  const [found] = await fixture.db.query<Record<string, Json>>(
    sql`select * from ${sql.identifier('data', object)} where id = ${sql.value(id)}`,
  );
  assert.ok(found);
  return found;
}

/** The codes of what a write is refused for, by path. */
async function refusal(...commands: Command[]): Promise<{ code: string; issues: Record<string, string> }> {
  const before = await fixture.db.query(sql`select max(n) from huike.change_pending`);
  try {
    await write(context, system, commands);
  } catch (error) {
    assert.ok(error instanceof Problem, String(error));
    assert.deepEqual(await fixture.db.query(sql`select max(n) from huike.change_pending`), before);
    return { code: error.code, issues: Object.fromEntries(error.issues.map(({ path, code }) => [path, code])) };
  }
  return assert.fail('nothing was refused');
}

test('a new record gets its defaults, numbers, formulas, sort key and lexemes', async () => {
  const actor = userWith(newId(), newId(), ['administrator']);
  const [written] = await write(context, actor, [create('customer', { name: '张三', score: '1.25' })]);
  const { id = '', version } = written ?? {};
  assert.equal(version, 1);
  const stored = await row('customer', id);
  assert.equal(stored.level, 'a');
  assert.match(String(stored.since), /^\d{4}-\d\d-\d\d$/);
  assert.equal(stored.keeper, actor.id);
  assert.equal(stored.owner, actor.id);
  assert.equal(stored.department, actor.department);
  assert.equal(stored.createdBy, actor.id);
  assert.match(String(stored.number), /^K\d{4}-\d{3}$/);
  assert.equal(stored.score, '1.3');
  assert.equal(stored.double, '2.6');
  assert.equal(stored.label, '张三/2.6');
  assert.match(String(stored['name~sort']), /^zhang/);
  assert.match(String(stored['~search']), /zs/);
});

test('everything that is wrong with a batch is told at once, and nothing is done', async () => {
  const { code, issues } = await refusal(
    create('customer', { name: 'x'.repeat(300), mobile: 'abc', secret: 1, id: newId() }),
    create('customer', {}),
    create('order', { customer: newId(), lines: [{ quantity: 1 }, 5] }),
    create('customer', { name: 'fine', level: 'old', number: 'K1', version: 7 }),
  );
  assert.equal(code, 'write.invalid');
  assert.deepEqual(issues, {
    '/0/name': 'value.tooLong',
    '/0/mobile': 'value.type',
    '/0/secret': 'value.unknownField',
    '/0/id': 'write.readOnly',
    '/1/name': 'value.required',
    '/2/customer': 'value.reference',
    '/2/lines/1': 'value.type',
    '/2/lines/0/item': 'value.required',
    '/3/level': 'value.option',
    '/3/number': 'write.readOnly',
    '/3/version': 'write.readOnly',
  });
});

test('what is not there, and what may not be written, is refused with its own code', async () => {
  const [{ id }] = await Promise.all([one(create('customer', { name: 'a' }))]);
  assert.equal((await refusal(create('nothing', {}))).code, 'object.unknown');
  assert.equal((await refusal(update('customer', newId(), {}))).code, 'record.unknown');
  assert.equal((await refusal(update('customer', 'x', {}))).code, 'record.unknown');
  assert.equal((await refusal(update('customer', id, { name: 'b' }, 5))).code, 'write.version');
  assert.equal((await refusal({ op: 'delete', object: 'customer', id, version: 2 })).code, 'write.version');
  assert.equal(
    (await refusal({ op: 'upsert', object: 'customer', key: 'name', values: { name: 'x' } })).code,
    'write.key',
  );
  const noKey = await refusal({ op: 'upsert', object: 'customer', key: 'code', values: { name: 'x' } });
  assert.deepEqual(noKey.issues, { '/0/code': 'value.required' });
  const both = await refusal(create('customer', {}), update('customer', newId(), {}));
  assert.equal(both.code, 'record.unknown');
  assert.deepEqual(both.issues, { '/0/name': 'value.required', '/1': 'record.unknown' });
});

test('an update that changes nothing writes nothing', async () => {
  const { id } = await one(create('customer', { name: 'a', fee: { amount: '10', currency: 'USD' }, score: '1' }));
  const before = await row('customer', id);
  const again = { name: 'a ', fee: { amount: '10.00', currency: 'usd' }, score: 1, mobile: null, level: 'a' };
  const written = await one(update('customer', id, again));
  assert.deepEqual([written.op, written.version], ['none', 1]);
  assert.deepEqual(await row('customer', id), before);
});

test('an amount that is given again keeps the rate of its day; another amount gets the new one', async () => {
  const { id } = await one(create('customer', { name: 'a', fee: { amount: '11', currency: 'USD' } }));
  await fixture.apply({
    settings: [{ name: 'company', rates: [{ currency: 'USD', from: '2020-01-02', rate: '6' }] }],
  });
  await one(update('customer', id, { name: 'b', fee: { amount: '11', currency: 'USD' } }));
  assert.equal((await row('customer', id))['fee~base'], '78.10');
  await one(update('customer', id, { fee: { amount: '12', currency: 'USD' } }));
  assert.equal((await row('customer', id))['fee~base'], '72.00');
});

test('records of one batch refer to each other, forwards and backwards; a later command joins an earlier one', async () => {
  const results = await write(context, system, [
    create('order', { subject: 'o', customer: { $ref: 'c' }, watchers: [{ $ref: 'c' }, { $ref: 'd' }] }, { ref: 'o' }),
    create('customer', { name: 'c' }, { ref: 'c' }),
    { op: 'upsert', object: 'customer', key: 'code', values: { code: 'D', name: 'd' }, ref: 'd' },
    { op: 'update', object: 'order', id: { $ref: 'o' }, values: { friend: { $ref: 'd' } } },
    { op: 'upsert', object: 'customer', key: 'code', values: { code: 'D', name: 'd2' } },
  ]);
  const [order, c, d, joined, again] = results.map(({ id }) => id);
  assert.equal(joined, order);
  assert.equal(again, d);
  const stored = await row('order', order ?? '');
  assert.deepEqual([stored.customer, stored.friend, stored.version], [c, d, 1]);
  assert.equal((await row('customer', d ?? '')).name, 'd2');
  const links = await fixture.db.query(
    sql`select target from data."order.watchers" where source = ${sql.value(order ?? '')}`,
  );
  assert.equal(links.length, 2);
  const wrong = await refusal(
    create('order', { customer: { $ref: 'nobody' } }),
    create('order', { customer: { $ref: 'x' } }, { ref: 'x' }),
  );
  assert.deepEqual(wrong.issues, { '/0/customer': 'value.reference', '/1/customer': 'value.reference' });
});

test('a relation is found by another field: exactly one record, read under the actor’s rights', async () => {
  const [a] = await write(context, system, [
    create('customer', { name: 'look', code: 'L1', score: '2.0' }),
    create('customer', { name: 'look', code: 'L2' }),
  ]);
  const by = (field: string, value: Json) => create('order', { customer: { lookup: { field, value } } });
  const found = await one(by('code', 'L1'));
  assert.equal((await row('order', found.id)).customer, a?.id);
  assert.equal((await row('order', (await one(by('score', '2.00'))).id)).customer, a?.id);
  assert.deepEqual((await refusal(by('code', 'L9'))).issues, { '/0/customer': 'value.reference' });
  assert.deepEqual((await refusal(by('name', 'look'))).issues, { '/0/customer': 'value.lookupAmbiguous' });
  assert.deepEqual((await refusal(by('nothing', 'x'))).issues, { '/0/customer': 'value.reference' });
  assert.deepEqual((await refusal(by('score', 'x'))).issues, { '/0/customer': 'value.type' });
});

test('numbers: a year apart, without gaps where that is promised, in the order of the commands', async () => {
  const count = 25;
  const results = await write(
    context,
    system,
    Array.from({ length: count }, () => create('order', {})),
  );
  await refusal(create('order', {}), create('order', { customer: newId() }));
  results.push(await one(create('order', {})));
  const serials = await Promise.all(results.map(async ({ id }) => Number((await row('order', id)).serial)));
  assert.deepEqual(
    serials,
    serials.map((_, i) => (serials[0] ?? 0) + i),
  );
});

test('a unique value: living records only, told without the other record, doubles in one batch too', async () => {
  const { id } = await one(create('customer', { name: 'u', code: 'U1' }));
  const clash = await refusal(create('customer', { name: 'v' }), create('customer', { name: 'w', code: 'U1' }));
  assert.equal(clash.code, 'write.conflict');
  assert.deepEqual(clash.issues, { '/1': 'write.conflict' });
  const doubles = await refusal(
    create('customer', { name: 'v', code: 'U2' }),
    create('customer', { name: 'w', code: 'U2' }),
  );
  assert.deepEqual(doubles.issues, { '/1/code': 'value.unique' });
  await one({ op: 'delete', object: 'customer', id });
  const { id: other } = await one(create('customer', { name: 'w', code: 'U1' }));
  assert.equal((await refusal({ op: 'restore', object: 'customer', id })).code, 'write.conflict');
  await write(context, system, [update('customer', other, { code: 'U3' }), { op: 'restore', object: 'customer', id }]);
  await one(create('customer', { name: 'x', level: 'a', fee: '77.7' }));
  const compound = await refusal(create('customer', { name: 'y', level: 'a', fee: '77.70' }));
  assert.equal(compound.code, 'write.conflict');
});

test('an id may be given if it is new and made as ours are', async () => {
  const id = newId();
  assert.equal((await one(create('customer', { name: 'own' }, { id }))).id, id);
  assert.equal((await refusal(create('customer', { name: 'again' }, { id }))).code, 'write.conflict');
  const wrong = await refusal(create('customer', { name: 'v4' }, { id: '5b3f8c5e-1111-4111-8111-111111111111' }));
  assert.deepEqual(wrong.issues, { '/0/id': 'value.type' });
});

test('nested rows: the list is what is wanted; the record changes with them', async () => {
  const { id } = await one(create('order', { lines: [{ item: 'a', quantity: 1 }, { item: 'b' }, { item: 'c' }] }));
  const lines = () =>
    fixture.db.query<{ id: string; item: string; position: number; version: number }>(
      sql`select id, item, position, version from data."orderLines" where parent = ${sql.value(id)} and "deletedAt" is null order by position`,
    );
  const [a, b, c] = await lines();
  const wanted = [{ id: c?.id ?? '' }, { item: 'new' }, { id: a?.id ?? '', quantity: 1 }];
  const written = await one(update('order', id, { lines: wanted }, 1));
  assert.equal(written.version, 2);
  const now = await lines();
  assert.deepEqual(
    now.map(({ item, position, version }) => [item, position, version]),
    [
      ['c', 1, 2],
      ['new', 2, 1],
      ['a', 3, 2],
    ],
  );
  assert.equal((await one(update('order', id, { lines: now.map((line) => ({ id: line.id })) }))).op, 'none');
  const foreign = await one(create('order', { lines: [{ item: 'f' }] }));
  const wrong = await refusal(
    update('order', foreign.id, { lines: [{ id: a?.id ?? '' }, { id: b?.id ?? '' }, { id: newId() }] }),
  );
  assert.deepEqual(Object.values(wrong.issues), ['value.reference', 'value.reference', 'value.reference']);
  await one(update('order', id, { lines: null }));
  assert.deepEqual(await lines(), []);
});

test('deleting takes the parts along and brings them back; a reference that forbids it is told; others read nothing', async () => {
  const { id: customer } = await one(create('customer', { name: 'kept' }));
  const { id } = await one(create('order', { customer, friend: customer, lines: [{ item: 'a' }, { item: 'b' }] }));
  const restricted = await refusal({ op: 'delete', object: 'customer', id: customer });
  assert.equal(restricted.code, 'write.restricted');
  const [line] = await fixture.db.query<{ id: string }>(
    sql`select id from data."orderLines" where parent = ${sql.value(id)} order by position`,
  );
  await one({ op: 'delete', object: 'orderLines', id: line?.id ?? '' });
  assert.equal((await one({ op: 'delete', object: 'order', id })).version, 2);
  const parts = () =>
    fixture.db.query(
      sql`select item, "deletedAt" is not null as gone, version from data."orderLines" where parent = ${sql.value(id)} order by position`,
    );
  assert.deepEqual(await parts(), [
    { item: 'a', gone: true, version: 2 },
    { item: 'b', gone: true, version: 2 },
  ]);
  assert.equal((await refusal(update('order', id, { subject: 'x' }))).code, 'record.unknown');
  assert.equal((await refusal({ op: 'delete', object: 'order', id })).code, 'record.unknown');
  const alone = await refusal({ op: 'restore', object: 'orderLines', id: line?.id ?? '' });
  assert.deepEqual(alone.issues, { '/0/parent': 'value.reference' });
  assert.equal((await one({ op: 'delete', object: 'customer', id: customer })).op, 'delete');
  assert.equal((await one({ op: 'restore', object: 'order', id })).version, 3);
  assert.deepEqual(await parts(), [
    { item: 'a', gone: true, version: 2 },
    { item: 'b', gone: false, version: 3 },
  ]);
  assert.equal((await one({ op: 'restore', object: 'order', id })).op, 'none');
  // What it refers to lies in the bin: the reference stays for when that comes back.
  assert.equal((await row('order', id)).customer, customer);
  assert.equal((await one(update('order', id, { customer, subject: 's' }))).op, 'update');
  assert.deepEqual((await refusal(create('order', { friend: customer }))).issues, { '/0/friend': 'value.reference' });
});

test('a part cannot be changed in the write that deletes the whole', async () => {
  const { id } = await one(create('order', { lines: [{ item: 'a' }] }));
  const [line] = await fixture.db.query<{ id: string }>(
    sql`select id from data."orderLines" where parent = ${sql.value(id)}`,
  );
  const change = update('orderLines', line?.id ?? '', { item: 'b' });
  const both = await refusal({ op: 'delete', object: 'order', id }, change);
  assert.deepEqual(both.issues, { '/1/id': 'value.unique' });
  const added = await refusal({ op: 'delete', object: 'order', id }, create('orderLines', { parent: id, item: 'c' }));
  assert.deepEqual(added.issues, { '/1/parent': 'value.reference' });
  await write(context, system, [
    { op: 'delete', object: 'order', id },
    { op: 'delete', object: 'orderLines', id: line?.id ?? '' },
  ]);
});

test('back to a version: fields, links and nested rows as they were; only what is asked for', async () => {
  const [a, b] = await write(context, system, [create('customer', { name: 'a' }), create('customer', { name: 'b' })]);
  const { id } = await one(
    create('order', {
      subject: 'v1',
      friend: a?.id ?? '',
      watchers: [a?.id ?? ''],
      lines: [{ item: 'x', quantity: 1 }, { item: 'y' }],
    }),
  );
  const lines = () =>
    fixture.db.query<{ id: string; item: string; quantity: number | null }>(
      sql`select id, item, quantity from data."orderLines" where parent = ${sql.value(id)} and "deletedAt" is null order by position`,
    );
  const [x] = await lines();
  await one(update('order', id, { subject: 'v2', friend: b?.id ?? '', watchers: [b?.id ?? ''] }));
  await one(update('order', id, { lines: [{ item: 'z' }, { id: x?.id ?? '', quantity: 9 }] }));
  await one(update('order', id, { subject: 'v4' }));
  const some = await one({ op: 'restore', object: 'order', id, toVersion: 1, fields: ['subject'] });
  assert.deepEqual([some.op, some.version], ['update', 5]);
  assert.deepEqual([(await row('order', id)).subject, (await row('order', id)).friend], ['v1', b?.id]);
  await one({ op: 'restore', object: 'order', id, toVersion: 1 });
  assert.equal((await row('order', id)).friend, a?.id);
  assert.deepEqual(
    (await lines()).map(({ item, quantity }) => [item, quantity]),
    [
      ['x', 1],
      ['y', null],
    ],
  );
  const links = await fixture.db.query(sql`select target from data."order.watchers" where source = ${sql.value(id)}`);
  assert.deepEqual(links, [{ target: a?.id }]);
  assert.equal((await one({ op: 'restore', object: 'order', id, toVersion: 1 })).op, 'none');
  const wrong = await refusal({ op: 'restore', object: 'order', id, toVersion: 1, fields: ['serial', 'nothing'] });
  assert.deepEqual(wrong.issues, { '/0/fields/0': 'write.readOnly', '/0/fields/1': 'value.unknownField' });
  await one({ op: 'restore', object: 'order', id, toVersion: 3, fields: ['lines'] });
  assert.deepEqual(
    (await lines()).map(({ item, quantity }) => [item, quantity]),
    [
      ['z', null],
      ['x', 9],
    ],
  );
});

test('a partial write does what it can and tells of each other command why not', async () => {
  const taken = await one(create('customer', { name: 't', code: 'P1' }));
  const results = await writePartial(context, system, [
    create('customer', { name: 'good' }, { ref: 'good' }),
    create('customer', { name: 'clash', code: 'P1' }, { ref: 'bad' }),
    create('customer', {}),
    create('order', { customer: { $ref: 'bad' } }),
    create('order', { customer: { $ref: 'good' } }),
    update('customer', taken.id, { name: 't2' }, 9),
    update('customer', newId(), {}),
  ]);
  assert.deepEqual(
    results.map((result) => ('problem' in result ? result.problem.code : result.op)),
    ['create', 'write.conflict', 'write.invalid', 'write.invalid', 'create', 'write.version', 'record.unknown'],
  );
  assert.deepEqual(
    results.map(({ index }) => index),
    [0, 1, 2, 3, 4, 5, 6],
  );
});

test('rules have their word on what is about to be written; issues stand with the rest', async () => {
  const seen: unknown[] = [];
  const ruled: WriteContext = {
    ...context,
    validators: [
      (object, rows) => {
        seen.push(...rows.map(({ op, changed }) => [object.name, op, [...changed]]));
        return rows.flatMap(({ path, after: { name } }) =>
          name === 'bad' ? [{ path: `${path}/name`, code: 'value.rule' as const, params: { message: '不行' } }] : [],
        );
      },
    ],
  };
  const [good] = await write(ruled, system, [create('customer', { name: 'good' })]);
  await assert.rejects(
    write(ruled, system, [create('customer', {}), update('customer', good?.id ?? '', { name: 'bad' })]),
    (error) => {
      assert.ok(error instanceof Problem);
      assert.deepEqual(
        error.issues.map(({ path, code }) => [path, code]),
        [
          ['/0/name', 'value.required'],
          ['/1/name', 'value.rule'],
        ],
      );
      return true;
    },
  );
  assert.deepEqual(seen.at(-1), ['customer', 'update', ['name', 'name~sort', 'label', '~search']]);
});

test('a batch of thousands is copied, with every kind of value', async () => {
  const strange = '"quote\' \\ back\tslash {a,b} ½ 张三 \\N';
  const values = (i: number) => ({
    name: `${strange} ${i}`,
    code: `B${i}`,
    fee: { amount: `${i}.5`, currency: 'USD' },
    score: i,
  });
  const results = await write(
    context,
    system,
    Array.from({ length: 700 }, (_, i) => create('customer', values(i))),
  );
  assert.equal(new Set(results.map(({ id }) => id)).size, 700);
  const stored = await row('customer', results[321]?.id ?? '');
  assert.equal(stored.name, `${strange.replace('\t', ' ')} 321`);
  assert.deepEqual([stored['fee~currency'], stored.double], ['USD', '642']);
  const [logged] = await fixture.db.query<{ data: Record<string, Json> }>(
    sql`select data from huike.change_pending where record = ${sql.value(results[321]?.id ?? '')}`,
  );
  assert.deepEqual(logged?.data['10'], [null, stored.name]);
  const updated = await write(
    context,
    system,
    results.map(({ id }, i) => update('customer', id, { name: `n${i}` })),
  );
  assert.ok(updated.every(({ version }) => version === 2));
  const clash = await refusal(
    ...Array.from({ length: 300 }, (_, i) => create('customer', { name: 'x', code: i === 77 ? 'B5' : `C${i}` })),
  );
  assert.deepEqual(clash.issues, { '/77': 'write.conflict' });
});
