import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { populationRows } from '@huike/testkit';

// huike match as people run it: a process of its own, no server, no database.

let folder: string;
before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'huike-match-'));
});
after(() => rm(folder, { recursive: true }));

const cli = path.join(import.meta.dirname, '../cli.ts');

async function huike(args: readonly string[], language = 'en_GB.UTF-8') {
  const env = { ...process.env, DATABASE_URL: 'postgres://nowhere.invalid/none', LC_ALL: language };
  const child = spawn(process.execPath, [cli, 'match', ...args], { cwd: folder, env });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (err += text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, out, err };
}

const put = (name: string, content: string | Buffer) => writeFile(path.join(folder, name), content);
const linesOf = async (name: string) => (await readFile(path.join(folder, name), 'utf8')).trimEnd().split('\n');

const people = [
  ['id', '姓名', '手机', '生日', '城市'],
  ['a1', '欧阳建国', '13812345678', '1980-02-03', '成都市'],
  ['a2', '張偉', '13900001111', '1975/5/6', '北京'],
  ['a3', '欧阳建國', '+86 138 1234 5678', '1980年2月3日', '成都'],
  ['a4', '李娜', '13700002222', '', '上海'],
  ['a5', '张伟', '139-0000-1111', '', '北京市'],
  ['a,6', '王芳', '', '1991-12-30', '广州'],
];
const csv = (rows: readonly (readonly string[])[]) =>
  rows.map((row) => row.map((value) => (value.includes(',') ? `"${value}"` : value)).join(',')).join('\r\n');
const columns = { 姓名: 'fullName', 手机: 'phone', 生日: 'birthDate', 城市: 'city' };
const map = JSON.stringify({ id: 'id', columns });

test('rows of one customer get one cluster; pairs tell why', async () => {
  await put('people.csv', csv(people));
  await put('map.json', map);
  const { code, out, err } = await huike([
    'people.csv',
    '--map',
    'map.json',
    '--out',
    'out.csv',
    '--pairs',
    'pairs.csv',
  ]);
  assert.equal(code, 0, err);
  assert.match(out, /6 rows are 4 customers/);
  assert.match(err, /Comparing/);
  assert.deepEqual(await linesOf('out.csv'), ['id,cluster', 'a1,1', 'a2,2', 'a3,1', 'a4,3', 'a5,2', '"a,6",4']);
  const [header, first = ''] = await linesOf('pairs.csv');
  assert.equal(header, 'id1,id2,probability,weights');
  assert.match(first, /^a[12],a[35],(?:0\.9\d+|1\.0+),.*姓名:exact=\d+/);
});

test('GB18030 with tabs reads the same; numbers of ids stay as they are', async () => {
  const { default: iconv } = await import('iconv-lite');
  const text = people.map((row) => row.join('\t').replace('a,6', '-007')).join('\n');
  await put('gb.csv', iconv.encode(text, 'gb18030'));
  await put('map.json', map);
  const { code, err } = await huike(['gb.csv', '--map', 'map.json', '--out', 'gb-out.csv']);
  assert.equal(code, 0, err);
  assert.deepEqual((await linesOf('gb-out.csv')).slice(-2), ['a5,2', '-007,4']);
});

test('a second file whose columns have other names, with ids that occur in both', async () => {
  await put('people.csv', csv(people));
  await put(
    'shop.csv',
    csv([
      ['no', 'city', 'mobile', 'name', 'born'],
      ['a1', '北京', '13900001111', '张伟', ''],
      ['b2', '昆明', '13666667777', '赵敏', ''],
    ]),
  );
  const other = { id: 'no', columns: { name: 'fullName', mobile: 'phone', born: 'birthDate', city: 'city' } };
  await put('two.json', JSON.stringify({ id: 'id', columns, with: other }));
  const { code, err } = await huike(['people.csv', '--with', 'shop.csv', '--map', 'two.json', '--out', 'two.csv']);
  assert.equal(code, 0, err);
  const lines = await linesOf('two.csv');
  assert.equal(lines[0], 'id,cluster,file');
  assert.deepEqual(lines.slice(1, 3), ['a1,1,1', 'a2,2,1']);
  assert.deepEqual(lines.slice(-2), ['a1,2,2', 'b2,5,2']);
});

