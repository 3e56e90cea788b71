import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Command, type Json, type MetadataDocument, newId, Problem, type Values } from '@huike/schema';
import type { UserActor } from '../access/index.ts';
import { sql } from '../database/sql.ts';
import { system, userWith, type WriteFixture, writeFixture } from './fixture.ts';
import { write } from './index.ts';
import type { Written } from './types.ts';

const objects: MetadataDocument = {
  objects: [
    {
      name: 'lead',
      title: 'name',
      fields: [
        { name: 'name', type: 'text' },
        { name: 'status', type: 'text' },
        { name: 'secret', type: 'text' },
        { name: 'mobile', type: 'phone' },
        { name: 'code', type: 'text', unique: true },
        { name: 'card', type: 'text', unique: true },
        { name: 'campaign', type: 'relation', to: 'campaign' },
        { name: 'company', type: 'relation', to: 'company' },
        { name: 'others', type: 'relations', to: 'company' },
        { name: 'steps', type: 'table', fields: [{ name: 'text', type: 'text' }] },
      ],
    },
    {
      name: 'company',
      title: 'name',
      fields: [
        { name: 'name', type: 'text' },
        { name: 'taxCode', type: 'text' },
      ],
    },
    {
      name: 'visit',
      fields: [
        { name: 'text', type: 'text' },
        { name: 'lead', type: 'relation', to: 'lead', onDelete: 'cascade' },
      ],
    },
  ],
  roles: [
    {
      name: 'rep',
      objects: {
        lead: {
          read: 'department',
          create: true,
          update: 'own',
          delete: 'own',
          transfer: 'own',
          fields: { secret: 'none', mobile: 'masked', card: 'masked', status: 'read' },
        },
        company: { read: 'own', fields: { taxCode: 'masked' } },
        visit: { read: 'all', create: true, update: 'all', delete: 'all' },
      },
    },
    // Sees everything, may set the status of everything and nothing else.
    { name: 'desk', objects: { lead: { read: 'all', update: 'all', fields: { '*': 'read', status: 'edit' } } } },
    { name: 'mover', objects: { lead: { read: 'all', update: 'all', transfer: 'own' } } },
    { name: 'lister', objects: { lead: { read: 'all' } } },
    {
      name: 'head',
      objects: {
        lead: {
          read: 'departmentTree',
          create: true,
          update: 'departmentTree',
          transfer: 'departmentTree',
          delete: 'all',
        },
      },
    },
  ],
};

const [sales, other] = [newId(), newId()];
const [ann, bob, cid] = [newId(), newId(), newId()];
const rep = userWith(ann, sales, ['rep']);
const colleague = userWith(bob, sales, ['rep']);
const stranger = userWith(cid, other, ['rep']);

let fixture: WriteFixture;
before(async () => {
  fixture = await writeFixture(objects);
  const people = [ann, bob, cid].map(
    (id): Command => ({
      op: 'create',
      object: 'user',
      id,
      values: { name: 'u', email: `${id}@example.com`, department: id === cid ? other : sales, owner: id },
    }),
  );
  const departments = [sales, other].map(
    (id): Command => ({ op: 'create', object: 'department', id, values: { name: 'd' } }),
  );
  await write(fixture.context, system, [...departments, ...people]);
});
after(() => fixture.close());

async function did(actor: UserActor, command: Command): Promise<Written> {
  const [written] = await write(fixture.context, actor, [command]);
  assert.ok(written);
  return written;
}

async function refused(actor: UserActor, ...commands: Command[]): Promise<string> {
  try {
    await write(fixture.context, actor, commands);
  } catch (error) {
    assert.ok(error instanceof Problem, String(error));
    return error.code === 'write.invalid' ? error.issues.map(({ path, code }) => `${path} ${code}`).join() : error.code;
  }
  return assert.fail('nothing was refused');
}

