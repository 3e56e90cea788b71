import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { root } from './files.mjs';
import { addressOf, folderWith, startModule, write } from './fixture.ts';
import { sourcesOf } from './web.mjs';

/** A checkout with the smallest page, built by the real builder. */
function checkout(t: TestContext): string {
  const folder = folderWith(t, {
    'package-lock.json': '{}',
    'packages/schema/src/index.ts': 'export const word = 1;',
    'packages/web/package.json': '{"name":"web","type":"module"}',
    'packages/web/index.html': '<!doctype html><script type="module" src="/src/main.ts"></script>',
    'packages/web/src/main.ts': 'document.title = "first page";\n',
  });
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  return folder;
}

const build = `
import { command } from ${addressOf('say.mjs')};
import { ensureWebBuilt } from ${addressOf('web.mjs')};
await command(() => ensureWebBuilt(process.argv[1], process.execPath));
`;

function page(folder: string): string {
  const assets = path.join(folder, 'packages/web/dist/assets');
  return readdirSync(assets)
    .map((name) => readFileSync(path.join(assets, name), 'utf8'))
    .join();
}

test('the page’s sources are the web and schema packages and the lock file, without tests and built files', (t) => {
  const folder = checkout(t);
  const before = sourcesOf(folder);
  const after = (name: string, content: string) => {
    write(folder, name, content);
    return sourcesOf(folder);
  };
  assert.equal(after('packages/web/src/main.test.ts', 'x'), before);
  assert.equal(after('packages/web/dist/index.html', 'x'), before);
  assert.equal(after('packages/web/node_modules/x/index.js', 'x'), before);
  const seen = [before];
  for (const name of [
    'packages/web/src/new.ts',
    'packages/web/vite.config.ts',
    'packages/web/index.html',
    'packages/web/package.json',
    'packages/schema/src/index.ts',
    'package-lock.json',
  ]) {
    seen.push(after(name, 'changed'));
  }
  assert.equal(new Set(seen).size, seen.length);
});

test('the page is built once, and again when a source changes', async (t) => {
  const folder = checkout(t);
  assert.match((await startModule(build, [folder]).ended).output, /The web page was built/);
  assert.match(page(folder), /first page/);
  assert.equal((await startModule(build, [folder]).ended).output, '');
  writeFileSync(path.join(folder, 'packages/web/src/main.ts'), 'document.title = "second page";\n');
  await startModule(build, [folder]).ended;
  assert.match(page(folder), /second page/);
});

test('a build that fails or is killed leaves the page that was there', async (t) => {
  const folder = checkout(t);
  await startModule(build, [folder]).ended;
  const source = path.join(folder, 'packages/web/src/main.ts');
  appendFileSync(source, 'import "./nothing.ts";\n');
  const { code, output } = await startModule(build, [folder]).ended;
  assert.equal(code, 1);
  assert.match(output, /The web page could not be built \(exit code 1\)/);
  assert.match(page(folder), /first page/);
  writeFileSync(source, 'document.title = "third page";\n');
  const killed = startModule(build, [folder]);
  await killed.said('Building');
  killed.killAll();
  await killed.ended;
  assert.match(page(folder), /first page|third page/);
  assert.equal((await startModule(build, [folder]).ended).code, 0);
  assert.match(page(folder), /third page/);
});

test('there is nothing to build before there is a page', async (t) => {
  const folder = folderWith(t, { 'packages/web/package.json': '{}' });
  assert.deepEqual(await startModule(build, [folder]).ended, { code: 0, signal: null, output: '' });
  assert.equal(existsSync(path.join(folder, 'packages/web/dist')), false);
});
