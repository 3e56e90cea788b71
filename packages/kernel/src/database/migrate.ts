// Brings a database to this version's tables: numbered SQL files, each applied once, each in its own transaction.
//
// The rule for a migration: `migrations/NNNN_some_words.sql`, the next free number, plain static SQL, qualified names
// (`huike.…`), text columns `collate "C"`. A file that was released is never edited; what it did is mended by the next
// one. When programs of the version before can't live with the change, its first line is `-- breaking`: they then
// refuse to start; without it they go on. No `begin`/`commit` inside, nothing that can't run in a transaction.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { problem } from '@huike/schema';
import type pg from 'pg';
import { callerError } from './errors.ts';
import type { Database } from './pool.ts';

export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly text: string;
  readonly breaking: boolean;
  readonly checksum: string;
}

interface Applied {
  readonly number: number;
  readonly name: string;
  readonly breaking: boolean;
  readonly checksum: string;
}

const migrationsFolder = path.join(import.meta.dirname, 'migrations');

/** The migrations of a folder in their order. Throws when a file is misnamed or a number taken twice. */
export async function readMigrations(folder: string = migrationsFolder): Promise<Migration[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
  const migrations: Migration[] = [];
  for (const file of files) {
    const number = Number(/^(\d{4})_[a-z0-9_]+\.sql$/.exec(file)?.[1]);
    if (!(number > (migrations.at(-1)?.number ?? 0)))
      throw new Error(`migration ${file}: expected a number of its own, as in 0001_words.sql`);
    const text = await readFile(path.join(folder, file), 'utf8');
    const checksum = createHash('sha256').update(text).digest('hex');
    migrations.push({ number, name: file, text, breaking: /^-- breaking\b/.test(text), checksum });
  }
  return migrations;
}

/** A short name for a set of migrations: equal sets, equal names. */
export function migrationsHash(migrations: readonly Migration[]): string {
  const all = createHash('sha256');
  for (const { name, checksum } of migrations) all.update(`${name} ${checksum}\n`);
  return all.digest('hex').slice(0, 16);
}

// Any fixed number: all processes that migrate one database meet at it.
const lockKey = 4_811_202_601;

/**
 * Applies what is missing and returns the numbers applied. Several processes may call it at once: one works, the
 * others wait. Throws `database.edited` when an applied file was edited, `database.newer` when a newer version left a
 * change that this one can't live with, and `database.migration` when one fails, such as by a table that stays locked
 * for 10 seconds: nothing of that one is then applied.
 */
export async function migrate(
  database: Database,
  migrations: readonly Migration[] | undefined = undefined,
): Promise<number[]> {
  const wanted = migrations ?? (await readMigrations());
  const client = await database.direct();
  try {
    await client.query('set statement_timeout = 0');
    await client.query(`select pg_advisory_lock(${lockKey})`);
    await client.query(`set lock_timeout = '10s'`);
    const missing = pending(wanted, await readApplied(client));
    for (const migration of missing) await apply(client, migration);
    return missing.map(({ number }) => number);
  } catch (error) {
    throw callerError(error);
  } finally {
    await client.end();
  }
}

/** Which migrations to apply. Throws when what is applied doesn't fit to them. */
export function pending(wanted: readonly Migration[], applied: readonly Applied[]): Migration[] {
  const done = new Map(applied.map((one) => [one.number, one]));
  for (const { number, name, checksum } of wanted) {
    const one = done.get(number);
    if (one && one.checksum !== checksum) throw problem('database.edited', { name });
  }
  const known = wanted.at(-1)?.number ?? 0;
  const newer = applied.find(({ number, breaking }) => breaking && number > known);
  if (newer) throw problem('database.newer', { name: newer.name });
  return wanted.filter(({ number }) => !done.has(number));
}

export async function readApplied(client: pg.Client): Promise<Applied[]> {
  const { rows } = await client.query(`select to_regclass('huike.migration') is not null as exists`);
  if (!rows[0].exists) return [];
  return (await client.query('select number, name, breaking, checksum from huike.migration order by number')).rows;
}

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  const { number, name, breaking, checksum, text } = migration;
  await client.query('begin');
  try {
    if (number === 1) await client.query(table);
    await client.query(text);
    await client.query('insert into huike.migration (number, name, breaking, checksum) values ($1, $2, $3, $4)', [
      number,
      name,
      breaking,
      checksum,
    ]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    const failure = problem('database.migration', { name, detail: error instanceof Error ? error.message : '' });
    failure.cause = error;
    throw failure;
  }
}

const table = `
  create schema if not exists huike;
  create table huike.migration (
    number int primary key,
    name text collate "C" not null,
    breaking boolean not null,
    checksum text collate "C" not null,
    applied_at timestamptz not null default now()
  )`;
