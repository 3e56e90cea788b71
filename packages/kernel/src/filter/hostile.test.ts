// Whatever is asked, the answer is records or a refusal in words: never another error, and nothing changes.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  dateUnits,
  type FieldDefinition,
  type GroupQuery,
  isJsonObject,
  type Json,
  type JsonObject,
  type ListQuery,
  measureFunctions,
  newId,
  operators,
  Problem,
} from '@huike/schema';
import fc from 'fast-check';
import type { UserActor } from '../access/index.ts';
import { describe, exportRecords, get, group, history, list, search, unmask, visibleAmong } from '../read/index.ts';
import { databaseHash } from '../read/world.fixture.ts';
import { system, userWith, type WriteFixture, writeFixture } from '../write/fixture.ts';
import { write } from '../write/index.ts';
import { awkwardNames, hugeTexts, nastyText, nastyTexts, nastyValue } from './hostile.fixture.ts';

const long = process.env.HUIKE_LONG !== undefined;
const runs = long ? 60_000 : 1_500;
const label = { zh: `"'; drop table data.awkward; --`, en: '\\$1 %s `' };
const values = ["it's", '"q"', '\\', '$1', "'); drop table x; --", '客户', '𠮷', 'a,b', '{x}', '%'];

/** A field of every kind under an awkward name, with awkward words. */
const fields: FieldDefinition[] = [
  { name: 'title', type: 'text', label, default: "'; drop table data.awkward; --" },
  { name: 'o', type: 'percent', label },
  { name: 't', type: 'number', label, default: 1.5 },
  { name: 'p', type: 'phone', label },
  { name: 'q', type: 'relation', to: 'awkward', label },
  { name: 'g', type: 'money', label },
  { name: 'n', type: 'decimal', label },
  { name: 'x', type: 'longText', searchable: true, label },
  {
    name: 'k',
    type: 'table',
    label,
    fields: [
      { name: 'o', type: 'text' },
      { name: 'data', type: 'user' },
    ],
  },
  { name: 'data', type: 'option', options: values.map((value) => ({ value, label })), default: "it's", label },
  { name: 'last', type: 'options', options: values.map((value) => ({ value, label })), default: values, label },
  { name: 'total', type: 'cascade', tree: [{ value: values[4] ?? '', label, children: [{ value: '"', label }] }] },
  { name: 'record', type: 'relations', to: 'select', label },
  { name: 'select', type: 'date', label },
  { name: 'order', type: 'dateTime', label },
  { name: 'group', type: 'boolean', label },
  { name: 'user', type: 'user', label },
  { name: 'table', type: 'department', label },
  { name: 'then', type: 'email', label },
  { name: 'length', type: 'url', label },
  { name: 'toJSON', type: 'address', label },
  { name: 'prototype', type: 'geo', label },
  { name: 'arguments', type: 'file', label },
  { name: 'default', type: 'autoNumber', pattern: "'$1-{0000}", label },
  { name: 'null', type: 'richText', label },
  { name: 'true', type: 'formula', expression: 'n + t', returns: 'decimal', label },
  { name: 'desc', type: 'formula', expression: 'q.title & "\'"', returns: 'text', label },
  { name: 'c0', type: 'rollup', from: 'select', via: 'row', fn: 'count', label },
  { name: 'sum', type: 'rollup', from: 'select', via: 'row', fn: 'max', of: 'count', label },
  { name: 'name', type: 'formula', expression: 'owner = USER()', returns: 'boolean', label },
];

let fixture: WriteFixture;
let ids: string[];
let actors: UserActor[];

before(async () => {
  const some = { t: 'masked' as const, x: 'none' as const, data: 'masked' as const, q: 'masked' as const };
  fixture = await writeFixture({
    objects: [
      { name: 'awkward', label, fields },
      {
        name: 'select',
        label,
        fields: [
          { name: 'row', type: 'relation', to: 'awkward' },
          { name: 'count', type: 'number' },
          { name: 'o', type: 'text' },
        ],
      },
    ],
    roles: [
      {
        name: 'whole',
        label,
        objects: { awkward: { read: 'all', export: 'all' }, select: { read: 'all' } },
        capabilities: ['unmask'],
      },
      { name: 'part', label, objects: { awkward: { read: 'own', fields: some }, select: { read: 'departmentTree' } } },
      { name: 'more', label, objects: { awkward: { read: 'department', fields: { '*': 'masked' } } } },
    ],
    sharingRules: [
      {
        name: 'rule',
        label,
        object: 'awkward',
        filter: { field: 'data', op: 'in', value: values },
        to: { role: 'part' },
        right: 'read',
      },
    ],
  });
  const { context } = fixture;
  const department = newId();
  await write(context, system, [
    { op: 'create', object: 'department', id: department, values: { name: label.zh, department } },
  ]);
  const owner = newId();
  const made = await write(context, system, [
    { op: 'create', object: 'user', id: owner, values: { name: label.zh, email: 'a@example.com', owner, department } },
    ...Array.from({ length: 6 }, (_, index) => ({
      op: 'create' as const,
      object: 'awkward',
      values: {
        ...{
          owner,
          department,
          n: '1.50',
          t: index,
          p: '13800138000',
          select: '2026-01-31',
          order: '2026-01-31T00:00:00Z',
        },
        ...(index % 2 === 0
          ? { data: values[index] ?? null, x: nastyTexts[index + 2] ?? null, last: [values[index] ?? ''] }
          : {}),
        ...{ k: [{ o: values[index] ?? '' }], g: '12.30', total: [values[4] ?? ''], user: owner, table: department },
      },
    })),
  ]);
  ids = made.slice(1).map(({ id }) => id);
  actors = [['whole'], ['part'], ['part', 'more'], ['administrator'], []].map((roles) =>
    userWith(owner, department, roles),
  );
  actors.push({ ...userWith(owner, department, ['whole', 'part']), external: true });
});
after(() => fixture.close());

