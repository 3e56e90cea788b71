import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Json } from '@huike/schema';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import { type Answer, type Caller, type TestServer, testServer } from '../testing.ts';
import { imported, recordsBy, rejectsOf, send, shop } from './fixture.ts';

// What a person chooses for an import: what becomes of rows that are there already, and of those whose related record
// isn't; and what the report says of relations and of times.

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

const rows = (report: Answer): Json => report.get('rows');
const counts = (total: number, created: number, updated: number, matched: number, rejected: number) => ({
  ...{ total, new: created, updated, matched, rejected },
});

/** A dry run says what the real one then does. */
async function both(
  spec: { readonly [setting: string]: Json },
  sheet: readonly (readonly string[])[],
): Promise<Answer> {
  const dry = await imported(admin, { ...spec, dryRun: true }, sheet);
  const real = await imported(admin, spec, sheet);
  for (const part of ['rows', 'problems', 'relations', 'times', 'warnings'])
    assert.deepEqual(dry.get(part), real.get(part), `the dry run's ${part}`);
  assert.deepEqual([dry.get('state'), real.get('state')], ['done', 'done'], JSON.stringify(real.body));
  return real;
}

const header = ['姓名', '编号', '邮箱', '生日', '积分'];
const people = [
  ['王芳', 'D1', 'a@example.com', '1990-01-05', '1'],
  ['李雷', 'D2', 'b@example.com', '1991-02-06', '2'],
];
const dedupe = (action: string) => ({ by: ['name', 'birthday'], action });

test('rows that are there already are rejected, skipped, or change what is there; dates and names in any spelling', async () => {
  assert.deepEqual(
    rows(await both({ object: 'member', dedupe: dedupe('reject') }, [header, ...people])),
    counts(2, 2, 0, 0, 0),
  );
  const again = [
    header,
    ['王芳', 'D3', 'c@example.com', '1990/1/5', '3'],
    // The same name is another person with another birthday, or with none.
    ['王芳', 'D4', 'd@example.com', '1992-01-05', '4'],
    ['王芳', 'D5', 'e@example.com', '', '5'],
    ['韩梅梅', 'D6', 'f@example.com', '1993-03-07', '6'],
    ['韩梅梅', 'D7', 'g@example.com', '1993年3月7日', '7'],
  ];
  const rejected = await both({ object: 'member', dedupe: dedupe('reject') }, again);
  assert.deepEqual(rows(rejected), counts(5, 3, 0, 0, 2));
  assert.deepEqual(rejected.get('problems', 0, 'code'), 'import.duplicate');
  assert.match(await rejectsOf(admin, rejected), /\n2,姓名：与已有的记录（或前面的一行）重复,王芳,D3/);

  const other = again.map((row, at) => (at === 0 ? row : row.with(1, `X${at}`)));
  const skipped = await imported(admin, { object: 'member', dedupe: dedupe('skip') }, other);
  assert.deepEqual(rows(skipped), counts(5, 1, 0, 4, 0));
  assert.equal((await recordsBy(admin, 'member', 'code')).get('D6')?.points, 6);

  const updates = other.slice(0, 3).map((row, at) => (at === 0 ? row : row.with(1, `Y${at}`).with(4, '50')));
  const fresh = [
    ['新人', 'Z1', 'z@example.com', '1999-09-09', '1'],
    ['新人', 'Z2', 'z@example.com', '1999-09-09', '2'],
  ];
  const updated = await both({ object: 'member', dedupe: dedupe('update') }, [...updates, ...fresh]);
  assert.deepEqual(rows(updated), counts(4, 1, 3, 3, 0));
  const members = await recordsBy(admin, 'member', 'code');
  assert.deepEqual(
    [members.get('Y1')?.points, members.get('Y1')?.email, members.get('Z2')?.points],
    [50, 'c@example.com', 2],
  );
  assert.ok(!members.has('D1') && !members.has('Z1'), 'changed, not added');
});

test('a row that repeats one which is refused is refused too, not lost', async () => {
  await admin.post('records/member', { name: '甲', code: 'R1' });
  const sheet = [
    header,
    ['乙', 'R2', 'r@example.com', '1980-01-02', '1'],
    ['乙', 'R3', 'r@example.com', '1980-01-02', '1'],
    // Its code is 甲's.
    ['丙', 'R1', 'r@example.com', '1980-01-03', '1'],
    ['丙', 'R4', 'r@example.com', '1980-01-03', '1'],
  ];
  const report = await imported(admin, { object: 'member', dedupe: dedupe('skip') }, sheet);
  assert.deepEqual(rows(report), counts(4, 1, 0, 1, 2));
  assert.match(await rejectsOf(admin, report), /\n4,编号：.*\r\n5,姓名：与已有的记录（或前面的一行）重复/);
});

