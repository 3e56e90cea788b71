// The end of a server that is asked to stop: what is under way ends well, and PostgreSQL after it.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, sql } from '@huike/kernel';
import { newId } from '@huike/schema';
import { apply, at, Client, makeToken } from './fixtures/client.ts';
import { Load } from './fixtures/load.ts';
import { places } from './fixtures/places.ts';
import { makeFolder, removeFolder, Server } from './fixtures/server.ts';

const folder = makeFolder();
after(() => removeFolder(folder));
const server = new Server(folder);

test('on SIGTERM under load the requests under way are answered, and PostgreSQL stops in order', async (t) => {
  const address = await server.start();
  const token = await makeToken(address);
  const client = new Client(() => [server.address], token);
  await apply(client, places);
  const load = await Load.prepare(client, { writers: 4, pauseMs: 5 });
  const visit = String(at(await client.write('POST', 'records/place', { name: 'held' }), 'id'));
  const db = await server.database();
  t.after(async () => {
    client.close();
    await load.rest().catch(() => {});
    await server.kill();
  });
  load.go();
  await load.more(20);

  const held = await hold(db, visit);
  const patch = client.attempt({ method: 'PATCH', path: `records/place/${visit}`, body: { name: 'freed' } });
  const upload = uploadLines(address, token);
  await upload.send();
  const stream = await fetch(`${address}/api/v1/events?objects=visit`, { headers: token });
  await held.waitedFor();

  const before = server.postgresLog.length;
  const ended = server.stop();
  await refused(address);
  await stream.text(); // A stream of events has no end of its own: the server ends it.
  await upload.send();
  assert.deepEqual(await upload.end(), [201, 201]);
  await held.free();
  assert.equal((await patch)?.status, 200);
  await db.close();
  assert.deepEqual(await ended, { code: 0, signal: null }, server.output);
  assert.match(server.postgresLog.slice(before), /database system is shut down\s*$/);

  const again = server.postgresLog.length;
  await server.start();
  // The writers never noticed but for the pause.
  await load.more(20);
  await load.rest();
  assert.deepEqual(client.strange, []);
  const now = await server.database();
  await load.assertStored(now);
  await now.close();
  assert.match(server.postgresLog.slice(again), /database system was shut down at/);
  assert.doesNotMatch(server.postgresLog.slice(again), /interrupted|not properly shut down|recovery/);
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
});

test('a second Ctrl-C ends it at once with a request under way, and PostgreSQL in order', async (t) => {
  const address = await server.start();
  const client = new Client(() => [server.address], await makeToken(address));
  t.after(() => server.kill());
  const place = String(at(await client.write('POST', 'records/place', { name: 'held' }), 'id'));
  const db = await server.database();
  const held = await hold(db, place);
  const patch = client.attempt({ method: 'PATCH', path: `records/place/${place}`, body: { name: 'never' } });
  await held.waitedFor();
  const before = server.postgresLog.length;
  const ended = server.process.signal('SIGINT');
  await server.process.says(/once more ends it at once/);
  await refused(address);
  // Within a second it counts as the same.
  await sleep(1_000);
  assert.deepEqual(await server.process.signal('SIGINT'), { code: 1, signal: null });
  await ended;
  assert.equal(await patch, null);
  while (!/database system is shut down\s*$/.test(server.postgresLog.slice(before))) await sleep(20);
  await held.free().catch(() => {});
  await db.close();
});

/** Keeps a place locked, as another request would. */
async function hold(db: Database, id: string) {
  const client = await db.direct();
  await client.query('begin');
  await client.query('select from data."place" where "id" = $1 for update', [id]);
  return {
    /** Until somebody waits for the lock. */
    async waitedFor() {
      for (;;) {
        const waiting = await db.query(sql`select from pg_stat_activity where wait_event_type = 'Lock'`);
        if (waiting.length > 0) return;
        await sleep(5);
      }
    },
    async free() {
      await client.query('rollback');
      await client.end();
    },
  };
}

/** A request whose body comes line by line, as slowly as the test wants. */
function uploadLines(address: string, token: Readonly<Record<string, string>>) {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const answer = fetch(`${address}/api/v1/records/place`, {
    method: 'POST',
    headers: { ...token, 'content-type': 'application/x-ndjson' },
    body: readable,
    ...{ duplex: 'half' },
  });
  answer.catch(() => {});
  return {
    send: () => writer.write(new TextEncoder().encode(`${JSON.stringify({ name: newId() })}\n`)),
    /** The status of each line. */
    async end(): Promise<number[]> {
      await writer.close();
      const lines = (await (await answer).text()).split('\n').filter(Boolean);
      return lines.map((line) => (typeof at(JSON.parse(line), 'id') === 'string' ? 201 : 0));
    },
  };
}

/** Until nobody new is let in. */
async function refused(address: string): Promise<void> {
  for (;;) {
    const reply = await fetch(`${address}/livez`, { headers: { connection: 'close' } }).catch(() => null);
    if (reply === null) return;
    await reply.arrayBuffer();
    await sleep(10);
  }
}
