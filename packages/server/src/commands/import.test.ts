import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { MetadataDocument } from '@huike/schema';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import { recordsBy } from '../import/fixture.ts';
import { sharedFile } from '../import/sample/shared.ts';
import { type TestServer, testServer } from '../testing.ts';

// huike import as people run it: a process of its own, beside a server that has the same database.

let database: TestDatabase;
let server: TestServer;
let folder: string;

const label = (zh: string, en: string) => ({ zh, en });
const option = (value: string, zh: string, en: string) => ({ value, label: label(zh, en) });

const objects: MetadataDocument = {
  settings: [{ name: 'company', rates: [{ currency: 'USD', from: '2020-01-01', rate: '7.1' }] }],
  objects: [
    {
      name: 'dealer',
      label: label('经销客户', 'Dealer'),
      title: 'name',
      fields: [
        { name: 'name', type: 'text', label: label('名称', 'Name'), required: true },
        { name: 'person', type: 'text', label: label('联系人', 'Contact person') },
        { name: 'mobile', type: 'phone', label: label('手机', 'Mobile'), unique: true },
        { name: 'email', type: 'email', label: label('邮箱', 'E-mail') },
        { name: 'address', type: 'address', label: label('地址', 'Address') },
        { name: 'since', type: 'date', label: label('成交日期', 'Customer since') },
        { name: 'volume', type: 'money', label: label('年采购额', 'Yearly volume') },
        {
          name: 'level',
          type: 'option',
          label: label('级别', 'Level'),
          options: ['A', 'B', 'C'].map((one) => option(one.toLowerCase(), `${one}级`, one)),
        },
        { name: 'important', type: 'boolean', label: label('重点', 'Important') },
        { name: 'remark', type: 'longText', label: label('备注', 'Remark') },
      ],
    },
    {
      name: 'shopper',
      label: label('网购顾客', 'Shopper'),
      title: 'lastName',
      fields: [
        { name: 'customerKey', type: 'text', unique: true },
        { name: 'firstName', type: 'text' },
        { name: 'lastName', type: 'text' },
        { name: 'birthDate', type: 'date' },
        { name: 'gender', type: 'option', options: [option('M', '男', 'Male'), option('F', '女', 'Female')] },
        { name: 'emailAddress', type: 'email' },
        { name: 'annualIncome', type: 'money' },
        { name: 'homeOwner', type: 'boolean' },
      ],
    },
  ],
  roles: [
    { name: 'clerk', objects: { dealer: { read: 'own', create: true, update: 'own', fields: { volume: 'none' } } } },
  ],
};

before(async () => {
  database = await testDatabase();
  server = await testServer(database, { metadata: objects });
  folder = await mkdtemp(path.join(os.tmpdir(), 'huike-import-'));
});
after(async () => {
  await server.close();
  await database.close();
  await rm(folder, { recursive: true });
});

const cli = path.join(import.meta.dirname, '../cli.ts');

/** Runs the command line; what it printed, and its exit code. */
async function huike(args: readonly string[], language = 'zh_CN.UTF-8'): Promise<{ code: number | null; out: string }> {
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: folder,
    env: { ...process.env, DATABASE_URL: database.url, HUIKE_DATA: server.dataFolder, LC_ALL: language },
  });
  let out = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (out += text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, out };
}

