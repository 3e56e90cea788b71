// What a kill leaves half-done is done anew: the very first start, and an index that PostgreSQL was building.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, loadCatalog, metadataTasks, sql } from '@huike/kernel';
import { assertPhysical } from '@huike/testkit';
import { bulk, fillBulk } from './fixtures/bulk.ts';
import { apply, at, Client, makeToken, signIn } from './fixtures/client.ts';
import { assertSound } from './fixtures/invariants.ts';
import { makeFolder, removeFolder, Server } from './fixtures/server.ts';

const long = Boolean(process.env.HUIKE_LONG);
const folders: string[] = [];
after(() => folders.forEach(removeFolder));

function newServer(): Server {
  const folder = makeFolder();
  folders.push(folder);
  return new Server(folder);
}

test('a first start that is killed anywhere is begun anew by the next one', async () => {
  const server = newServer();
  // How long a first start takes on this machine.
  const begun = performance.now();
  await server.start();
  const time = performance.now() - begun;
  await server.kill();
  for (let round = 1; round <= (long ? 20 : 2); round++) {
    const half = newServer();
    half.launch();
    await half.process.killWithin(time);
    if (round % 2 === 0) half.killPostgres();
    await half.start();
    await signIn(half.address ?? '');
    const db = await half.database();
    await assertSound(db);
    await db.close();
    await half.kill();
    half.killPostgres();
  }
});

test('an index whose building is cut off with PostgreSQL is built anew', async () => {
  const [folder = ''] = folders;
  const server = new Server(folder);
  await server.start();
  const client = new Client(() => [server.address], await makeToken(server.address ?? ''));
  await apply(client, bulk);
  await fillBulk(client);
  const db = await server.database();
  const id = String(at(await client.get('records/bulk?fields=id&limit=1'), 'data', 0, 'id'));
  // The build waits for whoever writes.
  const writer = await db.direct();
  await writer.query('begin');
  await writer.query('update data."bulk" set "n" = "n" where "id" = $1', [id]);
  await apply(client, { objects: [{ name: 'bulk', indexes: [{ name: 'byN', fields: ['n'] }] }] });
  while (!(await isBuilding(db))) await sleep(20);
  assert.equal((await invalid(db)).length, 1);
  server.killPostgres();
  await writer.end().catch(() => {});
  while ((await invalid(db).catch(() => [{}])).length > 0 || (await metadataTasks(db)).length > 0) await sleep(50);
  await assertPhysical(await loadCatalog(db), db);
  await assertSound(db);
  await client.write('PATCH', `records/bulk/${id}`, { n: -1 });
  await db.close();
  assert.deepEqual(client.strange, []);
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
});

async function isBuilding(db: Database): Promise<boolean> {
  const found = await db.query(sql`select from pg_stat_progress_create_index where phase like 'waiting for writers%'`);
  return found.length > 0;
}

function invalid(db: Database): Promise<object[]> {
  return db.query(sql`
select i.indexrelid from pg_index i join pg_class c on c.oid = i.indexrelid
where c.relnamespace = 'data'::regnamespace and not i.indisvalid`);
}
