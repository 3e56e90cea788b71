// Two servers on one database: what happens on one is in force on the other, and work is shared without being doubled.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadCatalog, sealAll, sql } from '@huike/kernel';
import type { Json } from '@huike/schema';
import { assertPhysical, testDatabase } from '@huike/testkit';
import { apply, at, Client, makeToken, signIn } from './fixtures/client.ts';
import { assertSound } from './fixtures/invariants.ts';
import { accounts, allDone, keepOwing, makeCounters } from './fixtures/jobs.ts';
import { Load } from './fixtures/load.ts';
import { places } from './fixtures/places.ts';
import { makeFolder, removeFolder, Server, withJobs } from './fixtures/server.ts';

/** By then the other server must have heard of it. */
const heard = () => sleep(1000);

const folder = makeFolder();
const database = await testDatabase();
const { db } = database;
const server = () => new Server(folder, { script: withJobs, environment: { DATABASE_URL: database.url } });
const [one, two] = [server(), server()];
let [first, second] = [new Client(() => [], {}), new Client(() => [], {})];

before(async () => {
  await Promise.all([one.start(), two.start()]);
  const token = await makeToken(one.address ?? '');
  first = new Client(() => [one.address], token);
  second = new Client(() => [two.address], token);
  await apply(first, places);
  await makeCounters(db);
});

after(async () => {
  await Promise.all([one.kill(), two.kill()]);
  await database.close();
  removeFolder(folder);
});

const status = async (client: Client, method: string, path: string, body?: Json) =>
  (await client.attempt({ method, path, ...(body === undefined ? {} : { body }) }))?.status;

test('restarted in turn under load, they lose no acknowledged write and fail no request', async (t) => {
  const token = await makeToken(one.address ?? '');
  const client = new Client(() => [one.address, two.address], token);
  const load = await Load.prepare(client, { writers: 6, pauseMs: 15 });
  t.after(async () => {
    client.close();
    await load.rest().catch(() => {});
  });
  load.go();
  for (const each of [one, two, one, two]) {
    await load.more(60);
    assert.deepEqual(await each.stop(), { code: 0, signal: null }, each.output);
    await load.more(30);
    await each.start();
  }
  await load.more(60);
  await load.rest();
  assert.deepEqual(client.strange, []);
  await load.assertStored(db);
  await load.assertReadable(client);
  await sealAll(db);
  await assertSound(db);
});

test('metadata changed on one server is in force on the other: a dropped column is never asked for', async (t) => {
  const over = new AbortController();
  t.after(() => over.abort());
  const wrong: string[] = [];
  const asking = [
    '?fields=id,extra',
    '?sort=-createdAt',
    '?fields=id,extra&filter={"field":"extra","op":"eq","value":"x"}',
  ];
  const readers = asking.map(async (query, n) => {
    while (!over.signal.aborted) {
      const path = `records/visit${query}`;
      const reply = await second.attempt({ method: 'GET', path });
      if (reply === null || reply.status >= 500) wrong.push(`${path} ${reply?.status} ${reply?.text}`);
      const body = { subject: 's', ...(n === 0 ? { extra: 'x' } : {}) };
      const made = await second.attempt({ method: 'POST', path: 'records/visit', body });
      if (made === null || made.status >= 500) wrong.push(`POST ${made?.status} ${made?.text}`);
      await sleep(5);
    }
  });
  for (let round = 0; round < 5; round++) {
    await apply(first, { objects: [{ name: 'visit', fields: [{ name: 'extra', type: 'text', searchable: true }] }] });
    await heard();
    assert.equal(await status(second, 'GET', 'records/visit?fields=id,extra'), 200);
    assert.equal(await status(second, 'POST', 'records/visit', { subject: 's', extra: 'x' }), 201);
    await apply(first, { delete: [{ kind: 'field', object: 'visit', name: 'extra' }] });
    // At once: what it knew is checked by the statements themselves.
    assert.deepEqual(
      await Promise.all([
        status(second, 'GET', 'records/visit?fields=id,extra'),
        status(second, 'GET', 'records/visit'),
        status(second, 'POST', 'records/visit', { subject: 's', extra: 'x' }),
        status(second, 'POST', 'records/visit', { subject: 's' }),
      ]),
      [400, 200, 422, 201],
    );
  }
  over.abort();
  await Promise.all(readers);
  assert.deepEqual(wrong.slice(0, 3), [], `${wrong.length} requests failed`);
});

