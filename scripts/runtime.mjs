// Which Node runs the product: the pinned one from the `node-*` packages of the root package.json, else this one when it is 24 or newer.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stop } from './say.mjs';

/** Whether the Node that runs this script can also run the product. */
export const currentSuffices = Number(process.versions.node.split('.')[0]) >= 24;

/**
 * The package that carries the pinned Node for a machine, with its version; undefined when there is none.
 * @param {Readonly<Record<string, string>>} optionalDependencies
 * @param {string} platform
 * @param {string} arch
 */
export function pinnedPackage(optionalDependencies, platform, arch) {
  const machine = `${platform === 'win32' ? 'win' : platform}-${arch}`;
  for (const name of [`node-${machine}`, `node-bin-${machine}`]) {
    const version = optionalDependencies[name];
    if (version !== undefined) return { name, version };
  }
  return undefined;
}

/**
 * That package for this machine.
 * @param {string} root
 */
export function pinnedHere(root) {
  const { optionalDependencies = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return pinnedPackage(optionalDependencies, process.platform, process.arch);
}

/**
 * Where that package keeps its program, below the folder that holds node_modules.
 * @param {string} folder
 * @param {string} name
 */
export function programOf(folder, name) {
  return join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

/**
 * Whether the program is there and starts: one that was built for another C library doesn't.
 * @param {string} program
 */
export function runs(program) {
  return existsSync(program) && spawnSync(program, ['--version']).status === 0;
}

/** The Stop that says which Node to install. */
export function noRuntime() {
  return new Stop('noRuntime', { machine: `${process.platform}-${process.arch}`, have: process.version });
}

/**
 * The path of the Node that runs the product. Throws a Stop when there is none.
 * @param {string} root
 */
export function runtime(root) {
  const pinned = pinnedHere(root);
  const program = pinned && programOf(root, pinned.name);
  if (program && existsSync(program)) return program;
  if (currentSuffices) return process.execPath;
  throw noRuntime();
}
