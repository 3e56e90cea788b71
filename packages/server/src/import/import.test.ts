import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Json } from '@huike/schema';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import { type Answer, type Caller, type TestServer, testServer } from '../testing.ts';
import { ended, imported, recordsBy, rejectsOf, type Sheet, send, shop } from './fixture.ts';

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
const codes = (report: Answer): Json[] => {
  const problems = report.get('problems');
  return (Array.isArray(problems) ? problems : []).map((one: { code: Json; count: Json }) => [one.code, one.count]);
};

test('a sheet becomes records: every type of field as people write it', async () => {
  await admin.post('records/store', [
    { name: '西湖店', code: 'S1' },
    { name: '滨江店', code: 'S2' },
    { name: '同名店', code: 'S3' },
    { name: '同名店', code: 'S4' },
  ]);
  const header = [
    ...[
      '会员编号',
      '姓名',
      '手机号码（必填）',
      'Email',
      '生日',
      '入会时间',
      '年收入',
      '折扣',
      '积分',
      '是否重点',
      '等级',
    ],
    ...['爱好', '区域', '省份', '城市', '详细地址', '经度', '纬度', '门店', '常去门店', '备注'],
  ];
  const first = [
    ...['A1', '张三', '138 0013 8001', 'Zhang@Example.com', '1990年1月5日', '2026/3/1 9:05', '¥12.3万', '88%', '1,200'],
    ...['是', '金卡', '茶、Books', '华东/浙江', '浙江省', '杭州市', '文三路 1 号', '120.15', '30.28', '西湖店'],
    ...['西湖店；滨江店', '第一行\n第二行'],
  ];
  const report = await imported(admin, { object: 'member', timeZone: 'Asia/Tokyo' }, [header, first]);
  assert.deepEqual([report.get('state'), rows(report)], ['done', counts(1, 1, 0, 0, 0)], JSON.stringify(report.body));
  assert.equal(report.get('timeZone'), 'Asia/Tokyo');
  const record = (await recordsBy(admin, 'member', 'code')).get('A1') ?? {};
  const store = (await recordsBy(admin, 'store', 'code')).get('S1') ?? {};
  const { name, mobile, email, birthday, joined, income, discount, points, important, level, likes, region } = record;
  assert.deepEqual(
    { name, mobile, email, birthday, income, discount, points, important, level, likes, region },
    {
      ...{ name: '张三', mobile: '+8613800138001', email: 'zhang@example.com', birthday: '1990-01-05' },
      ...{ income: { amount: '123000.00', currency: 'CNY' }, discount: '88', points: 1200, important: true },
      ...{ level: 'gold', likes: ['tea', 'books'], region: ['east', 'zj'] },
    },
  );
  assert.equal(new Date(String(joined)).toISOString(), '2026-03-01T00:05:00.000Z');
  assert.deepEqual(record.home, { province: '浙江省', city: '杭州市', street: '文三路 1 号' });
  assert.deepEqual(record.place, { lng: 120.15, lat: 30.28 });
  assert.deepEqual(record.store, { id: store.id, name: '西湖店' });
  assert.equal(Array.isArray(record.stores) && record.stores.length, 2);
  assert.equal(record.remark, '第一行\n第二行');
});

test('an export comes back as it went: nothing differs', async () => {
  await admin.post('records/member', { name: '=空的', code: '-A2', remark: '"引号", 逗号' });
  const before = await recordsBy(admin, 'member', 'code');
  for (const format of ['csv', 'xlsx']) {
    const file = await admin.raw('GET', `records/member/export?format=${format}`);
    const bytes = new Uint8Array(await file.arrayBuffer());
    const report = await imported(admin, { object: 'member', mode: 'upsert', key: 'code' }, bytes);
    assert.equal(report.get('keyMatchRate'), 1);
    assert.deepEqual(rows(report), counts(before.size, 0, 0, before.size, 0), JSON.stringify(report.body));
  }
  assert.deepEqual(await recordsBy(admin, 'member', 'code'), before);
});

