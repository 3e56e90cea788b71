import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newId } from '@huike/schema';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import type { CatalogObject } from '../catalog/types.ts';
import { type Company, openCompany } from './fixture.ts';
import { setTeam, type TeamMember, teamOf } from './sharing.ts';

let database: TestDatabase;
let company: Company;
let object: CatalogObject;
before(async () => {
  database = await testDatabase();
  const visit = { name: 'visit', team: true, fields: [{ name: 'subject', type: 'text' as const }] };
  company = await openCompany(database.db, { objects: [visit] });
  object = company.people.catalog().objects.get('visit') ?? assert.fail();
});
after(() => database.close());

const system = { kind: 'system', name: 'people' } as const;
const make = async () =>
  (await company.people.write(system, [{ op: 'create', object: 'visit', values: { subject: 'x' } }]))[0]?.id ??
  assert.fail();
const set = (record: string, members: readonly TeamMember[], on = object) =>
  database.db.transaction((tx) => setTeam(tx, system, on, record, members));
const byUser = (one: TeamMember, other: TeamMember) => (one.user < other.user ? -1 : 1);

test('a team is exactly what was set last, and the log tells who came and went', async () => {
  const [first, second] = [(await company.addUser()).id, (await company.addUser()).id];
  const record = await make();
  await set(record, [{ user: first, right: 'read' }]);
  const members: TeamMember[] = [
    { user: first, right: 'edit' },
    { user: second, right: 'read' },
  ];
  await set(record, members);
  assert.deepEqual(await teamOf(database.db, object, record), members.sort(byUser));
  assert.deepEqual(await teamOf(database.db, object, await make()), []);
  assert.deepEqual((await company.events()).at(-1)?.data, { before: [{ user: first, right: 'read' }], after: members });
  await set(record, []);
  assert.deepEqual(await teamOf(database.db, object, record), []);
});

test('members are users, each once, of an object that has teams', async () => {
  const { id } = await company.addUser();
  const record = await make();
  const refused = async (members: TeamMember[], expected: [string, string][], on = object) => {
    await assert.rejects(set(record, members, on), (error: { issues?: { path: string; code: string }[] }) => {
      assert.deepEqual(
        error.issues?.map(({ path, code }) => [path, code]),
        expected,
      );
      return true;
    });
  };
  const member = (user: string): TeamMember => ({ user, right: 'read' });
  await refused(
    [member(newId()), member('nobody')],
    [
      ['/team/0/user', 'value.reference'],
      ['/team/1/user', 'value.reference'],
    ],
  );
  await refused([member(id), member(id)], [['/team/1/user', 'value.unique']]);
  const department = company.people.catalog().objects.get('department') ?? assert.fail();
  await refused([member(id)], [['/team', 'value.unknownField']], department);
});

test('of two who set the team at once, one is last', async () => {
  const users = await Promise.all([company.addUser(), company.addUser()]);
  const record = await make();
  await Promise.all(users.map(({ id }) => set(record, [{ user: id, right: 'read' }])));
  assert.equal((await teamOf(database.db, object, record)).length, 1);
});
