import assert from 'node:assert/strict';
import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import iconv from 'iconv-lite';
import { sharedFile } from './sample/shared.ts';
import { type BadRow, openTable, type Table, type TableRow } from './table.ts';

const from = (content: string | Buffer) => Readable.from([Buffer.from(content)]);
async function readAll(content: string | Buffer): Promise<{ table: Table; rows: (TableRow | BadRow)[] }> {
  const table = await openTable(from(content));
  return { table, rows: await Array.fromAsync(table.rows) };
}

test('columns by name, rows by line', async () => {
  const { table, rows } = await readAll('\ufeff姓名;电话\r\n张三;138\r\n\r\n;;\r\n李四;"139\r\n8000"\r\n王五;137');
  assert.deepEqual(table.columns, ['姓名', '电话']);
  assert.deepEqual([table.format, table.encoding, table.delimiter], ['csv', 'utf-8', ';']);
  assert.deepEqual(rows, [
    { line: 2, values: ['张三', '138'] },
    { line: 5, values: ['李四', '139\r\n8000'] },
    { line: 7, values: ['王五', '137'] },
  ]);
});

test('a row with too few or too many cells is a problem that names its line; empty cells too many are not', async () => {
  const { rows } = await readAll('a,b,c\n1,2\n1,2,3,4\n1,2,3,,\n1,2,3\n');
  assert.deepEqual(
    rows.map(({ line, values, problem }) => [line, values.length, problem?.code, problem?.params]),
    [
      [2, 2, 'import.cells', { expected: 3, found: 2 }],
      [3, 4, 'import.cells', { expected: 3, found: 4 }],
      [4, 3, undefined, undefined],
      [5, 3, undefined, undefined],
    ],
  );
});

test('empty and repeated headers get names of their own', async () => {
  const { table } = await readAll('名称,,名称,列2,名称_2, 名称 ,\n1,2,3,4,5,6,\n');
  assert.deepEqual(table.columns, ['名称', '列2_2', '名称_3', '列2', '名称_2', '名称_4']);
  assert.deepEqual(
    table.warnings.map((warning) => warning.kind),
    ['unnamedColumn', 'repeatedColumn', 'repeatedColumn'],
  );
});

test('the line sep=; is obeyed', async () => {
  const { table, rows } = await readAll('sep=;\r\na;b,c\r\n1;2\r\n');
  assert.deepEqual([table.columns, rows[0]], [['a', 'b,c'], { line: 3, values: ['1', '2'] }]);
});

test('a cell with broken bytes says so and keeps them', async () => {
  const lines = ['姓名,城市', ...Array.from({ length: 50 }, (_, i) => `客户${i},北京`)];
  const content = Buffer.concat([Buffer.from(`${lines.join('\n')}\n`), Buffer.from('Jos\xe9,Lima\n', 'latin1')]);
  const { table, rows } = await readAll(content);
  assert.equal(table.encoding, 'utf-8');
  assert.equal(rows.filter(({ undecodable }) => undecodable).length, 1);
  assert.deepEqual(rows.at(-1), {
    line: 52,
    values: ['Jos\ufffd', 'Lima'],
    undecodable: [
      { column: 0, bytes: Buffer.from('Jos\xe9', 'latin1'), suggestion: { text: 'José', encoding: 'windows-1252' } },
    ],
  });
});

test('a NUL is a broken byte too', async () => {
  const { rows } = await readAll('a,b\nx\0y,2\n');
  assert.deepEqual(rows[0]?.values, ['x\ufffdy', '2']);
  assert.deepEqual(rows[0]?.undecodable?.[0]?.bytes, Buffer.from('x\0y'));
});

test('what is no table is refused in words', async () => {
  const refused = async (content: string | Buffer, code: string, fileName?: string) => {
    const stream = from(content);
    await assert.rejects(openTable(stream, fileName === undefined ? {} : { fileName }), { code });
    assert.ok(stream.destroyed, code);
  };
  const ole = Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(5000)]);
  await refused('', 'import.empty');
  await refused('\n\n  \n', 'import.empty');
  await refused(ole, 'import.oldExcel');
  await refused(Buffer.concat([ole, Buffer.from('EncryptedPackage', 'utf16le')]), 'import.encrypted');
  await refused('<html><table><tr><td>1</td></tr></table></html>', 'import.oldExcel', '客户.xls');
  await refused('<html></html>', 'import.notTable');
  await refused('PK\u0003\u0004 and nothing more', 'import.notTable');
});

test('reading stops when the reader stops, and the source is closed', async () => {
  let closed = false;
  async function* source() {
    try {
      yield Buffer.from('a,b\n');
      for (let i = 0; ; i++) yield Buffer.from(`${i},x\n`.repeat(1000));
    } finally {
      closed = true;
    }
  }
  const table = await openTable(source());
  for await (const row of table.rows) if (row.line > 5000) break;
  assert.ok(closed);
  closed = false;
  const unread = await openTable(source());
  await unread.close();
  assert.ok(closed);
});

test('a failing source fails the rows', async () => {
  async function* source() {
    yield Buffer.from('a,b\n1,2\n'.repeat(20_000));
    throw new Error('connection lost');
  }
  const table = await openTable(source());
  await assert.rejects(Array.fromAsync(table.rows), /connection lost/);
});

test('a table in GB18030 or UTF-16 reads as in UTF-8', async (t) => {
  const { file } = sharedFile(t, 'adventureworks/resellers.csv');
  const text = readFileSync(file, 'utf8').replace(/A Bike Store|ANNA/, '自行车商店');
  const chinese = `${text}${'"中文","北京市"\n'.repeat(30)}`;
  const expected = (await readAll(chinese)).rows;
  for (const [encoding, content] of [
    ['gb18030', iconv.encode(chinese, 'gb18030')],
    ['utf-16le', Buffer.from(`\ufeff${chinese}`, 'utf16le')],
  ] as const) {
    const { table, rows } = await readAll(content);
    assert.equal(table.encoding, encoding);
    assert.deepEqual(rows, expected);
  }
});

test('every shared file has as many rows and the same cells as csv-parse finds', async (t) => {
  const { file, isSample } = sharedFile(t, 'adventureworks/customers.csv');
  const root = path.dirname(isSample ? file : path.dirname(file));
  const files = isSample
    ? [file]
    : readdirSync(root, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.csv'))
        .map((name) => path.join(root, name));
  for (const one of files) {
    const table = await openTable(createReadStream(one), { fileName: one });
    const rows = await Array.fromAsync(table.rows);
    const oracle: string[][] = parse(readFileSync(one), {
      delimiter: table.delimiter ?? ',',
      ltrim: true,
      rtrim: true,
      bom: true,
    });
    assert.deepEqual(table.columns, oracle[0], one);
    assert.deepEqual(
      rows.map(({ values }) => values.map((value) => value.trim())),
      oracle.slice(1).map((values) => values.map((value) => value.trim())),
      one,
    );
    assert.ok(!rows.some((row) => row.problem || row.undecodable), one);
  }
  t.diagnostic(`${files.length} files`);
});
