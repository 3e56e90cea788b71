// The house without its standard apps: it builds, starts, takes an object of one's own, and passes its tests.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { startProcess, testDatabase, testServerFolder } from '@huike/testkit';
import { copyCheckout } from './fixtures/checkout.ts';
import { apply, at, Client, signIn } from './fixtures/client.ts';
import { makeFolder, removeFolder, Server } from './fixtures/server.ts';

const base = makeFolder();
const copy = path.join(base, 'huike');
after(() => removeFolder(base));

/** Of each package what tells most in little time. */
const telling = [
  'packages/schema/src/validate.test.ts',
  'packages/kernel/src/evolve/evolve.test.ts',
  'packages/kernel/src/people/setup.test.ts',
  'packages/kernel/src/files/links.test.ts',
  'packages/server/src/http/records.test.ts',
];

test('without any app the server starts, signs in and keeps an object of one’s own', async () => {
  copyCheckout(copy, ['apps']);
  assert.equal(existsSync(path.join(copy, 'apps')), false);
  const database = await testDatabase();
  const script = path.join(copy, 'packages/server/src/cli.ts');
  const folder = path.join(base, 'data');
  const server = new Server(folder, { script, environment: { DATABASE_URL: database.url } });
  const address = await server.start();
  const client = new Client(() => [address], await signIn(address));
  const shown = at(await client.get('metadata'), 'objects');
  assert.ok(Array.isArray(shown));
  assert.deepEqual(shown.map((object) => at(object, 'name')).toSorted(), ['department', 'position', 'user']);

  await apply(client, { objects: [{ name: 'boat', title: 'name', fields: [{ name: 'name', type: 'text' }] }] });
  const made = await client.write('POST', 'records/boat', { name: '长江一号' });
  const found = await client.get(`records/boat?fields=id,name`);
  assert.deepEqual(at(found, 'data'), [{ id: at(made, 'id'), name: '长江一号' }]);
  assert.equal(at(await client.get('search?q=changjiang'), 'data', 0, 'id'), at(made, 'id'));
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
  await database.close();
});

test('without any app the packages pass their types and their tests', async () => {
  // Another run within a run.
  const env = { NODE_TEST_CONTEXT: undefined, HUIKE_TEST_SERVER: testServerFolder };
  const types = startProcess(process.execPath, ['node_modules/typescript/bin/tsc', '--noEmit', '-p', '.'], {
    cwd: copy,
  });
  assert.deepEqual(await types.ended, { code: 0, signal: null }, types.output);
  const files = telling.map((file) => path.join(copy, file));
  assert.deepEqual(
    files.filter((file) => !existsSync(file)),
    [],
  );
  const tests = startProcess(process.execPath, ['--test', ...files], { cwd: copy, env });
  assert.deepEqual(await tests.ended, { code: 0, signal: null }, tests.output);
  assert.match(tests.output, /^. fail 0$/m);
});
