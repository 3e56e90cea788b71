import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { startScript, type TestDatabase, testDatabase } from '@huike/testkit';
import { type TestServer, testServer } from '../testing.ts';
import { ended, recordsBy, type Sheet, send, shop } from './fixture.ts';

// Kill -9 while an import runs: whoever goes on does each row once.

let database: TestDatabase;
let server: TestServer;

before(async () => {
  database = await testDatabase();
  // This server takes imports on; other processes do the work.
  server = await testServer(database, { metadata: shop });
});
after(async () => {
  await server.close();
  await database.close();
});

const importer = path.join(import.meta.dirname, 'fixtures/importer.ts');
const start = (failPoint?: string) =>
  startScript(importer, [], {
    env: { DATABASE_URL: database.url, HUIKE_DATA: server.dataFolder },
    ...(failPoint === undefined ? {} : { failPoint }),
  });

// Nothing but the name: a row that is done twice is there twice. Every hundredth has none.
const count = 4_500;
const nameOf = (round: string, n: number) => (n % 100 === 99 ? '' : `${round}-${n}`);
const sheet = (round: string): Sheet => [
  ['门店名称', '轮次'],
  ...Array.from({ length: count }, (_, n) => [nameOf(round, n), round]),
];

/** Each row that has a name is a record, once. */
async function assertExact(round: string, id: unknown): Promise<void> {
  const report = await ended(server.admin, String(id));
  assert.deepEqual(
    [report.get('state'), report.get('rows')],
    ['done', { total: count, new: count * 0.99, updated: 0, matched: 0, rejected: count * 0.01 }],
  );
  const filter = JSON.stringify({ field: 'name', op: 'startsWith', value: `${round}-` });
  const { body } = await server.admin.get(`records/store?limit=1&count=true&filter=${encodeURIComponent(filter)}`);
  assert.equal((body as { page: { total: number } }).page.total, count * 0.99);
  const names = await recordsBy(server.admin, 'store', 'name');
  for (let n = 0; n < count; n++) if (n % 100 !== 99) assert.ok(names.has(nameOf(round, n)), nameOf(round, n));
  const rejects = String((await server.admin.get(`imports/${id}/rejects`)).body);
  assert.equal(rejects.trimEnd().split('\r\n').length, 1 + count * 0.01);
}

test('an import that was killed after a batch goes on behind it', async () => {
  const sent = await send(server.admin, { object: 'store' }, sheet('one'));
  const killed = start('import.batch:3');
  assert.equal((await killed.ended).signal, 'SIGKILL', killed.output);
  const part = await server.admin.get(`imports/${sent.get('id')}`);
  assert.deepEqual(
    [part.get('state'), part.get('progress', 'done'), part.get('rows', 'new')],
    ['running', 3_000, 2_970],
  );
  const other = start();
  await assertExact('one', sent.get('id'));
  await other.kill();
});

test('killed at any moment, again and again, it ends exact', async () => {
  const rounds = process.env.HUIKE_LONG === '1' ? 30 : 1;
  for (let round = 0; round < rounds; round++) {
    const sent = await send(server.admin, { object: 'store' }, sheet(`r${round}`));
    for (let kill = 0; kill < 3; kill++) {
      const doomed = start();
      await doomed.says(/ready/);
      await doomed.killWithin(700);
    }
    const last = start();
    await assertExact(`r${round}`, sent.get('id'));
    await last.kill();
  }
});

test('a dry run that was killed begins anew', async () => {
  const sent = await send(server.admin, { object: 'store', dryRun: true }, sheet('dry'));
  assert.equal((await start('import.batch:2').ended).signal, 'SIGKILL');
  const other = start();
  const report = await ended(server.admin, sent.get('id'));
  assert.deepEqual(report.get('rows'), {
    total: count,
    new: count * 0.99,
    updated: 0,
    matched: 0,
    rejected: count * 0.01,
  });
  assert.ok(!(await recordsBy(server.admin, 'store', 'name')).has('dry-1'));
  await other.kill();
});

test('an undo that was killed goes on', async () => {
  const sent = await send(server.admin, { object: 'store' }, sheet('undo'));
  const first = start();
  await ended(server.admin, sent.get('id'));
  await first.kill();
  await server.admin.post(`imports/${sent.get('id')}/undo`);
  assert.equal((await start('import.undo:4').ended).signal, 'SIGKILL');
  const other = start();
  const report = await ended(server.admin, sent.get('id'));
  assert.deepEqual(
    [report.get('state'), report.get('undo')],
    ['undone', { deleted: count * 0.99, restored: 0, kept: 0, problems: [] }],
  );
  await other.kill();
});