test('what is wrong is told row by row, in words, with the cells as they were; mended, they are imported', async () => {
  const sheet: Sheet = [
    ['姓名', '编号', '手机', '生日', '年收入', '积分', '重点', '等级', '门店', '币种'],
    ['好', 'B1', '', '2001-2-3', '', '', '', '', '', ''],
    ['坏日期', 'B2', '', '2001-2-30', '', '', '', '', '', ''],
    ['许多错', 'B3', '123', '某天', '很多', '若干', '也许', '铂金', '没有的店', ''],
    ['同名', 'B4', '', '', '', '', '', '', '同名店', ''],
    ['', 'B5', '', '', '', '', '', '', '', ''],
    ['重复', 'B1', '', '', '', '', '', '', '', ''],
    ['外币', 'B6', '', '', '$1,000', '', '', '', '', ''],
    ['无汇率', 'B7', '', '', '1000', '', '', '', '', 'EUR'],
    ['短行', 'B8'],
  ];
  const report = await imported(admin, { object: 'member' }, sheet);
  assert.deepEqual(rows(report), counts(9, 2, 0, 0, 7));
  const expected = new Map<string, number>([
    ...(['import.cells', 'import.number', 'import.boolean', 'import.noRecord', 'import.severalRecords'] as const).map(
      (code) => [code, 1] as const,
    ),
    ...[['import.date', 1] as const, ['import.dateImpossible', 1] as const, ['value.option', 1] as const],
    ...[['value.required', 1] as const, ['value.unique', 1] as const, ['value.noRate', 1] as const],
    // The phone of the row with many faults.
    ['value.type', 1] as const,
  ]);
  expected.set('import.number', 2);
  assert.deepEqual(new Map(codes(report) as [string, number][]), expected);
  const mended = await rejectsOf(admin, report);
  const lines = mended.split('\r\n');
  assert.equal(lines[0], '行号,原因,姓名,编号,手机,生日,年收入,积分,重点,等级,门店,币种');
  assert.equal(lines[1], '3,生日：“2001-2-30”不是有效的日期（顺序：年-月-日）,坏日期,B2,,2001-2-30,,,,,,');
  assert.match(
    lines[2] ?? '',
    /^4,生日：.*；年收入：.*；积分：.*；重点：“也许”.*；等级：“铂金”.*；门店：找不到门店“没有的店”/,
  );
  assert.match(lines[3] ?? '', /门店：有多条门店记录都是“同名店”/);
  assert.match(lines[4] ?? '', /^6,姓名：必填/);
  assert.match(lines[7] ?? '', /^10,这一行有 2 个单元格，应为 10 个,短行,B8$/);

  const better = mended
    .replaceAll('2001-2-30', '2001-02-28')
    .replace('许多错,B3,123,某天,很多,若干,也许,铂金,没有的店,', '许多错,B3,13900000003,2002/1/2,1,2,否,银卡,滨江店,')
    .replace('无汇率,B7,,,1000,,,,,EUR', '无汇率,B7,,,1000,,,,,人民币');
  const again = await imported(admin, { object: 'member' }, better);
  assert.deepEqual(rows(again), counts(7, 3, 0, 0, 4), JSON.stringify(codes(again)));
  assert.equal((await recordsBy(admin, 'member', 'code')).get('B3')?.level, 'silver');
});

const list = (
  ...values: readonly (readonly [code: string, name: string, points?: string, mobile?: string])[]
): Sheet => [
  ['编号', '姓名', '积分', '手机'],
  ...values.map(([code, name, points = '', mobile = '']) => [code, name, points, mobile]),
];

test('insert, update and upsert, by a key; a dry run tells beforehand what the real run does, and writes nothing', async () => {
  const many = Array.from({ length: 1500 }, (_, n) => [`K${n}`, `名${n}`, String(n)] as const);
  const cases: readonly { spec: { [name: string]: Json }; sheet: Sheet; becomes: Json }[] = [
    { spec: { mode: 'insert' }, sheet: list(...many, ['K7', '重复']), becomes: counts(1501, 1500, 0, 0, 1) },
    {
      // Duplicates of one phone far apart; two rows of one new key; a key that is there; a blank key.
      spec: { mode: 'upsert', key: 'code', confirm: true },
      sheet: list(
        ['K1', '名1', '1'],
        ['K2', '改名', '2'],
        ['N1', '新人', '', '13700000001'],
        ...many.slice(3, 1200),
        ['N1', '新人二', '5', '13700000001'],
        ['N2', '同号', '', '13700000001'],
        ['', '无编号'],
      ),
      becomes: counts(1203, 1, 2, 1200, 2),
    },
    {
      spec: { mode: 'update', key: 'code', confirm: true },
      sheet: list(['K1', '', '100'], ['K9999', '不在'], ['', '没有'], ['K3', '名3', '3']),
      becomes: counts(4, 0, 1, 2, 2),
    },
  ];
  for (const { spec, sheet, becomes } of cases) {
    const before = await recordsBy(admin, 'member', 'code');
    const dry = await imported(admin, { object: 'member', ...spec, dryRun: true }, sheet);
    assert.deepEqual(await recordsBy(admin, 'member', 'code'), before, 'a dry run wrote something');
    const real = await imported(admin, { object: 'member', ...spec }, sheet);
    assert.deepEqual(rows(dry), rows(real));
    assert.deepEqual(rows(real), becomes, JSON.stringify(real.get('problems')));
    assert.deepEqual(dry.get('keyMatchRate'), real.get('keyMatchRate'));
  }
  const after = await recordsBy(admin, 'member', 'code');
  assert.deepEqual([after.get('K2')?.name, after.get('N1')?.name, after.get('N1')?.points], ['改名', '新人二', 5]);
  // A blank cell changes nothing.
  assert.deepEqual([after.get('K1')?.name, after.get('K1')?.points], ['名1', 100]);
});

