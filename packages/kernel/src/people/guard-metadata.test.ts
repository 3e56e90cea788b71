import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import { sql } from '../database/index.ts';
import { applyMetadata } from '../evolve/index.ts';
import { type Company, openCompany } from './fixture.ts';

let database: TestDatabase;
let company: Company;
before(async () => {
  database = await testDatabase();
  company = await openCompany(database.db);
});
after(() => database.close());

const apply = (document: object) => applyMetadata(database.db, { kind: 'system', name: 'setup' }, document);
const profile = (name: string) => apply({ settings: [{ name: 'company', profile: name }] });
const disable = (id: string) =>
  database.db.execute(sql`update data."user" set active = false where id = ${sql.value(id)}`);

test('a role does not grow administrative rights while someone outside holds it', async () => {
  const dealer = await company.addDepartment(null, true);
  const user = await company.addUser({ department: dealer, roles: ['rep'] });
  await assert.rejects(apply({ roles: [{ name: 'rep', capabilities: ['metadata'] }] }), {
    code: 'people.externalRights',
  });
  await apply({ roles: [{ name: 'rep', capabilities: ['unmask'] }] });
  await disable(user.id);
  await apply({ roles: [{ name: 'rep', capabilities: ['metadata'] }] });
});

test('等保三级 is not entered, nor left behind, with duties that mix', async () => {
  const mixed = await company.addUser({ roles: ['systemManager', 'auditor'] });
  await assert.rejects(profile('djbh3'), { code: 'people.duties' });
  await disable(mixed.id);
  const [first, second] = [
    await company.addUser({ roles: ['administrator'] }),
    await company.addUser({ roles: ['administrator'] }),
  ];
  await assert.rejects(profile('djbh3'), { code: 'people.breakGlass' });
  await disable(second.id);
  await profile('djbh3');
  await assert.rejects(apply({ roles: [{ name: 'all', capabilities: ['metadata', 'audit'] }] }), {
    code: 'people.duties',
  });
  await company.addUser({ roles: ['rep', 'auditor'] });
  await assert.rejects(apply({ roles: [{ name: 'rep', capabilities: ['people'] }] }), { code: 'people.duties' });
  await apply({ roles: [{ name: 'rep', label: { zh: '销售', en: 'Rep' } }] });
  await disable(first.id);
});
