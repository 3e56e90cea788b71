// Which test files there are, and which of them a person asked for.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow } from './files.mjs';

const folders = ['packages', 'apps', 'connectors', 'bench', 'scripts'];

/**
 * Every test file of the checkout, as paths from its root.
 * @param {string} root
 */
export function allTests(root) {
  return folders.flatMap((folder) =>
    filesBelow(join(root, folder))
      .filter((path) => path.endsWith('.test.ts'))
      .map((path) => `${folder}/${path}`),
  );
}

/**
 * The files that match any of the patterns: a file, a folder, or a part of a path. No pattern means all.
 * @param {readonly string[]} files
 * @param {readonly string[]} patterns
 */
export function select(files, patterns) {
  const wanted = patterns.map((pattern) => pattern.replace(/^\.\//, '').replace(/\/$/, ''));
  const named = wanted.filter((pattern) => files.some((file) => file === pattern || file.startsWith(`${pattern}/`)));
  return files.filter(
    (file) =>
      wanted.length === 0 ||
      wanted.some((pattern) =>
        named.includes(pattern) ? `${file}/`.startsWith(`${pattern}/`) : file.includes(pattern),
      ),
  );
}

/**
 * Whether a test file drives a browser.
 * @param {string} root
 * @param {string} file
 */
export function usesBrowser(root, file) {
  return existsSync(join(root, file)) && readFileSync(join(root, file), 'utf8').includes('launchChromium(');
}
