import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import { sql } from '../database/index.ts';
import { requireActor, resolveSession, resolveToken } from './actor.ts';
import { type Company, openCompany, origin, password } from './fixture.ts';
import { moveVersion } from './people.ts';
import { listSessions, revokeOtherSessions, revokeSession } from './sessions.ts';
import { signIn, signOut } from './signin.ts';
import {
  createToken,
  createWriteKey,
  listTokens,
  listWriteKeys,
  resolveWriteKey,
  revokeToken,
  revokeWriteKey,
} from './tokens.ts';

let database: TestDatabase;
let company: Company;
before(async () => {
  database = await testDatabase();
  company = await openCompany(database.db);
});
after(() => database.close());

const enter = async (user: { email: string }) =>
  (await signIn(company.people, { email: user.email, password }, origin)).session;
const resolve = async (token: string, people = company.people) => resolveSession(people, token, origin);
/** Changes a user as a write does: rows, the version, and the cache of this process after the commit. */
async function change(statement: ReturnType<typeof sql>): Promise<void> {
  await database.db.transaction(async (tx) => {
    await tx.execute(statement);
    await moveVersion(tx, 'people');
  });
  company.people.watch.expire();
}

test('a session resolves to its user with roles, departments above and below, and the origin of the request', async () => {
  const root = await company.addDepartment();
  const middle = await company.addDepartment(root);
  const leaf = await company.addDepartment(middle);
  await company.addDepartment(root);
  const user = await company.addUser({ department: middle, roles: ['rep', 'clerk'] });
  const { token } = await enter(user);
  const actor = requireActor(
    await resolveSession(company.people, token, { ip: '192.0.2.9', userAgent: 'x', requestId: 'r1' }),
  );
  assert.deepEqual(actor, {
    kind: 'user',
    id: user.id,
    roles: ['rep', 'clerk'],
    department: middle,
    departmentTree: [middle, leaf],
    departmentPath: [middle, root],
    external: false,
    tokenScopes: null,
    timeZone: 'Asia/Shanghai',
    language: 'zh',
    origin: { ip: '192.0.2.9', userAgent: 'x', requestId: 'r1' },
  });
});

test('whoever works below an outside organisation is external', async () => {
  const dealer = await company.addDepartment(await company.addDepartment(), true);
  const user = await company.addUser({ department: await company.addDepartment(dealer) });
  const actor = requireActor(await resolve((await enter(user)).token));
  assert.equal(actor.external, true);
  assert.equal(actor.departmentTree.includes(dealer), false);
});

test('only the digest of a session and of a token is stored', async () => {
  const user = await company.addUser();
  const session = await enter(user);
  const actor = requireActor(await resolve(session.token));
  const { token } = await createToken(company.people, actor, { name: 'script', scopes: ['*'] });
  const rows = await database.db.queryText<{ row: string }>(
    'select s::text as row from huike.session s union all select t::text from huike.token t',
    [],
  );
  assert.ok(rows.length > 1);
  for (const { row } of rows) {
    for (const text of [session.token, token, Buffer.from(token).toString('hex')])
      assert.equal(row.includes(text), false);
  }
});

test('idle and absolute time-outs, sliding once a minute', async () => {
  const { token } = await enter(await company.addUser());
  const seen = async () =>
    (await database.db.queryText<{ at: string }>('select max(seen_at) as at from huike.session', []))[0]?.at;
  const first = await seen();
  company.pass({ seconds: 59 });
  await resolve(token);
  assert.equal(await seen(), first);
  company.pass({ seconds: 1 });
  await resolve(token);
  assert.notEqual(await seen(), first);
  for (let hours = 0; hours < 30; hours += 7) {
    company.pass({ minutes: 7 * 60 });
    assert.ok(await resolve(token));
  }
  company.pass({ minutes: 8 * 60 });
  assert.equal(await resolve(token), null);

  const again = await enter(await company.addUser());
  for (let hours = 0; hours < 30 * 24 - 7; hours += 7) {
    company.pass({ minutes: 7 * 60 });
    assert.ok(await resolve(again.token), `after ${hours} h`);
  }
  company.pass({ minutes: 7 * 60 });
  assert.equal(await resolve(again.token), null);
});