test('records are matched by their id too: what was exported comes back changed', async () => {
  const made = await admin.post('records/member', { name: '按号', code: 'ID1' });
  const sheet: Sheet = [
    ['ID', '姓名'],
    [String(made.get('id')), '按号改'],
    ['', '新的'],
    ['01a20fac-d58a-7445-af9b-a79275671611', '不存在'],
  ];
  const report = await imported(admin, { object: 'member', mode: 'upsert', key: 'id', confirm: true }, sheet);
  assert.deepEqual([rows(report), codes(report)], [counts(3, 1, 1, 1, 1), [['import.noMatch', 1]]]);
  const byAutoNumber = await recordsBy(admin, 'member', 'code');
  assert.equal(byAutoNumber.get('ID1')?.name, '按号改');
});

test('when few rows match, an update waits for a confirmation', async () => {
  const sheet = list(['G1', '甲'], ['G2', '乙'], ['G3', '丙']);
  await imported(admin, { object: 'member' }, list(['G1', '旧']));
  const report = await imported(admin, { object: 'member', mode: 'upsert', key: 'code' }, sheet);
  assert.deepEqual([report.get('state'), report.get('keyMatchRate')], ['unconfirmed', 1 / 3]);
  assert.equal(report.get('warnings', 0, 'code'), 'import.matchRate');
  assert.match(String(report.get('warnings', 0, 'message')), /33\.3%/);
  assert.equal((await recordsBy(admin, 'member', 'code')).get('G1')?.name, '旧');
  assert.equal((await admin.post(`imports/${report.get('id')}/undo`)).status, 409);
  assert.equal((await admin.post(`imports/${report.get('id')}/confirm`)).status, 202);
  const confirmed = await ended(admin, report.get('id'));
  assert.deepEqual([confirmed.get('state'), rows(confirmed)], ['done', counts(3, 2, 1, 1, 0)]);
  assert.equal((await admin.post(`imports/${report.get('id')}/confirm`)).status, 409);
});

test('rows may refer to one another, in one batch and over several', async () => {
  const far = Array.from({ length: 1100 }, (_, n) => [
    `T${n}`,
    `分店${n}`,
    n === 0 ? '' : n === 1099 ? 'T0' : `T${n - 1}`,
  ]);
  const sheet: Sheet = [['编号', '门店名称', '上级门店编号'], ...far];
  for (const dryRun of [true, false]) {
    const report = await imported(admin, { object: 'store', dryRun }, sheet);
    assert.deepEqual(report.get('mapping'), { 编号: 'code', 门店名称: 'name', 上级门店编号: 'parent.code' });
    assert.deepEqual(rows(report), counts(1100, 1100, 0, 0, 0), JSON.stringify(report.get('problems')));
  }
  const stores = await recordsBy(admin, 'store', 'code');
  const parentOf = (code: string) => stores.get(code)?.parent as { id: string };
  assert.deepEqual(
    [parentOf('T1').id, parentOf('T1000').id, parentOf('T1099').id],
    [stores.get('T0')?.id, stores.get('T999')?.id, stores.get('T0')?.id],
  );
});

test('a mapping may be given, values may be mapped, and both are remembered or reported', async () => {
  const sheet: Sheet = [
    ['甲', '乙', '丙', '丁'],
    ['王五', 'V', '无', 'x'],
    ['赵六', 'N', '', 'y'],
  ];
  const spec = { object: 'member', mapping: { 甲: 'name', 乙: 'level', 丙: 'remark' } };
  const report = await imported(
    admin,
    { ...spec, values: { level: { V: 'gold', N: '银卡' }, remark: { 无: '' } } },
    sheet,
  );
  assert.deepEqual(rows(report), counts(2, 2, 0, 0, 0));
  assert.deepEqual(report.get('warnings'), [{ code: 'import.unmapped', message: '列“丁”没有对应的字段，未导入' }]);
  const byName = await recordsBy(admin, 'member', 'name');
  assert.deepEqual(
    ['王五', '赵六'].map((name) => [byName.get(name)?.level, byName.get(name)?.remark]),
    [
      ['gold', null],
      ['silver', null],
    ],
  );
  // Another file with these columns, in whatever order and spelling, needs no mapping.
  const later = await imported(admin, { object: 'member', dryRun: true }, [
    ['丁', ' 丙', '甲 ', '乙'],
    ['', '', '孙七', 'gold'],
  ]);
  assert.deepEqual(later.get('mapping'), { 丙: 'remark', 甲: 'name', 乙: 'level' });
});

