import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { root } from './files.mjs';
import { folderWith, startNode } from './fixture.ts';
import { allTests, select, usesBrowser } from './tests.mjs';

const files = ['packages/kernel/src/read/read.test.ts', 'packages/kernel/src/write.test.ts', 'scripts/run.test.ts'];

test('a person asks for tests by file, folder or part of a path; by nothing for all', () => {
  assert.deepEqual(select(files, []), files);
  assert.deepEqual(select(files, ['scripts']), ['scripts/run.test.ts']);
  assert.deepEqual(select(files, ['packages/kernel/']), files.slice(0, 2));
  assert.deepEqual(select(files, ['./packages/kernel/src/write.test.ts']), ['packages/kernel/src/write.test.ts']);
  assert.deepEqual(select(files, ['read']), ['packages/kernel/src/read/read.test.ts']);
  assert.deepEqual(select(files, ['scripts', 'write']), files.slice(1));
  assert.deepEqual(select(files, ['nowhere']), []);
});

test('the tests of every part of the checkout are found, and nothing installed or built', (t) => {
  const folder = folderWith(t, {
    'apps/one/src/one.test.ts': '',
    'bench/speed.test.ts': '',
    'connectors/two/src/two.test.ts': '',
    'packages/engines/rule/src/rule.test.ts': '',
    'packages/engines/rule/src/rule.ts': '',
    'packages/web/dist/built.test.ts': '',
    'packages/schema/node_modules/x/x.test.ts': '',
  });
  assert.deepEqual(allTests(folder), [
    'packages/engines/rule/src/rule.test.ts',
    'apps/one/src/one.test.ts',
    'connectors/two/src/two.test.ts',
    'bench/speed.test.ts',
  ]);
});

test('a test that drives a browser is known by the call that starts one', (t) => {
  const folder = folderWith(t, { 'a.test.ts': `await ${'launchChromium'}()`, 'b.test.ts': 'test()' });
  assert.equal(usesBrowser(folder, 'a.test.ts'), true);
  assert.equal(usesBrowser(folder, 'b.test.ts'), false);
});

const npmTest = path.join(root, 'scripts/test.mjs');

test('npm test runs what is asked for and closes with the counts', async () => {
  const { code, output } = await startNode([npmTest, 'scripts/say.test.ts'], { cwd: '/' }).ended;
  assert.equal(code, 0, output);
  assert.match(output, /ℹ pass [1-9]/);
  assert.match(output, /ℹ fail 0/);
});

test('npm test fails when nothing matches, and when no test was executed', async () => {
  const nothing = await startNode([npmTest, 'nowhere']).ended;
  assert.equal(nothing.code, 1);
  assert.match(nothing.output, /No test file matches nowhere/);
  const none = await startNode([npmTest, 'scripts/say.test.ts', '--test-name-pattern=no such name']).ended;
  assert.equal(none.code, 1);
  assert.match(none.output, /No test ran/);
});
