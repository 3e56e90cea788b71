// Files in and out: streamed, measured, typed by their content.
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { newId, problem } from '@huike/schema';
import type { Actor } from '../access/actor.ts';
import { type Database, failPoint, type Queryable } from '../database/index.ts';
import { sql } from '../database/sql.ts';
import { parseRange, type Range } from './headers.ts';
import { cleanName } from './name.ts';
import { type FileStore, keyOf } from './store.ts';
import { headSize, typeOf } from './type.ts';

export interface Files {
  readonly database: Database;
  readonly store: FileStore;
  /** Bytes. */
  readonly maxSize: number;
}

export interface FileInfo {
  readonly id: string;
  readonly name: string;
  /** A media type, found by the content. */
  readonly type: string;
  /** Bytes. */
  readonly size: number;
}

export interface OpenFile extends FileInfo {
  readonly stream: Readable;
  /** Which part of the file the stream is; null: all of it. */
  readonly range: Range | null;
}

/**
 * Keeps what the stream brings as a new file of this actor. When the stream fails, or `signal` ends it, nothing is
 * left. Throws `request.tooLarge`.
 */
export async function storeFile(
  files: Files,
  actor: Actor,
  stream: AsyncIterable<Uint8Array>,
  options: { readonly name: string; readonly signal?: AbortSignal },
): Promise<FileInfo> {
  const { database, store } = files;
  const id = newId();
  const key = keyOf(id);
  const name = cleanName(options.name);
  const measure = new Measure(files.maxSize, options.signal);
  const incoming = measure.through(stream);
  const head = await take(incoming, headSize);
  const type = await typeOf(Buffer.concat(head).subarray(0, headSize), name);
  // The row first: whatever happens to this process, the sweep finds what it left.
  await database.execute(sql`
    insert into huike.file (id, name, type, storage_key, created_by)
    values (${sql.value(id)}, ${sql.value(name)}, ${sql.value(type)}, ${sql.value(key)},
      ${sql.value(actor.kind === 'user' ? actor.id : null)})`);
  try {
    failPoint('files.receiving');
    await store.write(key, chain(head, incoming));
    failPoint('files.written');
    const { size, sha256 } = measure.result();
    const kept = await database.execute(sql`
      update huike.file set state = 'stored', size = ${sql.value(size)}, sha256 = decode(${sql.value(sha256)}, 'hex')
      where id = ${sql.value(id)} and state = 'receiving'`);
    if (kept === 0) throw problem('file.unknown');
    return { id, name, type, size };
  } catch (error) {
    await store.remove(key).catch(() => {});
    await database.execute(sql`delete from huike.file where id = ${sql.value(id)}`).catch(() => {});
    throw error;
  }
}

/** What is known of a file; null when it isn't there. Whether the actor may read it is `mayRead`'s to say. */
export async function fileInfo(db: Queryable, id: string): Promise<(FileInfo & { storageKey: string }) | null> {
  const [row] = await db.query<FileInfo & { storageKey: string }>(sql`
    select id, name, type, size::float8 as size, storage_key as "storageKey"
    from huike.file where id = ${sql.value(id)} and state = 'stored'`);
  return row ?? null;
}

/**
 * Opens a file to send it; ask `mayRead` before. `rangeHeader` is the request's. The caller consumes or destroys the
 * stream. Throws `file.unknown`, `file.range`.
 */
export async function openFile(files: Files, id: string, rangeHeader?: string): Promise<OpenFile> {
  const found = await fileInfo(files.database, id);
  if (!found) throw problem('file.unknown');
  const { storageKey, ...info } = found;
  const range = parseRange(rangeHeader, info.size);
  if (range === 'outside') throw problem('file.range');
  return { ...info, range, stream: await files.store.read(storageKey, range ?? undefined) };
}

class Measure {
  readonly #maxSize: number;
  readonly #signal: AbortSignal | undefined;
  readonly #hash = createHash('sha256');
  #size = 0;

  constructor(maxSize: number, signal: AbortSignal | undefined) {
    this.#maxSize = maxSize;
    this.#signal = signal;
  }

  async *through(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
    for await (const chunk of stream) {
      this.#signal?.throwIfAborted();
      this.#size += chunk.byteLength;
      if (this.#size > this.#maxSize) throw problem('request.tooLarge', { limit: megabytes(this.#maxSize) });
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      this.#hash.update(bytes);
      yield bytes;
    }
    this.#signal?.throwIfAborted();
  }

  result(): { size: number; sha256: string } {
    return { size: this.#size, sha256: this.#hash.digest('hex') };
  }
}

async function take(source: AsyncGenerator<Buffer>, size: number): Promise<Buffer[]> {
  const taken: Buffer[] = [];
  for (let length = 0; length < size; ) {
    const { value, done } = await source.next();
    if (done) break;
    taken.push(value);
    length += value.length;
  }
  return taken;
}

async function* chain(head: readonly Buffer[], rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield* head;
  yield* rest;
}

const megabytes = (bytes: number) => `${Math.round((bytes / 1024 / 1024) * 10) / 10} MB`;