const lead = (values: Values, actor: UserActor = rep) => did(actor, { op: 'create', object: 'lead', values });
const update = (id: string, values: Values): Command => ({ op: 'update', object: 'lead', id, values });

async function stored(object: string, id: string): Promise<Record<string, Json>> {
  const [row] = await fixture.db.query<Record<string, Json>>(
    sql`select * from ${sql.identifier('data', object)} where id = ${sql.value(id)}`,
  );
  assert.ok(row);
  return row;
}

test('out of sight is 404, in sight but not allowed is 403', async () => {
  const { id } = await lead({ name: 'x' });
  assert.equal(await refused(stranger, update(id, { name: 'y' })), 'record.unknown');
  assert.equal(await refused(colleague, update(id, { name: 'y' })), 'access.denied');
  assert.equal(await refused(colleague, { op: 'delete', object: 'lead', id }), 'access.denied');
  assert.equal(await refused(userWith(ann, sales, ['lister']), update(id, { name: 'y' })), 'access.denied');
  assert.equal(
    await refused(userWith(ann, sales, ['lister']), { op: 'create', object: 'lead', values: {} }),
    'access.denied',
  );
  assert.equal(await refused(userWith(ann, sales, []), update(id, { name: 'y' })), 'object.unknown');
  assert.equal((await did(rep, update(id, { name: 'y' }))).version, 2);
});

test('a hidden field is not there; a field that may only be read is refused', async () => {
  const { id } = await lead({ name: 'x' });
  for (const command of [
    update(id, { secret: 's' }),
    { op: 'create', object: 'lead', values: { secret: 's' } } as const,
  ]) {
    assert.equal(await refused(rep, command), '/0/secret value.unknownField');
  }
  assert.equal(await refused(rep, update(id, { status: 's' })), 'access.fieldDenied');
  assert.equal(await refused(rep, update(id, { mobile: '13800138000' })), 'access.fieldDenied');
  assert.equal(await refused(rep, { op: 'create', object: 'lead', values: { status: 's' } }), 'access.fieldDenied');
});

test('roles add up row by row: a field may be changed where one role grants both the row and the field', async () => {
  const both = userWith(ann, sales, ['rep', 'desk']);
  const { id: mine } = await lead({ name: 'x' });
  const { id: theirs } = await lead({ name: 'x' }, colleague);
  assert.equal((await did(both, update(mine, { name: 'y', status: 'open' }))).version, 2);
  assert.equal((await did(both, update(theirs, { status: 'open' }))).version, 2);
  assert.equal(await refused(both, update(theirs, { name: 'y' })), 'access.fieldDenied');
  assert.equal(await refused(both, update(mine, { name: 'z' }), update(theirs, { name: 'z' })), 'access.fieldDenied');
});

test('a record is made for oneself; for another one only where it may be transferred', async () => {
  const { id } = await lead({ name: 'x' });
  assert.deepEqual([(await stored('lead', id)).owner, (await stored('lead', id)).department], [ann, sales]);
  assert.equal(await refused(rep, { op: 'create', object: 'lead', values: { owner: bob } }), 'access.denied');
  const head = userWith(ann, sales, ['head'], { departmentTree: [sales] });
  const { id: given } = await lead({ owner: bob }, head);
  assert.deepEqual([(await stored('lead', given)).owner, (await stored('lead', given)).department], [bob, sales]);
  assert.equal(await refused(head, { op: 'create', object: 'lead', values: { owner: cid } }), 'access.denied');
});

