import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { type TestServer, testServer } from '../testing.ts';
import { ended, imported, recordsBy, send, shop } from './fixture.ts';
import { openTable } from './table.ts';

let database: TestDatabase;
let server: TestServer;

before(async () => {
  database = await testDatabase();
  server = await testServer(database, { metadata: shop, jobs: true });
});
after(async () => {
  await server.close();
  await database.close();
});

async function rejectsOf(id: unknown): Promise<Buffer> {
  const answer = await server.admin.raw('GET', `imports/${id}/rejects`);
  assert.equal(answer.status, 200);
  return Buffer.from(await answer.arrayBuffer());
}

async function cellsOf(bytes: Uint8Array) {
  const table = await openTable(
    (async function* () {
      yield bytes;
    })(),
  );
  const rows = [];
  for await (const row of table.rows) rows.push(row);
  return { columns: table.columns, rows };
}

const nasty = fc.string({
  unit: fc.constantFrom('a', '张', '"', ',', '\n', '=', '+', '-', '@', "'", ' ', ';', '\t', '€', '😀', 'é', '1'),
  maxLength: 12,
});

test('the cells of rejected rows come back as they were, in the encoding of the file', async () => {
  const runs = process.env.HUIKE_LONG === '1' ? 100 : 6;
  const encodings = ['utf8', 'gb18030', 'utf-16le'] as const;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...encodings),
      fc.array(nasty, { minLength: 3, maxLength: 8 }),
      async (encoding, texts) => {
        // Every row is refused: a level that there isn't.
        const sheet = [
          '姓名,等级,备注,某列',
          ...texts.map((text) =>
            ['人名', '没有的等级', text, text].map((cell) => `"${cell.replaceAll('"', '""')}"`).join(','),
          ),
        ];
        const bytes = iconv.encode(sheet.join('\r\n'), encoding, { addBOM: encoding === 'utf-16le' });
        const before = await cellsOf(bytes);
        const report = await imported(server.admin, { object: 'member', dryRun: true }, bytes);
        assert.equal(report.get('rows', 'rejected'), texts.length);
        const after = await cellsOf(await rejectsOf(report.get('id')));
        assert.deepEqual(after.columns, ['行号', '原因', ...before.columns]);
        assert.deepEqual(
          after.rows.map(({ values }) => [values[0], ...values.slice(2)]),
          before.rows.map(({ line, values }) => [String(line), ...values]),
        );
      },
    ),
    { numRuns: runs },
  );
});

test('bytes that cannot be decoded stay in the file of rejected rows, whatever stands around them', async () => {
  const line = (...cells: (string | number[])[]) =>
    Buffer.concat(
      cells
        .flatMap((cell, i) => [
          Buffer.from(i === 0 ? '' : ','),
          typeof cell === 'string' ? Buffer.from(cell) : Buffer.from(cell),
        ])
        .concat(Buffer.from('\n')),
    );
  const quoted = [0x22, 0xc9, 0x22, 0x22, 0x2c, 0xff, 0x22]; // "É"",ÿ"
  const bytes = Buffer.concat([
    line('姓名', '备注', '某列'),
    line('好', '', ''),
    line([0x4d, 0xd1, 0x5a], '西', ''), // MÑZ
    line('=公式', quoted, ''),
    line('不要紧', '', [0x80]), // in a column that isn't imported
  ]);
  const report = await imported(server.admin, { object: 'member' }, bytes);
  assert.deepEqual([report.get('rows', 'new'), report.get('rows', 'rejected')], [2, 2]);
  assert.match(String(report.get('problems', 0, 'examples', 0, 'message')), /可能是“MÑZ”/);
  const rejects = await rejectsOf(report.get('id'));
  assert.ok(rejects.includes(Buffer.from([0x2c, 0x22, 0x4d, 0xd1, 0x5a, 0x22, 0x2c])));
  assert.ok(rejects.includes(Buffer.from(quoted)));
  const { rows } = await cellsOf(rejects);
  assert.deepEqual(
    rows.map(({ undecodable = [] }) => undecodable.map(({ bytes: raw }) => [...raw])),
    [[[0x4d, 0xd1, 0x5a]], [[0xc9, 0x22, 0x2c, 0xff]]],
  );
  assert.equal(rows[1]?.values[2], '=公式');
});

test('a column that is called like one of our own keeps its name', async () => {
  const sent = await send(
    server.admin,
    { object: 'member', mapping: { 原因: 'remark', 姓名: 'name' } },
    '姓名,原因\n,没有名字\n',
  );
  const report = await ended(server.admin, sent.get('id'));
  const rejects = await rejectsOf(report.get('id'));
  assert.equal(rejects.toString().split('\r\n')[0], '\ufeff导入行号,导入失败原因,姓名,原因');
  const again = await imported(
    server.admin,
    { object: 'member', mapping: { 原因: 'remark', 姓名: 'name' } },
    rejects.toString().replace(',,没有名字', ',有了,没有名字'),
  );
  assert.equal(again.get('rows', 'new'), 1);
  assert.equal((await recordsBy(server.admin, 'member', 'name')).get('有了')?.remark, '没有名字');
});