test('both change the metadata at once: each change is in, on both', async () => {
  const name = (n: number) => `field${n}`;
  const add = (client: Client, n: number) =>
    apply(client, { objects: [{ name: 'place', fields: [{ name: name(n), type: 'text', searchable: true }] }] });
  const numbers = Array.from({ length: 12 }, (_, n) => n);
  await Promise.all(numbers.map((n) => add(n % 2 === 0 ? first : second, n)));
  await heard();
  const fields = ['id', ...numbers.map(name)].join();
  for (const client of [first, second])
    assert.equal(await status(client, 'GET', `records/place?fields=${fields}`), 200);
  await assertPhysical(await loadCatalog(db), db);
  assert.deepEqual([first.strange, second.strange], [[], []]);
});

test('rights taken away on one server are gone on the other', async () => {
  const role = (read: 'all' | 'none') => ({ roles: [{ name: 'looker', objects: { visit: { read } } }] });
  await apply(first, role('all'));
  const person = { email: 'looker@example.com', password: 'silent heron 57' };
  const made = await first.write('POST', 'records/user', { ...person, name: 'Looker', roles: ['looker'] });
  const id = String(at(made, 'id'));
  const session = await signIn(one.address ?? '', person);
  const there = new Client(() => [two.address], session);
  const see = () => status(there, 'GET', 'records/visit?limit=1');
  assert.equal(await see(), 200);

  await apply(first, role('none'));
  assert.equal(await see(), 404, 'the role has lost the right');
  await apply(first, role('all'));
  await heard();
  assert.equal(await see(), 200);

  await first.write('PATCH', `records/user/${id}`, { roles: [] });
  await heard();
  assert.equal(await see(), 404, 'the user has lost the role');
  await first.write('PATCH', `records/user/${id}`, { roles: ['looker'] });
  await heard();
  assert.equal(await see(), 200);

  const token = await new Client(() => [one.address], session).write('POST', 'tokens', { name: 't', scopes: ['*'] });
  const robot = new Client(() => [two.address], { authorization: `Bearer ${at(token, 'token')}` });
  assert.equal(await status(robot, 'GET', 'me'), 200);
  assert.equal(await status(new Client(() => [one.address], session), 'DELETE', `tokens/${at(token, 'id')}`), 204);
  await heard();
  assert.equal(await status(robot, 'GET', 'me'), 401, 'the token was revoked');

  assert.equal(await status(first, 'POST', `users/${id}/end-sessions`, {}), 204);
  await heard();
  assert.equal(await see(), 401, 'the session was ended');

  const again = new Client(() => [two.address], await signIn(two.address ?? '', person));
  assert.equal(await status(again, 'GET', 'me'), 200);
  await first.write('PATCH', `records/user/${id}`, { active: false });
  await heard();
  assert.equal(await status(again, 'GET', 'me'), 401, 'the user was disabled');
});

test('who listens on one server hears of what is written on the other', async () => {
  const token = await makeToken(one.address ?? '');
  const stop = new AbortController();
  const stream = await fetch(`${two.address}/api/v1/events?objects=visit`, { headers: token, signal: stop.signal });
  assert.equal(stream.status, 200);
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
  assert.ok(reader);
  const id = String(at(await first.write('POST', 'records/visit', { subject: 'heard' }), 'id'));
  let text = '';
  while (!text.includes(id)) {
    const { value, done } = await reader.read();
    assert.equal(done, false, text);
    text += value;
  }
  assert.match(text, /event: change\nid: \d+\ndata: \{.*"op":"create"/);
  stop.abort();
});

test('two servers share the jobs, and do each once', async () => {
  const over = new AbortController();
  const owing = keepOwing(db, 2, over.signal);
  await sleep(3000);
  over.abort();
  await owing;
  await allDone(db);
  assert.deepEqual(await accounts(db), { due: 0, wrong: [] });
  const shares = await db.query(sql`select server from public.effect group by server`);
  assert.equal(shares.length, 2);
});