const reading = () => ({ ...fixture.context, now: () => new Date() });

/** Whatever else is thrown than a refusal is kept. */
const defects: string[] = [];

async function ask(what: string, call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (error instanceof Problem && error.status >= 400 && error.status < 500) {
      const told = JSON.stringify(error.params);
      if (told.length > 2_000) defects.push(`${what}: ${error.code} tells ${told.length} characters`);
      return;
    }
    defects.push(`${what}: ${String(error).slice(0, 200)}`);
  }
}

function noDefects(): void {
  const found = defects.splice(0);
  assert.deepEqual([...new Set(found)].slice(0, 10), []);
}

const fieldName = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(...fields.map(({ name }) => name), 'id', 'version', 'owner', 'createdAt', 'deletedAt'),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'q.title',
      'owner.name',
      'q.q.q.n',
      'table.parent.name',
      'k.o',
      'record.o',
      'q.k',
      'user.email',
    ),
  },
  { weight: 1, arbitrary: nastyText },
  { weight: 1, arbitrary: fc.constantFrom(...awkwardNames) },
);
const operator = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom<string>(...operators) },
  { weight: 1, arbitrary: nastyText },
);
const { filter } = fc.letrec<{ filter: JsonObject }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.record({ field: fieldName, op: operator, value: nastyValue }),
    fc.record({ field: fieldName, op: fc.constantFrom('some', 'none', 'every'), value: tie('filter') }),
    fc.record({ not: tie('filter') }),
    fc.array(tie('filter'), { maxLength: 3 }).map((and): JsonObject => ({ and })),
    fc.array(tie('filter'), { maxLength: 3 }).map((or): JsonObject => ({ or })),
  ),
}));
const sorts = fc.array(
  fc.tuple(fc.constantFrom('', '-', '--', '+'), fieldName).map((parts) => parts.join('')),
  { maxLength: 4 },
);
const listQuery: fc.Arbitrary<ListQuery> = fc.record(
  {
    filter,
    sort: sorts,
    fields: fc.array(fieldName, { maxLength: 4 }),
    cursor: nastyText,
    limit: fc.constantFrom(1, 2, 50, 0, -1, 1.5, 501, Number.NaN, 1e9),
    count: fc.boolean(),
  },
  { requiredKeys: ['filter'] },
);
const groupQuery: fc.Arbitrary<GroupQuery> = fc.record(
  {
    filter,
    group: fc.array(
      fc.oneof(
        fieldName,
        fc.record({
          field: fieldName,
          by: fc.constantFrom(...dateUnits),
          timeZone: fc.oneof(
            nastyText,
            fc.constantFrom('IST', 'EST', 'US/Pacific-New', 'CTT', '+08:00', 'Asia/Shanghai'),
          ),
        }),
      ),
      { maxLength: 3 },
    ),
    measures: fc.array(
      fc.record(
        {
          fn: fc.constantFrom(...measureFunctions),
          field: fieldName,
          as: fc.oneof(nastyText, fc.constantFrom(...awkwardNames, 'version', 'c1')),
        },
        { requiredKeys: ['fn', 'as'] },
      ),
      { maxLength: 3 },
    ),
    sort: sorts,
    limit: fc.constantFrom(1, 1000, 0, -1, 1e9),
  },
  { requiredKeys: ['group', 'measures'] },
);
const anyone = fc.integer({ min: 0, max: 5 });
const actorAt = (index: number): UserActor => {
  const actor = actors[index];
  assert.ok(actor !== undefined);
  return actor;
};