test('the list that ships with the project: GB18030, dates in five forms, one bad row', async () => {
  const file = path.join(folder, '客户.csv');
  await copyFile(path.resolve(import.meta.dirname, '../../../../docs/samples/customers-gb18030.csv'), file);

  const dry = await huike(['import', 'dealer', file, '--dry-run']);
  assert.equal(dry.code, 0, dry.out);
  assert.match(
    dry.out,
    /试运行（没有写入任何数据）: 客户\.csv → 经销客户\n +总行数 +10\n +新增 +9\n +未导入 +1\n +文件: GB18030/,
  );
  assert.match(dry.out, /客户名称 → name {2}名称/);
  assert.match(dry.out, /省份 +→ address\.province/);
  assert.match(dry.out, /第 8 行 成交日期 "2024\/2\/30"/);
  assert.equal((await recordsBy(server.admin, 'dealer', 'name')).size, 0);
  await rm(path.join(folder, '客户.rejects.csv'));

  const real = await huike(['import', 'dealer', file], 'en_US.UTF-8');
  assert.equal(real.code, 0, real.out);
  assert.match(real.out, /Imported: 客户\.csv → Dealer\n +Rows +10\n +New +9\n +Rejected +1\n/);
  const records = await recordsBy(server.admin, 'dealer', 'name');
  const { mobile, address, since, volume, level, important, remark } = records.get('苏州平江绸缎行') ?? {};
  assert.deepEqual(
    { mobile, address, since, volume, level, important, remark },
    {
      ...{ mobile: '+8613700137023', since: '2024-05-08', level: 'a', important: true },
      address: { province: '江苏省', city: '苏州市', district: '姑苏区', street: '平江路 88 号' },
      volume: { amount: '86500.00', currency: 'CNY' },
      remark: '门店两家\n其中一家在观前街',
    },
  );
  assert.deepEqual(
    ['成都锦里茶业有限公司', '杭州西泠文具店', '广州上下九商行', '西安回民街食品厂'].map(
      (name) => records.get(name)?.since,
    ),
    ['2024-03-15', '2024-04-02', '2024-06-11', '2024-07-19'],
  );

  // Mended, the rejected row comes in as well.
  const rejects = path.join(folder, '客户.rejects.csv');
  const text = new TextDecoder('gb18030').decode(await readFile(rejects));
  assert.match(text, /^Line,Reason,客户名称,/);
  await writeFile(rejects, text.replace(',2024/2/30,', ',2024/2/28,'));
  const again = await huike(['import', 'dealer', rejects]);
  assert.match(again.out, /新增 +1\n +未导入 +0\n/);
  assert.equal((await recordsBy(server.admin, 'dealer', 'name')).get('青岛栈桥海产')?.since, '2024-02-28');

  const id = /--undo (\S+)/.exec(real.out)?.[1] ?? '';
  const undo = await huike(['import', '--undo', id]);
  assert.deepEqual([undo.code, /移入回收站 +9/.test(undo.out)], [0, true], undo.out);
  assert.deepEqual([...(await recordsBy(server.admin, 'dealer', 'name')).keys()], ['青岛栈桥海产']);
});

test('as somebody else, with other rights; wrong arguments; nothing imported', async () => {
  const clerk = await server.addUser({ roles: ['clerk'] });
  const file = path.join(folder, 'one.csv');
  await writeFile(file, '名称,手机,年采购额\n某店,13811112222,5\n');
  const done = await huike(['import', 'dealer', file, '--as', clerk.email]);
  assert.match(done.out, /列“年采购额”没有对应的字段/);
  const record = (await recordsBy(server.admin, 'dealer', 'name')).get('某店');
  assert.deepEqual([record?.owner, record?.volume], [{ id: clerk.id, name: clerk.name }, null]);
  assert.deepEqual(await huike(['import', 'dealer', file, '--as', 'nobody@example.com']), {
    code: 1,
    out: '没有启用的用户 nobody@example.com\n',
  });
  const twice = await huike(['import', 'dealer', file]);
  assert.deepEqual([twice.code, /“手机”的值已被使用/.test(twice.out)], [1, true], twice.out);
  assert.ok((await readdir(folder)).includes('one.rejects.csv'));
  const few = await huike([
    'import',
    'dealer',
    file,
    '--mode',
    'upsert',
    '--key',
    'mobile',
    '--map',
    '年采购额=volume',
    '--map',
    '名称=',
  ]);
  assert.deepEqual([few.code, /其中有更新 +1/.test(few.out)], [0, true], few.out);
  await writeFile(file, '名称,手机\n某店,13811112222\n新店,13811113333\n');
  const unasked = await huike(['import', 'dealer', file, '--mode', 'upsert', '--key', 'mobile']);
  assert.deepEqual([unasked.code, /只有 50% 的行匹配.*\n.*--yes/.test(unasked.out)], [1, true], unasked.out);
  const asked = await huike(['import', 'dealer', file, '--mode', 'upsert', '--key', 'mobile', '--yes']);
  assert.deepEqual([asked.code, /新增 +1/.test(asked.out)], [0, true], asked.out);
  const wrong = await Promise.all(
    [[], ['dealer', file, '--map', 'x'], ['dealer', '--undo', 'x']].map((args) => huike(['import', ...args])),
  );
  assert.deepEqual(
    wrong.map(({ code }) => code),
    [2, 2, 2],
  );
  assert.equal((await huike(['import', 'dealer', path.join(folder, 'absent.csv')])).code, 1);
  assert.equal((await huike(['import', '--undo', 'nothing'])).code, 1);
});

