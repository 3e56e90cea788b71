// Files in a folder: written under another name, and there at once and whole when they get their own.
import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { problem } from '@huike/schema';
import { errorCode } from '../database/index.ts';
import type { Range } from './headers.ts';
import { assertKey, type FileStore } from './store.ts';

export class DiskStore implements FileStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async write(key: string, source: AsyncIterable<Buffer>): Promise<void> {
    const file = this.#file(key);
    const folder = path.dirname(file);
    const made = await mkdir(folder, { recursive: true, mode: 0o700 });
    const part = `${file}.part`;
    try {
      await pipeline(
        Readable.from(source, { objectMode: false }),
        createWriteStream(part, { flags: 'wx', mode: 0o600, flush: true }),
      );
      await rename(part, file);
      await sync(folder);
      // So are the names of the folders that lead to it.
      for (let above = folder; made !== undefined && above !== path.dirname(made); ) {
        above = path.dirname(above);
        await sync(above);
      }
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
  }

  async read(key: string, range?: Range): Promise<Readable> {
    try {
      const handle = await open(this.#file(key));
      return handle.createReadStream(range);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') throw problem('file.unknown');
      throw error;
    }
  }

  async remove(key: string): Promise<void> {
    const file = this.#file(key);
    await rm(file, { force: true });
    await rm(`${file}.part`, { force: true });
  }

  async close(): Promise<void> {}

  #file(key: string): string {
    assertKey(key);
    return path.join(this.#folder, key);
  }
}

/** A name in a folder is only as durable as the folder. */
async function sync(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