test('random queries of every kind', async () => {
  const hash = await databaseHash(fixture.db);
  await fc.assert(
    fc.asyncProperty(anyone, listQuery, groupQuery, async (who, query, grouping) => {
      const actor = actorAt(who);
      await ask(`list ${JSON.stringify(query)}`, () => list(reading(), actor, 'awkward', query));
      await ask(`group ${JSON.stringify(grouping)}`, () => group(reading(), actor, 'awkward', grouping));
      noDefects();
    }),
    { numRuns: runs },
  );
  assert.equal(await databaseHash(fixture.db), hash);
  assert.deepEqual(Object.keys(Object.prototype), [], 'no name reaches the prototype');
});

test('each nasty text at each place', async () => {
  const hash = await databaseHash(fixture.db);
  const [first = ''] = ids;
  const context = reading();
  // Each text meets each field with some of the operators; in the long run with all.
  const ops = ['eq', 'in', 'contains', 'endsWith', 'between', 'within', 'gt'] as const;
  let turn = 0;
  const opsNow = () => (long ? ops : [ops[turn++ % ops.length] ?? 'eq']);
  for (const [index, text] of [...nastyTexts, ...hugeTexts].entries()) {
    const huge = text.length > 1_000_000;
    for (const actor of huge ? actors.slice(0, 1) : long ? actors : [actorAt(0), actorAt(index % actors.length)]) {
      const on = (what: string, call: () => Promise<unknown>) =>
        ask(`${what} ${JSON.stringify(text).slice(0, 80)}`, call);
      const of = (query: ListQuery) => list(context, actor, 'awkward', query);
      for (const { name } of huge ? fields.slice(0, 2) : fields) {
        for (const op of opsNow()) {
          const value: Json = op === 'in' || op === 'between' ? [text, text] : text;
          await on(`${name} ${op}`, () => of({ filter: { field: name, op, value } }));
        }
      }
      await on('operator', () => of({ filter: { field: 'title', op: text, value: 1 } }));
      await on('key', () => of({ filter: { [text]: [], field: 'title' } }));
      await on('field', () => of({ filter: { field: text, op: 'eq', value: 1 } }));
      await on('fields', () => of({ fields: [text, `owner.${text}`, `${text}.x`] }));
      await on('sort', () => of({ sort: [text] }));
      await on('sorts', () => of({ sort: [`-${text}`, `owner.${text}`] }));
      await on('cursor', () => of({ cursor: text }));
      await on('object', () => list(context, actor, text, {}));
      await on('group', () => group(context, actor, 'awkward', { group: [text], measures: [] }));
      await on('measure', () =>
        group(context, actor, 'awkward', { group: [], measures: [{ fn: 'count', field: text, as: 'n' }] }),
      );
      await on('alias', () => group(context, actor, 'awkward', { group: [], measures: [{ fn: 'count', as: text }] }));
      await on('zone', () =>
        group(context, actor, 'awkward', { group: [{ field: 'order', by: 'day', timeZone: text }], measures: [] }),
      );
      await on('group sort', () => group(context, actor, 'awkward', { group: ['group'], measures: [], sort: [text] }));
      await on('search', () => search(context, actor, { text }));
      await on('search in', () => search(context, actor, { text: 'a', objects: [text] }));
      await on('get', () => get(context, actor, 'awkward', text));
      await on('history', () => history(context, actor, 'awkward', text, { limit: 1 }));
      await on('visible', () => visibleAmong(context, actor, 'awkward', [text, first]));
      await on('unmask', () => unmask(context, actor, 'awkward', first, { fields: [text], reason: 'x' }));
      await on('reason', () =>
        unmask(context, actor, 'awkward', first, { fields: ['title'], reason: text.slice(0, 1000) }),
      );
      await on('export', () => exportRecords(context, actor, 'awkward', { fields: [text] }, 'csv'));
      const ignored = { and: [{ field: 'title', op: 'empty', value: text.slice(0, 1000) }] };
      await on('export filter', () => exportRecords(context, actor, 'awkward', { filter: ignored }, 'csv'));
    }
    noDefects();
  }
  assert.equal(await databaseHash(fixture.db), hash);
});

