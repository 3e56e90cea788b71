// A backup of the whole installation in one file: the database, the files that its records show, and the key under
// which secrets lie encrypted.
import { createHash } from 'node:crypto';
import type { Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { Problem, problem } from '@huike/schema';
import {
  type Attached,
  type BackupHeader,
  backup,
  type Database,
  type Queryable,
  restore,
  sql,
} from './database/index.ts';
import { type FileStore, listStored, type StoredFile } from './files/index.ts';
import { keyFile, putKey, readKey } from './people/secrets.ts';

/** What a backup is made of, and restored to. */
export interface Installation {
  readonly database: Database;
  readonly store: FileStore;
  readonly dataFolder: string;
}

export interface BackedUp {
  readonly header: BackupHeader;
  /** How many files it holds. */
  readonly files: number;
  /** Whether the key was in the data folder, and so is in the backup. */
  readonly key: boolean;
  /** Ids of files whose bytes are not what was stored, or not there at all. */
  readonly damaged: readonly string[];
}

const keyName = 'secret';
const filePrefix = 'files/';

/** Writes the whole installation and ends the stream, while servers go on. Throws as `backup`. */
export async function backupAll(installation: Installation, into: Writable): Promise<BackedUp> {
  const { database, store, dataFolder } = installation;
  const damaged: string[] = [];
  let files = 0;
  const key = await readKey(dataFolder);
  const header = await backup(database, into, async function* ({ at }): AsyncGenerator<Attached> {
    if (key !== null) yield { name: keyName, content: oneChunk(key) };
    for await (const file of listStored(database, at)) {
      const bytes = await bytesOf(store, file);
      if (bytes === null) {
        if (await isStored(database, file)) damaged.push(file.id);
        continue;
      }
      files++;
      yield { name: `${filePrefix}${file.storageKey}`, content: checked(bytes, file, () => damaged.push(file.id)) };
    }
  });
  return { header, files, key: key !== null, damaged };
}

async function* oneChunk(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}

async function bytesOf(store: FileStore, { storageKey }: Pick<StoredFile, 'storageKey'>) {
  try {
    return await store.read(storageKey);
  } catch (error) {
    if (error instanceof Problem && error.code === 'file.unknown') return null;
    throw error;
  }
}

/** Not given up meanwhile. */
async function isStored(db: Queryable, { id }: StoredFile): Promise<boolean> {
  const found = await db.query(sql`select from huike.file where id = ${sql.value(id)}::uuid and state = 'stored'`);
  return found.length > 0;
}

async function* checked(bytes: AsyncIterable<Buffer>, { sha256 }: StoredFile, onDamage: () => void) {
  const hash = createHash('sha256');
  for await (const chunk of bytes) {
    hash.update(chunk);
    yield chunk;
  }
  if (!hash.digest().equals(sha256)) onDamage();
}

/**
 * Brings a backup back into an empty database, an empty store and a data folder without a key. What was there already
 * of the same backup, left by a restore that was cut off, is used. Throws as `restore`, and `backup.otherKey`; then
 * everything is as empty as before.
 */
export async function restoreAll(
  installation: Installation,
  source: AsyncIterable<Uint8Array>,
): Promise<{ readonly header: BackupHeader; readonly files: number }> {
  const { database, store, dataFolder } = installation;
  const written: string[] = [];
  let files = 0;
  try {
    const header = await restore(source, database, async ({ name, content }) => {
      if (name === keyName) return restoreKey(dataFolder, (await buffer(content)).toString());
      if (!name.startsWith(filePrefix)) throw problem('backup.damaged', { detail: name });
      const storageKey = name.slice(filePrefix.length);
      files++;
      if (await isThere(store, storageKey)) return drain(content);
      // Half a file of a restore that was cut off would be in the way.
      await store.remove(storageKey);
      written.push(storageKey);
      await store.write(storageKey, content);
    });
    return { header, files };
  } catch (error) {
    // A commit whose answer was lost may have taken place: then they belong to it.
    if (await isEmpty(database)) for (const storageKey of written) await store.remove(storageKey).catch(() => {});
    throw error;
  }
}

/** Surely: false when the database can't be asked. */
async function isEmpty(database: Database): Promise<boolean> {
  try {
    const rows = await database.query(sql`select where to_regclass('huike.file') is null`);
    return rows.length === 1;
  } catch {
    return false;
  }
}

async function restoreKey(dataFolder: string, key: string): Promise<void> {
  if ((await putKey(dataFolder, key)) !== key) throw problem('backup.otherKey', { file: keyFile(dataFolder) });
}

/** Bytes never change under their key, and appear whole or not at all. */
async function isThere(store: FileStore, storageKey: string): Promise<boolean> {
  const bytes = await bytesOf(store, { storageKey });
  bytes?.destroy();
  return bytes !== null;
}

async function drain(content: AsyncIterable<Buffer>): Promise<void> {
  for await (const _ of content);
}
