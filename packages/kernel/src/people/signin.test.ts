import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newId } from '@huike/schema';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import { generateSync } from 'otplib';
import { sql, type Tx } from '../database/index.ts';
import { requireActor, resolveSession } from './actor.ts';
import { allAtOnce, type Company, openCompany, origin, password } from './fixture.ts';
import { endSessionsOf, resetPassword, resetSecondFactor, unlockUser } from './manage.ts';
import {
  changePassword,
  confirmSecondFactor,
  dropSecondFactor,
  enrolSecondFactor,
  newRecoveryCodes,
  verifySecondFactor,
} from './own-account.ts';
import { hashesBegun } from './passwords.ts';
import { policyOf } from './policy.ts';
import { openSession } from './sessions.ts';
import { type SignInRequest, signIn } from './signin.ts';

let database: TestDatabase;
let company: Company;
before(async () => {
  database = await testDatabase();
  company = await openCompany(database.db);
});
after(() => database.close());

const enter = (request: Partial<SignInRequest> & { email: string }, from = origin) =>
  signIn(company.people, { password, ...request }, from);
const codeNow = (secret: string) => generateSync({ secret, epoch: company.people.now().getTime() / 1000 });
const lastEvent = async () => (await company.events()).at(-1);
const alive = async (token: string) => (await resolveSession(company.people, token, origin)) !== null;

async function withSecondFactor(user: { email: string }) {
  const { session } = await enter(user);
  const { secret } = await enrolSecondFactor(company.people, session);
  const codes = await confirmSecondFactor(company.people, session, codeNow(secret), origin);
  company.pass({ seconds: 30 });
  return { session, secret, codes };
}

test('the right password opens a session, whatever the case of the e-mail, and both ways are logged', async () => {
  const user = await company.addUser({ email: 'lina@example.com', name: 'Li Na' });
  const signed = await enter({ email: ' LiNa@Example.com' });
  assert.deepEqual(signed.user, { id: user.id, name: 'Li Na', email: user.email, roles: ['rep'] });
  assert.deepEqual(signed.session.pending, []);
  assert.deepEqual(await lastEvent(), {
    type: 'signIn',
    actor: user.id,
    ip: '192.0.2.1',
    data: { method: 'password', session: signed.session.id, pending: [] },
  });
  await assert.rejects(enter({ email: user.email, password: 'wrong' }), { code: 'auth.failed' });
  const failed = await lastEvent();
  assert.equal(failed?.type, 'signInFailed');
  assert.equal(JSON.stringify(failed).includes('wrong'), false);
  // A password typed into the wrong field.
  await assert.rejects(enter({ email: 'vexing otter 42' }), { code: 'auth.failed' });
  assert.equal(JSON.stringify(await lastEvent()).includes('otter'), false);
});

test('unknown, disabled and without a password: the same answer for the same work', async () => {
  const known = await company.addUser();
  const disabled = await company.addUser({ active: false });
  const without = await company.addUser({ password: null });
  for (const email of [known.email, 'nobody@example.com', disabled.email, without.email]) {
    const before = hashesBegun();
    await assert.rejects(enter({ email, password: 'wrong' }), { code: 'auth.failed', status: 401 });
    assert.equal(hashesBegun() - before, 1, email);
  }
  await assert.rejects(enter(disabled), { code: 'auth.failed' });
});

test('five failures lock; the right password then waits too; an administrator unlocks', async () => {
  const user = await company.addUser();
  for (let n = 0; n < 5; n++)
    await assert.rejects(enter({ email: user.email, password: 'wrong' }), { code: 'auth.failed' });
  await assert.rejects(enter(user), { code: 'auth.locked', status: 429, params: { minutes: 15 } });
  const { events } = company;
  const locked = (await events()).filter((event) => JSON.stringify(event.data).includes('"locked"')).length;
  await assert.rejects(enter(user), { code: 'auth.locked' });
  assert.equal((await events()).filter((event) => JSON.stringify(event.data).includes('"locked"')).length, locked);
  for (let n = 0; n < 6; n++) await enter({ email: 'ghost@example.com' }).catch(() => {});
  await assert.rejects(enter({ email: 'ghost@example.com' }), { code: 'auth.locked' });

  const administrator = await company.addUser({ roles: ['administrator'] });
  const actor = requireActor(await resolveSession(company.people, (await enter(administrator)).session.token, origin));
  await unlockUser(company.people, actor, user.id);
  await enter(user);
});

