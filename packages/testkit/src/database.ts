// A fresh, migrated database per test file, cloned from a template on one PostgreSQL that all test processes share.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, openSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Database,
  isRunning,
  migrate,
  migrationsHash,
  openDatabase,
  processId,
  readMigrations,
  withLock,
} from '@huike/kernel/database';
import { installJobs } from '@huike/kernel/jobs/install';
import pg from 'pg';

export interface TestDatabase {
  readonly db: Database;
  /** For a server process under test, or a second connection. */
  readonly url: string;
  /** Closes the pool and drops the database. */
  close(): Promise<void>;
}

const checkout = path.resolve(import.meta.dirname, '../../..');
const uid = process.getuid?.() ?? 0;
const serverName = `huike-tests-${uid}-${createHash('sha256').update(checkout).digest('hex').slice(0, 10)}`;
/** Where the shared server lies: one for each checkout and user. */
export const testServerFolder = process.env.HUIKE_TEST_SERVER ?? path.join(os.tmpdir(), serverName);
let count = 0;

/** A database of this test's own, with every migration applied. A dead test process's databases are dropped. */
export async function testDatabase(): Promise<TestDatabase> {
  const server = await joinServer();
  const name = `test.${++count}.${processId(process.pid)}`;
  const template = await ensureTemplate(server);
  await server.admin.query(`create database "${name}" owner huike template "${template}" strategy file_copy`);
  const url = urlOf(server, name);
  const db = await openDatabase({ url, poolSize: 5 });
  const close = async () => {
    await db.close();
    await server.admin.query(`drop database "${name}" with (force)`);
    await server.admin.end();
  };
  return { db, url, close };
}

interface Server {
  readonly url: string;
  /** One administrator's connection; the server stays up while it is open. */
  readonly admin: pg.Pool;
}

async function joinServer(): Promise<Server> {
  mkdirSync(testServerFolder, { recursive: true, mode: 0o755 });
  return withLock(path.join(testServerFolder, 'start'), async () => {
    const known = readState();
    if (known && isRunning(known.keeper)) {
      const server = await connect(known.url).catch(() => undefined);
      if (server) return server;
    }
    return startServer();
  });
}

async function startServer(): Promise<Server> {
  const log = openSync(path.join(testServerFolder, 'keeper.log'), 'w', 0o600);
  const keeper = spawn(process.execPath, [path.join(import.meta.dirname, 'keeper.ts'), testServerFolder], {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: checkout,
  });
  keeper.unref();
  const id = keeper.pid === undefined ? undefined : processId(keeper.pid);
  for (;;) {
    const state = readState();
    if (state && state.keeper === id) return connect(state.url);
    if (id === undefined || !isRunning(id))
      throw new Error(
        `the test server did not start: ${readFileSync(path.join(testServerFolder, 'keeper.log'), 'utf8')}`,
      );
    await sleep(20);
  }
}

/** What the keeper of the running server wrote. */
function readState(): { keeper: string; url: string } | undefined {
  try {
    return JSON.parse(readFileSync(path.join(testServerFolder, 'server.json'), 'utf8'));
  } catch {
    return undefined;
  }
}

async function connect(url: string): Promise<Server> {
  // A test that fails before its `close` still ends.
  const admin = new pg.Pool({ connectionString: url, max: 1, idleTimeoutMillis: 0, allowExitOnIdle: true });
  admin.on('error', () => {});
  await admin.query('select 1');
  return { url, admin };
}

const urlOf = (server: Server, database: string) =>
  server.url.replace(/\/[^/?]*\?/, `/${database}?`).replace('postgres@', 'huike@');

/** The migrated database that clones are made from: built once for each set of migrations. */
async function ensureTemplate(server: Server): Promise<string> {
  const migrations = await readMigrations();
  // The number stands for the version of the queue's own tables.
  const name = `template.18.${migrationsHash(migrations)}`;
  const exists = async () =>
    (await server.admin.query('select 1 from pg_database where datname = $1', [name])).rowCount;
  if (await exists()) return name;
  await server.admin.query('select pg_advisory_lock(1)');
  try {
    if (await exists()) return name;
    const draft = `draft.${name}`;
    await server.admin.query(`drop database if exists "${draft}" with (force)`);
    await server.admin.query(`create database "${draft}" owner huike`);
    const db = await openDatabase({ url: urlOf(server, draft), poolSize: 1 });
    try {
      await migrate(db, migrations);
      await installJobs(db);
    } finally {
      await db.close();
    }
    await server.admin.query(`alter database "${draft}" rename to "${name}"`);
    return name;
  } finally {
    await server.admin.query('select pg_advisory_unlock(1)');
  }
}
