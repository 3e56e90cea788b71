// Installs the dependencies when they are missing, incomplete, or other than package-lock.json says; else does nothing.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, isReadOnly, readIfThere } from './files.mjs';
import { withLock } from './lock.mjs';
import { npmCi } from './npm.mjs';
import { Stop, say, text } from './say.mjs';

/** @typedef {{ version?: string, integrity?: string, link?: boolean, optional?: boolean, os?: string[], cpu?: string[], libc?: string[] }} Entry */
/** @typedef {{ packages: Record<string, Entry> }} Lock */
/** @typedef {{ os: string, cpu: string, libc: () => string }} Machine */

/** npm's own record of what lies in node_modules, and ours of the lock file that was installed. */
const npmRecord = 'node_modules/.package-lock.json';
const ourRecord = 'node_modules/.huike-install';

/** @param {string} content */
export function hash(content) {
  return createHash('sha256').update(content).digest('hex');
}

/**
 * Whether a package of the lock file must be here. One that is optional and names no machine may rightly be absent.
 * @param {Entry} entry
 * @param {Machine} machine
 */
function mustBeHere({ optional, os, cpu, libc }, machine) {
  if (!optional) return true;
  if (!os && !cpu) return false;
  if (os && !os.includes(machine.os)) return false;
  if (cpu && !cpu.includes(machine.cpu)) return false;
  return !libc || libc.includes(machine.libc());
}

/**
 * The packages of a lock file: not the root, nor the workspaces, whose folders may come and go.
 * @param {Lock} lock
 */
function packagesOf(lock) {
  return Object.entries(lock.packages).filter(([path, entry]) => path.includes('node_modules/') && !entry.link);
}

/**
 * Why an installation is needed, in words; undefined when it isn't.
 * `recorded` is the hash of the lock file at the last installation, `installed` npm's record of what lies in node_modules.
 * @param {{ lock: string, recorded: string | undefined, installed: Lock | undefined, present: (folder: string) => boolean, machine: Machine }} state
 */
export function reasonToInstall({ lock, recorded, installed, present, machine }) {
  if (installed === undefined) return text('whyMissing');
  if (recorded !== hash(lock)) {
    // Someone may have installed by hand: that serves when it is what the lock file says.
    const other = packagesOf(JSON.parse(lock)).some(([path, entry]) => {
      const there = installed.packages[path];
      const same = there?.version === entry.version && there?.integrity === entry.integrity;
      return !same && mustBeHere(entry, machine);
    });
    if (other) return text('whyChanged');
  }
  const absent = packagesOf(installed).find(([path]) => !present(path));
  return absent && text('whyIncomplete', { path: absent[0] });
}

/** @param {string} file @returns {Lock | undefined} */
function readRecord(file) {
  try {
    return JSON.parse(readIfThere(file) ?? 'null') ?? undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined; // cut short by a kill
    throw error;
  }
}

/** @type {string | undefined} */
let library;

function cLibrary() {
  if (library === undefined) {
    const report = /** @type {{ header?: { glibcVersionRuntime?: string } }} */ (process.report.getReport());
    library = report.header?.glibcVersionRuntime ? 'glibc' : 'musl';
  }
  return library;
}

/** @param {string} root */
function look(root) {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const recorded = readIfThere(join(root, ourRecord));
  const reason = reasonToInstall({
    lock,
    recorded,
    installed: readRecord(join(root, npmRecord)),
    present: (folder) => existsSync(join(root, folder, 'package.json')),
    machine: { os: process.platform, cpu: process.arch, libc: cLibrary },
  });
  return { reason, lockHash: hash(lock), recorded };
}

/**
 * @param {string} root
 * @param {string} why
 * @param {(pid: number) => void} started
 */
async function install(root, why, started) {
  const begun = Date.now();
  say('installing', { why });
  // Both records go first: an installation that is killed half-way must not look like a finished one.
  for (const record of [ourRecord, npmRecord]) rmSync(join(root, record), { force: true });
  await npmCi(root, started);
  const { reason, lockHash } = look(root);
  if (reason !== undefined) throw new Stop('installUnfinished', { why: reason });
  writeFileSync(join(root, ourRecord), lockHash);
  say('installed', { seconds: Math.round((Date.now() - begun) / 1000) });
}

/**
 * Makes node_modules what package-lock.json says. Throws a Stop when it can't.
 * @param {string} root
 */
export async function ensureInstalled(root) {
  const { reason, lockHash, recorded } = look(root);
  try {
    if (reason !== undefined) {
      await withLock(join(root, '.cache', 'install.lock'), async (hold) => {
        const now = look(root).reason;
        if (now !== undefined) await install(root, now, hold);
      });
    } else if (recorded !== lockHash) {
      writeFileSync(join(root, ourRecord), lockHash);
    }
  } catch (error) {
    if (!isReadOnly(error)) throw error;
    // What another user installed serves as it is: only its record couldn't be written.
    if (reason !== undefined) throw new Stop('installReadOnly', { why: reason, path: root, code: codeOf(error) });
  }
}