test('a second factor: asked for, checked, counted, and replaced by a recovery code', async () => {
  const user = await company.addUser();
  const { secret, codes } = await withSecondFactor(user);
  await assert.rejects(enter(user), { code: 'auth.otpRequired' });
  await assert.rejects(enter({ ...user, password: 'wrong', otp: codeNow(secret) }), { code: 'auth.failed' });
  await enter({ ...user, otp: codeNow(secret) });
  await assert.rejects(enter({ ...user, otp: codeNow(secret) }), { code: 'auth.failed' });
  await enter({ ...user, otp: codes[3] ?? '' });
  for (let n = 0; n < 9; n++) await assert.rejects(enter(user), { code: 'auth.otpRequired' });
  for (let n = 0; n < 5; n++) await assert.rejects(enter({ ...user, otp: '000000' }), { code: 'auth.failed' });
  company.pass({ seconds: 30 });
  await assert.rejects(enter({ ...user, otp: codeNow(secret) }), { code: 'auth.locked' });
});

test('the own second factor is renewed and dropped with a code only', async () => {
  const user = await company.addUser();
  const { session, secret, codes } = await withSecondFactor(user);
  await assert.rejects(newRecoveryCodes(company.people, session, '000000', origin), { code: 'auth.code' });
  const renewed = await newRecoveryCodes(company.people, session, codeNow(secret), origin);
  await assert.rejects(dropSecondFactor(company.people, session, codes[0] ?? '', origin), { code: 'auth.code' });
  await dropSecondFactor(company.people, session, renewed[0] ?? '', origin);
  await enter(user);
});

test('changing the password needs the present one, ends the other sessions and keeps this one', async () => {
  const user = await company.addUser();
  const [mine, other] = [(await enter(user)).session, (await enter(user)).session];
  const change = (current: string, next: string) => changePassword(company.people, mine, { current, next }, origin);
  await assert.rejects(change('wrong', 'mossy lantern 7'), { code: 'auth.failed' });
  const issueOf = (code: string) => (error: { issues?: { code: string }[] }) => error.issues?.[0]?.code === code;
  await assert.rejects(change(password, 'short'), issueOf('password.tooShort'));
  await assert.rejects(change(password, password), issueOf('password.reused'));
  await change(password, 'mossy lantern 7');
  assert.deepEqual([await alive(mine.token), await alive(other.token)], [true, false]);
  await assert.rejects(enter(user), { code: 'auth.failed' });
  await enter({ ...user, password: 'mossy lantern 7' });
});

test('guessing the present password within a session locks too', async () => {
  const user = await company.addUser();
  const { session } = await enter(user);
  const guess = () => changePassword(company.people, session, { current: 'wrong', next: 'mossy lantern 7' }, origin);
  for (let n = 0; n < 5; n++) await assert.rejects(guess(), { code: 'auth.failed' });
  await assert.rejects(guess(), { code: 'auth.locked' });
});

test('an administrator resets a password: sessions end, and what was made is changed first', async () => {
  const administrator = await company.addUser({ roles: ['administrator'] });
  const actor = requireActor(await resolveSession(company.people, (await enter(administrator)).session.token, origin));
  const user = await company.addUser();
  const { session } = await enter(user);
  const made = await resetPassword(company.people, actor, user.id);
  assert.equal(await alive(session.token), false);
  const { session: pending } = await enter({ ...user, password: made });
  assert.deepEqual(pending.pending, ['password']);
  assert.throws(() => requireActor(null), { code: 'auth.required' });
  const resolved = await resolveSession(company.people, pending.token, origin);
  assert.equal(resolved?.state, 'pending');
  assert.throws(() => requireActor(resolved), { code: 'auth.pending' });
  await changePassword(company.people, pending, { current: made, next: 'mossy lantern 7' }, origin);
  assert.equal((await resolveSession(company.people, pending.token, origin))?.state, 'complete');

  await resetPassword(company.people, actor, user.id, 'quiet harbour 12');
  assert.deepEqual((await enter({ ...user, password: 'quiet harbour 12' })).session.pending, []);
  const event = (await company.events()).findLast((one) => one.type === 'passwordReset');
  assert.equal(event?.actor, administrator.id);
  assert.equal(JSON.stringify(event).includes('harbour'), false);
});

