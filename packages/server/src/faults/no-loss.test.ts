// kill -9 of the server, of PostgreSQL and of both, under load over HTTP: nothing acknowledged is lost, nothing is done
// twice, and whatever stands in the database fits together.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChainHead, type Database, jobStats, sealAll } from '@huike/kernel';
import { apply, Client, makeToken } from './fixtures/client.ts';
import { assertSound } from './fixtures/invariants.ts';
import { accounts, allDone, keepOwing, makeCounters } from './fixtures/jobs.ts';
import { Load } from './fixtures/load.ts';
import { places } from './fixtures/places.ts';
import { makeFolder, removeFolder, Server, withJobs } from './fixtures/server.ts';

const long = Boolean(process.env.HUIKE_LONG);
const kills = long ? 210 : 6;
/** All differences are replayed after every so many kills, and at the end. */
const deepEvery = long ? 15 : 3;
const kinds = ['server', 'postgres', 'server', 'both'] as const;

const folder = makeFolder();
after(() => removeFolder(folder));

test(`${kills} kills under load: every acknowledged write is there, each key had one effect`, async (t) => {
  const server = new Server(folder, { script: withJobs });
  await server.start();
  let db: Database | undefined = await server.database();
  const address = server.address;
  assert.ok(address);
  const client = new Client(() => [server.address], await makeToken(address));
  await apply(client, places);
  await makeCounters(db);
  const load = await Load.prepare(client, { pauseMs: long ? 10 : 0 });
  const owing = new AbortController();
  const owed = keepOwing(db, 40, owing.signal);
  const shaping = keepShaping(client, owing.signal);
  t.after(async () => {
    owing.abort();
    client.close();
    await Promise.allSettled([load.rest(), owed, shaping]);
    await db?.close();
    await server.kill();
  });

  let head: ChainHead | undefined;
  for (let kill = 1; kill <= kills; kill++) {
    load.go();
    await load.more(30 + Math.random() * 60);
    await sleep(Math.random() * 100);
    const kind = kinds[kill % kinds.length];
    if (kind !== 'postgres') await server.kill();
    if (kind !== 'server') server.killPostgres();
    if (kind !== 'postgres') await server.start();
    await load.more(20);
    // Whether or not the writers have an answer: what is stored fits together.
    head = await assertSound(db, head, kill % deepEvery === 0);
    assert.deepEqual((await accounts(db)).wrong, []);
    await load.rest();
    await load.assertStored(db);
  }

  owing.abort();
  await Promise.all([owed, shaping]);
  await sealAll(db);
  await assertSound(db);
  await load.assertReadable(client);
  await allDone(db);
  assert.deepEqual(await accounts(db), { due: 0, wrong: [] });
  assert.equal((await jobStats(db)).dead, 0);
  assert.deepEqual(client.strange, []);
  const { acknowledged, repeated } = load;
  t.diagnostic(
    `${kills} kills, ${acknowledged} acknowledged writes, ${repeated} repeated later, ${client.lost} attempts lost, ${client.refused} refused for the moment; lost 0, double 0`,
  );
  await db.close();
  db = undefined;
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
});

/** Changes the metadata all the while: a field comes, a field goes, and now and then the whole object. */
async function keepShaping(client: Client, signal: AbortSignal): Promise<void> {
  for (let n = 0; !signal.aborted; n++) {
    const kept = n % 10;
    const field = { name: `extra${kept}`, type: 'text', searchable: kept % 2 === 0 } as const;
    await apply(client, {
      objects: [{ name: 'scratch', title: 'name', fields: [{ name: 'name', type: 'text' }, field] }],
    });
    if (kept > 0) await apply(client, { delete: [{ kind: 'field', object: 'scratch', name: `extra${kept - 1}` }] });
    if (kept === 9) await apply(client, { delete: [{ kind: 'object', name: 'scratch' }] });
    await sleep(long ? 1000 : 200);
  }
}
