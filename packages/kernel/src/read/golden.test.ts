// The SQL of the queries that matter stands beside this file. After a wanted change: UPDATE_GOLDEN=1 writes it anew.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { GroupQuery, ListQuery } from '@huike/schema';
import type { UserActor } from '../access/index.ts';
import type { Value } from '../database/transaction.ts';
import { userWith, type WriteFixture, writeFixture } from '../write/fixture.ts';
import { pretty } from './golden.fixture.ts';
import { group, list, type SearchQuery, search } from './index.ts';

const me = '01890a5d-0000-7000-8000-000000000001';
const department = '01890a5d-0000-7000-8000-000000000002';
const record = '01890a5d-0000-7000-8000-000000000003';
let fixture: WriteFixture;

before(async () => {
  fixture = await writeFixture({
    objects: [
      {
        name: 'account',
        fields: [
          { name: 'name', type: 'text' },
          { name: 'level', type: 'option', options: [{ value: 'a', label: { zh: 'a', en: 'a' } }] },
        ],
      },
      {
        name: 'visit',
        fields: [
          { name: 'subject', type: 'text' },
          { name: 'mobile', type: 'phone' },
          { name: 'fee', type: 'money' },
          { name: 'day', type: 'date' },
          { name: 'account', type: 'relation', to: 'account' },
          { name: 'others', type: 'relations', to: 'account' },
        ],
      },
    ],
    roles: [
      { name: 'tree', objects: { visit: { read: 'departmentTree' }, account: { read: 'department' } } },
      { name: 'masked', objects: { visit: { read: 'own', fields: { mobile: 'masked', fee: 'none' } } } },
      { name: 'shared', objects: { visit: { read: 'own' }, account: { read: 'own' } } },
    ],
    sharingRules: [
      {
        name: 'levelA',
        object: 'visit',
        filter: { field: 'account.level', op: 'eq', value: 'a' },
        to: { role: 'shared' },
        right: 'read',
      },
    ],
  });
});
after(() => fixture.close());

const as = (...roles: string[]): UserActor => userWith(me, department, roles);

/** The statements that a read sends. */
async function sent(read: (context: ReturnType<typeof telling>['context']) => Promise<unknown>): Promise<string> {
  const { context, told } = telling();
  await read(context);
  return told.map(pretty).join('\n');
}

function telling() {
  const told: string[] = [];
  const { db } = fixture;
  const queryText = <Row extends object>(text: string, values: readonly Value[], name?: string): Promise<Row[]> => {
    told.push(text);
    return db.queryText<Row>(text, values, name);
  };
  const noting = { queryText, query: db.query.bind(db), execute: db.execute.bind(db) };
  const context = { db: noting, catalogs: fixture.context.catalogs, now: () => new Date('2026-03-31T16:30:00Z') };
  return { context, told };
}

const lists = (actor: UserActor, query: ListQuery) => sent((context) => list(context, actor, 'visit', query));
const groups = (actor: UserActor, query: GroupQuery) => sent((context) => group(context, actor, 'visit', query));
const searches = (actor: UserActor, query: SearchQuery) => sent((context) => search(context, actor, query));
const cursor = (...parts: (string | null)[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');

const cases: Record<string, () => Promise<string>> = {
  'list-administrator': () => lists(as('administrator'), { fields: ['id', 'subject', 'fee'] }),
  'list-department-tree': () =>
    lists(as('tree'), {
      fields: ['id', 'subject'],
      filter: {
        and: [
          { field: 'fee', op: 'gte', value: '100' },
          { field: 'day', op: 'within', value: { last: 7, unit: 'day' } },
          { field: 'account.name', op: 'contains', value: 'a' },
          { not: { field: 'others', op: 'some', value: { field: 'level', op: 'in', value: ['a'] } } },
        ],
      },
      sort: ['account', '-day'],
      count: true,
    }),
  'page-after-ascending': () =>
    lists(as('tree'), { fields: ['id'], sort: ['day'], cursor: cursor('day', '2026-01-31', record) }),
  'page-after-empty': () => lists(as('tree'), { fields: ['id'], sort: ['day'], cursor: cursor('day', null, record) }),
  'page-after-descending': () =>
    lists(as('tree'), { fields: ['id'], sort: ['-day'], cursor: cursor('-day', '2026-01-31', record) }),
  'page-after-several': () =>
    lists(as('tree'), {
      fields: ['id'],
      sort: ['day', '-subject'],
      cursor: cursor('day,-subject', '2026-01-31', null, record),
    }),
  'nested-relation': () => lists(as('tree'), { fields: ['id', 'account.name', 'account.owner.name', 'others'] }),
  'masked-field': () => lists(as('masked', 'tree'), { fields: ['mobile', 'fee'] }),
  'sharing-rule': () => lists(as('shared'), { fields: ['id'] }),
  'group-by-month': () =>
    groups(as('tree'), {
      group: [{ field: 'createdAt', by: 'month', timeZone: 'Asia/Shanghai' }, 'account'],
      measures: [
        { fn: 'sum', field: 'fee', as: 'total' },
        { fn: 'count', as: 'n' },
      ],
      sort: ['-total'],
      limit: 100,
    }),
  search: () => searches(as('masked', 'tree'), { text: '张三 8000', objects: ['visit', 'account'] }),
};

for (const [name, made] of Object.entries(cases)) {
  test(`the SQL of ${name} is the one that stands beside`, async () => {
    const file = path.join(import.meta.dirname, `${name}.golden.sql`);
    // An object's id is made anew in each database.
    const text = (await made()).replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, '…');
    if (process.env.UPDATE_GOLDEN !== undefined) writeFileSync(file, text);
    assert.ok(existsSync(file), `UPDATE_GOLDEN=1 makes ${path.basename(file)}`);
    assert.equal(text, readFileSync(file, 'utf8'));
  });
}
