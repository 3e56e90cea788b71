import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { Command, Json, Values } from '@huike/schema';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import type { Actor } from '../access/actor.ts';
import { sql } from '../database/index.ts';
import { resolveSession, resolveToken } from './actor.ts';
import { allAtOnce, type Company, holdWrites, openCompany, origin, password } from './fixture.ts';
import { signIn } from './signin.ts';
import { createToken } from './tokens.ts';

let database: TestDatabase;
let company: Company;
let administrator: Actor;
before(async () => {
  database = await testDatabase();
  company = await openCompany(database.db);
});
beforeEach(async () => {
  await company.setProfile('ordinary');
  await database.db.execute(sql`update data."user" set active = false`);
  administrator = await company.actorOf((await company.addUser({ roles: ['administrator'] })).id);
});
after(() => database.close());

const write = (actor: Actor, ...commands: Command[]) => company.people.write(actor, commands);
const create = (object: string, values: Values): Command => ({ op: 'create', object, values });
const update = (id: string, values: Values, object = 'user'): Command => ({ op: 'update', object, id, values });
const remove = (id: string, object = 'user'): Command => ({ op: 'delete', object, id });
const rowOf = async (id: string, object = 'user') => {
  const [row] = await database.db.query<Record<string, Json>>(
    sql`select * from ${sql.identifier('data', object)} where id = ${sql.value(id)}`,
  );
  return row ?? assert.fail();
};
const issue = (path: string, code: string) => (error: { issues?: { path: string; code: string }[] }) => {
  assert.deepEqual(
    error.issues?.map(({ path, code }) => ({ path, code })),
    [{ path, code }],
  );
  return true;
};
/** The first problem's code, wherever it is told: as the problem, or at its place in a batch. */
const refusal = (code: string) => (error: { code?: string; issues?: { code: string }[] }) => {
  assert.ok(
    error.code === code || error.issues?.some((one) => one.code === code),
    `${error.code} ${JSON.stringify(error.issues)}`,
  );
  return true;
};
const enter = (email: string, given = password) => signIn(company.people, { email, password: given }, origin);

test('a user is created with a password, owns itself, and signs in; the log knows no password', async () => {
  const department = await company.addDepartment();
  const values = { email: 'Wang@Example.com', name: '王小丽', password: 'vexing otter 42', department, roles: ['rep'] };
  const [made] = await write(administrator, create('user', values));
  const id = made?.id ?? assert.fail();
  const row = await rowOf(id);
  assert.deepEqual(
    [row.email, row.owner, row.department, row.active, row.roles],
    ['wang@example.com', id, department, true, ['rep']],
  );
  const { session } = await enter('wang@example.com', 'vexing otter 42');
  const resolved = await resolveSession(company.people, session.token, origin);
  assert.equal(resolved?.state === 'complete' && resolved.actor.department, department);
  const log = await database.db.queryText<{ text: string }>('select c::text as text from huike.change_pending c', []);
  assert.equal(
    log.some(({ text }) => text.includes('otter') || text.includes('argon2')),
    false,
  );
});

test('what is wrong with a password is told at its place, and nothing is created', async () => {
  const make = (given: Json) =>
    write(administrator, create('user', { email: 'p@example.com', name: 'P', password: given }));
  await assert.rejects(make('short'), issue('/0/password', 'password.tooShort'));
  await assert.rejects(make('password1'), issue('/0/password', 'password.common'));
  await assert.rejects(make(12345678), issue('/0/password', 'value.type'));
  await write(administrator, create('user', { email: 'p@example.com', name: 'P', password: null }));
  await assert.rejects(enter('p@example.com'), { code: 'auth.failed' });
});

test('a new password ends the sessions, null takes it away, a present one is no new one', async () => {
  const user = await company.addUser();
  const { session } = await enter(user.email);
  await assert.rejects(write(administrator, update(user.id, { password })), issue('/0/password', 'password.reused'));
  assert.ok(await resolveSession(company.people, session.token, origin));
  await write(administrator, update(user.id, { password: 'mossy lantern 7' }));
  assert.equal(await resolveSession(company.people, session.token, origin), null);
  await enter(user.email, 'mossy lantern 7');
  await write(administrator, update(user.id, { password: null }));
  await assert.rejects(enter(user.email, 'mossy lantern 7'), { code: 'auth.failed' });
});

