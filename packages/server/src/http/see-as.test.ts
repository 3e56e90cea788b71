// Seeing with another's eyes: exactly what the other sees, nothing else, and not unnoticed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sealAll } from '@huike/kernel';
import type { Json, JsonObject } from '@huike/schema';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import { type Caller, type SignedIn, type TestServer, testServer } from '../testing.ts';
import { visits } from '../visits.ts';

let database: TestDatabase;
let server: TestServer;
let rep: SignedIn;
let visit: string;
let others: string;

before(async () => {
  database = await testDatabase();
  server = await testServer(database, { metadata: { ...visits, menus } });
  rep = await server.addUser({ roles: ['rep'] });
  const values = { mobile: '13912345678', fee: '120.50' };
  visit = String((await rep.post('records/visit', { subject: '拜访云杉' })).get('id'));
  assert.equal((await server.admin.patch(`records/visit/${visit}`, values)).status, 200);
  others = String((await server.admin.post('records/visit', { ...values, subject: '拜访别家' })).get('id'));
});
after(async () => {
  assert.deepEqual(server.background, []);
  await server.close();
  await database.close();
});

const json = (body: Json) => ({ body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });

const menus = [
  { name: 'work', items: [{ name: 'visits', object: 'visit' }] },
  { name: 'office', roles: ['lead'], items: [{ name: 'places', object: 'place' }] },
];

/** A session of the administrator's own, so that the others' stay theirs. */
async function lookingAs(id: string): Promise<Caller> {
  const viewer = await server.signIn('admin@example.com');
  assert.equal((await viewer.post(`users/${id}/see-as`)).status, 204);
  return viewer;
}

test('whoever sees as a user is answered what that user is, word for word', async () => {
  const viewer = await lookingAs(rep.id);
  for (const where of [
    'records/visit',
    `records/visit/${visit}`,
    `records/visit/${others}`,
    `records/visit/${visit}/changes`,
    'records/visit?filter={"field":"subject","op":"contains","value":"拜访"}',
    'records/visit?filter={"field":"mobile","op":"eq","value":"13912345678"}',
    'records/visit?fields=fee',
    'records/place?fields=secret',
    'records/user',
    'search?q=拜访',
    'metadata',
    'metadata?view=declared',
    'changes',
    'me/views',
  ]) {
    const [seen, own] = [await viewer.get(where), await rep.get(where)];
    const { requestId: _, ...body } = seen.body as JsonObject;
    const { requestId: __, ...expected } = own.body as JsonObject;
    assert.deepEqual([where, seen.status, body], [where, own.status, expected]);
  }
  const query = { group: [], measures: [{ fn: 'count', as: 'n' }] };
  const counted = await viewer.post('records/visit/query', query);
  assert.deepEqual([counted.status, counted.get('data', 0, 'n')], [200, 1], JSON.stringify(counted.body));
  const [entry] = (await viewer.get('records/visit')).get('data') as { mobile: string }[];
  assert.notEqual(entry?.mobile, '+8613912345678');
  assert.deepEqual((await viewer.get('metadata')).get('menus', 0, 'name'), 'work');
  assert.equal((await viewer.get('metadata')).get('menus', 1), null);
});

test('the answer to who is there tells both', async () => {
  const viewer = await lookingAs(rep.id);
  const me = await viewer.get('me');
  assert.deepEqual([me.get('id'), me.get('seenBy', 'id')], [rep.id, server.adminId]);
  const session = await viewer.get('session');
  assert.deepEqual([session.get('me', 'id'), session.get('me', 'seenBy', 'id')], [rep.id, server.adminId]);
  assert.equal((await rep.get('me')).get('seenBy'), null);
});

