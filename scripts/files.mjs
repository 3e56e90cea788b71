// The few things about files that several scripts need.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the checkout: the commands work from any current folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * The system's code of an error, such as EACCES; empty when it has none.
 * @param {unknown} error
 */
export function codeOf(error) {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/**
 * Whether the error says that something may not be written by this user.
 * @param {unknown} error
 */
export function isReadOnly(error) {
  return ['EACCES', 'EPERM', 'EROFS'].includes(codeOf(error));
}

/**
 * @param {string} file
 * @returns {string | undefined} undefined when there is no such file
 */
export function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * All files below a folder in a fixed order, as paths from the folder with `/`. Installed and built folders are left out.
 * @param {string} folder
 * @param {string} [below]
 * @returns {string[]}
 */
export function filesBelow(folder, below = '') {
  const here = join(folder, below);
  if (!existsSync(here)) return [];
  const entries = readdirSync(here, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = below ? `${below}/${entry.name}` : entry.name;
    if (entry.isDirectory())
      return ['node_modules', 'dist', 'data'].includes(entry.name) ? [] : filesBelow(folder, path);
    return entry.isFile() ? [path] : [];
  });
}
