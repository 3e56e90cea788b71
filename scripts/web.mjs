// Builds the web page when its sources have changed since the last build; else does nothing.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { codeOf, filesBelow, isReadOnly, readIfThere } from './files.mjs';
import { withLock } from './lock.mjs';
import { endLike, run } from './run.mjs';
import { Stop, say } from './say.mjs';

const record = '.sources';

/**
 * A digest of all that the page is made from: the web package, the schema package and the lock file, tests left out.
 * @param {string} root
 */
export function sourcesOf(root) {
  const digest = createHash('sha256');
  const files = ['packages/web', 'packages/schema/src'].flatMap((folder) =>
    filesBelow(join(root, folder)).map((path) => `${folder}/${path}`),
  );
  for (const path of [...files.filter((file) => !/\.test\.tsx?$/.test(file)), 'package-lock.json']) {
    const content = readFileSync(join(root, path));
    digest.update(`${path}\n${content.length}\n`).update(content);
  }
  return digest.digest('hex');
}

/**
 * @param {string} root
 * @param {string} dist
 * @param {string} node
 * @param {(pid: number) => void} started
 */
async function build(root, dist, node, started) {
  const begun = Date.now();
  say('building');
  const sources = sourcesOf(root);
  const web = join(root, 'packages', 'web');
  const fresh = join(root, '.cache', 'web');
  rmSync(fresh, { recursive: true, force: true });
  const vite = join(dirname(createRequire(join(web, 'package.json')).resolve('vite/package.json')), 'bin', 'vite.js');
  const ended = await run(node, [vite, 'build', '--outDir', fresh, '--emptyOutDir', '--logLevel', 'warn'], {
    cwd: web,
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 2, 2],
    started,
  });
  if (ended.signal !== null) endLike(ended);
  if (ended.code !== 0) throw new Stop('buildFailed', { code: ended.code ?? ended.signal ?? '' });
  writeFileSync(join(fresh, record), sources);
  rmSync(join(dist, record), { force: true });
  rmSync(dist, { recursive: true, force: true });
  renameSync(fresh, dist);
  say('built', { seconds: Math.round((Date.now() - begun) / 1000) });
}

/**
 * Makes packages/web/dist what its sources say; does nothing while there is no page to build.
 * Where nothing may be written it says so and goes on. Throws a Stop when the build fails.
 * @param {string} root
 * @param {string} node the Node to build with
 */
export async function ensureWebBuilt(root, node) {
  if (!existsSync(join(root, 'packages', 'web', 'index.html'))) return;
  const dist = join(root, 'packages', 'web', 'dist');
  const isFresh = () => readIfThere(join(dist, record)) === sourcesOf(root);
  if (isFresh()) return;
  try {
    await withLock(join(root, '.cache', 'web.lock'), async (hold) => {
      if (!isFresh()) await build(root, dist, node, hold);
    });
  } catch (error) {
    if (!isReadOnly(error)) throw error;
    const there = existsSync(join(dist, 'index.html'));
    say(there ? 'buildReadOnlyOld' : 'buildReadOnlyNone', { path: dist, code: codeOf(error) });
  }
}
