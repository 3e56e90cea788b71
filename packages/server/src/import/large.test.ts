import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { startScript, type TestDatabase, testDatabase } from '@huike/testkit';
import { type TestServer, testServer } from '../testing.ts';
import { ended, type Sheet, send, shop } from './fixture.ts';

// There is no limit to the rows, since none are kept: a process with little memory imports a large file.

let database: TestDatabase;
let server: TestServer;

before(async () => {
  database = await testDatabase();
  server = await testServer(database, { metadata: shop });
});
after(async () => {
  await server.close();
  await database.close();
});

const count = process.env.HUIKE_LONG === '1' ? 300_000 : 10_000;
const heap = 110; // MB; a process that has just started uses about 80

const sheet = (broken: boolean): Sheet => [
  ['编号', '姓名', '邮箱', '生日', '积分', '备注'],
  ...Array.from({ length: count }, (_, n) => [
    ...[`L${n}`, `张伟${n}`, `u${n}@example.com`, `19${60 + (n % 40)}/${1 + (n % 12)}/${1 + (n % 28)}`],
    ...[broken && n % 2 === 0 ? '许多' : String(n), `备注 ${n} `.repeat(8)],
  ]),
];

for (const [what, spec, broken] of [
  ['new records', { object: 'member' }, false],
  ['a dry run of which half is refused', { object: 'member', mode: 'upsert', key: 'code', dryRun: true }, true],
] as const) {
  test(`${count} rows in ${heap} MB: ${what}`, async () => {
    const sent = await send(server.admin, spec, sheet(broken));
    const worker = startScript(path.join(import.meta.dirname, 'fixtures/importer.ts'), [], {
      env: {
        ...{ DATABASE_URL: database.url, HUIKE_DATA: server.dataFolder },
        NODE_OPTIONS: `--max-old-space-size=${heap}`,
      },
    });
    const over = worker.ended.then(() => assert.fail(worker.output));
    const report = await Promise.race([ended(server.admin, sent.get('id')), over]);
    assert.deepEqual([report.get('state'), report.get('rows', 'total')], ['done', count]);
    const rejected = broken ? count / 2 : 0;
    const written = report.get('rows', 'new') === 0 ? report.get('rows', 'matched') : report.get('rows', 'new');
    assert.deepEqual([report.get('rows', 'rejected'), written], [rejected, count - rejected]);
    over.catch(() => {});
    await worker.kill();
  });
}
