import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import { sql } from '../database/index.ts';
import { requireActor, resolveSession } from './actor.ts';
import { type Company, openCompany, origin } from './fixture.ts';
import { setupAdministrator, setupFromEnvironment, setupState, startSetup } from './setup.ts';
import { signIn } from './signin.ts';

const databases: TestDatabase[] = [];
let company: Company;
beforeEach(async () => {
  const database = await testDatabase();
  databases.push(database);
  company = await openCompany(database.db);
});
after(() => Promise.all(databases.map((database) => database.close())));

const wanted = { name: '陈立', email: 'boss@example.com', password: 'vexing otter 41', company: '汇客科技' };
const setUp = (code: string, values: Partial<typeof wanted> = {}) =>
  setupAdministrator(company.people, code, { ...wanted, ...values }, origin);
const users = () => company.people.database.query<{ email: string }>(sql`select email from data."user" order by email`);

test('the code makes the first administrator, the company and a session, once', async () => {
  assert.deepEqual(await setupState(company.people), { needed: true });
  const code = (await startSetup(company.people)) ?? assert.fail();
  assert.match(code, /^\w{4}-\w{4}-\w{4}$/);
  const { session, user } = await setUp(code.toUpperCase());
  const actor = requireActor(await resolveSession(company.people, session.token, origin));
  assert.deepEqual([user.roles, actor.roles], [['administrator'], ['administrator']]);
  const [department] = await company.people.database.query<{ name: string }>(
    sql`select name from data.department where id = ${sql.value(actor.department)}`,
  );
  assert.equal(department?.name, '汇客科技');
  assert.deepEqual(await setupState(company.people), { needed: false });
  assert.equal(await startSetup(company.people), null);
  await assert.rejects(setUp(code), { code: 'setup.done' });
  await signIn(company.people, wanted, origin);
});

test('two at once: one wins', async () => {
  const code = (await startSetup(company.people)) ?? assert.fail();
  const both = await Promise.allSettled([setUp(code), setUp(code, { email: 'other@example.com', name: 'Other' })]);
  assert.deepEqual(both.map((one) => one.status).sort(), ['fulfilled', 'rejected']);
  const refused = both.find((one) => one.status === 'rejected');
  assert.equal(refused?.reason.code, 'setup.done');
  assert.equal((await users()).length, 1);
});

test('a wrong, replaced, late or guessed-at code does nothing', async () => {
  const first = (await startSetup(company.people)) ?? assert.fail();
  const second = (await startSetup(company.people)) ?? assert.fail();
  await assert.rejects(setUp(first), { code: 'setup.code' });
  for (let n = 0; n < 19; n++) await assert.rejects(setUp('aaaa-aaaa-aaaa'), { code: 'setup.code' });
  await assert.rejects(setUp(second), { code: 'setup.code' }, 'the right one comes too late');
  const third = (await startSetup(company.people)) ?? assert.fail();
  company.pass({ minutes: 24 * 60 });
  await assert.rejects(setUp(third), { code: 'setup.code' });
  assert.deepEqual(await users(), []);
});

test('what is wrong with the values is told, and the code stays good', async () => {
  const code = (await startSetup(company.people)) ?? assert.fail();
  await assert.rejects(setUp(code, { password: 'password1' }), { code: 'write.invalid' });
  await assert.rejects(setUp(code, { email: 'no address' }), { code: 'write.invalid' });
  assert.deepEqual(await users(), []);
  await setUp(code);
});

test('from the environment: made once, never changed, and by one of several that start at once', async () => {
  const environment = { HUIKE_ADMIN_EMAIL: 'env@example.com', HUIKE_ADMIN_PASSWORD: 'vexing otter 41' };
  const made = await Promise.all([
    setupFromEnvironment(company.people, environment),
    setupFromEnvironment(company.other, environment),
  ]);
  assert.deepEqual(made.sort(), [false, true]);
  await signIn(company.people, { email: 'env@example.com', password: 'vexing otter 41' }, origin);
  const changed = { HUIKE_ADMIN_EMAIL: 'env@example.com', HUIKE_ADMIN_PASSWORD: 'mossy lantern 7' };
  assert.equal(await setupFromEnvironment(company.people, changed), false);
  await assert.rejects(signIn(company.people, { email: 'env@example.com', password: 'mossy lantern 7' }, origin), {
    code: 'auth.failed',
  });
  assert.deepEqual(await users(), [{ email: 'env@example.com' }]);
});

test('from the environment the policy holds too, and half of it is an error', async () => {
  assert.equal(await setupFromEnvironment(company.people, {}), false);
  const weak = { HUIKE_ADMIN_EMAIL: 'env@example.com', HUIKE_ADMIN_PASSWORD: 'admin123' };
  await assert.rejects(setupFromEnvironment(company.people, weak), { code: 'write.invalid' });
  await assert.rejects(
    setupFromEnvironment(company.people, { HUIKE_ADMIN_EMAIL: 'env@example.com' }),
    /belong together/,
  );
});
