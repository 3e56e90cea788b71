import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import { appFolders } from '../apps.ts';
import { callerAt, password, type TestServer, testServer } from '../testing.ts';
import { visits } from '../visits.ts';

let database: TestDatabase;
let server: TestServer;

before(async () => {
  database = await testDatabase();
  server = await testServer(database, { metadata: visits });
});
after(async () => {
  await server.close();
  await database.close();
});

const json = { 'content-type': 'application/json' };

test('the first administrator comes by the code in the terminal, once', async () => {
  const other = await testDatabase();
  const fresh = await testServer(other, { setUp: false });
  try {
    const { stranger } = fresh;
    assert.deepEqual((await stranger.get('setup')).body, { needed: true, singleSignOn: false });
    const wanted = { name: '张三', email: 'zhang@example.com', password, company: '示例公司' };
    assert.equal((await stranger.post('setup', { ...wanted, code: 'XXXX' })).status, 403);
    assert.equal((await stranger.post('setup', { ...wanted, password: 'short', code: fresh.setupCode })).status, 422);
    const made = await stranger.post('setup', { ...wanted, code: fresh.setupCode });
    assert.deepEqual([made.status, made.get('user', 'email'), made.get('pending')], [201, 'zhang@example.com', []]);
    assert.equal((await stranger.post('setup', { ...wanted, code: fresh.setupCode })).status, 409);
    assert.equal((await stranger.get('setup')).get('needed'), false);
    const me = await (await fresh.signIn('zhang@example.com')).get('me');
    assert.deepEqual(
      [me.get('name'), me.get('department', 'name'), me.get('roles')],
      ['张三', '示例公司', ['administrator']],
    );
    assert.equal(fresh.setupCode?.length, 14);
  } finally {
    await fresh.close();
    await other.close();
  }
});

test('who is signed in is told to anybody who asks, about themselves', async () => {
  const nobody = await server.stranger.get('session');
  assert.deepEqual([nobody.status, nobody.body], [200, { me: null, needed: false, singleSignOn: false }]);
  const stale = callerAt(server.address, { cookie: 'huike_session=made-up' });
  assert.equal((await stale.get('session')).get('me'), null);
  const user = await server.addUser();
  const known = await user.get('session');
  assert.deepEqual([known.get('me', 'id'), known.get('me', 'name')], [user.id, user.name]);
});

test('the sample company comes once, at the word of who may operate', async () => {
  const other = await testDatabase();
  const fresh = await testServer(other, { apps: (await appFolders()).map(({ app }) => app) });
  try {
    const user = await fresh.addUser();
    assert.equal((await user.post('setup/demo')).status, 403);
    const made = await fresh.admin.post('setup/demo');
    assert.equal(made.status, 200);
    assert.ok(Number(made.get('records')) > 100);
    assert.deepEqual((await fresh.admin.post('setup/demo')).body, { people: 0, records: 0 });
  } finally {
    await fresh.close();
    await other.close();
  }
});

test('signing in sets a cookie that no script can read, and signing out ends it', async () => {
  const { stranger, address } = server;
  const user = await server.addUser({ roles: ['rep'] });
  const wrong = await stranger.post('auth/sign-in', { email: user.email, password: 'wrong' });
  const unknown = await stranger.post('auth/sign-in', { email: 'nobody@example.com', password: 'wrong' });
  assert.deepEqual(
    [wrong.status, wrong.get('code'), unknown.status, unknown.get('code')],
    [401, 'auth.failed', 401, 'auth.failed'],
  );
  assert.equal(wrong.headers.get('set-cookie'), null);
  const right = await stranger.post('auth/sign-in', { email: user.email, password });
  assert.deepEqual(right.body, {
    user: { id: user.id, name: user.name, email: user.email, roles: ['rep'] },
    pending: [],
  });
  const cookie = right.headers.get('set-cookie') ?? '';
  assert.match(cookie, /^huike_session=[\w-]{43}; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/);
  const browser = callerAt(address, { cookie: cookie.split(';')[0] ?? '' });
  assert.equal((await browser.get('me')).get('id'), user.id);
  // A page of another site can't send the header.
  const forged = await browser.post('records/visit', { subject: 'forged' });
  assert.deepEqual([forged.status, forged.get('code')], [403, 'request.csrf']);
  assert.equal((await browser.post('auth/sign-out')).status, 403);
  assert.equal((await browser.post('records/visit', { subject: 'mine' }, { 'x-huike': '1' })).status, 201);
  assert.equal((await browser.post('auth/sign-out', undefined, { 'x-huike': '1' })).status, 204);
  assert.equal((await browser.get('me')).status, 401);
  assert.equal((await stranger.post('auth/sign-out')).status, 204);
});

