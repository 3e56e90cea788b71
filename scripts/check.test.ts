import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { root } from './files.mjs';
import { folderWith, startNode } from './fixture.ts';

async function check(script: string, folder: string) {
  const { code, output } = await startNode([path.join(root, 'scripts', script), folder]).ended;
  return { code, lines: output.trim().split('\n').filter(Boolean).sort() };
}

/** Enough modules that break no rule. */
const plain = Object.fromEntries(
  Array.from({ length: 20 }, (_, i) => [`packages/schema/src/m${i}.ts`, 'export const a = 1;']),
);

const up = (levels: number) => '../'.repeat(levels);
const importing = (from: string) => `import { a } from '${from}';\nexport const b = a;`;

test('imports that run the right way pass', async (t) => {
  const folder = folderWith(t, {
    ...plain,
    'packages/kernel/src/k.ts': importing(`${up(2)}schema/src/m1.ts`),
    'packages/kernel/src/k.test.ts': importing(`${up(2)}testkit/src/t.ts`),
    'packages/testkit/src/t.ts': 'export const a = 1;',
    'packages/engines/channel/src/c.ts': `${importing(`${up(3)}kernel/src/k1.ts`)}`,
    'packages/kernel/src/k1.ts': 'export const a = 1;',
    'packages/server/src/s.ts': importing(`${up(2)}engines/channel/src/a.ts`),
    'packages/engines/channel/src/a.ts': 'export const a = 1;',
    'packages/web/src/w.tsx': importing(`${up(2)}schema/src/m1.ts`),
    'apps/one/src/one.ts': importing(`${up(3)}packages/schema/src/m1.ts`),
    'apps/one/src/one.test.ts': importing(`${up(3)}packages/server/src/a.ts`),
    'packages/server/src/a.ts': 'export const a = 1;',
    'connectors/x/src/x.ts': importing(`${up(3)}packages/engines/channel/src/a.ts`),
    'bench/b.ts': importing(`${up(1)}packages/server/src/a.ts`),
  });
  assert.deepEqual(await check('check-imports.mjs', folder), { code: 0, lines: [] });
});

test('each wrong import is named with the rule that it breaks', async (t) => {
  const target = (name: string) => ({ [name]: 'export const a = 1;' });
  const folder = folderWith(t, {
    ...plain,
    ...target('packages/kernel/src/a.ts'),
    ...target('packages/engines/rule/src/a.ts'),
    ...target('packages/engines/flow/src/a.ts'),
    ...target('packages/server/src/a.ts'),
    ...target('packages/testkit/src/a.ts'),
    ...target('packages/web/src/a.ts'),
    ...target('apps/one/src/a.ts'),
    ...target('scripts/a.ts'),
    ...target('packages/kernel/src/x.test.ts'),
    'packages/schema/src/up.ts': importing(`${up(2)}kernel/src/a.ts`),
    'packages/schema/src/io.ts': "import { readFileSync } from 'node:fs';\nexport const b = readFileSync;",
    'packages/schema/src/lost.ts': importing('./nothing.ts'),
    'packages/kernel/src/up.ts': importing(`${up(2)}engines/rule/src/a.ts`),
    'packages/kernel/src/typed.ts': `import type { T } from '${up(2)}engines/rule/src/a.ts';\nexport type U = T;`,
    'packages/kernel/src/kit.ts': importing(`${up(2)}testkit/src/a.ts`),
    'packages/kernel/src/server.ts': importing(`${up(2)}server/src/a.ts`),
    'packages/kernel/src/test.ts': importing('./x.test.ts'),
    'packages/kernel/src/round1.ts': "import { b } from './round2.ts';\nexport const a = b;",
    'packages/kernel/src/round2.ts': "import { a } from './round1.ts';\nexport const b = a;",
    'packages/engines/rule/src/side.ts': importing(`${up(2)}flow/src/a.ts`),
    'packages/engines/rule/src/app.ts': importing(`${up(4)}apps/one/src/a.ts`),
    'packages/server/src/app.ts': importing(`${up(3)}apps/one/src/a.ts`),
    'packages/web/src/kernel.tsx': importing(`${up(2)}kernel/src/a.ts`),
    'packages/testkit/src/engine.ts': importing(`${up(2)}engines/rule/src/a.ts`),
    'packages/testkit/src/script.ts': importing(`${up(3)}scripts/a.ts`),
    'apps/two/src/kernel.ts': importing(`${up(3)}packages/kernel/src/a.ts`),
    'apps/two/src/app.ts': importing(`${up(3)}apps/one/src/a.ts`),
    'connectors/x/src/engine.ts': importing(`${up(3)}packages/engines/rule/src/a.ts`),
    'scripts/b.ts': importing(`${up(1)}packages/kernel/src/a.ts`),
  });
  const { code, lines } = await check('check-imports.mjs', folder);
  assert.equal(code, 1);
  const found = lines.map((line) => line.replace(/ → .*/, ''));
  assert.deepEqual(found.sort(), [
    'apps-import-schema-only: apps/two/src/app.ts',
    'apps-import-schema-only: apps/two/src/kernel.ts',
    'connectors-import-schema-and-channel: connectors/x/src/engine.ts',
    'engines-import-kernel-and-schema: packages/engines/rule/src/app.ts',
    'engines-never-import-one-another: packages/engines/rule/src/side.ts',
    'kernel-imports-schema: packages/kernel/src/typed.ts',
    'kernel-imports-schema: packages/kernel/src/up.ts',
    'no-cycles: packages/kernel/src/round1.ts',
    'nobody-imports-a-test: packages/kernel/src/test.ts',
    'nobody-imports-scripts: packages/testkit/src/script.ts',
    'nobody-imports-server: packages/kernel/src/server.ts',
    'resolves: packages/schema/src/lost.ts',
    'schema-does-no-io: packages/schema/src/io.ts',
    'schema-imports-nothing: packages/schema/src/up.ts',
    'scripts-stand-alone: scripts/b.ts',
    'server-imports-no-app: packages/server/src/app.ts',
    'testkit-imports-kernel-and-schema: packages/testkit/src/engine.ts',
    'testkit-imports-kernel-and-schema: packages/testkit/src/script.ts',
    'testkit-is-for-tests: packages/kernel/src/kit.ts',
    'web-imports-schema-only: packages/web/src/kernel.tsx',
  ]);
});

