// Where the tests keep what is costly to make: in the checkout, else in a folder of this user's own.
import { accessSync, constants, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** `.cache` in the checkout where that can be written, else a private folder among the temporary files. */
function cacheFolder(): string {
  const checkout = path.resolve(import.meta.dirname, '../../..');
  const shared = path.join(checkout, '.cache');
  if (isWritable(checkout)) mkdirSync(shared, { recursive: true });
  if (isWritable(shared)) return shared;
  const uid = process.getuid?.();
  const own = path.join(os.tmpdir(), `huike-cache-${uid ?? 'user'}`);
  mkdirSync(own, { recursive: true, mode: 0o700 });
  // Programs are run from here: nobody else may have laid it out.
  if (uid !== undefined && statSync(own).uid !== uid) throw new Error(`${own} belongs to another user`);
  return own;
}

/** Makes a folder of the cache as a whole: `fill` lays it out elsewhere, and it appears when it is complete. */
export async function cached(name: string, fill: (draft: string) => Promise<void>): Promise<string> {
  const folder = path.join(cacheFolder(), name);
  if (existsSync(folder)) return folder;
  const draft = `${folder}.${process.pid}`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft);
  await fill(draft);
  try {
    renameSync(draft, folder);
  } catch (error) {
    // Another process may have been faster.
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}