test('cursors made by hand', async () => {
  const context = reading();
  const [actor] = actors;
  assert.ok(actor !== undefined);
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const sortable = [
    'title',
    'n',
    't',
    'g',
    'select',
    'order',
    'group',
    'last',
    'version',
    'id',
    'owner',
    'true',
    'desc',
    'c0',
  ];
  const made = await list(context, actor, 'awkward', { sort: ['title'], limit: 1 });
  for (const sort of sortable) {
    const cursors = [
      ...nastyTexts.flatMap((text) => [
        encode([sort, text, ids[0]]),
        encode([sort, ids[0], text]),
        encode([sort, null, text]),
      ]),
      ...[
        '',
        'x',
        '====',
        '%',
        'W10',
        encode(null),
        encode({}),
        encode(7),
        encode([]),
        encode([sort]),
        encode([sort, null]),
      ],
      ...[encode([sort, null, null]), encode([sort, 1, 2]), encode([sort, [], {}]), encode([sort, 'a', 'b', 'c'])],
      ...[encode(['-title', 'a', ids[0]]), encode([[sort], 'a', ids[0]]), encode([sort, 'x'.repeat(100_000), ids[0]])],
      ...[
        made.next ?? '',
        `${made.next}x`,
        (made.next ?? '').slice(0, -3),
        Buffer.from('["\\ud800"]').toString('base64url'),
      ],
    ];
    for (const cursor of cursors) {
      const query: ListQuery = { sort: [sort], cursor, fields: ['id'] };
      await ask(`sort ${sort} after ${Buffer.from(cursor, 'base64url').toString().slice(0, 80)}`, () =>
        list(context, actor, 'awkward', query),
      );
    }
  }
  noDefects();
  const other = () => list(context, actor, 'select', { sort: ['o'], cursor: made.next ?? '' });
  await assert.rejects(other, (error) => error instanceof Problem && error.code === 'query.cursor');
});

test('as much as can be asked at once', async () => {
  const context = reading();
  const [actor] = actors;
  assert.ok(actor !== undefined);
  const many = <T>(count: number, make: (index: number) => T) =>
    Array.from({ length: count }, (_, index) => make(index));
  let deep: Json = { field: 'title', op: 'eq', value: 'x' };
  for (let level = 0; level < 6; level++)
    deep = { field: level % 2 === 0 ? 'q.q.q.q.q.q' : 'q', op: 'some', value: deep };
  const filters: Json[] = [
    { field: 'id', op: 'in', value: many(10_000, () => newId()) },
    { field: 'title', op: 'notIn', value: many(10_000, (index) => `x${index}`) },
    { field: 'n', op: 'in', value: many(10_000, (index) => `${index}.5`) },
    { or: many(999, (index) => ({ field: 'title', op: 'contains', value: `x${index}` })) },
    { and: many(20, () => ({ field: 'q.q.q.q.q.title', op: 'eq', value: 'x' })) },
    { and: many(20, () => ({ field: 'q.q.q.q.q.title', op: 'ne', value: 'x' })) },
    { and: many(900, () => ({ field: 'q.q.q.q.q.title', op: 'ne', value: 'x' })) },
    deep,
  ];
  for (const filter of filters) {
    assert.ok(isJsonObject(filter));
    const what = JSON.stringify(filter).slice(0, 80);
    await ask(`list ${what}`, () => list(context, actor, 'awkward', { filter, fields: ['id'], count: true }));
    await ask(`group ${what}`, () =>
      group(context, actor, 'awkward', { filter, group: ['data'], measures: [{ fn: 'count', as: 'n' }] }),
    );
  }
  const fan = many(500, (index) => `q.q.q.q.${fields[index % fields.length]?.name}`);
  await ask('500 paths', () => list(context, actor, 'awkward', { fields: fan }));
  await ask('501 paths', () => list(context, actor, 'awkward', { fields: [...fan, 'id'] }));
  await ask('50 measures', () =>
    group(context, actor, 'awkward', {
      group: fields.slice(0, 8).map(({ name }) => name),
      measures: many(50, (index) => ({ fn: 'count', as: `m${index}` })),
    }),
  );
  await ask('many objects', () => search(context, actor, { text: 'a', objects: many(5_000, () => 'awkward') }));
  await ask('many ids', () =>
    visibleAmong(
      context,
      actor,
      'awkward',
      many(10_000, () => newId()),
    ),
  );
  await ask('many to unmask', () =>
    unmask(context, actor, 'awkward', ids[0] ?? '', { fields: many(5_000, () => 'title'), reason: 'x' }),
  );
  noDefects();
});

test('awkward words come back as they were', async () => {
  const [, , , admin] = actors;
  assert.ok(admin !== undefined);
  const context = reading();
  const { data } = await list(context, admin, 'awkward', { fields: ['title', 'data', 'last', 'o', 'n'], sort: ['t'] });
  const records: Json = JSON.parse(data);
  assert.ok(Array.isArray(records));
  const [record, second] = records;
  assert.ok(isJsonObject(record) && isJsonObject(second));
  assert.equal(record.title, "'; drop table data.awkward; --");
  assert.deepEqual([record.data, record.last, record.n], ["it's", ["it's"], '1.50']);
  assert.deepEqual([second.data, second.last], ["it's", values]);
  for (const value of values) {
    const filter = { field: 'last', op: 'contains', value };
    const found: Json = JSON.parse((await list(context, admin, 'awkward', { filter, fields: ['id'] })).data);
    assert.ok(Array.isArray(found) && found.length >= 3, value);
  }
  const described = describe(fixture.catalog(), admin).objects.find(({ name }) => name === 'awkward');
  assert.deepEqual(described?.label, label);
});