test('AdventureWorks: mixed dates, dollars, broken bytes; nothing is lost', async (t) => {
  const { file, isSample } = sharedFile(t, 'adventureworks/customers.csv');
  // Letters beyond ASCII as the single bytes of Windows, as half of such files have them.
  const bytes = Buffer.from(await readFile(file, 'utf8'), 'latin1');
  const copy = path.join(folder, 'shoppers.csv');
  await writeFile(copy, bytes);
  const lines = bytes.toString('latin1').trimEnd().split(/\r?\n/);
  const isBroken = (line: string) => /[\u0080-\u00ff]/.test(line);
  const brokenLines = lines.filter(isBroken);
  assert.ok(brokenLines.length > 0);

  const done = await huike(['import', 'shopper', copy]);
  assert.equal(done.code, 0, done.out);
  const number = (word: string) =>
    Number(new RegExp(`${word} +([\\d,]+)`).exec(done.out)?.[1]?.replace(',', '') ?? Number.NaN);
  assert.equal(number('总行数'), lines.length - 1);
  assert.equal(number('新增') + number('未导入'), lines.length - 1);
  const records = await recordsBy(server.admin, 'shopper', 'customerKey');
  assert.equal(records.size, number('新增'));
  if (!isSample) {
    const { birthDate, annualIncome, homeOwner } = records.get('11000') ?? {};
    assert.deepEqual(
      [birthDate, annualIncome, homeOwner],
      ['1966-04-08', { amount: '90000.00', currency: 'USD' }, true],
    );
    assert.equal(records.get('11001')?.birthDate, '1965-05-14');
    assert.match(done.out, /列“BirthDate”有 3\d\d\d 个日期有两种读法，按同列其他日期推断为 月-日-年/);
    assert.match(done.out, /66 处 “NA”不在可选项中/);
  }

  // Each rejected row stands in the file, with its line, its reason and its very bytes.
  const rejects = (await readFile(path.join(folder, 'shoppers.rejects.csv')))
    .toString('latin1')
    .trimEnd()
    .split('\r\n');
  assert.equal(rejects.length - 1, number('未导入'));
  for (const row of rejects.slice(1)) {
    const [, at = '', reason = ''] = /^(\d+),("(?:[^"]|"")+"|[^,]+),/.exec(row) ?? [];
    const original = lines[Number(at) - 1] ?? '';
    const plain = (line: string) => line.replaceAll('"', '').replaceAll(' ', '');
    assert.equal(plain(row.slice(at.length + reason.length + 2)), plain(original));
    assert.ok(!records.has(original.split(',')[0] ?? ''));
  }
  for (const line of brokenLines) assert.ok(rejects.some((row) => row.includes(line.split(',')[0] ?? '')));
  assert.match(
    Buffer.from(rejects.join('\n'), 'latin1').toString('utf8'),
    /LastName：含有无法解码的字节，可能是“(NUÑEZ|MUÑOZ|[A-ZÀ-Ü]+)”/,
  );

  // Saved as UTF-8, with NA left blank, they come in: all rows of the file are records.
  const mended = path.join(folder, 'mended.csv');
  const body = rejects.slice(1).map((row) => row.replace(/^\d+,("(?:[^"]|"")+"|[^,]+),/, ''));
  await writeFile(mended, [lines[0] ?? '', ...body].join('\n'), 'utf8');
  await writeFile(path.join(folder, 'values.json'), JSON.stringify({ gender: { NA: '' } }));
  const rest = await huike(['import', 'shopper', mended, '--values', path.join(folder, 'values.json')]);
  assert.match(rest.out, /未导入 +0\n/, rest.out);
  const all = await recordsBy(server.admin, 'shopper', 'customerKey');
  assert.deepEqual(
    [...all.keys()].sort(),
    lines
      .slice(1)
      .map((line) => line.split(',')[0] ?? '')
      .sort(),
  );
});
