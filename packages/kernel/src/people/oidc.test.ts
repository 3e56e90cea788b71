import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { type FakeOidc, fakeOidc, type Misbehaviour, type TestDatabase, testDatabase } from '@huike/testkit';
import { generateSync } from 'otplib';
import { type Company, openCompany, origin, password } from './fixture.ts';
import { beginOidc, finishOidc, type OidcProvider, oidcFromEnvironment, openOidc } from './oidc.ts';
import { confirmSecondFactor, enrolSecondFactor } from './own-account.ts';
import { signIn } from './signin.ts';

const redirectUri = 'https://crm.example.com/api/v1/auth/oidc/callback';
let database: TestDatabase;
let company: Company;
let vendor: FakeOidc;
let provider: OidcProvider;
before(async () => {
  database = await testDatabase();
  company = await openCompany(database.db);
});
beforeEach(async () => {
  vendor = await fakeOidc();
  provider = openOidc(configOf());
});
afterEach(() => vendor.close());
after(() => database.close());

const configOf = () => ({
  issuer: new URL(vendor.issuer),
  clientId: vendor.clientId,
  clientSecret: vendor.clientSecret,
  createUsers: false,
});

/** The whole way of a browser. */
async function enter(returnTo?: string, by = provider) {
  const begun = await beginOidc(company.people, by, { redirectUri, ...(returnTo === undefined ? {} : { returnTo }) });
  const back = await vendor.authorize(begun.url);
  return finishOidc(company.people, by, { query: back.search, flow: begun.flow }, origin);
}

test('a verified e-mail links the account; afterwards the subject alone finds it', async () => {
  const user = await company.addUser();
  vendor.user = { sub: 's1', email: user.email.toUpperCase(), email_verified: true };
  const signed = await enter('/records/visit?x=1');
  assert.equal(signed.user.id, user.id);
  assert.equal(signed.returnTo, '/records/visit?x=1');
  assert.deepEqual(signed.session.pending, []);
  vendor.user = { sub: 's1' };
  assert.equal((await enter()).user.id, user.id);
  assert.deepEqual((await company.events()).at(-1)?.data, {
    method: 'oidc',
    session: (await lastSession()) ?? '',
    pending: [],
  });
});

const lastSession = async () =>
  (
    await database.db.queryText<{ id: string }>(
      'select id from huike.session order by created_at desc, id desc limit 1',
      [],
    )
  )[0]?.id;

test('claims may come by user info', async () => {
  const user = await company.addUser();
  vendor.user = { sub: 's2', email: user.email, email_verified: true };
  vendor.bareIdToken = true;
  assert.equal((await enter()).user.id, user.id);
});

test('nobody gets in by an unverified, unknown or disabled e-mail, nor by one that was given on', async () => {
  const user = await company.addUser();
  const disabled = await company.addUser({ active: false });
  const others = [
    { email: user.email },
    { email: user.email, email_verified: false },
    { email: 'no@example.com', email_verified: true },
    { email: disabled.email, email_verified: true },
  ];
  for (const claims of others) {
    vendor.user = { sub: 's3', ...claims };
    await assert.rejects(enter(), { code: 'auth.unlinked' });
  }
  vendor.user = { sub: 's4', email: user.email, email_verified: true };
  await enter();
  vendor.user = { sub: 's5', email: user.email, email_verified: true };
  await assert.rejects(enter(), { code: 'auth.unlinked' });
  assert.equal((await company.events()).at(-1)?.type, 'signInFailed');
});

const bad: readonly [Misbehaviour, string][] = [
  ['wrongNonce', 'auth.provider'],
  ['wrongIssuer', 'auth.provider'],
  ['wrongAudience', 'auth.provider'],
  ['wrongKey', 'auth.provider'],
  ['unsigned', 'auth.provider'],
  ['expired', 'auth.provider'],
];
for (const [misbehaviour, code] of bad) {
  test(`an ID token that is ${misbehaviour} is refused`, async () => {
    const user = await company.addUser();
    vendor.user = { sub: 's6', email: user.email, email_verified: true };
    vendor.misbehaves = misbehaviour;
    await assert.rejects(enter(), { code });
  });
}

