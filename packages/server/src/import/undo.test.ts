import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from '@huike/kernel';
import type { Json } from '@huike/schema';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import { type Caller, type TestServer, testServer } from '../testing.ts';
import { ended, imported, recordsBy, type Sheet, shop } from './fixture.ts';
import { sweepImports } from './job.ts';

let database: TestDatabase;
let server: TestServer;
let admin: Caller;

before(async () => {
  database = await testDatabase();
  server = await testServer(database, { metadata: shop, jobs: true });
  admin = server.admin;
});
after(async () => {
  await server.close();
  await database.close();
});

const upsert = { object: 'member', mode: 'upsert', key: 'code', confirm: true } as const;
const idOf = async (code: string) => String((await recordsBy(admin, 'member', 'code')).get(code)?.id);

async function undone(id: Json) {
  assert.equal((await admin.post(`imports/${id}/undo`)).status, 202);
  return ended(admin, id);
}

test('what was created goes, what was changed goes back; what was changed since stays and is told', async () => {
  for (const [code, points] of [
    ['A', 1],
    ['B', 2],
    ['C', 3],
    ['D', 4],
  ] as const)
    await admin.post('records/member', { name: `旧${code}`, code, points, remark: 'r' });
  const many = Array.from({ length: 1200 }, (_, n) => [`N${n}`, `新${n}`, '0']);
  const sheet: Sheet = [
    ['编号', '姓名', '积分'],
    ['A', '改A', '10'],
    ['B', '改B', '20'],
    ['C', '旧C', '3'],
    ...many,
    // Again, in a later batch: a record that was changed, and one that was created.
    ['A', '再改A', '11'],
    ['N0', '再改N0', '1'],
    ['N1', '再改N1', '1'],
  ];
  const report = await imported(admin, upsert, sheet);
  assert.deepEqual(report.get('rows'), { total: 1206, new: 1200, updated: 5, matched: 6, rejected: 0 });
  await admin.patch(`records/member/${await idOf('B')}`, { remark: '之后改的' });
  await admin.patch(`records/member/${await idOf('N1')}`, { remark: '之后改的' });
  await admin.delete(`records/member/${await idOf('N2')}`);
  const kept = [await idOf('B'), await idOf('N1')].sort();

  const result = await undone(report.get('id'));
  assert.equal(result.get('state'), 'undone');
  const undo = result.get('undo') as { problems: { code: string; count: number; examples: string[] }[] };
  assert.deepEqual(
    { ...undo, problems: undo.problems.map(({ code, count }) => [code, count]) },
    {
      ...{ deleted: 1198, restored: 1, kept: 3 },
      problems: undo.problems.map(({ code, count }) => [code, count]),
    },
  );
  const changed = undo.problems.find(({ code }) => code === 'import.changedSince');
  assert.ok(
    kept.every((id) => changed?.examples.includes(id)),
    JSON.stringify(undo),
  );
  const records = await recordsBy(admin, 'member', 'code');
  assert.deepEqual([...records.keys()].sort(), ['A', 'B', 'C', 'D', 'N1']);
  const shown = (code: string) => [records.get(code)?.name, records.get(code)?.points];
  assert.deepEqual(['A', 'B', 'C', 'N1'].map(shown), [
    ['旧A', 1],
    ['改B', 20],
    ['旧C', 3],
    ['再改N1', 1],
  ]);
  assert.equal((await admin.post(`imports/${report.get('id')}/undo`)).get('code'), 'import.state');
});

test('an edit between two writes of the import is not taken back with them', async () => {
  await admin.post('records/member', { name: '夹', code: 'Z', points: 1 });
  const report = await imported(admin, upsert, [
    ['编号', '积分'],
    ['Z', '2'],
  ]);
  const id = await idOf('Z');
  await admin.patch(`records/member/${id}`, { points: 3 });
  // As if the import had gone on and had written the record once more.
  await admin.patch(`records/member/${id}`, { points: 4 });
  await server.kernel.db.execute(sql`
    insert into huike.import_batch (import, first, records, versions, created, rejects)
    values (${sql.value(String(report.get('id')))}, 1000, array[${sql.value(id)}::uuid], array[4], array[false], '[]')`);
  const result = await undone(report.get('id'));
  assert.deepEqual([result.get('undo', 'restored'), result.get('undo', 'kept')], [0, 1]);
  assert.equal((await recordsBy(admin, 'member', 'code')).get('Z')?.points, 4);
});

test('there is nothing to undo of a dry run, nor of one that wrote nothing', async () => {
  const sheet: Sheet = [
    ['编号', '姓名'],
    ['D1', ''],
  ];
  const dry = await imported(admin, { object: 'member', dryRun: true }, [
    ['编号', '姓名'],
    ['D2', '甲'],
  ]);
  assert.equal((await admin.post(`imports/${dry.get('id')}/undo`)).get('code'), 'import.notUndoable');
  const none = await imported(admin, { object: 'member' }, sheet);
  assert.equal((await admin.post(`imports/${none.get('id')}/undo`)).get('code'), 'import.notUndoable');
});

test('the file goes a week after the end, what is known of single rows after thirty days', async () => {
  const report = await imported(admin, { object: 'member' }, [
    ['编号', '姓名'],
    ['F1', '甲'],
    ['F2', ''],
  ]);
  const where = `imports/${report.get('id')}`;
  const age = (days: number) =>
    server.kernel.db.execute(sql`
      update huike.import set ended_at = now() - ${sql.value(days)}::int * interval '1 day'
      where id = ${sql.value(String(report.get('id')))}`);
  await age(6);
  await sweepImports(server.kernel.db);
  assert.equal((await admin.get(`${where}/rejects`)).status, 200);
  await age(8);
  await sweepImports(server.kernel.db);
  const rejects = await admin.get(`${where}/rejects`);
  assert.deepEqual([rejects.status, rejects.get('code')], [410, 'import.fileGone']);
  assert.equal((await admin.get(where)).get('rejects'), null);
  await age(31);
  await sweepImports(server.kernel.db);
  assert.equal((await admin.post(`${where}/undo`)).get('code'), 'import.notUndoable');
  assert.deepEqual((await admin.get(where)).get('rows', 'new'), 1);
});