test('a transfer needs its right on the row as it was; the department follows the owner', async () => {
  const { id } = await lead({ name: 'x' });
  const head = userWith(newId(), sales, ['head'], { departmentTree: [sales] });
  assert.equal(await refused(userWith(bob, sales, ['rep', 'desk']), update(id, { owner: bob })), 'access.fieldDenied');
  const mover = userWith(bob, sales, ['mover']);
  assert.equal(await refused(mover, update(id, { owner: bob })), 'access.denied');
  assert.equal(await refused(mover, update(id, { department: other })), 'access.denied');
  assert.equal((await did(mover, update(id, { owner: ann, department: sales, name: 'moved nothing' }))).version, 2);
  await did(rep, update(id, { owner: cid }));
  assert.deepEqual([(await stored('lead', id)).owner, (await stored('lead', id)).department], [cid, other]);
  assert.equal(await refused(rep, update(id, { owner: ann })), 'record.unknown');
  assert.equal(await refused(head, update(id, { owner: ann })), 'record.unknown');
  assert.equal(await refused(rep, { op: 'create', object: 'lead', values: { owner: newId() } }), 'access.denied');
  assert.equal(await refused(head, update((await lead({})).id, { owner: newId() })), '/0/owner value.reference');
});

test('an outside user gives nothing away beyond the own organisation', async () => {
  const dealer = (roles: string[]) => userWith(ann, sales, roles, { external: true, departmentTree: [sales] });
  const { id } = await lead({ name: 'x' }, dealer(['rep']));
  assert.equal(await refused(dealer(['administrator']), update(id, { owner: cid })), 'access.denied');
  assert.equal(
    await refused(dealer(['administrator']), { op: 'create', object: 'lead', values: { department: other } }),
    'access.denied',
  );
  await did(dealer(['administrator']), update(id, { owner: bob }));
  const { id: outside } = await lead({ name: 'x' }, stranger);
  assert.equal(await refused(dealer(['administrator']), update(outside, { name: 'y' })), 'record.unknown');
});

test('related records are looked for and taken among those that the actor may read', async () => {
  const [mine, theirs] = await write(fixture.context, system, [
    { op: 'create', object: 'company', values: { name: 'mine', taxCode: '1', owner: ann } },
    { op: 'create', object: 'company', values: { name: 'theirs', taxCode: '2', owner: bob } },
  ]);
  const by = (field: string, value: string) =>
    ({ op: 'create', object: 'lead', values: { company: { lookup: { field, value } } } }) as const;
  assert.equal((await stored('lead', (await did(rep, by('name', 'mine'))).id)).company, mine?.id);
  assert.equal(await refused(rep, by('name', 'theirs')), '/0/company value.reference');
  assert.equal(await refused(rep, by('taxCode', '1')), '/0/company query.masked');
  assert.equal(
    await refused(rep, { op: 'create', object: 'lead', values: { company: theirs?.id ?? '' } }),
    '/0/company value.reference',
  );
  assert.equal(
    await refused(rep, { op: 'create', object: 'lead', values: { others: [mine?.id ?? '', theirs?.id ?? ''] } }),
    '/0/others value.reference',
  );
  // What the actor doesn't see of a list stays in it.
  const { id } = await lead({ name: 'x' });
  await write(fixture.context, system, [
    update(id, { others: [mine?.id ?? '', theirs?.id ?? ''], company: theirs?.id ?? '' }),
  ]);
  await did(rep, update(id, { others: [], name: 'y', company: theirs?.id ?? '' }));
  const links = await fixture.db.query(sql`select target from data."lead.others" where source = ${sql.value(id)}`);
  assert.deepEqual(links, [{ target: theirs?.id }]);
});

test('a detail follows its master: whoever may change that one may add, change and delete', async () => {
  const { id } = await lead({ name: 'x' });
  const visit = (lead: string): Command => ({ op: 'create', object: 'visit', values: { lead, text: 't' } });
  const { id: made } = await did(rep, visit(id));
  assert.equal(await refused(colleague, visit(id)), 'access.denied');
  assert.equal(await refused(stranger, visit(id)), '/0/lead value.reference');
  assert.equal(
    await refused(colleague, { op: 'update', object: 'visit', id: made, values: { text: 'u' } }),
    'access.denied',
  );
  assert.equal(await refused(colleague, { op: 'delete', object: 'visit', id: made }), 'access.denied');
  const { id: foreign } = await lead({}, colleague);
  assert.equal(
    await refused(rep, { op: 'update', object: 'visit', id: made, values: { lead: foreign } }),
    'access.denied',
  );
  await did(rep, { op: 'delete', object: 'lead', id });
  assert.notEqual((await stored('visit', made)).deletedAt, null);
});

