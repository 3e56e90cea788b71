// The server killed at each named place between two steps that must hold together, while everything is asked of it.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, jobStats, metadataTasks, sealAll, sql } from '@huike/kernel';
import { newId } from '@huike/schema';
import { testDatabase } from '@huike/testkit';
import { bulk, fillBulk } from './fixtures/bulk.ts';
import { apply, at, Client, jsonOf, makeToken } from './fixtures/client.ts';
import { assertSound } from './fixtures/invariants.ts';
import { accounts, allDone, keepOwing, makeCounters } from './fixtures/jobs.ts';
import { Load } from './fixtures/load.ts';
import { places } from './fixtures/places.ts';
import { makeFolder, removeFolder, Server, withJobs } from './fixtures/server.ts';

/** The name of a place, and at which pass of it the server dies. */
const points = [
  ...['write.commit:2', 'write.committed:2', 'changes.seal:5', 'changes.sealed:2'],
  ...['evolve.tables:1', 'evolve.stored:1', 'evolve.commit:1', 'evolve.committed:1'],
  ...['evolve.task:1', 'evolve.built:1', 'evolve.fill:2'],
  ...['jobs.step:2', 'jobs.done:2'],
  ...['files.receiving:1', 'files.written:1'],
];

const folder = makeFolder();
const database = await testDatabase();
after(async () => {
  await database.close();
  removeFolder(folder);
});

test(`killed at ${points.length} named places, the server goes on with nothing lost and nothing done twice`, async (t) => {
  const { db, url } = database;
  const server = new Server(folder, { script: withJobs, environment: { DATABASE_URL: url } });
  const address = await server.start();
  const client = new Client(() => [server.address], await makeToken(address));
  await apply(client, places);
  await apply(client, bulk);
  await server.kill();
  const filling = fillBulk(client);
  // Between two batches of one upload of lines: sent again, those before are answered and not written again.
  assert.equal((await server.live('write.committed:3')).signal, 'SIGKILL');
  await server.start();
  await filling;
  assert.deepEqual(await db.query(sql`select count(*)::int as n from data."bulk"`), [{ n: 3000 }]);
  await makeCounters(db);
  const load = await Load.prepare(client, { writers: 2, pauseMs: 10 });
  const over = new AbortController();
  const work = Promise.all([
    keepOwing(db, 40, over.signal),
    keepShaping(client, over.signal),
    keepUploading(client, over.signal),
  ]);
  const failed = work.then(() => new Promise<never>(() => {}));
  failed.catch(() => {});
  t.after(async () => {
    over.abort();
    client.close();
    await Promise.allSettled([load.rest(), work]);
    await server.kill();
  });

  load.go();
  await server.kill();
  for (const point of points) {
    const { signal, code } = await Promise.race([server.live(point), load.broken, failed]);
    assert.deepEqual({ point, signal, code }, { point, signal: 'SIGKILL', code: null }, server.output);
    await assertSound(db, undefined, false);
    assert.deepEqual((await accounts(db)).wrong, []);
  }
  await server.start();
  await load.more(20);
  await load.rest();
  over.abort();
  await work;

  await load.assertStored(db);
  await load.assertReadable(client);
  await tasksDone(db);
  await allDone(db);
  assert.deepEqual(await accounts(db), { due: 0, wrong: [] });
  assert.equal((await jobStats(db)).dead, 0);
  await sealAll(db);
  await assertSound(db);
  assert.deepEqual(client.strange, []);
});

/** An index and a stored formula come, are made by the job, and go. */
async function keepShaping(client: Client, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await apply(client, {
      objects: [
        {
          name: 'bulk',
          fields: [{ name: 'twice', type: 'formula', expression: 'n * 2', returns: 'number' }],
          indexes: [{ name: 'byN', fields: ['n'] }],
        },
      ],
    });
    while (!signal.aborted && at(await client.get('metadata/tasks'), 'data', 0) !== null) await sleep(100);
    await apply(client, {
      delete: [
        { kind: 'field', object: 'bulk', name: 'twice' },
        { kind: 'index', object: 'bulk', name: 'byN' },
      ],
    });
  }
}

/** Uploads, and reads what was acknowledged. An upload has no key: one without an answer is simply done again. */
async function keepUploading(client: Client, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const content = newId();
    const form = new FormData();
    form.set('file', new Blob([content]), 'note.txt');
    const id = at(jsonOf(await client.send({ method: 'POST', path: 'files', body: form })), 'id');
    const { text } = await client.send({ method: 'GET', path: `files/${id}` });
    assert.equal(text, content);
    await sleep(50);
  }
}

async function tasksDone(db: Database): Promise<void> {
  while ((await metadataTasks(db)).length > 0) await sleep(50);
}