test('what another process saw keeps a session alive here', async () => {
  const { token } = await enter(await company.addUser());
  await resolve(token);
  for (let n = 0; n < 3; n++) {
    company.pass({ minutes: 5 * 60 });
    assert.ok(await resolve(token, company.other));
  }
  assert.ok(await resolve(token));
});

test('revoked and changed rights hold at the next request here, and within a second elsewhere', async () => {
  const user = await company.addUser({ roles: ['rep'] });
  const { token } = await enter(user);
  const rolesOn = async (people = company.people) => {
    const resolved = await resolve(token, people);
    return resolved?.state === 'complete' ? resolved.actor.roles : null;
  };
  assert.deepEqual(await rolesOn(), ['rep']);
  assert.deepEqual(await rolesOn(company.other), ['rep']);
  await change(sql`update data."user" set roles = '{clerk}' where id = ${sql.value(user.id)}`);
  assert.deepEqual(await rolesOn(), ['clerk']);
  assert.deepEqual(await rolesOn(company.other), ['rep']);
  company.pass({ seconds: 1 });
  assert.deepEqual(await rolesOn(company.other), ['clerk']);

  const { id } = (await listSessions(company.people, user.id))[0] ?? assert.fail();
  assert.equal(await revokeSession(company.people, user.id, id), true);
  assert.equal(await rolesOn(), null);
  company.pass({ seconds: 1 });
  assert.equal(await rolesOn(company.other), null);
});

test('a disabled or deleted user is nobody, by session and by token', async () => {
  for (const statement of [
    sql`update data."user" set active = false`,
    sql`update data."user" set "deletedAt" = now()`,
  ]) {
    const user = await company.addUser();
    const { token } = await enter(user);
    const actor = requireActor(await resolve(token));
    const personal = await createToken(company.people, actor, { name: 'script', scopes: ['*'] });
    assert.ok(await resolveToken(company.people, personal.token, origin));
    await change(sql`${statement} where id = ${sql.value(user.id)}`);
    assert.equal(await resolve(token), null);
    assert.equal(await resolveToken(company.people, personal.token, origin), null);
  }
});

test('sessions are listed, and all others ended at once', async () => {
  const user = await company.addUser();
  const first = await enter(user);
  const second = await enter(user);
  const listed = await listSessions(company.people, user.id);
  assert.deepEqual(listed.map((session) => session.id).sort(), [first.id, second.id].sort());
  assert.deepEqual([listed[0]?.ip, listed[0]?.userAgent, listed[0]?.complete], ['192.0.2.1', 'test', true]);
  assert.equal(await revokeSession(company.people, (await company.addUser()).id, first.id), false);
  assert.equal(await revokeOtherSessions(company.people, second), 1);
  assert.equal(await resolve(first.token), null);
  assert.ok(await resolve(second.token));
  await signOut(company.people, second.token, origin);
  assert.equal(await resolve(second.token), null);
  await signOut(company.people, second.token, origin);
});

