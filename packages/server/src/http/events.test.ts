import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import { type Caller, type TestServer, testServer } from '../testing.ts';
import { visits } from '../visits.ts';

let database: TestDatabase;
let server: TestServer;

before(async () => {
  database = await testDatabase();
  server = await testServer(database, { metadata: visits });
});
after(async () => {
  assert.deepEqual(server.background, []);
  await server.close();
  await database.close();
});

interface Heard {
  readonly event: string;
  readonly id: number;
  readonly data: { readonly object?: string; readonly id?: string; readonly op?: string; readonly version?: number };
}

class Ear {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #text = '';
  last = 0;

  constructor(response: Response) {
    const reader = response.body?.getReader();
    if (reader === undefined) throw new Error('no body');
    this.#reader = reader;
  }

  /** The next event; null when the stream has ended. */
  async next(): Promise<Heard | null> {
    for (;;) {
      const end = this.#text.indexOf('\n\n');
      if (end >= 0) {
        const lines = new Map(
          this.#text
            .slice(0, end)
            .split('\n')
            .map((line) => [line.split(': ', 1)[0], line.replace(/^\w+: /, '')]),
        );
        this.#text = this.#text.slice(end + 2);
        this.last = Number(lines.get('id'));
        return { event: lines.get('event') ?? '', id: this.last, data: JSON.parse(lines.get('data') ?? '{}') };
      }
      const { done, value } = await this.#reader.read();
      if (done) return null;
      this.#text += new TextDecoder().decode(value);
    }
  }

  /** The next change. */
  async change(): Promise<Heard['data'] & { readonly seq: number }> {
    for (;;) {
      const heard = await this.next();
      if (heard === null) throw new Error('the stream ended');
      if (heard.event === 'change') return { ...heard.data, seq: heard.id };
    }
  }

  stop(): Promise<void> {
    return this.#reader.cancel();
  }
}

async function listen(caller: Caller, objects: string, last?: number): Promise<Ear> {
  const headers = last === undefined ? {} : { 'last-event-id': String(last) };
  const response = await caller.raw('GET', `events?objects=${objects}`, { headers });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
  const ear = new Ear(response);
  assert.equal((await ear.next())?.event, 'mark');
  return ear;
}

const make = async (caller: Caller, object: string, values: object) =>
  String((await caller.post(`records/${object}`, { ...values })).get('id'));

test('each hears of what it may read, and of nothing else', async () => {
  const rep = await server.addUser({ roles: ['rep'] });
  const own = await listen(rep, 'visit,place');
  const all = await listen(server.admin, 'visit');
  const secret = await make(server.admin, 'visit', { subject: 'not for the rep' });
  const place = await make(server.admin, 'place', { name: 'shop' });
  const mine = await make(rep, 'visit', { subject: 'of the rep' });
  await rep.patch(`records/visit/${mine}`, { done: true });
  const heard = [await own.change(), await own.change(), await own.change()];
  assert.deepEqual(
    heard.map(({ object, id, op, version }) => ({ object, id, op, version })),
    [
      { object: 'place', id: place, op: 'create', version: 1 },
      { object: 'visit', id: mine, op: 'create', version: 1 },
      { object: 'visit', id: mine, op: 'update', version: 2 },
    ],
  );
  assert.deepEqual(Object.keys(heard[0] ?? {}).sort(), ['at', 'id', 'object', 'op', 'seq', 'version']);
  assert.deepEqual([(await all.change()).id, (await all.change()).id], [secret, mine]);
  await Promise.all([own.stop(), all.stop()]);
});