test('another browser, another state, a used code and a late answer are refused', async () => {
  const user = await company.addUser();
  vendor.user = { sub: 's7', email: user.email, email_verified: true };
  const first = await beginOidc(company.people, provider, { redirectUri });
  const second = await beginOidc(company.people, provider, { redirectUri });
  const back = await vendor.authorize(first.url);
  const finish = (query: string, flow: string | undefined) =>
    finishOidc(company.people, provider, { query, flow }, origin);
  await assert.rejects(finish(back.search, undefined), { code: 'auth.failed' });
  await assert.rejects(finish(back.search, 'AAAA'), { code: 'auth.failed' });
  await assert.rejects(finish(back.search, second.flow), { code: 'auth.failed' });
  await assert.rejects(
    finish(`?error=access_denied&state=${back.searchParams.get('state')}&iss=${vendor.issuer}`, first.flow),
    { code: 'auth.failed' },
  );
  await finish(back.search, first.flow);
  await assert.rejects(finish(back.search, first.flow), { code: 'auth.provider' });

  const third = await beginOidc(company.people, provider, { redirectUri });
  const late = await vendor.authorize(third.url);
  company.pass({ minutes: 10 });
  await assert.rejects(finish(late.search, third.flow), { code: 'auth.failed' });
});

test('nobody is sent to another site afterwards', async () => {
  const user = await company.addUser();
  vendor.user = { sub: 's8', email: user.email, email_verified: true };
  for (const path of [
    '//evil.example.com',
    '/\\evil.example.com',
    'https://evil.example.com',
    'javascript:alert(1)',
    '',
  ]) {
    assert.equal((await enter(path)).returnTo, '/', path);
  }
});

test('a provider that is down is asked again the next time, and never waited for beyond ten seconds', async () => {
  const user = await company.addUser();
  vendor.user = { sub: 's9', email: user.email, email_verified: true };
  vendor.misbehaves = 'fails';
  await assert.rejects(enter(), { code: 'auth.provider' });
  vendor.misbehaves = null;
  assert.equal((await enter()).user.id, user.id);
  assert.equal((await provider.discover()).timeout, 10);
});

test('等保三级: whoever has duties brings the second factor of this system too', async (t) => {
  const user = await company.addUser({ roles: ['auditor'] });
  vendor.user = { sub: 's10', email: user.email, email_verified: true };
  await company.setProfile('djbh3');
  t.after(() => company.setProfile('ordinary'));
  assert.deepEqual((await enter()).session.pending, ['enrol']);
  const { session } = await signIn(company.people, { email: user.email, password }, origin);
  const { secret } = await enrolSecondFactor(company.people, session);
  const code = generateSync({ secret, epoch: company.people.now().getTime() / 1000 });
  await confirmSecondFactor(company.people, session, code, origin);
  assert.deepEqual((await enter()).session.pending, ['otp']);
});

test('a client secret by post, and none at all', async () => {
  const user = await company.addUser();
  vendor.user = { sub: 's11', email: user.email, email_verified: true };
  await assert.rejects(enter('/', openOidc({ ...configOf(), clientSecret: 'wrong' })), { code: 'auth.provider' });
  await assert.rejects(enter('/', openOidc({ ...configOf(), clientSecret: null })), { code: 'auth.provider' });
});

test('where wanted, whoever is vouched for becomes a user without roles', async () => {
  vendor.user = { sub: 's12', email: 'New@Example.com', email_verified: true, name: '周文' };
  const making = openOidc({ ...configOf(), createUsers: true });
  await assert.rejects(enter('/'), { code: 'auth.unlinked' });
  const { user } = await enter('/', making);
  assert.deepEqual([user.email, user.name, user.roles], ['new@example.com', '周文', []]);
  assert.equal((await enter('/', making)).user.id, user.id);
  const disabled = await company.addUser({ active: false });
  vendor.user = { sub: 's13', email: disabled.email, email_verified: true };
  await assert.rejects(enter('/', making), { code: 'auth.unlinked' });
  vendor.user = { sub: 's14', email: 'unsure@example.com' };
  await assert.rejects(enter('/', making), { code: 'auth.unlinked' });
});

test('the environment says which provider, over TLS', () => {
  assert.equal(oidcFromEnvironment({}), null);
  const environment = {
    HUIKE_OIDC_ISSUER: 'https://id.example.com',
    HUIKE_OIDC_CLIENT_ID: 'crm',
    HUIKE_OIDC_CLIENT_SECRET: '',
  };
  assert.deepEqual(oidcFromEnvironment(environment), {
    issuer: new URL('https://id.example.com'),
    clientId: 'crm',
    clientSecret: null,
    createUsers: false,
  });
  assert.throws(() => oidcFromEnvironment({ HUIKE_OIDC_ISSUER: 'https://id.example.com' }), /belong together/);
  assert.throws(() => oidcFromEnvironment({ ...environment, HUIKE_OIDC_ISSUER: 'http://id.example.com' }), /https/);
});
