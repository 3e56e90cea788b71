// The folder of an embedded PostgreSQL: where it can be, how it is made, where its socket is.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { problem } from '@huike/schema';
import { type Credentials, serverCredentials } from './binaries.ts';

/** Where root keeps what another uid must reach when the data folder is out of its reach. */
export const systemFolder = '/var/lib/huike';
const majorVersion = '18';
/** PostgreSQL's own administrator; Huike itself works as an ordinary role. */
export const superuser = 'postgres';

export interface Cluster {
  readonly folder: string;
  /** Whose it is: PostgreSQL runs under this uid. */
  readonly credentials: Credentials;
}

/**
 * The cluster's folder: `postgres` in the data folder. When PostgreSQL's uid can't reach that (root's data folder
 * under /root), the cluster lies in /var/lib/huike/<random> and `postgres.location` in the data folder says where.
 */
export function locateCluster(dataFolder: string): Cluster {
  const inside = path.join(dataFolder, 'postgres');
  const pointer = path.join(dataFolder, 'postgres.location');
  if (existsSync(pointer)) {
    const folder = readFileSync(pointer, 'utf8').trim();
    if (!existsSync(path.join(folder, 'PG_VERSION'))) throw problem('database.lostFolder', { pointer, folder });
    return { folder, credentials: ownerOf(folder, statSync(folder)) };
  }
  const there = lstatSync(inside, { throwIfNoEntry: false });
  if (there) return { folder: inside, credentials: ownerOf(inside, statSync(inside)) };
  const credentials = serverCredentials();
  if (canReach(dataFolder, credentials)) return { folder: inside, credentials };
  return { folder: path.join(systemFolder, randomBytes(8).toString('hex')), credentials };
}

/** Root runs the server as the owner of its files; anyone else must be the owner. */
function ownerOf(folder: string, { uid, gid }: Stats): Credentials {
  const own = process.getuid?.();
  if (own === 0 && uid !== 0) return { uid, gid };
  if (own === uid && own !== 0) return {};
  throw problem('database.folder', { folder, detail: `uid ${uid} owns it, this is uid ${own}` });
}

/** Makes the cluster unless it is there: in a draft folder that takes its name when it is whole. */
export function ensureCluster(dataFolder: string, { folder, credentials }: Cluster, bin: string): void {
  if (existsSync(path.join(folder, 'PG_VERSION'))) {
    checkVersion(folder);
    return;
  }
  const draft = `${folder}.draft`;
  mkdirSync(path.dirname(folder), { recursive: true, mode: 0o755 });
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  if (credentials.uid !== undefined) chownSync(draft, credentials.uid, credentials.gid);
  const made = spawnSync(
    path.join(bin, 'initdb'),
    ['-D', draft, '-U', superuser, '-A', 'trust', '-E', 'UTF8', '--locale-provider=builtin', '--locale=C.UTF-8'],
    { ...credentials, cwd: '/', env: serverEnvironment(), encoding: 'utf8' },
  );
  if (made.status !== 0) throw problem('database.start', { detail: made.error?.message ?? made.stderr.trim() });
  renameSync(draft, folder);
  syncFolder(path.dirname(folder));
  if (path.dirname(folder) !== dataFolder) writePointer(path.join(dataFolder, 'postgres.location'), folder);
}

function writePointer(pointer: string, folder: string): void {
  writeFileSync(`${pointer}.draft`, `${folder}\n`, { flush: true });
  renameSync(`${pointer}.draft`, pointer);
  syncFolder(path.dirname(pointer));
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  fsyncSync(handle);
  closeSync(handle);
}

function checkVersion(folder: string): void {
  const found = readFileSync(path.join(folder, 'PG_VERSION'), 'utf8').trim();
  if (found !== majorVersion) throw problem('database.major', { folder, found, expected: majorVersion });
}

export const serverEnvironment = () => ({ PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' });

function canReach(folder: string, credentials: Credentials): boolean {
  if (credentials.uid === undefined) return true;
  try {
    execFileSync('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], { ...credentials, cwd: '/', stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** The folder of the unix socket: the cluster itself, or a short one in the temporary folder. */
export function socketFolder({ folder, credentials }: Cluster): string {
  const longest = process.platform === 'linux' ? 107 : 103;
  if (Buffer.byteLength(path.join(folder, '.s.PGSQL.5432')) <= longest) return folder;
  const uid = credentials.uid ?? process.getuid?.() ?? 0;
  const digest = createHash('sha256').update(folder).digest('hex').slice(0, 12);
  const short = path.join(os.tmpdir(), `huike-${uid}-${digest}`);
  if (!existsSync(short)) {
    mkdirSync(short, { mode: 0o700 });
    if (credentials.uid !== undefined) chownSync(short, credentials.uid, credentials.gid);
  }
  // Somebody else's folder of that name would be somebody else's server.
  const stat = lstatSync(short);
  if (!stat.isDirectory() || stat.uid !== uid || (stat.mode & 0o077) !== 0)
    throw problem('database.folder', { folder: short, detail: `it must belong to uid ${uid} alone` });
  return short;
}

/** What a running (or crashed) PostgreSQL wrote about itself; undefined when it isn't running and ended in order. */
export function readPostmaster(folder: string): { pid: number; sockets: string } | undefined {
  try {
    const lines = readFileSync(path.join(folder, 'postmaster.pid'), 'utf8').split('\n');
    return { pid: Number(lines[0]), sockets: lines[4] ?? '' };
  } catch {
    return undefined;
  }
}

/** Removes what a killed server left: PostgreSQL refuses to start where it names a pid that lives, whoever has it now. */
export function removePostmaster(folder: string, sockets: string): void {
  rmSync(path.join(folder, 'postmaster.pid'), { force: true });
  rmSync(path.join(sockets, '.s.PGSQL.5432.lock'), { force: true });
}