test('five wrong passwords lock, and the answer says for how long', async () => {
  const user = await server.addUser();
  for (let n = 0; n < 5; n++) await server.stranger.post('auth/sign-in', { email: user.email, password: 'wrong' });
  const locked = await server.stranger.post('auth/sign-in', { email: user.email, password });
  assert.deepEqual([locked.status, locked.get('code'), locked.headers.get('retry-after')], [429, 'auth.locked', '900']);
  // An administrator lets the user in again.
  assert.equal((await server.admin.post(`users/${user.id}/unlock`)).status, 204);
  await server.signIn(user.email);
});

test('tokens do what their scopes say, and no more', async () => {
  const { admin } = server;
  const user = await server.addUser({ roles: ['rep'] });
  const made = await user.post('tokens', { name: 'reader', scopes: ['records:visit:read', 'search:read'] });
  assert.equal(made.status, 201);
  const token = server.withToken(String(made.get('token')));
  assert.equal((await token.get('records/visit')).status, 200);
  assert.equal((await token.get('search?q=a')).status, 200);
  for (const [method, where, body] of [
    ['POST', 'records/visit', { subject: 'x' }],
    ['PUT', 'records/visit?key=code', { subject: 'x' }],
    ['GET', 'records/place', undefined],
    ['GET', 'metadata', undefined],
    ['GET', 'records/visit/export', undefined],
    ['POST', 'tokens', { name: 'wider', scopes: ['*'] }],
    ['POST', 'me/password', { current: password, next: 'another otter 42' }],
    ['GET', 'me/sessions', undefined],
    ['GET', 'events?objects=place', undefined],
    ['POST', 'batch', { commands: [{ op: 'create', object: 'visit', values: { subject: 'x' } }] }],
  ] as const) {
    const answer = await token.call(method, where, body === undefined ? {} : { body });
    assert.deepEqual([answer.status, answer.get('code')], [403, 'auth.scope'], where);
  }
  const listed = await user.get('tokens');
  assert.deepEqual(listed.get('data', 0, 'name'), 'reader');
  assert.doesNotMatch(JSON.stringify(listed.body), new RegExp(String(made.get('token'))));
  // Tokens need no x-huike, and never exceed the user's rights.
  const all = server.withToken(String((await user.post('tokens', { name: 'all', scopes: ['*'] })).get('token')));
  assert.equal((await all.post('records/visit', { subject: 'by token' })).status, 201);
  assert.equal((await all.post('metadata/plan', {})).status, 403);
  assert.equal((await user.delete(`tokens/${made.get('id')}`)).status, 204);
  assert.equal((await token.get('records/visit')).status, 401);
  assert.equal((await user.post('tokens', { name: '', scopes: ['nonsense'] })).status, 422);
  const keys = await admin.post('writeKeys', { name: '官网', channel: 'web' });
  assert.equal(keys.status, 201);
  assert.equal((await server.withToken(String(keys.get('key'))).get('me')).status, 401);
  assert.equal((await user.post('writeKeys', { name: 'x', channel: 'web' })).status, 403);
  assert.equal((await admin.delete(`writeKeys/${keys.get('id')}`)).status, 204);
});

test('sessions are seen and ended, the own and those of others', async () => {
  const user = await server.addUser();
  const elsewhere = await server.signIn(user.email);
  const sessions = await user.get('me/sessions');
  const list = sessions.get('data') as { id: string; current: boolean }[];
  assert.deepEqual(list.map(({ current }) => current).sort(), [false, true]);
  const other = list.find(({ current }) => !current)?.id;
  assert.equal((await user.delete(`me/sessions/${other}`)).status, 204);
  assert.equal((await user.delete(`me/sessions/${other}`)).status, 404);
  assert.equal((await elsewhere.get('me')).status, 401);
  const third = await server.signIn(user.email);
  assert.deepEqual((await user.post('me/sessions/revoke-others')).body, { ended: 1 });
  assert.equal((await third.get('me')).status, 401);
  assert.equal((await server.admin.post(`users/${user.id}/end-sessions`)).status, 204);
  assert.equal((await user.get('me')).status, 401);
  const stranger = await server.addUser({ roles: ['rep'] });
  assert.equal((await stranger.post(`users/${user.id}/end-sessions`)).status, 403);
});