test('who comes back misses nothing and hears nothing twice', async () => {
  const { admin } = server;
  const first = await listen(admin, 'visit');
  const a = await make(admin, 'visit', { subject: 'a' });
  const seen = await first.change();
  assert.equal(seen.id, a);
  await first.stop();
  const missed = [await make(admin, 'visit', { subject: 'b' }), await make(admin, 'visit', { subject: 'c' })];
  await admin.delete(`records/visit/${missed[0]}`);
  const response = await admin.raw('GET', 'events?objects=visit', { headers: { 'last-event-id': String(seen.seq) } });
  const again = new Ear(response);
  const d = await make(admin, 'visit', { subject: 'd' });
  const heard = [await again.change(), await again.change(), await again.change(), await again.change()];
  assert.deepEqual(
    heard.map(({ id, op }) => [id, op]),
    [
      [missed[0], 'create'],
      [missed[1], 'create'],
      [missed[0], 'delete'],
      [d, 'create'],
    ],
  );
  assert.deepEqual(
    heard.map(({ seq }) => seq),
    [...new Set(heard.map(({ seq }) => seq))].sort((x, y) => x - y),
  );
  await again.stop();
  // A rep who may not see them isn't told what was missed either.
  const rep = await server.addUser({ roles: ['rep'] });
  const other = await rep.raw('GET', 'events?objects=visit', { headers: { 'last-event-id': String(seen.seq) } });
  const ear = new Ear(other);
  assert.equal((await ear.next())?.event, 'mark');
  const mine = await make(rep, 'visit', { subject: 'mine' });
  assert.equal((await ear.change()).id, mine);
  await ear.stop();
});

test('whoever was away for too long fetches everything anew', async () => {
  const { admin } = server;
  const early = await listen(admin, 'place');
  const { last } = early;
  await early.stop();
  await Promise.all(
    Array.from({ length: 6 }, (_, n) =>
      admin.post(
        'records/place',
        Array.from({ length: 1000 }, (__, m) => ({ name: `${n} ${m}` })),
      ),
    ),
  );
  const sealed = async () => Number((await admin.get('changes?limit=1')).get('page', 'last'));
  while ((await sealed()) < last + 5_500) await make(admin, 'place', { name: 'more' });
  // The feed comes along by itself; a listener that joins tells where it is.
  for (;;) {
    const ear = await listen(admin, 'place');
    await ear.stop();
    if (ear.last >= last + 5_500) break;
  }
  const late = new Ear(await admin.raw('GET', 'events?objects=place', { headers: { 'last-event-id': String(last) } }));
  assert.equal((await late.next())?.event, 'reset');
  await late.stop();
});

test('a right that is taken ends what is heard; too many streams and nothing to hear are refused', async () => {
  const rep = await server.addUser({ roles: ['looker'] });
  const ear = await listen(rep, 'visit');
  const before = await make(server.admin, 'visit', { subject: 'before' });
  assert.equal((await ear.change()).id, before);
  await server.admin.patch(`records/user/${rep.id}`, { roles: ['rep'] });
  await make(server.admin, 'visit', { subject: 'hidden' });
  const mine = await make(rep, 'visit', { subject: 'mine' });
  assert.equal((await ear.change()).id, mine);
  await ear.stop();
  assert.equal((await rep.get('events')).status, 400);
  assert.equal((await server.stranger.get('events?objects=visit')).status, 401);
  const many = await Promise.all(Array.from({ length: 20 }, () => listen(rep, 'visit')));
  const refused = await rep.get('events?objects=visit');
  assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '10']);
  await Promise.all(many.map((one) => one.stop()));
});

test('a server that stops ends its streams and lets requests under way end', async () => {
  const other = await testDatabase();
  const own = await testServer(other, { metadata: visits });
  try {
    const ear = await listen(own.admin, 'visit');
    const { kernel } = own;
    // A request that waits for a lock.
    const locker = await kernel.db.direct();
    const id = await make(own.admin, 'visit', { subject: 'locked' });
    await locker.query(`begin; select from data.visit where id = '${id}' for update`);
    const slow = own.admin.patch(`records/visit/${id}`, { done: true });
    const [request] = await once(own.app.server, 'request');
    assert.equal(request.method, 'PATCH');
    assert.equal((await fetch(`${own.address}/readyz`)).status, 200);
    kernel.drain();
    const drained = await fetch(`${own.address}/readyz`);
    assert.deepEqual(
      [drained.status, await drained.json()],
      [503, { status: 'unavailable', checks: { draining: { ok: false } } }],
    );
    const closing = own.close();
    while ((await ear.next()) !== null);
    await locker.query('commit');
    await locker.end();
    assert.equal((await slow).status, 200);
    await closing;
    await assert.rejects(fetch(`${own.address}/livez`));
  } finally {
    await other.close();
  }
});