test('thousands of customers, repeated ids and broken lines among them', async () => {
  const rows = [...populationRows({ people: 1_500, seed: 21 })];
  const lines = rows.map(({ fullName, phone, city, email }, at) =>
    [`r${Math.floor(at / 2)}`, fullName, phone, city, email].map((value) => value ?? '').join(','),
  );
  lines.splice(100, 0, 'short,王五', 'r9,"never closed,13800000000');
  await put('many.csv', ['id,name,phone,city,email', ...lines].join('\n'));
  await put(
    'many.json',
    JSON.stringify({ id: 'id', columns: { name: 'fullName', phone: 'phone', city: 'city', email: 'email' } }),
  );
  const { code, out, err } = await huike(['many.csv', '--map', 'many.json', '--out', 'many-out.csv']);
  assert.equal(code, 0, err);
  assert.match(err, /do not fit its header \(the first is row 102/);
  assert.match(out, /^3,\d{3} rows are 1,[5-9]\d{2} customers/);
  const found = await linesOf('many-out.csv');
  assert.equal(found.length, rows.length + 3);
  assert.deepEqual(
    found.slice(101, 103).map((line) => line.split(',')[0]),
    ['short', 'r9'],
  );
});

describe('what is wrong is said, and nothing is written', () => {
  const refused: readonly (readonly [string, string | null, string, RegExp, number])[] = [
    ['no JSON', '{"id":', csv(people), /bad\.json is not valid JSON/, 1],
    ['no columns', '{"id":"id"}', csv(people), /\/columns does not/, 1],
    ['no id in the map', JSON.stringify({ columns }), csv(people), /\/id does not/, 1],
    [
      'an unknown type',
      JSON.stringify({ id: 'id', columns: { 姓名: 'name' } }),
      csv(people),
      /"姓名" has the unknown type "name"; there are: givenName/,
      1,
    ],
    [
      'an unknown column',
      JSON.stringify({ id: 'id', columns: { 名字: 'fullName' } }),
      csv(people),
      /people\.csv has no column "名字"; it has: id, 姓名/,
      1,
    ],
    ['an unknown column of ids', JSON.stringify({ id: 'nr', columns }), csv(people), /no column "nr"/, 1],
    [
      'a header that stands twice',
      map,
      csv([
        ['id', '姓名', '姓名', '手机', '生日', '城市'],
        ['1', 'a', 'b', '', '', ''],
      ]),
      /"姓名" stands twice/,
      1,
    ],
    ['a row without an id', map, csv([...people, ['', '王五', '', '', '']]), /Row 8 of people\.csv has no id/, 1],
    ['an empty file', map, '', /The file has no data/, 1],
    ['no map at all', null, csv(people), /arguments are not right/, 2],
  ];
  for (const [what, written, file, reason, exit] of refused) {
    test(what, async () => {
      await put('people.csv', file);
      if (written !== null) await put('bad.json', written);
      const { code, err } = await huike([
        'people.csv',
        ...(written === null ? [] : ['--map', 'bad.json']),
        '--out',
        'never.csv',
      ]);
      assert.equal(code, exit, err);
      assert.match(err, reason);
      assert.doesNotMatch(err, /\n\s+at /);
      assert.ok(!(await readdir(folder)).some((name) => name.startsWith('never')));
    });
  }

  test('a file that is not there; in Chinese', async () => {
    await put('map.json', map);
    const { code, err } = await huike(['nowhere.csv', '--map', 'map.json', '--out', 'never.csv'], 'zh_CN.UTF-8');
    assert.equal(code, 1);
    assert.match(err, /ENOENT.*nowhere\.csv/);
    await put('bad.json', JSON.stringify({ id: 'id', columns: { 姓名: 'fullname' } }));
    assert.match(
      (await huike(['people.csv', '--map', 'bad.json', '--out', 'never.csv'], 'zh_CN.UTF-8')).err,
      /类型“fullname”未知/,
    );
  });
});

test('it documents itself in both languages', async () => {
  const english = await huike(['--help']);
  assert.equal(english.code, 0);
  assert.match(english.out, /--pairs/);
  assert.match((await huike(['--help'], 'zh_CN.UTF-8')).out, /同一个客户/);
});