test('a run that saw hardly any module fails', async (t) => {
  const folder = folderWith(t, { 'packages/schema/src/a.ts': 'export const a = 1;' });
  const { code, lines } = await check('check-imports.mjs', folder);
  assert.equal(code, 1);
  assert.match(lines.join(), /only 1 modules were seen/);
});

test('a literal that names an app’s object is found, and nothing else', async (t) => {
  const objects = "[{ name: 'visit' }, { name: 'note' }, { name: 'customer' }]";
  const folder = folderWith(t, {
    'apps/one/src/index.ts': `export const app = { metadata: { objects: ${objects} } };`,
    'packages/kernel/src/wrong.ts': [
      "export const a = '客户' + 'visit'; // 客户",
      'export const b = `visit`;',
      "export const c = { 'visit': 1 };",
      'export const d = { visit: 1, note: 2 };',
      "export type E = 'visit' | 'other';",
      "export const f = (x as Record<string, number>)['visit'];",
      "export const g = (x: unknown) => x === 'visit';",
    ].join('\n'),
    'packages/kernel/src/right.ts': [
      "import { x } from 'visit';",
      "export * from 'note';",
      'const visit = 1; // visit',
      "export const a = [visit, 'a visit', x.visit, 'customer'];",
      'export const b = { visit: 1, type: 2 };',
      'export const c = { visit: 1 };',
      "export type D = Pick<typeof b, 'visit'> & Omit<typeof b, 'visit'>;",
      "export type E = (typeof b)['visit'];",
      'export const f = {};',
    ].join('\n'),
    'packages/web/src/b.tsx': 'export const b = <a href="visit">visit</a>;',
    'packages/kernel/src/a.test.ts': "export const a = 'visit';",
    'packages/kernel/src/fixture.ts': "export const a = 'visit';",
    'packages/testkit/src/a.ts': "export const a = 'visit';",
  });
  const { code, lines } = await check('check-names.mjs', folder);
  assert.equal(code, 1);
  const places = lines.map((line) => line.replace(/: .*/, ''));
  const wrong = [1, 2, 3, 4, 4, 5, 6, 7].map((line) => `packages/kernel/src/wrong.ts:${line}`);
  assert.deepEqual(places, [...wrong, 'packages/web/src/b.tsx:1']);
});

test('a file of 501 lines is named', async (t) => {
  const folder = folderWith(t, {
    'packages/kernel/src/long.ts': '\n'.repeat(501),
    'packages/kernel/src/fine.ts': '\n'.repeat(500),
    'packages/kernel/src/long.golden.sql': '\n'.repeat(900),
  });
  const { code, lines } = await check('check-length.mjs', folder);
  assert.equal(code, 1);
  assert.deepEqual(lines, ['packages/kernel/src/long.ts: 501 lines (at most 500)']);
});
