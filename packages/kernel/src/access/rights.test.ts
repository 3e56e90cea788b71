// What roles, sharing, masters and outside organisations mean, case by case. The random worlds of leak.test.ts hold the
// same against a model; here each leak that once was has a name.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Command, type Json, newId, Problem } from '@huike/schema';
import { sql } from '../database/sql.ts';
import { describe, history, list, search } from '../read/index.ts';
import { databaseHash } from '../read/world.fixture.ts';
import { system, userWith, type WriteFixture, writeFixture } from '../write/fixture.ts';
import { write } from '../write/index.ts';
import type { UserActor } from './index.ts';

const [me, other, boss] = [newId(), newId(), newId()];
const [office, east, dealer, branch] = [newId(), newId(), newId(), newId()];
const [mine, theirs, ofDealer, ofBranch] = [newId(), newId(), newId(), newId()];
const levels = ['a', 'b'].map((value) => ({ value, label: { zh: value, en: value } }));
let fixture: WriteFixture;

before(async () => {
  fixture = await writeFixture({
    objects: [
      {
        name: 'account',
        team: true,
        fields: [
          { name: 'name', type: 'text' },
          { name: 'salary', type: 'decimal' },
          {
            name: 'level',
            type: 'option',
            options: levels,
          },
          { name: 'lines', type: 'table', fields: [{ name: 'item', type: 'text' }] },
        ],
      },
      {
        name: 'deal',
        fields: [
          { name: 'subject', type: 'text', searchable: true },
          { name: 'price', type: 'decimal' },
          { name: 'account', type: 'relation', to: 'account', onDelete: 'cascade' },
        ],
      },
    ],
    roles: [
      {
        name: 'seller',
        objects: { account: { read: 'own', update: 'own', delete: 'own' }, deal: { read: 'all', update: 'all' } },
      },
      {
        name: 'viewer',
        objects: {
          account: { read: 'all', update: 'all', delete: 'all', fields: { salary: 'none', lines: 'none' } },
          deal: { read: 'all', fields: { price: 'none', subject: 'masked' } },
        },
      },
      {
        name: 'reader',
        objects: { account: { read: 'all', update: 'all', delete: 'all', fields: { lines: 'read' } } },
      },
      { name: 'details', objects: { deal: { read: 'own', update: 'own' } } },
      { name: 'paid', objects: { account: { read: 'own' } } },
      { name: 'shared', objects: { account: { read: 'own', fields: { salary: 'none' } } } },
      { name: 'hr', capabilities: ['unmask'] },
    ],
    sharingRules: [
      {
        name: 'levelA',
        object: 'account',
        filter: { field: 'level', op: 'eq', value: 'a' },
        to: { role: 'shared' },
        right: 'read',
      },
      { name: 'people', object: 'user', to: { department: office }, right: 'update' },
    ],
  });
  const on = (object: string, id: string, values: Record<string, Json>): Command => ({
    op: 'create',
    object,
    id,
    values,
  });
  await write(fixture.context, system, [
    on('department', office, { name: 'office', department: office }),
    on('department', east, { name: 'east', parent: office, department: east }),
    on('department', dealer, { name: 'dealer', parent: office, department: dealer, external: true }),
    on('department', branch, { name: 'branch', parent: dealer, department: branch }),
    ...[me, other, boss].map((id, index) =>
      on('user', id, {
        name: `u${index}`,
        email: `u${index}@example.com`,
        phone: '13800138000',
        owner: id,
        department: office,
      }),
    ),
    on('account', mine, {
      name: 'mine',
      salary: '1',
      level: 'b',
      owner: me,
      department: office,
      lines: [{ item: 'm' }],
    }),
    on('account', theirs, {
      name: 'theirs',
      salary: '2',
      level: 'a',
      owner: other,
      department: east,
      lines: [{ item: 't' }],
    }),
    on('account', ofDealer, { name: 'dealer', salary: '3', owner: other, department: dealer, lines: [{ item: 'd' }] }),
    on('account', ofBranch, { name: 'branch', salary: '4', owner: other, department: branch }),
    ...[mine, theirs, ofDealer].map((account, index) =>
      on('deal', newId(), { account, subject: `deal${index}`, price: `${index}.5`, owner: other, department: office }),
    ),
  ]);
});
after(() => fixture.close());

const as = (...roles: string[]): UserActor => userWith(me, office, roles);
const outside = (...roles: string[]): UserActor => ({
  ...userWith(other, dealer, roles),
  departmentTree: [dealer, branch],
  departmentPath: [dealer, office],
  external: true,
});
const reading = () => ({ ...fixture.context, now: () => new Date() });

async function rows(actor: UserActor, object: string, ...fields: string[]): Promise<Json> {
  const { data } = await list(reading(), actor, object, { fields, sort: ['id'] });
  return JSON.parse(data);
}