test('who keeps people may not take over those who are stronger', async () => {
  const actorOf = async (roles: string[]) => {
    const user = await company.addUser({ roles });
    return requireActor(await resolveSession(company.people, (await enter(user)).session.token, origin));
  };
  const clerk = await actorOf(['clerk']);
  const rep = await company.addUser();
  const administrator = await company.addUser({ roles: ['administrator'] });
  await endSessionsOf(company.people, clerk, rep.id);
  for (const act of [resetPassword, unlockUser, resetSecondFactor, endSessionsOf]) {
    await assert.rejects(act(company.people, clerk, administrator.id), { code: 'access.denied' }, act.name);
    await assert.rejects(act(company.people, await actorOf(['rep']), rep.id), { code: 'access.denied' }, act.name);
    await assert.rejects(
      act(company.people, { ...clerk, external: true }, rep.id),
      { code: 'access.denied' },
      act.name,
    );
    await assert.rejects(act(company.people, clerk, newId()), { code: 'record.unknown' }, act.name);
  }
});

test('等保三级: administrators enrol first, passwords age, sessions are few and short', async (t) => {
  // The profile allows one administrator.
  await database.db.execute(sql`update data."user" set active = false`);
  await company.setProfile('djbh3');
  t.after(() => company.setProfile('ordinary'));
  const administrator = await company.addUser({ roles: ['administrator'] });
  const { session } = await enter(administrator);
  assert.deepEqual(session.pending, ['enrol']);
  assert.equal((await resolveSession(company.people, session.token, origin))?.state, 'pending');
  const { secret } = await enrolSecondFactor(company.people, session);
  await confirmSecondFactor(company.people, session, codeNow(secret), origin);
  assert.equal((await resolveSession(company.people, session.token, origin))?.state, 'complete');
  await assert.rejects(dropSecondFactor(company.people, session, codeNow(secret), origin), { code: 'access.denied' });

  const user = await company.addUser();
  const opened = [];
  for (let n = 0; n < 4; n++) {
    opened.push((await enter(user)).session);
    company.pass({ seconds: 5 });
  }
  assert.deepEqual(await Promise.all(opened.map(({ token }) => alive(token))), [false, true, true, true]);
  const limit = { ...policyOf('djbh3').session, concurrent: 3 };
  const open = () =>
    database.db.transaction((tx) =>
      openSession(tx, limit, company.people.now(), { userId: user.id, pending: [], ip: null, userAgent: null }),
    );
  // Sign-ins that end others say so at their end.
  const holdVersion = (tx: Tx) => tx.query(sql`select 1 from huike.people_version for update`);
  await allAtOnce(database.db, holdVersion, [open, open, open]);
  const [{ count } = { count: 0 }] = await database.db.queryText<{ count: number }>(
    'select count(*)::int as count from huike.session where user_id = $1',
    [user.id],
  );
  assert.equal(count, 3);
  company.pass({ minutes: 30 });
  assert.equal(await alive(opened[3]?.token ?? ''), false);

  company.pass({ days: 89 });
  assert.deepEqual((await enter(user)).session.pending, []);
  company.pass({ days: 1 });
  let present = password;
  const { session: due } = await enter(user);
  assert.deepEqual(due.pending, ['password']);
  for (const next of ['Mossy lantern 7', 'Quiet harbour 8', 'Amber window 9', 'Tidal meadow 10']) {
    await changePassword(company.people, due, { current: present, next }, origin);
    present = next;
  }
  const reuse = changePassword(company.people, due, { current: present, next: password }, origin);
  await assert.rejects(
    reuse,
    (error: { issues?: { code: string }[] }) => error.issues?.[0]?.code === 'password.reused',
  );
});

test('a code that a session owes (single sign-on) is asked for by its own call', async () => {
  const user = await company.addUser();
  const { session, secret } = await withSecondFactor(user);
  const owing = { ...session, pending: ['otp'] as const };
  await assert.rejects(verifySecondFactor(company.people, owing, '000000', origin), { code: 'auth.code' });
  await verifySecondFactor(company.people, owing, codeNow(secret), origin);
  assert.equal((await resolveSession(company.people, session.token, origin))?.state, 'complete');
});