test('nothing is written, taken out or told of sign-ins, and each refusal says why', async () => {
  const viewer = await lookingAs(rep.id);
  const refused: readonly (readonly [string, string, Json?])[] = [
    ['POST', 'records/visit', { subject: 'x' }],
    ['PATCH', `records/visit/${visit}`, { subject: 'x' }],
    ['DELETE', `records/visit/${visit}`],
    ['PUT', 'records/visit?key=code', { code: 'a', subject: 'x' }],
    ['POST', `records/visit/${visit}/restore`, {}],
    ['POST', `records/visit/${visit}/unmask`, { fields: ['mobile'], reason: 'x' }],
    ['PUT', `records/visit/${visit}/team`, []],
    ['POST', 'batch', { commands: [] }],
    ['POST', 'metadata/apply', {}],
    ['POST', 'metadata/plan', {}],
    ['PUT', `me/views/${visit}`, { object: 'visit', title: 'x' }],
    ['POST', 'files'],
    ['POST', 'imports'],
    ['GET', 'records/visit/export?format=csv'],
    ['GET', 'tokens'],
    ['POST', 'tokens', { name: 'x', scopes: ['*'] }],
    ['GET', 'me/sessions'],
    ['POST', 'me/sessions/revoke-others'],
    ['GET', 'me/second-factor'],
    ['POST', 'me/second-factor'],
    ['POST', 'me/password', { current: 'x', next: 'y' }],
    ['POST', `users/${rep.id}/reset-password`],
    ['POST', `users/${server.adminId}/see-as`],
  ];
  for (const [method, where, body] of refused) {
    const answer = await viewer.call(method, where, body === undefined ? {} : json(body));
    assert.deepEqual([method, where, answer.status, answer.get('code')], [method, where, 403, 'seeAs.readOnly']);
  }
  assert.equal((await rep.get(`records/visit/${visit}`)).get('subject'), '拜访云杉');
});

test('so is every call that may change something, whichever there are', async () => {
  const viewer = await lookingAs(rep.id);
  const paths = (await server.admin.get('/api/openapi.json')).get('paths') as Record<string, JsonObject>;
  const answered: string[] = [];
  for (const [path, methods] of Object.entries(paths)) {
    if (/^.records.(?!visit\b)/.test(path)) continue;
    for (const method of Object.keys(methods).filter((one) => one !== 'get')) {
      const where = path.slice(1).replaceAll(/\{\w+\}/g, visit);
      if (where.startsWith('auth/') || where === 'me/see-as') continue;
      const answer = await viewer.call(method.toUpperCase(), where, json({}));
      if (answer.get('code') !== 'seeAs.readOnly') answered.push(`${method} ${path}`);
    }
  }
  // The query reads; the others ask for no session: a write key, or the first administrator's code.
  assert.deepEqual(answered.sort(), ['post /records/visit/query', 'post /setup', 'post /track']);
});

test('it ends by leaving, and with the sign-out; both ends stand in the log', async () => {
  const viewer = await lookingAs(rep.id);
  assert.equal((await viewer.get(`records/visit/${others}`)).status, 404);
  assert.equal((await viewer.delete('me/see-as')).status, 204);
  assert.equal((await viewer.get(`records/visit/${others}`)).status, 200);
  assert.equal((await viewer.get('me')).get('id'), server.adminId);

  await viewer.post(`users/${rep.id}/see-as`);
  assert.equal((await viewer.post('auth/sign-out')).status, 204);
  assert.equal((await viewer.get('me')).status, 401);
  assert.equal((await rep.get('me')).status, 200, 'the other stays signed in');

  await sealAll(server.kernel.db);
  const log = (await server.admin.get('changes?limit=500')).get('data') as {
    op: string;
    record: string;
    actor: { id: string };
  }[];
  const events = log.filter(({ op }) => op.startsWith('seeAs'));
  assert.ok(events.some(({ op }) => op === 'seeAsStarted') && events.some(({ op }) => op === 'seeAsEnded'));
  assert.deepEqual([...new Set(events.map(({ actor }) => actor.id))], [server.adminId]);
  assert.deepEqual([...new Set(events.map(({ record }) => record))], [rep.id]);
});