test('disabling and deleting ends sessions and tokens at once; roles move with the next request', async () => {
  for (const end of [(id: string) => update(id, { active: false }), (id: string) => remove(id)]) {
    const user = await company.addUser();
    const { session } = await enter(user.email);
    const { token } = await createToken(company.people, await company.actorOf(user.id), { name: 't', scopes: ['*'] });
    await resolveSession(company.people, session.token, origin);
    await resolveToken(company.people, token, origin);
    await write(administrator, update(user.id, { roles: ['clerk'] }));
    const resolved = await resolveSession(company.people, session.token, origin);
    assert.deepEqual(resolved?.state === 'complete' && resolved.actor.roles, ['clerk']);
    assert.deepEqual((await resolveToken(company.people, token, origin))?.roles, ['clerk']);
    await write(administrator, end(user.id));
    assert.equal(await resolveSession(company.people, session.token, origin), null);
    assert.equal(await resolveToken(company.people, token, origin), null);
  }
});

test('users change what is theirs of themselves, and nothing else', async () => {
  const user = await company.addUser({ roles: ['rep'] });
  const other = await company.addUser({ roles: ['rep'] });
  const actor = await company.actorOf(user.id);
  await write(actor, update(user.id, { phone: '13912345678', language: 'en', timeZone: 'Europe/Berlin' }));
  assert.equal((await rowOf(user.id)).timeZone, 'Europe/Berlin');
  await assert.rejects(write(actor, update(user.id, { timeZone: 'Mars/Olympus' })), issue('/0/timeZone', 'value.type'));
  for (const values of [
    { name: 'X' },
    { roles: ['administrator'] },
    { email: 'x@example.com' },
    { active: false },
    { password: 'mossy lantern 7' },
  ]) {
    const refused = await write(actor, update(user.id, values)).then(
      () => 'written',
      () => 'refused',
    );
    assert.equal(refused, 'refused', JSON.stringify(values));
  }
  await assert.rejects(write(actor, update(other.id, { phone: '13912345678' })));
  await assert.rejects(write(actor, create('user', { email: 'y@example.com', name: 'Y' })), refusal('access.denied'));
  await assert.rejects(write(actor, create('department', { name: 'Y' })), refusal('access.denied'));
  await assert.rejects(write(actor, create('position', { name: 'Y' })), refusal('access.denied'));
  await assert.rejects(write(actor, remove(user.id)));
});

test('a grant on users without the capability opens nothing', async () => {
  const user = await company.addUser({ roles: ['meddler'] });
  const actor = await company.actorOf(user.id);
  const other = await company.addUser();
  await assert.rejects(write(actor, create('user', { email: 'z@example.com', name: 'Z' })), refusal('access.denied'));
  await assert.rejects(write(actor, update(other.id, { name: 'Z' })), refusal('access.denied'));
  await assert.rejects(write(actor, remove(other.id)), refusal('access.denied'));
  await assert.rejects(write(actor, create('department', { name: 'Z' })), refusal('access.denied'));
});

test('keeping people is not giving rights, and nobody raises the own', async () => {
  const clerk = await company.actorOf((await company.addUser({ roles: ['clerk'] })).id);
  const security = await company.actorOf((await company.addUser({ roles: ['securityManager'] })).id);
  const rep = await company.addUser();
  const boss = await company.addUser({ roles: ['administrator'] });
  await write(clerk, create('user', { email: 'new@example.com', name: 'N', password: 'vexing otter 42' }));
  await write(clerk, update(rep.id, { name: 'Renamed', password: 'vexing otter 42' }));
  const denied: readonly [Actor, Command, string][] = [
    [clerk, create('user', { email: 'r@example.com', name: 'R', roles: ['rep'] }), 'access.fieldDenied'],
    [clerk, update(rep.id, { roles: [] }), 'access.fieldDenied'],
    [clerk, update(clerk.kind === 'user' ? clerk.id : '', { roles: ['rep', 'clerk'] }), 'people.ownRoles'],
    [clerk, update(boss.id, { password: 'vexing otter 42' }), 'access.denied'],
    [clerk, update(boss.id, { email: 'mine@example.com' }), 'access.denied'],
    [clerk, update(boss.id, { active: false }), 'access.denied'],
    [clerk, remove(boss.id), 'access.denied'],
    [
      security,
      update(security.kind === 'user' ? security.id : '', { roles: ['securityManager', 'auditor'] }),
      'people.ownRoles',
    ],
    [security, update(rep.id, { roles: ['administrator'] }), 'access.fieldDenied'],
    [security, update(boss.id, { roles: [] }), 'access.fieldDenied'],
    [security, update(boss.id, { password: 'vexing otter 42' }), 'access.denied'],
  ];
  for (const [actor, command, code] of denied)
    await assert.rejects(write(actor, command), refusal(code), JSON.stringify(command));
  await write(security, update(rep.id, { roles: ['auditor'] }));
  await assert.rejects(write(administrator, update(rep.id, { roles: ['nosuch'] })));
});

