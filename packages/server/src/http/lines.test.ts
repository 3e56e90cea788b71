import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newId } from '@huike/schema';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import { type Caller, type TestServer, testServer } from '../testing.ts';
import { visits } from '../visits.ts';

let database: TestDatabase;
let server: TestServer;
let admin: Caller;

before(async () => {
  database = await testDatabase();
  server = await testServer(database, { metadata: visits });
  admin = server.admin;
});
after(async () => {
  assert.deepEqual(server.background, []);
  await server.close();
  await database.close();
});

const type = { 'content-type': 'application/x-ndjson' };
interface Told {
  readonly index: number;
  readonly id?: string;
  readonly version?: number;
  readonly problem?: { readonly code: string; readonly errors?: readonly { readonly path: string }[] };
}

async function send(method: string, where: string, body: string | ReadableStream, headers = {}): Promise<Told[]> {
  const answer = await admin.raw(method, where, { headers: { ...type, ...headers }, body });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('content-type'), 'application/x-ndjson');
  const text = await answer.text();
  assert.ok(text === '' || text.endsWith('\n'));
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

const total = async () => Number((await admin.get('records/visit?count=true&limit=1')).get('page', 'total'));

test('each line is answered in order, a broken one as its own problem', async () => {
  const lines = [
    '{"subject":"一"}',
    '{"subject":',
    '  {"subject":"三","minutes":5}  \r',
    '',
    '[1]',
    '{"minutes":-1}',
    '{"subject":"\\ud800"}',
    `{"subject":"${'x'.repeat(1_100_000)}"}`,
    '7',
    '{"subject":"last"}',
  ];
  const told = await send('POST', 'records/visit', lines.join('\n'));
  assert.deepEqual(
    told.map(({ index, version, problem }) => [index, version ?? problem?.code]),
    [
      [0, 1],
      [1, 'request.malformed'],
      [2, 1],
      [3, 'request.malformed'],
      [4, 'write.invalid'],
      [5, 'write.invalid'],
      [6, 'request.tooLarge'],
      [7, 'request.malformed'],
      [8, 1],
    ],
  );
  assert.deepEqual(told[4]?.problem?.errors?.map(({ path }) => path).sort(), ['/minutes', '/subject']);
  assert.equal((await admin.get(`records/visit/${told[2]?.id}`)).get('minutes'), 5);
  assert.deepEqual(await send('POST', 'records/visit', ''), []);
  assert.deepEqual(await send('POST', 'records/visit', '\n\n \n'), []);
});

test('lines update, upsert and delete too', async () => {
  const made = await send('PUT', 'records/visit?key=code', '{"code":"L1","subject":"a"}\n{"code":"L2","subject":"b"}');
  const again = await send('PUT', 'records/visit?key=code', '{"code":"L1","subject":"c"}\n');
  assert.deepEqual([again[0]?.id, again[0]?.version], [made[0]?.id, 2]);
  const patched = await send(
    'PATCH',
    'records/visit',
    `{"id":"${made[1]?.id}","done":true}\n{"id":"${newId()}","done":true}`,
  );
  assert.deepEqual([patched[0]?.version, patched[1]?.problem?.code], [2, 'record.unknown']);
  const gone = await send('DELETE', 'records/visit', `{"id":"${made[0]?.id}"}`);
  assert.equal(gone[0]?.id, made[0]?.id);
  assert.equal((await admin.get(`records/visit/${made[0]?.id}`)).status, 404);
});

test('rights hold for every line', async () => {
  const rep = await server.addUser({ roles: ['rep'] });
  const answer = await rep.raw('POST', 'records/place', { headers: type, body: '{"name":"x"}\n{"name":"y"}' });
  const told: Told[] = (await answer.text())
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    told.map(({ problem }) => problem?.code),
    ['access.denied', 'access.denied'],
  );
  const { token } = (await rep.post('tokens', { name: 'r', scopes: ['records:visit:read'] })).body as { token: string };
  assert.equal((await server.withToken(token).raw('POST', 'records/visit', { headers: type, body: '{}' })).status, 403);
});

test('a stream sent twice under one Idempotency-Key counts once, and goes on where it stopped', async () => {
  const line = (n: number) => `{"subject":"idempotent ${n}"}\n`;
  const all = Array.from({ length: 1200 }, (_, n) => line(n));
  const before = await total();
  const key = { 'idempotency-key': 'stream-1' };
  // The first time the caller is cut off after the first batches.
  await send('POST', 'records/visit', all.slice(0, 1000).join(''), key);
  assert.equal(await total(), before + 1000);
  const told = await send('POST', 'records/visit', all.join(''), key);
  assert.equal(told.length, 1200);
  assert.deepEqual(
    told.map(({ index }) => index),
    all.map((_, n) => n),
  );
  assert.equal(await total(), before + 1200);
  assert.deepEqual(await send('POST', 'records/visit', all.join(''), key), told);
  const other = await send('POST', 'records/visit', line(7), key);
  assert.equal(other[0]?.problem?.code, 'request.idempotencyMismatch');
});

test('answers come while lines are still sent, and a caller who goes away leaves whole batches', async () => {
  const before = await total();
  const token = (await admin.post('tokens', { name: 's', scopes: ['*'] })).get('token');
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const sink = writable.getWriter();
  const bytes = (count: number) => new TextEncoder().encode('{"subject":"streamed"}\n'.repeat(count));
  const sent = sink.write(bytes(500));
  const abort = new AbortController();
  const over = new Promise((resolve) => {
    server.app.server.once('request', (_, response) => response.once('close', resolve));
  });
  const answer = await fetch(`${server.address}/api/v1/records/visit`, {
    ...{ method: 'POST', body: readable, duplex: 'half', signal: abort.signal },
    headers: {
      ...type,
      authorization: `Bearer ${token}`,
    },
  } as RequestInit);
  await sent;
  const reader = answer.body?.getReader();
  let text = '';
  while (text.split('\n').length <= 500) {
    const part = await reader?.read();
    assert.equal(part?.done, false);
    text += new TextDecoder().decode(part?.value);
  }
  assert.equal(await total(), before + 500);
  // 120 more are under way when the caller vanishes: they are no whole batch and aren't written.
  await sink.write(bytes(120));
  abort.abort();
  await reader?.read().catch(() => {});
  await over;
  assert.equal((await admin.get('me')).status, 200);
  assert.equal(await total(), before + 500);
});

test('as many lines as there are', async () => {
  const count = process.env.HUIKE_LONG === '1' ? 200_000 : 5_000;
  const before = await total();
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const some = Math.min(1000, count - sent);
      const lines = Array.from({ length: some }, (_, n) => `{"subject":"line ${sent + n}","minutes":${n}}\n`).join('');
      sent += some;
      controller.enqueue(new TextEncoder().encode(lines));
      if (sent >= count) controller.close();
    },
  });
  const told = await send('POST', 'records/visit', body);
  assert.equal(told.length, count);
  assert.ok(told.every(({ index, version }, n) => index === n && version === 1));
  assert.equal(await total(), before + count);
});
