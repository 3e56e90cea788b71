// A lock between processes of one machine that outlives a kill -9 of its holder.
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from './errors.ts';
import { isRunning, processId } from './processes.ts';

const free = 'free';
const patience = 900_000;
let unique = 0;

/**
 * Runs `fn` while no other process runs under the same lock folder. Throws when a living holder keeps it for 15 minutes.
 *
 * Lock files are numbered and the highest one counts: its holder has the lock while it lives. Whoever finds the
 * highest one free, or its holder dead, creates the next number (by `link`, so with its content, and once only).
 */
export async function withLock<T>(folder: string, fn: () => Promise<T>): Promise<T> {
  const mine = await acquire(folder);
  try {
    return await fn();
  } finally {
    writeFileSync(mine, free);
  }
}

async function acquire(folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const me = processId(process.pid) ?? String(process.pid);
  for (const began = Date.now(); ; await sleep(20 + Math.random() * 20)) {
    const top = highest(folder);
    const holder = top === 0 ? free : holderOf(fileOf(folder, top));
    if (holder === free || !isRunning(holder)) {
      const mine = fileOf(folder, top + 1);
      // Someone slow may create a number that was taken and tidied away: only the highest one counts.
      if (create(folder, mine, me) && highest(folder) === top + 1) {
        for (const old of numbers(folder)) if (old < top) rmSync(fileOf(folder, old), { force: true });
        return mine;
      }
    } else if (Date.now() - began > patience) {
      throw new Error(`process ${holder} holds ${folder} for more than ${patience / 60_000} minutes`);
    }
  }
}

const fileOf = (folder: string, number: number) => path.join(folder, `lock.${number}`);

const numbers = (folder: string) =>
  readdirSync(folder)
    .map((name) => Number(/^lock\.(\d+)$/.exec(name)?.[1]))
    .filter((number) => number > 0);

const highest = (folder: string) => Math.max(0, ...numbers(folder));

function holderOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    return ''; // tidied away a moment ago: look again
  }
}

function create(folder: string, file: string, content: string): boolean {
  const draft = path.join(folder, `draft.${process.pid}.${++unique}`);
  writeFileSync(draft, content, { mode: 0o644 });
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}