test('a token carries its scopes, expires, is used, and ends', async () => {
  const actor = requireActor(await resolve((await enter(await company.addUser())).token));
  const inAnHour = new Date(company.people.now().getTime() + 3_600_000).toISOString();
  const wanted = { name: 'nightly', scopes: ['records:visit:read'], expiresAt: inAnHour };
  const { id, token } = await createToken(company.people, actor, wanted);
  const resolved = await resolveToken(company.people, token, origin);
  assert.deepEqual(resolved?.tokenScopes, ['records:visit:read']);
  assert.equal(resolved?.id, actor.id);
  const [listed] = await listTokens(company.people, actor.id);
  assert.equal(listed?.hint, `…${token.slice(-4)}`);
  assert.equal(Date.parse(listed?.usedAt ?? ''), company.people.now().getTime());
  if (resolved === null) assert.fail();
  await assert.rejects(createToken(company.people, resolved, { name: 'wider', scopes: ['*'] }), { code: 'auth.scope' });
  company.pass({ minutes: 60 });
  assert.equal(await resolveToken(company.people, token, origin), null);

  const lasting = await createToken(company.people, actor, { name: 'lasting', scopes: ['*'] });
  assert.ok(await resolveToken(company.people, lasting.token, origin));
  await revokeToken(company.people, actor, lasting.id);
  assert.equal(await resolveToken(company.people, lasting.token, origin), null);
  await assert.rejects(revokeToken(company.people, actor, lasting.id), { code: 'record.unknown' });
  const stranger = { ...actor, id: (await company.addUser()).id };
  await assert.rejects(revokeToken(company.people, stranger, id), { code: 'record.unknown' });
});

test('what is wrong with a token is told at its place', async () => {
  const actor = requireActor(await resolve((await enter(await company.addUser())).token));
  const wanted = { name: ' ', scopes: ['*', 'nonsense'], expiresAt: '2020-01-01T00:00:00Z' };
  await assert.rejects(createToken(company.people, actor, wanted), (error: { issues?: { path: string }[] }) => {
    assert.deepEqual(
      error.issues?.map((issue) => issue.path),
      ['/name', '/scopes/1', '/expiresAt'],
    );
    return true;
  });
  await assert.rejects(createToken(company.people, actor, { name: 'x', scopes: ['*'], expiresAt: 'soon' }));
});

test('等保三级: tokens end within 90 days', async (t) => {
  await company.setProfile('djbh3');
  t.after(() => company.setProfile('ordinary'));
  const actor = await company.actorOf((await company.addUser()).id);
  const inDays = (days: number) => new Date(company.people.now().getTime() + days * 86_400_000).toISOString();
  await assert.rejects(createToken(company.people, actor, { name: 'x', scopes: ['*'], expiresAt: inDays(91) }), {
    code: 'write.invalid',
  });
  const { token } = await createToken(company.people, actor, { name: 'x', scopes: ['*'] });
  company.pass({ days: 89 });
  assert.ok(await resolveToken(company.people, token, origin));
  company.pass({ days: 1 });
  assert.equal(await resolveToken(company.people, token, origin), null);
});

test('a write key belongs to a channel, is made by who operates the system, and ends', async () => {
  const operator = await company.actorOf((await company.addUser({ roles: ['systemManager'] })).id);
  const rep = await company.actorOf((await company.addUser()).id);
  await assert.rejects(createWriteKey(company.people, rep, { name: '官网', channel: 'web' }), {
    code: 'access.denied',
  });
  await assert.rejects(createWriteKey(company.people, operator, { name: '', channel: 'a b' }), {
    code: 'write.invalid',
  });
  const { id, key } = await createWriteKey(company.people, operator, { name: '官网', channel: 'web' });
  assert.deepEqual(await resolveWriteKey(database.db, key), { id, channel: 'web', objects: [] });
  assert.equal(await resolveToken(company.people, key, origin), null);
  assert.equal(await resolveWriteKey(database.db, key.slice(0, -1)), null);
  assert.deepEqual(
    (await listWriteKeys(company.people, operator)).map((one) => [one.name, one.hint]),
    [['官网', `…${key.slice(-4)}`]],
  );
  await assert.rejects(revokeWriteKey(company.people, rep, id), { code: 'access.denied' });
  await revokeWriteKey(company.people, operator, id);
  assert.equal(await resolveWriteKey(database.db, key), null);
  await assert.rejects(revokeWriteKey(company.people, operator, id), { code: 'record.unknown' });
});

test('garbage and other kinds of keys resolve to nobody', async () => {
  for (const text of ['', 'x', 'hk_', `hk_${'a'.repeat(49)}`]) {
    assert.equal(await resolve(text), null);
    assert.equal(await resolveToken(company.people, text, origin), null);
  }
});
