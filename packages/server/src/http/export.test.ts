import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import ExcelJS from 'exceljs';
import { type Caller, type TestServer, testServer } from '../testing.ts';
import { visits } from '../visits.ts';

let database: TestDatabase;
let server: TestServer;

before(async () => {
  database = await testDatabase();
  server = await testServer(database, { metadata: visits });
});
after(async () => {
  assert.deepEqual(server.background, []);
  await server.close();
  await database.close();
});

async function csv(caller: Caller, query: string): Promise<string[]> {
  const answer = await caller.raw('GET', `records/visit/export?${query}`);
  assert.equal(answer.status, 200, query);
  const bytes = Buffer.from(await answer.arrayBuffer());
  assert.equal(bytes.subarray(0, 3).toString('hex'), 'efbbbf');
  return bytes.subarray(3).toString('utf8').trimEnd().split('\r\n');
}

test('records leave as people read them: labels, names, masks', async () => {
  const { admin } = server;
  const east = await server.addDepartment('华东');
  const lead = await server.addUser({ roles: ['lead'], department: east });
  const place = String((await admin.post('records/place', { name: '=HYPERLINK("x")', code: 'P1' })).get('id'));
  const other = String((await admin.post('records/place', { name: '二号店', code: 'P2' })).get('id'));
  const made = await lead.post('records/visit', {
    ...{
      subject: '演示, 含逗号',
      code: 'E1',
      fee: { amount: '1200', currency: 'CNY' },
      minutes: 30,
      day: '2026-03-01',
    },
    ...{ at: '2026-03-01T23:30:00+08:00', done: true, place, others: [place, other], stage: 'won' },
  });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  await admin.patch(`records/visit/${made.get('id')}`, { mobile: '13800138000' });
  await admin.post('records/visit', { subject: 'not theirs', code: 'E2' });
  const fields = 'subject,fee,mobile,minutes,day,at,done,place,place.code,others,stage,owner';
  assert.deepEqual(await csv(lead, `fields=${fields}`), [
    '主题,费用,费用 / 币种,手机,minutes,day,at,done,地点,地点 / code,others,阶段,负责人',
    `"演示, 含逗号",1200.00,CNY,138****8000,30,2026-03-01,2026-03-01 23:30:00,TRUE,"'=HYPERLINK(""x"")",P1,"'=HYPERLINK(""x"")、二号店",成交,${lead.name}`,
  ]);
  const everything = await csv(lead, '');
  assert.match(everything[0] ?? '', /^ID,主题,code,费用,/);

  const file = await lead.raw('GET', `records/visit/export?format=xlsx&fields=${fields}`);
  assert.match(
    file.headers.get('content-disposition') ?? '',
    /^attachment; filename="visit-\d{4}-\d\d-\d\d\.xlsx"; filename\*=UTF-8''%E6%8B%9C%E8%AE%BF-/,
  );
  const book = new ExcelJS.Workbook();
  await book.xlsx.load(await file.arrayBuffer());
  const sheet = book.worksheets[0];
  assert.equal(sheet?.name, '拜访');
  assert.deepEqual(
    [sheet?.getCell('A2').value, sheet?.getCell('B2').value, sheet?.getCell('D2').value],
    ['演示, 含逗号', 1200, '138****8000'],
  );
  assert.equal(sheet?.getCell('I2').value, '=HYPERLINK("x")');

  const [event] = await server.kernel.db.queryText<{ actor: string; data: object }>(
    `select actor, data from (select op, actor, data, at from huike.change union all select op, actor, data, at from huike.change_pending) c
     where op = 'recordsExported' order by at limit 1`,
    [],
  );
  assert.deepEqual(event, {
    actor: lead.id,
    data: { format: 'csv', fields: fields.split(','), filter: null, rows: 1 },
  });
});

test('only rows that may be read and exported leave', async () => {
  const { admin } = server;
  const west = await server.addDepartment('西南');
  const lead = await server.addUser({ roles: ['lead'], department: west });
  const mate = await server.addUser({ roles: ['lead'], department: west });
  await lead.post('records/visit', { subject: 'mine', code: 'W1' });
  await mate.post('records/visit', { subject: 'of the department', code: 'W2' });
  // Reads the department, exports the own.
  const filter = encodeURIComponent(JSON.stringify({ field: 'code', op: 'startsWith', value: 'W' }));
  assert.equal((await lead.get(`records/visit?filter=${filter}&count=true`)).get('page', 'total'), 2);
  assert.deepEqual(await csv(lead, `fields=subject&filter=${filter}`), ['主题', 'mine']);
  assert.deepEqual(await csv(admin, `fields=subject&filter=${filter}&sort=subject`), [
    '主题',
    'mine',
    'of the department',
  ]);
  const rep = await server.addUser({ roles: ['rep'] });
  for (const [caller, where, status] of [
    [rep, 'records/visit/export', 403],
    [rep, 'records/nothing/export', 404],
    [lead, 'records/visit/export?fields=nothing', 400],
    [lead, 'records/visit/export?fields=place.nothing', 400],
    [lead, 'records/visit/export?sort=mobile', 400],
  ] as const)
    assert.equal((await caller.get(where)).status, status, where);
});

test('an export is as long as it is', async () => {
  const { admin } = server;
  const total = 1_234;
  const items = Array.from({ length: total }, (_, n) => ({ name: `place ${n}`, code: `LONG${n}` }));
  assert.equal((await admin.post('records/place', items)).status, 201);
  const filter = encodeURIComponent(JSON.stringify({ field: 'code', op: 'startsWith', value: 'LONG' }));
  const answer = await admin.raw('GET', `records/place/export?fields=code&filter=${filter}&sort=code`);
  const lines = (await answer.text()).trimEnd().split('\r\n').slice(1);
  assert.deepEqual(lines, items.map(({ code }) => code).sort());
});
