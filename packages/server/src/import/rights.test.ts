import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from '@huike/kernel';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import { type Caller, type SignedIn, type TestServer, testServer } from '../testing.ts';
import { ended, imported, recordsBy, rejectsOf, type Sheet, send, shop } from './fixture.ts';
import { runImport } from './run.ts';

let database: TestDatabase;
let server: TestServer;
let admin: Caller;
let clerk: SignedIn;

before(async () => {
  database = await testDatabase();
  server = await testServer(database, { metadata: shop, jobs: true });
  admin = server.admin;
  clerk = await server.addUser({ roles: ['clerk'], language: 'en' });
  await admin.post('records/member', { name: '别人的', code: 'M1', points: 1 });
  await admin.post('records/store', { name: '总店', code: 'S1' });
});
after(async () => {
  await server.close();
  await database.close();
});

test('an import may do what its user may do, and no more', async () => {
  const sheet: Sheet = [
    ['姓名', '编号', '年收入', '门店'],
    ['我的', 'C1', '100', ''],
    ['撞号', 'M1', '', ''],
    ['看不见的店', 'C2', '', '总店'],
  ];
  const report = await imported(clerk, { object: 'member' }, sheet);
  // The income is hidden from clerks: to them there is no such field.
  assert.deepEqual(report.get('mapping'), { 姓名: 'name', 编号: 'code', 门店: 'store' });
  assert.deepEqual(report.get('rows'), { total: 3, new: 1, updated: 0, matched: 0, rejected: 2 });
  const lines = (await rejectsOf(clerk, report)).split('\r\n');
  assert.match(lines[0] ?? '', /^Line,Reason,姓名,/);
  assert.match(lines[1] ?? '', /^3,"编号: The value of ""Code"" is already in use",/);
  assert.match(lines[2] ?? '', /^4,"?门店: There is no Store ""总店"", or you may not read it/);
  assert.deepEqual(
    (await send(clerk, { object: 'member', mapping: { 年收入: 'income' } }, sheet)).get('code'),
    'field.unknown',
  );
  const mine = (await recordsBy(admin, 'member', 'code')).get('C1');
  assert.deepEqual(Object(mine?.owner).id, clerk.id);
  assert.equal(mine?.income, null);
});

test('matching finds only what the user sees; what others have stays untouched', async () => {
  const sheet: Sheet = [
    ['编号', '姓名'],
    ['C1', '我的改'],
    ['M1', '抢走'],
  ];
  const update = await imported(clerk, { object: 'member', mode: 'update', key: 'code', confirm: true }, sheet);
  assert.deepEqual(update.get('rows'), { total: 2, new: 0, updated: 1, matched: 1, rejected: 1 });
  assert.equal(update.get('keyMatchRate'), 0.5);
  assert.equal(update.get('problems', 0, 'code'), 'import.noMatch');
  const upsert = await imported(clerk, { object: 'member', mode: 'upsert', key: 'code', confirm: true }, sheet);
  assert.deepEqual(upsert.get('rows'), { total: 2, new: 0, updated: 0, matched: 1, rejected: 1 });
  assert.equal(upsert.get('problems', 0, 'code'), 'write.conflict');
  const records = await recordsBy(admin, 'member', 'code');
  assert.deepEqual([records.get('C1')?.name, records.get('M1')?.name], ['我的改', '别人的']);
});

test('an import belongs to its user; administrators see all', async () => {
  const sheet: Sheet = [
    ['姓名', '编号'],
    ['', 'X1'],
    ['有', 'X2'],
  ];
  const report = await imported(clerk, { object: 'member' }, sheet);
  const where = `imports/${report.get('id')}`;
  const other = await server.addUser({ roles: ['clerk'] });
  for (const caller of [other, server.stranger]) {
    const expected = caller === other ? 404 : 401;
    assert.equal((await caller.get(where)).status, expected);
    assert.equal((await caller.get(`${where}/rejects`)).status, expected);
    for (const what of ['cancel', 'undo', 'confirm'])
      assert.equal((await caller.post(`${where}/${what}`)).status, expected);
  }
  const ids = async (caller: Caller, more = '') => {
    const data = (await caller.get(`imports?limit=200${more}`)).get('data');
    return (Array.isArray(data) ? data : []).map((one: { id?: unknown }) => one.id);
  };
  assert.deepEqual(await ids(other), []);
  assert.ok((await ids(clerk)).includes(report.get('id')));
  assert.ok((await ids(admin)).includes(report.get('id')));
  assert.deepEqual(await ids(admin, '&object=store'), []);
  const [newest, ...older] = await ids(clerk);
  const page = await clerk.get('imports?limit=1');
  assert.deepEqual([page.get('data', 0, 'id'), page.get('page', 'next')], [newest, newest]);
  assert.deepEqual(await ids(clerk, `&before=${newest}`), older);
  assert.equal((await admin.get(where)).get('rows', 'rejected'), 1);
});

test('roles and tokens that may not write may not import', async () => {
  const viewer = await server.addUser({ roles: ['viewer'] });
  const sheet: Sheet = [
    ['姓名', '编号'],
    ['甲', 'V1'],
  ];
  assert.equal((await send(viewer, { object: 'member' }, sheet)).get('code'), 'access.denied');
  assert.equal(
    (await send(viewer, { object: 'member', mode: 'update', key: 'code' }, sheet)).get('code'),
    'access.denied',
  );
  assert.equal((await send(viewer, { object: 'store' }, sheet)).get('code'), 'object.unknown');
  const tokenWith = async (...scopes: string[]) => {
    const made = await clerk.post('tokens', { name: scopes.join(), scopes });
    return server.withToken(String(made.get('token')));
  };
  const enough = await tokenWith('imports', 'records:member:create');
  assert.equal((await send(enough, { object: 'member', dryRun: true }, sheet)).status, 202);
  assert.equal(
    (await send(enough, { object: 'member', mode: 'upsert', key: 'code' }, sheet)).get('code'),
    'auth.scope',
  );
  const without = await tokenWith('records:member');
  assert.equal((await send(without, { object: 'member' }, sheet)).get('code'), 'auth.scope');
});

test('an import of a user who is gone by the time ends, and writes nothing', async () => {
  const gone = await server.addUser({ roles: ['clerk'] });
  const sent = await send(gone, { object: 'member', dryRun: true }, [['姓名'], ['甲']]);
  await ended(gone, sent.get('id'));
  // As if it had waited until now.
  await server.kernel.db.execute(sql`
    update huike.import set state = 'waiting', spec = (spec::jsonb || '{"dryRun": false}')::json
    where id = ${sql.value(String(sent.get('id')))}`);
  await admin.patch(`records/user/${gone.id}`, { active: false });
  await runImport(server.kernel, String(sent.get('id')), new AbortController().signal);
  const report = await admin.get(`imports/${sent.get('id')}`);
  assert.deepEqual([report.get('state'), report.get('failure', 'code')], ['failed', 'import.userGone']);
  assert.equal((await recordsBy(admin, 'member', 'name')).has('甲'), false);
});
