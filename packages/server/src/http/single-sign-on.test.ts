import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openOidc } from '@huike/kernel';
import { type FakeOidc, fakeOidc, type TestDatabase, testDatabase } from '@huike/testkit';
import { callerAt, type TestServer, testServer } from '../testing.ts';
import { visits } from '../visits.ts';

let database: TestDatabase;
let vendor: FakeOidc;
let server: TestServer;

before(async () => {
  database = await testDatabase();
  vendor = await fakeOidc();
  const { clientId, clientSecret } = vendor;
  const provider = openOidc({ issuer: new URL(vendor.issuer), clientId, clientSecret, createUsers: false });
  server = await testServer(database, { metadata: visits, provider });
});
after(async () => {
  await server.close();
  await vendor.close();
  await database.close();
});

async function begin(returnTo = '') {
  const answer = await server.stranger.raw('GET', `auth/single-sign-on?returnTo=${encodeURIComponent(returnTo)}`);
  assert.equal(answer.status, 303);
  const cookie = answer.headers.get('set-cookie') ?? '';
  assert.match(cookie, /^huike_flow=[^;]+; Max-Age=600; Path=\/api\/v1\/auth\/single-sign-on; HttpOnly; SameSite=Lax$/);
  return { to: answer.headers.get('location') ?? '', cookie: cookie.split(';')[0] ?? '' };
}

async function end(back: URL, cookie: string) {
  assert.equal(back.origin, server.address);
  const answer = await fetch(back, { headers: cookie === '' ? {} : { cookie }, redirect: 'manual' });
  assert.equal(answer.status, 303);
  return { to: answer.headers.get('location'), cookies: answer.headers.getSetCookie() };
}

test('the company signs in at its provider and comes back where it was', async () => {
  assert.deepEqual((await server.stranger.get('setup')).body, { needed: false, singleSignOn: true });
  const user = await server.addUser({ roles: ['rep'] });
  vendor.user = { sub: 's1', email: user.email, email_verified: true };
  const { to, cookie } = await begin('/records/visit?view=mine');
  const signed = await end(await vendor.authorize(to), cookie);
  assert.equal(signed.to, '/records/visit?view=mine');
  const session = signed.cookies.find((one) => one.startsWith('huike_session='));
  assert.match(session ?? '', /HttpOnly; SameSite=Lax$/);
  const browser = callerAt(server.address, { cookie: session?.split(';')[0] ?? '' });
  assert.equal((await browser.get('me')).get('id'), user.id);
});

test('what goes wrong is told on the sign-in page', async () => {
  vendor.user = { sub: 'unknown', email: 'nobody@example.com', email_verified: true };
  const first = await begin();
  assert.equal((await end(await vendor.authorize(first.to), first.cookie)).to, '/sign-in?problem=auth.unlinked');
  const second = await begin('https://evil.example/');
  const back = await vendor.authorize(second.to);
  assert.equal((await end(back, '')).to, '/sign-in?problem=auth.failed');
  vendor.misbehaves = 'wrongNonce';
  const third = await begin();
  assert.equal((await end(await vendor.authorize(third.to), third.cookie)).to, '/sign-in?problem=auth.provider');
  vendor.misbehaves = null;
  assert.equal(
    (await end(new URL(`${server.address}/api/v1/auth/single-sign-on/callback?error=access_denied`), third.cookie)).to,
    '/sign-in?problem=auth.failed',
  );
});

test('without a provider there is nothing', async () => {
  const other = await testDatabase();
  const own = await testServer(other, {});
  assert.equal((await own.stranger.get('auth/single-sign-on')).status, 404);
  assert.equal((await own.stranger.get('auth/single-sign-on/callback?code=x')).status, 404);
  await own.close();
  await other.close();
});