test('an administrator always remains, also when two go at once', async () => {
  const mine = administrator.kind === 'user' ? administrator.id : assert.fail();
  for (const command of [update(mine, { active: false }), update(mine, { roles: ['rep'] }), remove(mine)]) {
    await assert.rejects(write(administrator, command), refusal('people.lastAdministrator'));
  }
  const second = await company.addUser({ roles: ['administrator'] });
  const both = await allAtOnce(database.db, holdWrites, [
    () => write(administrator, update(second.id, { active: false })),
    () => write(administrator, update(mine, { active: false })),
  ]);
  assert.deepEqual(both.map((one) => one.status).sort(), ['fulfilled', 'rejected']);
});

test('departments form a tree, also when two move at once', async () => {
  const make = async (values: Values) =>
    (await write(administrator, create('department', values)))[0]?.id ?? assert.fail();
  const top = await make({ name: '总部' });
  const middle = await make({ name: '销售部', parent: top });
  const leaf = await make({ name: '华东', parent: middle });
  assert.equal((await rowOf(top, 'department')).department, top, 'it lies in itself');
  const move = (id: string, parent: string) => write(administrator, update(id, { parent }, 'department'));
  await assert.rejects(move(top, leaf), refusal('people.cycle'));
  await assert.rejects(move(top, top), refusal('people.cycle'));
  const [one, other] = [await make({ name: 'A' }), await make({ name: 'B' })];
  const both = await allAtOnce(database.db, holdWrites, [() => move(one, other), () => move(other, one)]);
  assert.deepEqual(both.map((each) => each.status).sort(), ['fulfilled', 'rejected']);
});

test('a department with users or departments in it stays', async () => {
  const empty = await company.addDepartment();
  const full = await company.addDepartment();
  const parent = await company.addDepartment();
  await company.addDepartment(parent);
  await company.addUser({ department: full });
  await write(administrator, remove(empty, 'department'));
  await assert.rejects(write(administrator, remove(full, 'department')), refusal('write.restricted'));
  await assert.rejects(write(administrator, remove(parent, 'department')), refusal('write.restricted'));
});

test('outside organisations hold no administrative rights, by whatever way', async () => {
  const dealer = await company.addDepartment(null, true);
  const shop = await company.addDepartment(dealer);
  const inside = await company.addDepartment();
  const clerk = await company.addUser({ roles: ['clerk'], department: inside });
  const rep = await company.addUser({ roles: ['rep'], department: shop });
  const refused = [
    update(clerk.id, { department: shop }),
    update(rep.id, { roles: ['clerk'] }),
    update(inside, { external: true }, 'department'),
    update(inside, { parent: dealer }, 'department'),
    create('user', { email: 'e@example.com', name: 'E', roles: ['administrator'], department: dealer }),
  ];
  for (const command of refused)
    await assert.rejects(write(administrator, command), refusal('people.externalRights'), JSON.stringify(command));
  await assert.rejects(
    write(administrator, update(rep.id, { department: null })),
    issue('/0/department', 'value.required'),
  );
  await write(administrator, update(rep.id, { department: inside }));
  await write(administrator, update(rep.id, { department: null }));
});

test('等保三级: duties stay apart, and there is one emergency administrator', async () => {
  await company.setProfile('djbh3');
  const user = await company.addUser({ roles: ['systemManager'] });
  const set = (roles: string[]) => write(administrator, update(user.id, { roles }));
  await assert.rejects(set(['systemManager', 'auditor']), refusal('people.duties'));
  await assert.rejects(set(['administrator']), refusal('people.breakGlass'));
  await set(['auditor', 'rep']);
  const other = await company.addUser();
  const { session } = await enter(other.email);
  await write(administrator, update(other.id, { roles: [] }));
  assert.equal(await resolveSession(company.people, session.token, origin), null, 'roles changed: sign in anew');
  const given = { email: 'first@example.com', name: 'F', password: 'Vexing otter 42' };
  await write(administrator, create('user', given));
  assert.deepEqual((await enter(given.email, given.password)).session.pending, ['password']);
});