async function refusedAs(code: string, call: () => Promise<unknown>): Promise<Problem> {
  let found: unknown;
  const hash = await databaseHash(fixture.db);
  await assert.rejects(call, (error) => {
    found = error;
    return error instanceof Problem && error.code === code;
  });
  assert.equal(await databaseHash(fixture.db), hash, 'a refused call changes nothing');
  assert.ok(found instanceof Problem);
  return found;
}

test('a field shows where one role gives the field and the row', async () => {
  assert.deepEqual(await rows(as('seller', 'viewer'), 'account', 'name', 'salary'), [
    { name: 'mine', salary: '1' },
    { name: 'theirs', salary: null },
    { name: 'dealer', salary: null },
    { name: 'branch', salary: null },
  ]);
});

test('of details too: the role must reach the master', async () => {
  assert.deepEqual(await rows(as('seller', 'viewer'), 'deal', 'subject', 'price'), [
    { subject: 'deal0', price: '0.5' },
    { subject: '****', price: null },
    { subject: '****', price: null },
  ]);
  const found = await search(reading(), as('seller', 'viewer'), { text: 'deal1' });
  assert.deepEqual(JSON.parse(found), [], 'a masked word is not found');
});

test('a role that says nothing of the master goes by what the others see of it', async () => {
  assert.deepEqual(await rows(as('seller'), 'deal', 'subject'), [{ subject: 'deal0' }]);
  assert.deepEqual(await rows(as('details', 'paid'), 'deal', 'price'), [{ price: '0.5' }]);
  await refusedAs('object.unknown', () => rows(as('details'), 'deal', 'subject'));
});

test('rows of a hidden table field do not show by themselves', async () => {
  assert.deepEqual(await rows(as('seller', 'viewer'), 'accountLines', 'item'), [{ item: 'm' }]);
  await refusedAs('object.unknown', () => rows(as('viewer'), 'accountLines', 'item'));
});

test('rows of a table field that may only be read can be neither changed nor deleted', async () => {
  const { data } = await list(reading(), as('reader'), 'accountLines', { fields: ['id'], sort: ['id'], limit: 1 });
  const id: string = JSON.parse(data)[0].id;
  const { context } = fixture;
  await refusedAs('access.denied', () => write(context, as('reader'), [{ op: 'delete', object: 'accountLines', id }]));
  await refusedAs('access.denied', () =>
    write(context, as('reader'), [{ op: 'update', object: 'accountLines', id, values: { item: 'x' } }]),
  );
  await refusedAs('access.denied', () =>
    write(context, as('reader'), [{ op: 'create', object: 'accountLines', values: { item: 'x', parent: mine } }]),
  );
});

test('a record shared with one role shows what that role may see, whatever the others may', async () => {
  assert.deepEqual(await rows(as('shared'), 'account', 'name'), [{ name: 'mine' }, { name: 'theirs' }]);
  assert.deepEqual(await rows(as('paid', 'shared'), 'account', 'name', 'salary'), [
    { name: 'mine', salary: '1' },
    { name: 'theirs', salary: null },
  ]);
  assert.deepEqual(await rows(as('paid'), 'account', 'name'), [{ name: 'mine' }]);
});

test('what everybody knows of colleagues is not widened by sharing', async () => {
  assert.deepEqual(await rows(as(), 'user', 'name', 'phone'), [
    { name: 'u0', phone: '+8613800138000' },
    { name: 'u1', phone: null },
    { name: 'u2', phone: null },
  ]);
  await refusedAs('access.denied', () =>
    write(fixture.context, as(), [{ op: 'update', object: 'user', id: boss, values: { phone: null } }]),
  );
});

test('team members read, and edit where they may', async () => {
  const object = fixture.catalog().objects.get('account');
  await fixture.db.execute(
    sql`insert into huike.team_member (object_id, record_id, user_id, "right") values (${sql.value(object?.id ?? '')}, ${sql.value(ofBranch)}, ${sql.value(me)}, 'read')`,
  );
  assert.deepEqual(await rows(as('seller'), 'account', 'name'), [{ name: 'mine' }, { name: 'branch' }]);
  const change: Command = { op: 'update', object: 'account', id: ofBranch, values: { name: 'b' } };
  await refusedAs('access.denied', () => write(fixture.context, as('seller'), [change]));
  await fixture.db.execute(sql`update huike.team_member set "right" = 'edit'`);
  await write(fixture.context, as('seller'), [change, { ...change, values: { name: 'branch' } }]);
  await fixture.db.execute(sql`delete from huike.team_member`);
});

test("who is in the team of a record is in no team of another object's record, though they share an id", async () => {
  await fixture.apply({ objects: [{ name: 'club', team: true, fields: [{ name: 'name', type: 'text' }] }] });
  const club = fixture.catalog().objects.get('club');
  await write(fixture.context, system, [{ op: 'create', object: 'club', id: theirs, values: { name: 'same' } }]);
  await fixture.db.execute(
    sql`insert into huike.team_member (object_id, record_id, user_id, "right") values (${sql.value(club?.id ?? '')}, ${sql.value(theirs)}, ${sql.value(me)}, 'edit')`,
  );
  assert.deepEqual(await rows(as('seller'), 'account', 'name'), [{ name: 'mine' }]);
  await fixture.db.execute(sql`delete from huike.team_member`);
});

