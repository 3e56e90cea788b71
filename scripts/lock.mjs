// Keeps two processes from doing the same work at once. The lock file names its holders; it counts while one of them lives,
// so a kill -9 never leaves it shut, and an npm that outlives its killed parent still holds it.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, readIfThere } from './files.mjs';
import { say } from './say.mjs';

const pollMs = 200;
/** An empty lock is one whose content is about to be written; after this many looks its writer was killed in between. */
const emptyLooks = 10;

/**
 * `pid:birth`: the birth tells a reused process number from the process that had it before. Empty where the system doesn't tell.
 * @param {number} pid
 */
function holderOf(pid) {
  return `${pid}:${processOf(pid)?.birth ?? ''}`;
}

/** @param {number} pid */
function processOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { zombie: fields[0] === 'Z', birth: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

/** @param {string} holder */
function lives(holder) {
  const [number, birth] = holder.split(':');
  const pid = Number(number);
  if (!(pid > 0)) return false; // 0 would mean our own group
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) !== 'EPERM') return false;
  }
  const now = processOf(pid);
  return now === undefined || (!now.zombie && (!birth || birth === now.birth));
}

/**
 * Creates the file with this content; false when it exists.
 * @param {string} file
 * @param {string} content
 */
function create(file, content) {
  try {
    writeFileSync(file, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Moves a dead lock out of the way. Another waiter may have done so first and hold a new one: that one is put back.
 * @param {string} file
 * @param {string} seen the content that was found dead
 */
function bury(file, seen) {
  const grave = `${file}.${process.pid}`;
  try {
    renameSync(file, grave);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  const moved = readIfThere(grave);
  if (moved !== undefined && moved !== seen) create(file, moved);
  rmSync(grave, { force: true });
}

/** @param {string} file */
async function take(file) {
  const mine = holderOf(process.pid);
  let empty = 0;
  let told = false;
  while (!create(file, mine)) {
    const seen = readIfThere(file);
    if (seen === undefined) continue;
    const holder = seen.split('\n').find(lives);
    empty = seen === '' ? empty + 1 : 0;
    if (holder === undefined && (seen !== '' || empty > emptyLooks)) {
      bury(file, seen);
      continue;
    }
    if (holder !== undefined && !told) {
      say('waiting', { pid: holder.split(':')[0] ?? '' });
      told = true;
    }
    await sleep(pollMs);
  }
}

/**
 * Does the work while no other living process does it. `hold(pid)` names a child that must also have ended before the lock opens.
 * Throws the file system's error when the lock can't be written.
 * @template T
 * @param {string} file
 * @param {(hold: (pid: number) => void) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(file, work) {
  mkdirSync(dirname(file), { recursive: true });
  await take(file);
  const holders = [holderOf(process.pid)];
  try {
    return await work((pid) => {
      holders.push(holderOf(pid));
      const next = `${file}.${process.pid}`;
      writeFileSync(next, holders.join('\n'));
      renameSync(next, file);
    });
  } finally {
    rmSync(file, { force: true });
  }
}