test('not by a token, not without the right, not as oneself, and not as someone who may do more', async () => {
  const { admin } = server;
  const token = await admin.post('tokens', { name: 'all', scopes: ['*'] });
  const program = server.withToken(String(token.get('token')));
  assert.equal((await program.post(`users/${rep.id}/see-as`)).get('code'), 'auth.scope');
  assert.equal((await rep.post(`users/${server.adminId}/see-as`)).get('code'), 'access.denied');
  assert.equal((await admin.post(`users/${server.adminId}/see-as`)).get('code'), 'access.denied');

  const granting = await server.addUser({ roles: ['granting'] });
  const operating = await server.addUser({ roles: ['operating'] });
  assert.equal((await granting.post(`users/${server.adminId}/see-as`)).get('code'), 'access.denied');
  assert.equal((await granting.post(`users/${operating.id}/see-as`)).get('code'), 'access.denied');
  assert.equal((await granting.post(`users/${rep.id}/see-as`)).status, 204);
  assert.equal((await granting.get('me')).get('id'), rep.id);
  assert.equal((await granting.get(`records/visit/${others}`)).status, 404);
  assert.equal((await granting.delete('me/see-as')).status, 204);
});

test('when the right to it goes, nothing is answered until one is back', async () => {
  const seen = await server.addUser({ roles: ['rep'] });
  const granting = await server.addUser({ roles: ['granting'] });
  await granting.post(`users/${seen.id}/see-as`);
  assert.equal((await granting.get('records/visit')).status, 200);
  // The other may do more now than who looks.
  await server.admin.patch(`records/user/${seen.id}`, { roles: ['rep', 'operating'] });
  assert.equal((await granting.get('records/visit')).get('code'), 'seeAs.over');
  assert.equal((await granting.get('session')).get('code'), 'seeAs.over');
  assert.equal((await granting.post('tokens', { name: 'x', scopes: ['*'] })).get('code'), 'seeAs.over');
  assert.equal((await granting.delete('me/see-as')).status, 204);
  assert.equal((await granting.get('me')).get('id'), granting.id);

  await server.admin.patch(`records/user/${seen.id}`, { roles: ['rep'] });
  await granting.post(`users/${seen.id}/see-as`);
  await server.admin.patch(`records/user/${seen.id}`, { active: false });
  assert.equal((await granting.get('records/visit')).get('code'), 'seeAs.over');
});

test('where duties are separate, the security manager borrows no eyes', async () => {
  const manager = await server.addUser({ roles: ['granting'] });
  await server.admin.post('metadata/apply', { settings: [{ name: 'company', profile: 'djbh3' }] });
  try {
    const answer = await manager.post(`users/${rep.id}/see-as`);
    assert.deepEqual([answer.status, answer.get('code')], [403, 'access.denied'], JSON.stringify(answer.body));
  } finally {
    await server.admin.post('metadata/apply', { settings: [{ name: 'company', profile: 'ordinary' }] });
  }
});

test('how users stand with their sign-in is told to those who look after people', async () => {
  const other = await server.addUser({ roles: ['rep'] });
  const { body, status } = await server.admin.get(`users/sign-in-states?ids=${other.id}`);
  assert.equal(status, 200);
  const [state] = (body as { data: Record<string, unknown>[] }).data;
  assert.ok(typeof state?.lastSeenAt === 'string');
  const { lastSeenAt: _, ...rest } = state;
  assert.deepEqual(rest, { id: other.id, sessions: 1, hasPassword: true, mustChange: false, secondFactor: false });
  assert.equal((await other.get(`users/sign-in-states?ids=${other.id}`)).status, 403);
  assert.deepEqual((await other.get('me/second-factor')).body, { on: false, recoveryCodes: 0, required: false });
});

test('who gives rights may read what there is, and still change nothing else', async () => {
  const granting = await server.addUser({ roles: ['granting'] });
  const declared = await granting.get('metadata?view=declared');
  assert.equal(declared.status, 200);
  assert.ok((declared.get('objects') as { name: string }[]).some(({ name }) => name === 'visit'));
  assert.equal((await granting.post('metadata/apply', { objects: [{ name: 'newOne' }] })).status, 403);
  assert.equal((await granting.post('metadata/apply', { roles: [{ name: 'made' }] })).status, 200);
});