test('what cannot work is refused before anything is kept waiting', async () => {
  const sheet: Sheet = [
    ['姓名', 'X'],
    ['甲', '乙'],
  ];
  const cases: readonly (readonly [Json, Sheet, number, string])[] = [
    [{ object: 'nothing' }, sheet, 404, 'object.unknown'],
    [{ object: 'member', mapping: { 没有: 'name' } }, sheet, 422, 'import.column'],
    [{ object: 'member', mapping: { 姓名: 'nothing' } }, sheet, 400, 'field.unknown'],
    [{ object: 'member', mapping: { 姓名: 'name.city' } }, sheet, 400, 'field.unknown'],
    [{ object: 'member', mapping: { 姓名: 'number' } }, sheet, 422, 'import.target'],
    [{ object: 'member', mapping: { 姓名: 'createdAt' } }, sheet, 422, 'import.target'],
    [{ object: 'member', mapping: { 姓名: 'name', X: 'name' } }, sheet, 422, 'import.targetTwice'],
    [{ object: 'member', mapping: { 姓名: null } }, sheet, 422, 'import.nothingMapped'],
    [{ object: 'member', mode: 'update', key: 'code' }, sheet, 422, 'import.keyUnmapped'],
    [{ object: 'member', mode: 'update', key: 'name' }, sheet, 400, 'write.key'],
    [{ object: 'member', mode: 'update', key: 'nothing' }, sheet, 400, 'field.unknown'],
    [{ object: 'member', mode: 'update' }, sheet, 400, 'request.malformed'],
    [{ object: 'member', mode: 'replace' }, sheet, 400, 'request.malformed'],
    [{ object: 'member', timeZone: 'Mars/Olympus' }, sheet, 400, 'request.malformed'],
    [{ object: 'member', nothing: 1 }, sheet, 400, 'request.malformed'],
    [{ object: 'member', values: { nothing: { a: 'b' } } }, sheet, 400, 'field.unknown'],
    [['member'], sheet, 400, 'request.malformed'],
    [{ object: 'member' }, '', 422, 'import.empty'],
    [{ object: 'member' }, '<html><table></table></html>', 422, 'import.notTable'],
  ];
  for (const [spec, file, status, code] of cases) {
    const answer = await send(admin, spec, file);
    assert.deepEqual([answer.status, answer.get('code')], [status, code], JSON.stringify(spec));
  }
  const form = new FormData();
  form.append('spec', '{}');
  assert.equal((await admin.post('imports', form)).status, 400);
  assert.equal((await admin.post('imports', { object: 'member' })).status, 415);
});

test('a request that is sent again begins no second import', async () => {
  const key = { 'idempotency-key': 'import-1' };
  const sheet = list(['I1', '一次']);
  const first = await send(admin, { object: 'member' }, sheet, key);
  const second = await send(admin, { object: 'member' }, sheet, key);
  assert.deepEqual([first.status, second.status, second.get('id')], [202, 202, first.get('id')]);
  assert.deepEqual(rows(await ended(admin, first.get('id'))), counts(1, 1, 0, 0, 0));
});

test('an import is stopped, and keeps what it wrote', async () => {
  const sheet = list(...Array.from({ length: 20_000 }, (_, n) => [`S${n}`, `名${n}`] as const));
  const sent = await send(admin, { object: 'member' }, sheet);
  const id = sent.get('id');
  for (;;) {
    const report = await admin.get(`imports/${id}`);
    if (Number(report.get('rows', 'new')) > 0) break;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.equal((await admin.post(`imports/${id}/cancel`)).status, 202);
  const report = await ended(admin, id);
  assert.equal(report.get('state'), 'cancelled');
  const written = Number(report.get('rows', 'new'));
  assert.ok(written > 0 && written < 20_000, String(written));
  const found = await admin.get(
    `records/member?limit=1&count=true&filter=${encodeURIComponent('{"field":"code","op":"startsWith","value":"S"}')}`,
  );
  assert.equal(found.get('page', 'total'), written);
  assert.equal((await admin.post(`imports/${id}/cancel`)).status, 409);
  await admin.post(`imports/${id}/undo`);
  assert.deepEqual((await ended(admin, id)).get('undo'), { deleted: written, restored: 0, kept: 0, problems: [] });
});
