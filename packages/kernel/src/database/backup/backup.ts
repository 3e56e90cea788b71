// A backup: one consistent snapshot of metadata and data, streamed into one file.
import { readFileSync } from 'node:fs';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress } from 'node:zlib';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { callerError, errorCode } from '../errors.ts';
import type { Database } from '../pool.ts';
import { type Catalog, copied, readCatalog } from './catalog.ts';
import { encode, type Frame, type FrameKind } from './frames.ts';

export interface BackupHeader {
  /** Of this file's layout. */
  readonly format: number;
  readonly product: string;
  readonly postgres: string;
  /** ISO 8601: the moment whose state it holds. */
  readonly at: string;
  readonly tables: readonly string[];
}

/** Something besides the database that belongs to its data: a file, a key. */
export interface Attached {
  readonly name: string;
  readonly content: AsyncIterable<Buffer>;
}

export const format = 1;
const attempts = 3;

/**
 * Writes a backup and ends the stream: everything in the database's schemas as of one moment, jobs included, while
 * others go on reading and writing; then what `attached` yields, when the tables are free again. Memory stays the same
 * for any size. Throws `write.busy` when a table stays locked for a minute.
 */
export async function backup(
  database: Database,
  into: Writable,
  attached: (header: BackupHeader) => AsyncIterable<Attached> = nothing,
): Promise<BackupHeader> {
  const client = await database.direct();
  try {
    const catalog = await snapshot(client);
    const { rows } = await client.query(
      `select current_setting('server_version') as postgres, clock_timestamp() as at`,
    );
    const { postgres, at } = rows[0];
    const tables = catalog.tables.map(({ name }) => name);
    const header: BackupHeader = { format, product: productVersion(), postgres, at, tables };
    const all = chain(
      frames(client, catalog, header),
      attachedFrames(() => attached(header)),
    );
    await pipeline(Readable.from(encode(all)), createZstdCompress(), into);
    return header;
  } catch (error) {
    throw callerError(error);
  } finally {
    await client.end();
  }
}

async function* nothing(): AsyncGenerator<Attached> {}

/** Opens the snapshot and holds every table against changes of its columns. Begins anew when one went meanwhile. */
async function snapshot(client: pg.Client): Promise<Catalog> {
  await client.query(
    `set statement_timeout = 0; set idle_in_transaction_session_timeout = 0; set lock_timeout = '60s'`,
  );
  for (let attempt = 1; ; attempt++) {
    try {
      await client.query(`begin isolation level repeatable read read only; set local search_path = ''`);
      const catalog = await readCatalog(client);
      const names = catalog.tables.map(({ name }) => name);
      if (names.length > 0) await client.query(`lock table ${names.join(', ')} in access share mode`);
      return catalog;
    } catch (error) {
      await client.query('rollback');
      if (attempt === attempts || errorCode(error) !== '42P01') throw error;
    }
  }
}

const text = (kind: FrameKind, value: string): Frame => ({ kind, payload: Buffer.from(value) });

async function* frames(client: pg.Client, catalog: Catalog, header: BackupHeader): AsyncGenerator<Frame> {
  yield text('H', JSON.stringify(header));
  for (const statement of catalog.before) yield text('B', statement);
  for (const table of catalog.tables) {
    yield text('T', JSON.stringify(table));
    const copy = client.query(copyTo(`copy ${copied(table)} to stdout`));
    for await (const payload of copy) yield { kind: 'D', payload };
    // Its row count comes behind its last row: an answer to anything else comes behind both.
    await client.query('select');
    yield text('E', JSON.stringify({ rows: copy.rowCount }));
  }
  for (const statement of catalog.after) yield text('A', statement);
  for (const name of catalog.sequences) {
    const { rows } = await client.query(`select last_value as value, is_called as called from ${name}`);
    yield text('S', JSON.stringify({ name, ...rows[0] }));
  }
  await client.query('commit');
}

async function* attachedFrames(attached: () => AsyncIterable<Attached>): AsyncGenerator<Frame> {
  for await (const { name, content } of attached()) {
    yield text('F', JSON.stringify({ name }));
    let bytes = 0;
    for await (const payload of content) {
      bytes += payload.length;
      yield { kind: 'D', payload };
    }
    yield text('E', JSON.stringify({ bytes }));
  }
}

async function* chain(...parts: readonly AsyncIterable<Frame>[]): AsyncGenerator<Frame> {
  for (const part of parts) yield* part;
}

function productVersion(): string {
  const manifest: { version: string } = JSON.parse(
    readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
  );
  return manifest.version;
}
