// A file past 500 lines is two ideas.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow, root } from './files.mjs';

/** The checkout; another folder for this script's own tests. */
const checkout = process.argv[2] ?? root;

const limit = 500;
const code = /\.(ts|tsx|mts|cts|js|mjs|cjs|css|sql|sh|html)$/;
const folders = ['packages', 'apps', 'connectors', 'bench', 'scripts', 'deploy'];

const long = folders
  .flatMap((folder) => filesBelow(join(checkout, folder)).map((path) => `${folder}/${path}`))
  .filter((path) => code.test(path) && !path.endsWith('.golden.sql'))
  .map((path) => ({ path, lines: readFileSync(join(checkout, path), 'utf8').split('\n').length - 1 }))
  .filter(({ lines }) => lines > limit);

for (const { path, lines } of long) console.log(`${path}: ${lines} lines (at most ${limit})`);
process.exitCode = long.length > 0 ? 1 : 0;
