// The PostgreSQL that comes with Huike: started when needed, adopted when a killed process left it running, started
// again when it dies, stopped by its last owner.
import { spawn } from 'node:child_process';
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { problem } from '@huike/schema';
import pg from 'pg';
import { postgresBinaries } from './binaries.ts';
import {
  type Cluster,
  ensureCluster,
  locateCluster,
  readPostmaster,
  removePostmaster,
  serverEnvironment,
  socketFolder,
  superuser,
  systemFolder,
} from './cluster.ts';
import { errorCode } from './errors.ts';
import { withLock } from './lockfile.ts';
import { commandOf, isRunning, type ProcessId, processId } from './processes.ts';
import { embeddedSettings, type Settings } from './settings.ts';

export interface EmbeddedOptions {
  /** Where everything of this installation lies; PostgreSQL in its folder `postgres`. */
  readonly dataFolder: string;
  /** On top of the tuned ones; for tests. */
  readonly settings?: Settings;
}

export interface EmbeddedPostgres {
  /** For `openDatabase`, as an ordinary role that owns its database. */
  readonly url: string;
  /** As PostgreSQL's administrator. */
  readonly superuserUrl: string;
  /** It was running already: another process's, or left by a killed one. */
  readonly adopted: boolean;
  /** The postmaster's pid now. */
  pid(): number;
  /** Gives it up; the last living owner stops it: open transactions are rolled back, a checkpoint is written. */
  stop(): Promise<void>;
  /** The same without waiting, for a process that ends at once. */
  abandon(): void;
}

const unusable = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR']);
const name = 'huike'; // of the role and its database
const startPatience = 600_000; // crash recovery of a large database takes minutes
const stopPatience = 60_000;
const watchEvery = 1000;
let uses = 0;

/** One installation: its cluster and everything needed to run it. */
interface Installation {
  readonly run: string;
  readonly log: string;
  readonly bin: string;
  readonly cluster: Cluster;
  readonly settings: Settings;
}

/**
 * Starts PostgreSQL on a data folder, or joins the one that runs there; while this process lives, it is started again
 * when it dies. The caller ends it with `stop` (on SIGINT and SIGTERM too). Throws `database.…` with words for an
 * administrator.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  if (process.platform === 'win32') throw problem('database.binaries', { detail: 'Windows' });
  try {
    return await start(options);
  } catch (error) {
    if (!unusable.has(errorCode(error))) throw error;
    const detail = error instanceof Error ? error.message : '';
    throw problem('database.folder', { folder: options.dataFolder, detail });
  }
}

async function start(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  // Under root another uid passes through this folder to its cluster, and sees nothing else.
  mkdirSync(options.dataFolder, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
  // One name for one folder, whatever symlinks lead to it: the running server is told by it.
  const dataFolder = realpathSync(options.dataFolder);
  const run = path.join(dataFolder, 'run');
  mkdirSync(run, { recursive: true, mode: 0o700 });
  giveToOwner(run, dataFolder);
  return withLock(run, async () => {
    const cluster = locateCluster(dataFolder);
    const bin = postgresBinaries(
      cluster.credentials,
      cluster.credentials.uid === undefined ? dataFolder : systemFolder,
    );
    ensureCluster(dataFolder, cluster, bin);
    const settings = { ...embeddedSettings(), ...options.settings };
    const it: Installation = { run, log: path.join(dataFolder, 'postgres.log'), bin, cluster, settings };
    const owner = path.join(run, `owner.${++uses}.${processId(process.pid)}`);
    writeFileSync(owner, '');
    try {
      const adopted = await ensureRunning(it);
      const sockets = readPostmaster(cluster.folder)?.sockets ?? '';
      await ensureDatabase(sockets);
      const unwatch = watch(it);
      const stop = () => {
        unwatch();
        return release(it, owner);
      };
      const abandon = () => {
        unwatch();
        rmSync(owner, { force: true });
        const server = othersLive(it.run) ? undefined : runningServer(it);
        if (server) process.kill(server.pid, 'SIGINT');
      };
      const urlOf = (user: string, database: string) =>
        `postgres://${user}@/${database}?host=${encodeURIComponent(sockets)}`;
      const pid = () => readPostmaster(cluster.folder)?.pid ?? 0;
      return { url: urlOf(name, name), superuserUrl: urlOf(superuser, 'postgres'), adopted, pid, stop, abandon };
    } catch (error) {
      rmSync(owner, { force: true });
      throw error;
    }
  });
}

/** Under the lock: true when it ran already. */
async function ensureRunning(it: Installation): Promise<boolean> {
  const running = await answering(it);
  if (!running) await launch(it);
  return running;
}

/** Whether a server runs on the cluster; waits while one starts up or shuts down. */
async function answering(it: Installation): Promise<boolean> {
  for (const began = Date.now(); Date.now() - began < startPatience; await sleep(20)) {
    const server = readPostmaster(it.cluster.folder);
    if (!server) return false;
    if ((await ping(server.sockets)) === 'up') return true;
    if (!runningServer(it)) return false;
  }
  throw problem('database.start', { detail: logTail(it, 0) });
}

