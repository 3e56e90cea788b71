// Imports run one way and in no circle: the rules are in .dependency-cruiser.cjs. A run that saw hardly any module fails:
// it means that the parser was missing, not that all is well.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './files.mjs';

/** The checkout; another folder for this script's own tests. */
const folder = process.argv[2] ?? root;

const fewest = 20;
// The parser doesn't know `using`, which the benches are full of; they may import anything anyway.
const folders = ['packages', 'apps', 'connectors', 'scripts'];

/** @typedef {{ from: string, to: string, rule: { name: string }, cycle?: { name: string }[] }} Violation */

const { stdout, stderr } = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs'),
    ...['--config', join(root, '.dependency-cruiser.cjs'), '--output-type', 'json'],
    ...folders.filter((name) => existsSync(join(folder, name))),
  ],
  { cwd: folder, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
);
if (!stdout.startsWith('{')) throw new Error(`dependency-cruiser gave no answer: ${stderr || stdout}`);
/** @type {{ modules: { source: string }[], summary: { violations: Violation[] } }} */
const { modules, summary } = JSON.parse(stdout);

const ours = modules.filter(({ source }) => /\.tsx?$/.test(source) && !source.includes('node_modules')).length;
const problems = summary.violations.map(
  ({ from, to, rule, cycle }) => `${rule.name}: ${from} → ${cycle ? cycle.map(({ name }) => name).join(' → ') : to}`,
);
if (ours < fewest) problems.push(`only ${ours} modules were seen: is @swc/core installed?`);
for (const problem of problems) console.log(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