test('nested rows have the right of their table field on the record', async () => {
  const { id } = await lead({ steps: [{ text: 'a' }] });
  await did(rep, update(id, { steps: [{ text: 'b' }, { text: 'c' }] }));
  assert.equal(await refused(userWith(ann, sales, ['desk']), update(id, { steps: [] })), 'access.fieldDenied');
  // A role that may change records but not make any still adds rows to them.
  const changer = { name: 'changer', objects: { lead: { read: 'all', update: 'all' } } } as const;
  await fixture.apply({ roles: [changer] });
  await did(userWith(bob, sales, ['changer']), update(id, { steps: [{ text: 'd' }] }));
});

test('an upsert of a record out of sight is a clash; of one in sight it needs the right to change it', async () => {
  await lead({ code: 'K1', name: 'x' });
  const upsert: Command = { op: 'upsert', object: 'lead', key: 'code', values: { code: 'K1', name: 'y' } };
  assert.equal(await refused(stranger, upsert), 'write.conflict');
  assert.equal(await refused(colleague, upsert), 'access.denied');
  assert.equal((await did(rep, upsert)).op, 'update');
  assert.equal((await did(rep, { ...upsert, values: { code: 'K2' } })).op, 'create');
  assert.equal(
    await refused(rep, { op: 'upsert', object: 'lead', key: 'card', values: { card: '1' } }),
    'query.masked',
  );
});

test('a relation whose object is not installed takes nothing', async () => {
  const wrong: Command = { op: 'create', object: 'lead', values: { campaign: newId() } };
  assert.equal(await refused(rep, wrong), '/0/campaign value.reference');
  assert.equal((await did(rep, { ...wrong, values: { campaign: null } })).op, 'create');
});

test('the bin is for those who may delete', async () => {
  const { id } = await lead({ name: 'x' });
  await did(rep, { op: 'delete', object: 'lead', id });
  assert.equal(await refused(colleague, { op: 'restore', object: 'lead', id }), 'record.unknown');
  assert.equal((await did(rep, { op: 'restore', object: 'lead', id })).op, 'restore');
});

test('going back takes along what the actor may change today, and refuses what it names and may not', async () => {
  const { id } = await lead({ name: 'v1' });
  await write(fixture.context, system, [update(id, { name: 'v2', status: 's2', secret: 's2' })]);
  await did(rep, { op: 'restore', object: 'lead', id, toVersion: 1 });
  const row = await stored('lead', id);
  assert.deepEqual([row.name, row.status, row.secret], ['v1', 's2', 's2']);
  assert.equal(
    await refused(rep, { op: 'restore', object: 'lead', id, toVersion: 1, fields: ['status'] }),
    'access.fieldDenied',
  );
  assert.equal(
    await refused(rep, { op: 'restore', object: 'lead', id, toVersion: 1, fields: ['secret'] }),
    '/0/fields/0 value.unknownField',
  );
});

test('who wrote, for whom and from where stands beside the change', async () => {
  const { id } = await lead({ name: 'x' });
  await write(fixture.context, system, [update(id, { status: 's' })], { onBehalf: bob });
  const log = await fixture.db.query(
    sql`select actor, on_behalf, ip, agent, request from huike.change_pending where record = ${sql.value(id)} order by n`,
  );
  assert.deepEqual(log, [
    { actor: ann, on_behalf: null, ip: '10.0.0.1', agent: 'test', request: 'r1' },
    { actor: 'setup', on_behalf: bob, ip: null, agent: null, request: null },
  ]);
});