/** The postmaster of this very cluster: its pid may have been given to any program, another PostgreSQL even. */
function runningServer({ cluster }: Installation): { pid: number; id: ProcessId } | undefined {
  const pid = readPostmaster(cluster.folder)?.pid ?? 0;
  const id = pid > 0 ? processId(pid) : undefined;
  return id !== undefined && commandOf(pid).includes(`-D ${cluster.folder} `) ? { pid, id } : undefined;
}

async function launch(it: Installation): Promise<void> {
  const sockets = socketFolder(it.cluster);
  for (const began = Date.now(); ; await sleep(100)) {
    // PostgreSQL itself clears the file of a dead pid, but not of a pid that another program has now.
    if (!runningServer(it)) removePostmaster(it.cluster.folder, sockets);
    const failure = await tryLaunch(it, sockets);
    if (failure === undefined) return;
    // Sessions of a killed server that are still busy hold its memory; they end by themselves.
    if (!/still in use/.test(failure) || Date.now() - began > stopPatience)
      throw problem('database.start', { detail: failure });
  }
}

/** Starts it once; the reason when it ended instead of coming up. */
async function tryLaunch(it: Installation, sockets: string): Promise<string | undefined> {
  const { file, size } = openLog(it.log);
  giveToOwner(it.log, path.dirname(it.log));
  const flags = Object.entries(it.settings).flatMap(([setting, value]) => ['-c', `${setting}=${value}`]);
  // Detached: Ctrl-C reaches us, and we stop PostgreSQL after the requests under way.
  const child = spawn(path.join(it.bin, 'postgres'), ['-D', it.cluster.folder, '-k', sockets, ...flags], {
    ...it.cluster.credentials,
    cwd: '/',
    env: serverEnvironment(),
    detached: true,
    stdio: ['ignore', file, file],
  });
  closeSync(file);
  child.unref();
  let failure: string | undefined;
  child.on('error', (error) => {
    failure = error.message;
  });
  for (const began = Date.now(); (await ping(sockets)) !== 'up'; await sleep(20)) {
    if (failure !== undefined) return failure;
    if (child.exitCode !== null || child.signalCode !== null) return logTail(it, size);
    if (Date.now() - began > startPatience) return `not ready: ${logTail(it, size)}`;
  }
  return undefined;
}

/** Root, on another user's data folder, leaves nothing that this user couldn't use later. */
function giveToOwner(file: string, dataFolder: string): void {
  const { uid, gid } = statSync(dataFolder);
  if (process.getuid?.() === 0) chownSync(file, uid, gid);
}

function openLog(log: string): { file: number; size: number } {
  if (existsSync(log) && statSync(log).size > 10_000_000) renameSync(log, `${log}.old`);
  const file = openSync(log, 'a', 0o600);
  return { file, size: statSync(log).size };
}

const logTail = (it: Installation, from: number) => readFileSync(it.log).subarray(from).toString().slice(-2000);

/** Starts it again when it was killed. Whoever of several owners sees it first does it. */
function watch(it: Installation): () => void {
  let watching = true;
  let busy = false;
  const look = async () => {
    if (busy || runningServer(it)) return;
    busy = true;
    try {
      await withLock(it.run, async () => {
        if (watching) await ensureRunning(it);
      });
    } catch {
      // The log says why; the next look tries again.
    } finally {
      busy = false;
    }
  };
  const timer = setInterval(look, watchEvery).unref();
  return () => {
    watching = false;
    clearInterval(timer);
  };
}

function clientOf(sockets: string): pg.Client {
  const client = new pg.Client({ host: sockets, user: superuser, database: 'postgres', connectionTimeoutMillis: 5000 });
  client.on('error', () => {});
  return client;
}

async function ping(sockets: string): Promise<'up' | 'not yet' | 'down'> {
  const client = clientOf(sockets);
  try {
    await client.connect();
    return 'up';
  } catch (error) {
    // Whatever else it answers (every connection is taken, no such role), it lives.
    if (!(error instanceof pg.DatabaseError)) return 'down';
    return error.code === '57P03' ? 'not yet' : 'up';
  } finally {
    await client.end().catch(() => {});
  }
}

async function ensureDatabase(sockets: string): Promise<void> {
  const client = clientOf(sockets);
  try {
    await client.connect();
    const roles = await client.query('select 1 from pg_roles where rolname = $1', [name]);
    if (roles.rowCount === 0) await client.query(`create role ${name} login`);
    const databases = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (databases.rowCount === 0) await client.query(`create database ${name} owner ${name}`);
  } finally {
    await client.end();
  }
}

async function release(it: Installation, owner: string): Promise<void> {
  await withLock(it.run, async () => {
    rmSync(owner, { force: true });
    if (othersLive(it.run)) return;
    const server = runningServer(it);
    if (!server) return;
    process.kill(server.pid, 'SIGINT'); // fast shutdown
    for (const began = Date.now(); isRunning(server.id); await sleep(20))
      if (Date.now() - began > stopPatience) throw problem('database.start', { detail: 'it is still shutting down' });
  });
}

function othersLive(run: string): boolean {
  for (const file of readdirSync(run)) {
    const owner = /^owner\.\d+\.(.+)$/.exec(file)?.[1];
    if (owner === undefined) continue;
    if (isRunning(owner)) return true;
    rmSync(path.join(run, file), { force: true });
  }
  return false;
}
