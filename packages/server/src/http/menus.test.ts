import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { MetadataDocument } from '@huike/schema';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import { type Caller, type TestServer, testServer } from '../testing.ts';

// Menus: everybody is told what leads somewhere for them, in order.

const text = [{ name: 'subject', type: 'text' }] as const;
const document: MetadataDocument = {
  objects: [
    { name: 'visit', fields: [...text] },
    { name: 'plan', fields: [...text] },
  ],
  roles: [
    { name: 'rep', objects: { visit: { read: 'own' } } },
    { name: 'lead', objects: { visit: { read: 'all' }, plan: { read: 'all' } } },
  ],
  views: [
    { name: 'visits', object: 'visit', fields: ['subject'] },
    { name: 'forLeads', object: 'visit', roles: ['lead'] },
  ],
  menus: [
    { name: 'second', position: 2, items: [{ name: 'plans', object: 'plan' }] },
    {
      name: 'first',
      position: 1,
      items: [
        { name: 'visits', object: 'visit' },
        {
          name: 'more',
          items: [
            { name: 'all', view: 'visits' },
            { name: 'leads', view: 'forLeads' },
          ],
        },
        { name: 'closed', object: 'visit', roles: ['lead'] },
      ],
    },
  ],
};

let database: TestDatabase;
let server: TestServer;

before(async () => {
  database = await testDatabase();
  server = await testServer(database, { metadata: document });
});
after(async () => {
  await server.close();
  await database.close();
});

interface Entry {
  readonly name: string;
  readonly items?: readonly Entry[];
}

async function menus(caller: Caller): Promise<string[]> {
  const told = (await caller.get('metadata')).get('menus');
  const below = (entries: readonly Entry[], at = ''): string[] =>
    entries.flatMap(({ name, items }) => [`${at}${name}`, ...below(items ?? [], `${at}${name}/`)]);
  return below(JSON.parse(JSON.stringify(told)));
}

test('a menu shows what leads somewhere for whoever looks, in its order', async () => {
  const rep = await server.addUser({ roles: ['rep'] });
  assert.deepEqual(await menus(rep), ['first', 'first/visits', 'first/more', 'first/more/all']);
  const lead = await server.addUser({ roles: ['lead'] });
  const everything = ['first', 'first/visits', 'first/more', 'first/more/all', 'first/more/leads', 'first/closed'];
  assert.deepEqual(await menus(lead), [...everything, 'second', 'second/plans']);
  const nobody = await server.addUser();
  assert.deepEqual(await menus(nobody), []);
});

test('outsiders see the menus of the portal, the own people all others', async () => {
  const menu = { name: 'portal', portal: true, items: [{ name: 'visits', object: 'visit' }] };
  assert.equal((await server.admin.post('metadata/apply', { menus: [menu] })).status, 200);
  const department = await server.addDepartment('经销商', undefined, true);
  const dealer = await server.addUser({ roles: ['lead'], department });
  assert.deepEqual(await menus(dealer), ['portal', 'portal/visits']);
  const rep = await server.addUser({ roles: ['rep'] });
  for (const own of [rep, server.admin]) assert.ok(!(await menus(own)).includes('portal'));
  assert.equal((await server.admin.post('metadata/apply', { delete: [{ kind: 'menu', name: 'portal' }] })).status, 200);
});

test('whoever may change the metadata sees every menu, and takes one away', async () => {
  assert.equal((await menus(server.admin)).length, 8);
  const declared = await server.admin.get('metadata?view=declared');
  assert.equal(declared.get('menus', 1, 'name'), 'first');
  assert.equal((await server.admin.post('metadata/apply', { delete: [{ kind: 'menu', name: 'first' }] })).status, 200);
  assert.deepEqual(await menus(server.admin), ['second', 'second/plans']);
});