test('passwords are changed by their owners and reset by administrators', async () => {
  const user = await server.addUser();
  assert.equal((await user.post('me/password', { current: 'wrong', next: 'quiet heron 88' })).status, 401);
  const weak = await user.post('me/password', { current: password, next: '123' });
  assert.deepEqual([weak.status, weak.get('errors', 0, 'path')], [422, '/password']);
  assert.equal((await user.post('me/password', { current: password, next: 'quiet heron 88' })).status, 204);
  await server.signIn(user.email, 'quiet heron 88');
  const reset = await server.admin.post(`users/${user.id}/reset-password`);
  assert.equal(reset.status, 200);
  // A made password is changed before anything else.
  const made = String(reset.get('password'));
  const signedIn = await server.stranger.post('auth/sign-in', { email: user.email, password: made });
  assert.deepEqual(signedIn.get('pending'), ['password']);
  const pending = callerAt(server.address, {
    cookie: signedIn.headers.get('set-cookie')?.split(';')[0] ?? '',
    'x-huike': '1',
  });
  assert.deepEqual((await pending.get('me')).body, { pending: ['password'] });
  assert.equal((await pending.get('records/user')).get('code'), 'auth.pending');
  assert.equal((await pending.post('me/password', { current: made, next: 'brisk walrus 12' })).status, 204);
  assert.equal((await pending.get('me')).get('id'), user.id);
});

test('whoever is disabled is out at the next request', async () => {
  const user = await server.addUser({ roles: ['rep'] });
  assert.equal((await user.get('me')).status, 200);
  assert.equal((await server.admin.patch(`records/user/${user.id}`, { active: false })).status, 200);
  assert.equal((await user.get('me')).status, 401);
});

test('nothing about a request is believed but its cookie and its token', async () => {
  const { stranger, address } = server;
  for (const headers of [
    {},
    { authorization: 'Bearer' },
    { authorization: 'Bearer ' },
    { authorization: 'Bearer hk_nothing' },
    { authorization: `Basic ${btoa('admin@example.com:x')}` },
    { cookie: 'huike_session=' },
    { cookie: 'huike_session=%00%ff; huike_session=x' },
    { 'x-forwarded-user': 'admin@example.com', 'x-huike': '1' },
  ]) {
    const answer = await stranger.get('me', headers);
    assert.deepEqual([answer.status, answer.get('code')], [401, 'auth.required'], JSON.stringify(headers));
  }
  // The same place, written otherwise.
  for (const where of ['/%61pi/v1/me', '/api/v1/%6de', '/api/openapi.json'])
    assert.equal((await fetch(address + where)).status, 401, where);
});

test('strangers who flood are slowed down, people who are signed in never are', async () => {
  const other = await testDatabase();
  const own = await testServer(other, { metadata: visits });
  try {
    const answers = await Promise.all(Array.from({ length: 320 }, () => own.stranger.get('records/visit')));
    const slowed = answers.filter(({ status }) => status === 429);
    assert.equal(slowed.length, 20);
    assert.equal(slowed[0]?.get('code'), 'request.rateLimited');
    assert.match(slowed[0]?.headers.get('retry-after') ?? '', /^[1-9]\d?$/);
    const mine = await Promise.all(Array.from({ length: 400 }, () => own.admin.get('me')));
    assert.ok(mine.every(({ status }) => status === 200));
    const doors = await Promise.all(
      Array.from({ length: 310 }, () => own.stranger.call('POST', 'setup', { headers: json, body: '{' })),
    );
    assert.equal(doors.filter(({ status }) => status === 429).length, 10);
  } finally {
    await own.close();
    await other.close();
  }
});

test('second factors are enrolled, asked for and taken off', async () => {
  const { generateSync } = await import('otplib');
  const user = await server.addUser();
  const enrolment = await user.post('me/second-factor');
  const secret = String(enrolment.get('secret'));
  assert.notEqual(secret, 'null', JSON.stringify(enrolment.body));
  assert.equal((await user.post('me/second-factor/confirm', { otp: '000000' })).status, 422);
  const confirmed = await user.post('me/second-factor/confirm', { otp: generateSync({ secret }) });
  const codes = confirmed.get('recoveryCodes') as string[];
  assert.equal(codes.length, 10);
  const without = await server.stranger.post('auth/sign-in', { email: user.email, password });
  assert.deepEqual([without.status, without.get('code')], [401, 'auth.otpRequired']);
  const withCode = await server.stranger.post('auth/sign-in', { email: user.email, password, otp: codes[0] ?? '' });
  assert.equal(withCode.status, 200);
  const renewed = await user.post('me/second-factor/recovery-codes', { otp: codes[1] ?? '' });
  assert.equal((renewed.get('recoveryCodes') as string[]).length, 10);
  assert.equal(
    (await user.post('me/second-factor/remove', { otp: String(renewed.get('recoveryCodes', 0)) })).status,
    204,
  );
  await server.signIn(user.email);
});
