// A restore: a backup into an empty database, all of it in one transaction or nothing.
import { pipeline } from 'node:stream/promises';
import { createZstdDecompress } from 'node:zlib';
import { Problem, problem } from '@huike/schema';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { callerError, errorCode } from '../errors.ts';
import { failPoint } from '../failpoint.ts';
import { pending, readApplied, readMigrations } from '../migrate.ts';
import type { Database } from '../pool.ts';
import { type Attached, type BackupHeader, format } from './backup.ts';
import { copied, schemas, type TableContent } from './catalog.ts';
import { decode, type Frame } from './frames.ts';

/**
 * Brings a backup back, and commits once the last byte has been checked. The database must be empty; `migrate` comes
 * after. It may be of another major version of PostgreSQL, embedded or not. `keep` gets what lies beside the database,
 * before the commit: it reads each to its end, and undoes what it did when the restore fails. Throws `backup.notEmpty`,
 * `backup.damaged`, `backup.newer` and `database.newer`; then the database is as empty as before.
 *
 * A backup is as trusted as a program: it holds statements, which run as the database's owner.
 */
export async function restore(
  source: AsyncIterable<Uint8Array>,
  database: Database,
  keep: (one: Attached) => Promise<void> = refuse,
): Promise<BackupHeader> {
  const client = await database.direct();
  const frames = decode(decompress(source));
  try {
    await client.query(`set statement_timeout = 0; set idle_in_transaction_session_timeout = 0`);
    await client.query(`begin; set local search_path = ''; set local check_function_bodies = off`);
    await requireEmpty(client);
    const header = await load(client, frames, keep);
    pending(await readMigrations(), await readApplied(client));
    failPoint('restore.commit');
    await client.query('commit');
    failPoint('restore.committed');
    await client.query('analyze');
    return header;
  } catch (error) {
    throw senseless(error) ? damaged(error instanceof Error ? error.message : String(error)) : callerError(error);
  } finally {
    await frames.return(undefined);
    // Ending the session rolls back what isn't committed.
    await client.end();
  }
}

async function refuse({ name }: Attached): Promise<void> {
  throw new Error(`there is no place for ${name}`);
}

async function requireEmpty(client: pg.Client): Promise<void> {
  // Two restores at once: the second waits here, and then finds the database no longer empty.
  await client.query('select pg_advisory_xact_lock(4811202603)');
  const { rowCount } = await client.query(
    `select from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = any ($1::text[]) limit 1`,
    [schemas],
  );
  if (rowCount !== 0) throw problem('backup.notEmpty');
  for (const schema of schemas) await client.query(`create schema if not exists ${schema}`);
}

async function* decompress(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const stream = createZstdDecompress();
  const fed = pipeline(source, stream);
  // Its failure is the stream's, which the loop below meets.
  fed.catch(() => {});
  try {
    for await (const chunk of stream) yield chunk;
    await fed;
  } catch (error) {
    throw error instanceof Problem ? error : damaged(error instanceof Error ? error.message : String(error));
  }
}

/** Bytes that were altered may fail as values, keys or statements before the seal is reached. */
const senseless = (error: unknown) => error instanceof SyntaxError || /^(22|23|42|08P01)/.test(errorCode(error));

const damaged = (detail: string) => problem('backup.damaged', { detail });

async function load(
  client: pg.Client,
  frames: AsyncGenerator<Frame>,
  keep: (one: Attached) => Promise<void>,
): Promise<BackupHeader> {
  const first = (await frames.next()).value;
  if (first?.kind !== 'H') throw damaged('no header');
  const header: BackupHeader = JSON.parse(first.payload.toString());
  if (header.format > format) throw problem('backup.newer', { found: header.product });
  const missing = new Set(header.tables);
  for (;;) {
    const { value: frame, done } = await frames.next();
    if (done) break;
    const text = frame.payload.toString();
    if (frame.kind === 'B' || frame.kind === 'A') await client.query(text);
    else if (frame.kind === 'S') await setSequence(client, JSON.parse(text));
    else if (frame.kind === 'T') {
      const table: TableContent = JSON.parse(text);
      await copyTable(client, table, frames);
      missing.delete(table.name);
      failPoint('restore.table');
    } else if (frame.kind === 'F') {
      await keepAttached(JSON.parse(text), frames, keep);
      failPoint('restore.file');
    } else throw damaged(`frame ${frame.kind}`);
  }
  if (missing.size > 0) throw damaged(`no rows of ${[...missing].join(', ')}`);
  return header;
}

async function copyTable(client: pg.Client, table: TableContent, frames: AsyncGenerator<Frame>): Promise<void> {
  const content = new Content(table.name, frames);
  const into = client.query(copyFrom(`copy ${copied(table)} from stdin`));
  await pipeline(content.read(), into);
  const { rows } = content.end;
  if (into.rowCount !== rows) throw damaged(`${into.rowCount} rows of ${table.name} instead of ${rows}`);
}

async function keepAttached(
  { name }: { readonly name: string },
  frames: AsyncGenerator<Frame>,
  keep: (one: Attached) => Promise<void>,
): Promise<void> {
  const content = new Content(name, frames);
  await keep({ name, content: content.read() });
  const { bytes } = content.end;
  if (content.bytes !== bytes) throw damaged(`${content.bytes} bytes of ${name} instead of ${bytes}`);
}

/** The frames of one table or file. */
class Content {
  bytes = 0;
  /** What its last frame says of it. */
  end: { readonly rows?: number; readonly bytes?: number } = {};
  readonly #name: string;
  readonly #frames: AsyncGenerator<Frame>;

  constructor(name: string, frames: AsyncGenerator<Frame>) {
    this.#name = name;
    this.#frames = frames;
  }

  async *read(): AsyncGenerator<Buffer> {
    for (;;) {
      const { value: frame, done } = await this.#frames.next();
      if (done) throw damaged(`it ends within ${this.#name}`);
      if (frame.kind === 'E') {
        this.end = JSON.parse(frame.payload.toString());
        return;
      }
      if (frame.kind !== 'D') throw damaged(`frame ${frame.kind} within ${this.#name}`);
      this.bytes += frame.payload.length;
      yield frame.payload;
    }
  }
}

async function setSequence(
  client: pg.Client,
  sequence: { name: string; value: string; called: boolean },
): Promise<void> {
  await client.query('select pg_catalog.setval($1::text::regclass, $2::int8, $3)', [
    sequence.name,
    sequence.value,
    sequence.called,
  ]);
}
