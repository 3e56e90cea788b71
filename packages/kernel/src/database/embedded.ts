// The PostgreSQL that comes with Huike: started when needed, adopted when a killed process left it running.
import { spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Credentials, postgresBinaries, serverCredentials } from './binaries.ts';
import {
  ensureCluster,
  locateCluster,
  readPostmaster,
  serverEnvironment,
  socketFolder,
  systemFolder,
  user,
} from './cluster.ts';
import { errorCode } from './errors.ts';
import { withLock } from './lockfile.ts';
import { commandOf, isRunning, processId } from './processes.ts';
import { embeddedSettings, type Settings } from './settings.ts';

export interface EmbeddedOptions {
  /** Where everything of this installation lies; PostgreSQL in its folder `postgres`. */
  readonly dataFolder: string;
  /** On top of the tuned ones; for tests. */
  readonly settings?: Settings;
}

export interface EmbeddedPostgres {
  /** For `openDatabase`. */
  readonly url: string;
  /** The postmaster's pid. */
  readonly pid: number;
  /** It was running already: another process's, or left by a killed one. */
  readonly adopted: boolean;
  /** Gives it up; the last living owner stops it, in order. */
  stop(): Promise<void>;
}

const database = 'huike';
const startPatience = 600_000; // crash recovery of a large database takes minutes
const stopPatience = 60_000;
let uses = 0;

/** Starts PostgreSQL on a data folder, or joins the one that runs there. Throws with words for an administrator. */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const dataFolder = path.resolve(options.dataFolder);
  const run = path.join(dataFolder, 'run');
  mkdirSync(run, { recursive: true, mode: 0o700 });
  return withLock(run, async () => {
    const credentials = serverCredentials();
    const bin = postgresBinaries(credentials, credentials.uid === undefined ? dataFolder : systemFolder);
    const cluster = locateCluster(dataFolder, credentials);
    ensureCluster(dataFolder, cluster, bin, credentials);
    const owner = path.join(run, `owner.${++uses}.${processId(process.pid)}`);
    writeFileSync(owner, '');
    try {
      const running = await answering(cluster);
      if (!running) await launch(cluster, bin, credentials, { ...embeddedSettings(), ...options.settings }, dataFolder);
      const server = readPostmaster(cluster);
      if (!server) throw new Error(`PostgreSQL went away: see ${logFile(dataFolder)}`);
      await ensureDatabase(server.socketFolder);
      const url = `postgres://${user}@/${database}?host=${encodeURIComponent(server.socketFolder)}`;
      return { url, pid: server.pid, adopted: running, stop: () => release(run, owner, cluster) };
    } catch (error) {
      rmSync(owner, { force: true });
      throw error;
    }
  });
}

const logFile = (dataFolder: string) => path.join(dataFolder, 'postgres.log');

/** Whether a server runs on the cluster; waits while one starts up. */
async function answering(cluster: string): Promise<boolean> {
  for (const began = Date.now(); Date.now() - began < startPatience; await sleep(20)) {
    const server = readPostmaster(cluster);
    if (!server) return false;
    const state = await ping(server.socketFolder);
    if (state === 'up') return true;
    if (state === 'down' && !isPostgres(server.pid)) return false;
  }
  throw new Error(`PostgreSQL on ${cluster} runs but does not answer`);
}

/** A pid of a dead server may have been given to any other program meanwhile. */
const isPostgres = (pid: number) => pid > 0 && processId(pid) !== undefined && /postgres/.test(commandOf(pid));

async function launch(
  cluster: string,
  bin: string,
  credentials: Credentials,
  settings: Settings,
  dataFolder: string,
): Promise<void> {
  // PostgreSQL itself clears the file of a dead pid, but not of a pid that another program has now.
  const left = readPostmaster(cluster);
  if (left && !isPostgres(left.pid)) rmSync(path.join(cluster, 'postmaster.pid'), { force: true });
  const sockets = socketFolder(cluster, credentials);
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const log = openLog(dataFolder);
  // Detached: Ctrl-C reaches us, and we stop PostgreSQL after the requests under way.
  const child = spawn(path.join(bin, 'postgres'), ['-D', cluster, '-k', sockets, ...flags], {
    ...credentials,
    cwd: '/',
    env: serverEnvironment(),
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.unref();
  let failure: Error | undefined;
  child.on('error', (error) => {
    failure = error;
  });
  for (const began = Date.now(); (await ping(sockets)) !== 'up'; await sleep(20)) {
    if (failure || child.exitCode !== null || child.signalCode !== null)
      throw new Error(`PostgreSQL did not start: ${failure?.message ?? logTail(dataFolder)}`);
    if (Date.now() - began > startPatience) throw new Error(`PostgreSQL is not ready: ${logTail(dataFolder)}`);
  }
}

function openLog(dataFolder: string): number {
  const file = logFile(dataFolder);
  if (existsSync(file) && statSync(file).size > 10_000_000) renameSync(file, `${file}.old`);
  return openSync(file, 'a', 0o600);
}

const logTail = (dataFolder: string) => readFileSync(logFile(dataFolder), 'utf8').slice(-2000);

const clientOf = (host: string, name: string) => {
  const client = new pg.Client({ host, user, database: name, connectionTimeoutMillis: 5000 });
  client.on('error', () => {});
  return client;
};

async function ping(sockets: string): Promise<'up' | 'starting' | 'down'> {
  const client = clientOf(sockets, 'postgres');
  try {
    await client.connect();
    return 'up';
  } catch (error) {
    const code = errorCode(error);
    if (code === '57P03' || code === '53300') return 'starting';
    if (code === 'EACCES') throw new Error(`the data folder belongs to another user: ${sockets}`, { cause: error });
    return 'down';
  } finally {
    await client.end().catch(() => {});
  }
}

async function ensureDatabase(sockets: string): Promise<void> {
  const client = clientOf(sockets, 'postgres');
  try {
    await client.connect();
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [database]);
    if (rowCount === 0) await client.query(`create database ${database}`);
  } finally {
    await client.end();
  }
}

async function release(run: string, owner: string, cluster: string): Promise<void> {
  await withLock(run, async () => {
    rmSync(owner, { force: true });
    for (const file of readdirSync(run)) {
      const other = /^owner\.\d+\.(.+)$/.exec(file)?.[1];
      if (other === undefined) continue;
      if (isRunning(other)) return;
      rmSync(path.join(run, file), { force: true });
    }
    await shutDown(cluster);
  });
}

/** Fast shutdown: open transactions are rolled back, a checkpoint is written. */
async function shutDown(cluster: string): Promise<void> {
  const server = readPostmaster(cluster);
  const id = server && isPostgres(server.pid) ? processId(server.pid) : undefined;
  if (!server || id === undefined) return;
  process.kill(server.pid, 'SIGINT');
  for (const began = Date.now(); isRunning(id); await sleep(20))
    if (Date.now() - began > stopPatience) throw new Error('PostgreSQL is still shutting down');
}
