// A private PostgreSQL 15 and PgBouncer from Debian's packages, as an administrator of one's own database would have.
import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const bin = '/usr/lib/postgresql/15/bin';
const pgbouncer = '/usr/sbin/pgbouncer';

export interface ExternalServer {
  /** A new, empty database that belongs to an ordinary role. */
  createDatabase(options?: { encoding?: string }): Promise<ExternalDatabase>;
  close(): Promise<void>;
}

export interface ExternalDatabase {
  readonly url: string;
  /** The same through PgBouncer in transaction mode. */
  readonly pooledUrl: string;
}

/** Why Debian's servers can't be started here, for a test to print; undefined when they can. */
export function debianLacking(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'not root on Linux';
  const absent = [`${bin}/postgres`, pgbouncer, '/usr/bin/setpriv'].filter((file) => !existsSync(file));
  return absent.length > 0 ? `${absent.join(', ')} not installed` : undefined;
}

/** Starts both in a temporary folder, as user postgres; they end with this process, however it ends. */
export async function startDebian(): Promise<ExternalServer> {
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  const [uid, gid] = [id('-u'), id('-g')];
  const folder = mkdtempSync(path.join(os.tmpdir(), 'huike-debian-'));
  chownSync(folder, uid, gid);
  const options = { cwd: '/', env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' } };
  const start = (program: string, args: string[]) =>
    spawn('setpriv', [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--pdeathsig=KILL', program, ...args], {
      ...options,
      stdio: 'ignore',
    });
  const data = path.join(folder, 'data');
  execFileSync(`${bin}/initdb`, ['-D', data, '-U', 'admin', '-A', 'trust', '-N'], {
    ...options,
    uid,
    gid,
    stdio: 'pipe',
  });
  const postgres = start(`${bin}/postgres`, ['-D', data, '-k', folder, '-c', 'listen_addresses=', '-c', 'fsync=off']);
  const users = path.join(folder, 'users.txt');
  writeFileSync(users, Array.from({ length: 50 }, (_, i) => `"app${i + 1}" ""\n`).join(''));
  const ini = path.join(folder, 'pgbouncer.ini');
  writeFileSync(
    ini,
    `[databases]
* = host=${folder}
[pgbouncer]
listen_addr =
listen_port = 6432
unix_socket_dir = ${folder}
auth_type = trust
auth_file = ${users}
pool_mode = transaction
default_pool_size = 3
`,
  );
  const bouncer = start(pgbouncer, ['-q', ini]);
  const urlOf = (user: string, database: string, port = 5432) =>
    `postgres://${user}@/${database}?host=${encodeURIComponent(folder)}&port=${port}`;
  const admin = await connected(urlOf('admin', 'postgres'));
  let count = 0;
  const createDatabase = async ({ encoding = 'UTF8' } = {}) => {
    const name = `app${++count}`;
    await admin.query(`create role ${name} login`);
    await admin.query(
      `create database ${name} owner ${name} encoding '${encoding}' lc_collate 'C' lc_ctype 'C' template template0`,
    );
    return { url: urlOf(name, name), pooledUrl: urlOf(name, name, 6432) };
  };
  const close = async () => {
    await admin.end();
    for (const child of [bouncer, postgres]) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGINT');
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  return { createDatabase, close };
}

async function connected(url: string): Promise<pg.Client> {
  for (;;) {
    const client = new pg.Client(url);
    client.on('error', () => {});
    try {
      await client.connect();
      return client;
    } catch {
      await client.end().catch(() => {});
      await sleep(20);
    }
  }
}