test('rows whose related record is missing come in without it where that was chosen', async () => {
  await admin.post('records/store', [{ name: '西湖店', code: 'S1' }]);
  const sheet = [
    ['姓名', '编号', '门店编号', '入会时间'],
    ['有店', 'O1', 'S1', '2026-03-01 09:05'],
    ['无店', 'O2', 'S9', '2026-03-01T09:05:00Z'],
    ['空店', 'O3', '', ''],
    ['错号', 'O2', 'S8', '2026-03-01 09:05:07'],
  ];
  const report = await both({ object: 'member', orphans: 'empty', timeZone: 'Asia/Tokyo' }, sheet);
  assert.deepEqual(rows(report), counts(4, 3, 0, 0, 1));
  const members = await recordsBy(admin, 'member', 'code');
  assert.deepEqual([members.get('O2')?.store, members.get('O2')?.name], [null, '无店']);
  assert.deepEqual(report.get('relations'), [
    { column: '门店编号', object: 'store', given: 3, missing: 1, completeness: 1 - 1 / 3 },
  ]);
  assert.deepEqual(report.get('times'), [{ column: '入会时间', zone: 'Asia/Tokyo', own: 1, assumed: 2 }]);
  const problems = report.get('problems');
  assert.deepEqual(
    (Array.isArray(problems) ? problems : []).map((one: { code: Json; count: Json; written: Json }) => [
      ...[one.code, one.count, one.written],
    ]),
    [
      ['value.unique', 1, false],
      ['import.noRecord', 1, true],
    ],
  );
  const warnings = report.get('warnings');
  assert.deepEqual(
    (Array.isArray(warnings) ? warnings : []).map((one: { message: Json }) => one.message),
    [
      '列“入会时间”有 2 个时间没有写明时区，按 Asia/Tokyo 读取',
      '列“门店编号”有 1 处找不到对应的门店（关联完整率 66.6%）',
    ],
  );
  const strict = await imported(
    admin,
    { object: 'member' },
    sheet.map((row, at) => (at === 0 ? row : row.with(1, `P${at}`))),
  );
  assert.deepEqual(rows(strict), counts(4, 2, 0, 0, 2));
  assert.equal(strict.get('relations', 0, 'missing'), 2);
});

test('every fault of a row is told at once', async () => {
  const report = await imported(admin, { object: 'member' }, [
    ['姓名', '邮箱', '等级', '生日'],
    ['坏', 'no address', '钻石', '2026-02-30'],
  ]);
  const problems = report.get('problems');
  assert.deepEqual((Array.isArray(problems) ? problems : []).map((one: { code: Json }) => one.code).sort(), [
    'import.dateImpossible',
    'value.option',
    'value.type',
  ]);
});

test('texts that are no option are counted each; what they were taken for is remembered for files of the same columns', async () => {
  const sheet = (prefix: string) => [
    ['姓名', '编号', '等级', '爱好', '备注'],
    ['一', `${prefix}1`, '黄金', '茶', ''],
    ['二', `${prefix}2`, '白银', '茶', ''],
    ['三', `${prefix}3`, '黄金', '茶', ''],
    ['四', `${prefix}4`, '金卡', '茶', ''],
  ];
  const first = await imported(admin, { object: 'member' }, sheet('VA'));
  assert.deepEqual(rows(first), counts(4, 1, 0, 0, 3));
  assert.deepEqual(first.get('problems', 0, 'values'), [
    { column: '等级', value: '黄金', count: 2 },
    { column: '等级', value: '白银', count: 1 },
  ]);
  const values = { level: { 黄金: 'gold', 白银: '银卡' } };
  const said = await imported(admin, { object: 'member', values }, sheet('VB'));
  assert.deepEqual(rows(said), counts(4, 4, 0, 0, 0));
  const later = await imported(admin, { object: 'member' }, sheet('VC'));
  assert.deepEqual([rows(later), later.get('values')], [counts(4, 4, 0, 0, 0), values]);
  assert.deepEqual((await recordsBy(admin, 'member', 'code')).get('VC2')?.level, 'silver');
  // Whoever says how the columns are meant says all; and what was remembered can be taken back.
  const mapping = { 姓名: 'name', 编号: 'code', 等级: 'level' };
  assert.deepEqual(rows(await imported(admin, { object: 'member', mapping }, sheet('VD'))), counts(4, 1, 0, 0, 3));
  await imported(admin, { object: 'member', values: {} }, sheet('VE'));
  assert.deepEqual((await imported(admin, { object: 'member' }, sheet('VF'))).get('values'), {});
});

test('choices that cannot be are refused; fields that nobody may compare by are, too', async () => {
  const sheet = [header, ...people];
  for (const [spec, code] of [
    [{ orphans: 'keep' }, 'request.malformed'],
    [{ dedupe: { by: [] } }, 'request.malformed'],
    [{ dedupe: { by: ['name'], action: 'merge' } }, 'request.malformed'],
    [{ dedupe: { by: ['nothing'] } }, 'field.unknown'],
    [{ dedupe: { by: ['likes'] } }, 'import.target'],
  ] as const) {
    const answer = await send(admin, { object: 'member', ...spec } as Json, sheet);
    assert.deepEqual([answer.status >= 400, answer.get('code')], [true, code], JSON.stringify(spec));
  }
  // The clerk may not see incomes, so that nobody's income can be felt for.
  const clerk = await server.addUser({ roles: ['clerk'] });
  const felt = await send(clerk, { object: 'member', dedupe: { by: ['income'] } }, sheet);
  assert.equal(felt.get('code'), 'field.unknown');
});
