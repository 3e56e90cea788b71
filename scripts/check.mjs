// `npm run check`: types, style, import directions and cycles, dead code, long files, and names that don't belong; all at once.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './files.mjs';
import { ensureInstalled } from './install.mjs';
import { runtime } from './runtime.mjs';
import { command, Stop } from './say.mjs';

/**
 * The script behind a package's command.
 * @param {string} name
 * @param {string} [program]
 */
function script(name, program = name) {
  const folder = join(root, 'node_modules', name);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, typeof bin === 'string' ? bin : bin[program]);
}

/**
 * Runs one part to its end; what it prints is kept for the case that it fails.
 * @param {string} node
 * @param {string} name
 * @param {readonly string[]} args
 * @returns {Promise<{ name: string, failed: boolean, output: string }>}
 */
function part(node, name, args) {
  return new Promise((resolve, reject) => {
    const begun = Date.now();
    const child = spawn(node, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk) => (output += chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      const seconds = ((Date.now() - begun) / 1000).toFixed(1);
      process.stdout.write(`${code === 0 ? '✔' : '✖'} ${name} ${seconds} s\n`);
      resolve({ name, failed: code !== 0, output });
    });
  });
}

await command(async () => {
  await ensureInstalled(root);
  const node = runtime(root);
  const own = (/** @type {string} */ name) => [join(root, 'scripts', name)];
  const parts = await Promise.all([
    part(node, 'types', [script('typescript', 'tsc'), '--noEmit', '-p', '.']),
    // The page is bundled: its imports resolve another way.
    part(node, 'types of the page', [script('typescript', 'tsc'), '--noEmit', '-p', 'packages/web']),
    part(node, 'style', [
      script('@biomejs/biome', 'biome'),
      'check',
      '--diagnostic-level=warn',
      '--error-on-warnings',
      '--max-diagnostics=50',
      '--colors=off',
    ]),
    part(node, 'imports', own('check-imports.mjs')),
    part(node, 'dead code', [script('knip'), '--no-progress', '--no-config-hints']),
    part(node, 'file length', own('check-length.mjs')),
    part(node, 'app names', own('check-names.mjs')),
  ]);
  const failed = parts.filter((each) => each.failed);
  for (const { name, output } of failed) process.stdout.write(`\n✖ ${name}\n${output.trimEnd()}\n`);
  if (failed.length > 0) throw new Stop('checkFailed', { parts: failed.map(({ name }) => name).join(', ') });
});
