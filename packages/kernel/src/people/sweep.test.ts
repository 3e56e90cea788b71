import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import { sql } from '../database/index.ts';
import { resolveSession } from './actor.ts';
import { type Company, openCompany, origin, password } from './fixture.ts';
import { signIn } from './signin.ts';
import { disableStaleUsers, sweepPeople } from './sweep.ts';

let database: TestDatabase;
let company: Company;
before(async () => {
  database = await testDatabase();
  company = await openCompany(database.db);
});
after(() => database.close());

const count = async (table: string) =>
  (
    await database.db.query<{ count: number }>(
      sql`select count(*)::int as count from ${sql.identifier('huike', table)}`,
    )
  )[0]?.count;

test('sessions that ended and the data of purged users are dropped, the rest stays', async () => {
  const [gone, stays] = [await company.addUser(), await company.addUser()];
  await signIn(company.people, { ...gone, password }, origin);
  company.pass({ days: 30 });
  const { session } = await signIn(company.people, { ...stays, password }, origin);
  await database.db.execute(sql`delete from data."user" where id = ${sql.value(gone.id)}`);
  await sweepPeople(company.people);
  assert.deepEqual([await count('session'), await count('credential'), await count('last_active')], [1, 1, 1]);
  assert.ok(await resolveSession(company.people, session.token, origin));
});

test('等保三级: who stayed away for 90 days is disabled, once, and not the emergency administrator', async () => {
  const [away, here, boss] = [
    await company.addUser(),
    await company.addUser(),
    await company.addUser({ roles: ['administrator'] }),
  ];
  // The rows of the fixture are as old as the test; its clock stands before that.
  await database.db.execute(sql`update data."user" set "createdAt" = ${sql.value(company.people.now().toISOString())}`);
  company.pass({ days: 60 });
  const { session } = await signIn(company.people, { ...here, password }, origin);
  company.pass({ days: 31 });
  assert.equal(await disableStaleUsers(company.people), 0);
  await company.setProfile('djbh3');
  await disableStaleUsers(company.people);
  const active = async () => {
    const rows = await database.db.query<{ id: string }>(sql`select id from data."user" where active`);
    return rows.map(({ id }) => id).sort();
  };
  assert.deepEqual(await active(), [here.id, boss.id].sort());
  assert.equal(await resolveSession(company.people, session.token, origin), null);
  await company.people.write({ kind: 'system', name: 'people' }, [
    { op: 'update', object: 'user', id: away.id, values: { active: true } },
  ]);
  assert.equal(await disableStaleUsers(company.people), 0);
  assert.ok((await active()).includes(away.id));
});