test('an outside user stays inside the own organisation, whatever the roles', async () => {
  for (const role of ['administrator', 'viewer']) {
    assert.deepEqual(await rows(outside(role), 'account', 'name'), [{ name: 'dealer' }, { name: 'branch' }], role);
    assert.deepEqual(
      await rows(outside(role), 'deal', 'account'),
      [{ account: { id: ofDealer, name: 'dealer' } }],
      role,
    );
    assert.deepEqual(await rows(outside(role), 'department', 'name'), [{ name: 'dealer' }, { name: 'branch' }], role);
    assert.deepEqual(await rows(outside(role), 'user', 'name'), [], role);
  }
  assert.deepEqual(await rows(outside('administrator'), 'accountLines', 'item'), [{ item: 'd' }]);
  assert.deepEqual(describe(fixture.catalog(), outside('administrator', 'hr')).capabilities, []);
  // A record of the own organisation that points outside shows nothing of it.
  assert.deepEqual(await rows(outside('viewer'), 'account', 'owner.email', 'owner'), [
    { owner: null },
    { owner: null },
  ]);
});

test('a rule that a change of the metadata made senseless shares nothing, and breaks no list', async () => {
  await fixture.apply({
    objects: [{ name: 'account', fields: [{ name: 'level', type: 'options', options: levels }] }],
  });
  assert.deepEqual(await rows(as('shared'), 'account', 'name'), [{ name: 'mine' }]);
});

test('a refused write tells absent from forbidden no more than a read does', async () => {
  const { context } = fixture;
  const actor = as('seller');
  const attempts: ((id: string) => Command)[] = [
    (id) => ({ op: 'update', object: 'account', id, values: { name: 'x' } }),
    (id) => ({ op: 'delete', object: 'account', id }),
    (id) => ({ op: 'restore', object: 'account', id }),
    (id) => ({ op: 'restore', object: 'account', id, toVersion: 1 }),
  ];
  for (const attempt of attempts) {
    const hidden = await refusedAs('record.unknown', () => write(context, actor, [attempt(theirs)]));
    const absent = await refusedAs('record.unknown', () => write(context, actor, [attempt(newId())]));
    assert.deepEqual([hidden.params, hidden.issues], [absent.params, absent.issues]);
  }
  const point = (account: string): Command => ({ op: 'create', object: 'deal', values: { account } });
  const both = await Promise.all(
    [theirs, newId()].map((id) => write(context, as('seller'), [point(id)]).catch((error: unknown) => error)),
  );
  const [one, two] = both.map((error) => (error instanceof Problem ? [error.code, error.issues] : error));
  assert.deepEqual(one, two);
});

test('a field that is deleted and made again is another field: no old rights, history, words or values', async () => {
  const all = as('administrator');
  const id = newId();
  const fields = [
    { name: 'title', type: 'text' as const },
    { name: 'secret', type: 'text' as const, searchable: true },
  ];
  await fixture.apply({
    objects: [{ name: 'dossier', fields }],
    roles: [
      { name: 'clerk', objects: { dossier: { read: 'all', fields: { '*': 'none', title: 'read', secret: 'read' } } } },
    ],
  });
  await write(fixture.context, system, [
    { op: 'create', object: 'dossier', id, values: { title: 'd', secret: 'pssst' } },
  ]);
  assert.deepEqual(await rows(as('clerk'), 'dossier', 'secret'), [{ secret: 'pssst' }]);
  assert.equal(JSON.parse(await search(reading(), as('clerk'), { text: 'pssst' })).length, 1);

  await fixture.apply({ delete: [{ kind: 'field', object: 'dossier', name: 'secret' }] });
  await refusedAs('field.unknown', () => rows(all, 'dossier', 'secret'));
  await fixture.apply({ objects: [{ name: 'dossier', fields }] });
  await refusedAs('field.unknown', () => rows(as('clerk'), 'dossier', 'secret'));
  assert.deepEqual(await rows(all, 'dossier', 'secret'), [{ secret: null }]);
  assert.deepEqual(JSON.parse(await search(reading(), all, { text: 'pssst' })), []);
  const told = await history(reading(), all, 'dossier', id, { limit: 10 });
  assert.ok(!JSON.stringify(told).includes('pssst'), JSON.stringify(told));

  await fixture.apply({ delete: [{ kind: 'object', name: 'dossier' }] });
  await fixture.apply({ objects: [{ name: 'dossier', fields }] });
  await refusedAs('object.unknown', () => rows(as('clerk'), 'dossier', 'title'));
  assert.deepEqual(await rows(all, 'dossier', 'title'), []);
  await refusedAs('record.unknown', () => history(reading(), all, 'dossier', id, { limit: 10 }));
});
