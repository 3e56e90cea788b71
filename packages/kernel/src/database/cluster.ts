// The folder of an embedded PostgreSQL: where it can be, how it is made, where its socket is.
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Credentials } from './binaries.ts';

/** Where root keeps what another uid must reach when the data folder is out of its reach. */
export const systemFolder = '/var/lib/huike';
export const majorVersion = '18';
export const user = 'huike';

/**
 * The cluster's folder: `postgres` in the data folder. When PostgreSQL's uid can't reach that (root's data folder
 * under /root), the cluster lies in /var/lib/huike/<random> and `postgres.location` in the data folder says where.
 */
export function locateCluster(dataFolder: string, credentials: Credentials): string {
  const inside = path.join(dataFolder, 'postgres');
  const pointer = path.join(dataFolder, 'postgres.location');
  if (existsSync(pointer)) {
    const elsewhere = readFileSync(pointer, 'utf8').trim();
    if (existsSync(path.join(elsewhere, 'PG_VERSION'))) return elsewhere;
    throw new Error(
      `${pointer} points to ${elsewhere}, where there is no database: bring it back, or restore a backup`,
    );
  }
  if (existsSync(inside) || canReach(dataFolder, credentials)) return inside;
  return path.join(systemFolder, randomBytes(8).toString('hex'));
}

/** Makes the cluster unless it is there: in a draft folder that takes its name when it is whole. */
export function ensureCluster(dataFolder: string, cluster: string, bin: string, credentials: Credentials): void {
  if (existsSync(path.join(cluster, 'PG_VERSION'))) {
    checkVersion(cluster);
    return;
  }
  const parent = path.dirname(cluster);
  mkdirSync(parent, { recursive: true, mode: 0o755 });
  const draftName = `${path.basename(cluster)}.draft`;
  for (const left of readdirSync(parent)) if (left === draftName) rmSync(path.join(parent, left), { recursive: true });
  const draft = path.join(parent, draftName);
  mkdirSync(draft, { mode: 0o700 });
  if (credentials.uid !== undefined) chownSync(draft, credentials.uid, credentials.gid);
  const args = ['-D', draft, '-U', user, '-A', 'trust', '-E', 'UTF8', '--locale-provider=builtin', '--locale=C.UTF-8'];
  execFileSync(path.join(bin, 'initdb'), args, { ...credentials, cwd: '/', env: serverEnvironment(), stdio: 'pipe' });
  renameSync(draft, cluster);
  if (path.dirname(cluster) !== dataFolder) writeFileSync(path.join(dataFolder, 'postgres.location'), `${cluster}\n`);
}

function checkVersion(cluster: string): void {
  const version = readFileSync(path.join(cluster, 'PG_VERSION'), 'utf8').trim();
  if (version === majorVersion) return;
  throw new Error(
    `${cluster} was made by PostgreSQL ${version}, this Huike brings ${majorVersion}: make a backup with the Huike ` +
      'that you used before (huike backup), then restore it into an empty data folder with this one (huike restore)',
  );
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
export function socketFolder(cluster: string, credentials: Credentials): string {
  const longest = process.platform === 'linux' ? 107 : 103;
  if (Buffer.byteLength(path.join(cluster, '.s.PGSQL.5432')) <= longest) return cluster;
  const uid = credentials.uid ?? process.getuid?.() ?? 0;
  const short = path.join(
    os.tmpdir(),
    `huike-${uid}-${createHash('sha256').update(cluster).digest('hex').slice(0, 12)}`,
  );
  if (!existsSync(short)) {
    mkdirSync(short, { mode: 0o700 });
    if (credentials.uid !== undefined) chownSync(short, credentials.uid, credentials.gid);
  }
  // Somebody else's folder of that name would be somebody else's server.
  const stat = lstatSync(short);
  if (!stat.isDirectory() || stat.uid !== uid || (stat.mode & 0o077) !== 0)
    throw new Error(`${short} must be a folder of uid ${uid} alone: remove it, or use a shorter data folder`);
  return short;
}

/** What a running (or crashed) PostgreSQL wrote about itself; undefined when it isn't running and ended in order. */
export function readPostmaster(cluster: string): { pid: number; socketFolder: string } | undefined {
  try {
    const lines = readFileSync(path.join(cluster, 'postmaster.pid'), 'utf8').split('\n');
    return { pid: Number(lines[0]), socketFolder: lines[4] ?? '' };
  } catch {
    return undefined;
  }
}
