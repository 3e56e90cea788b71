// The PostgreSQL that comes with Huike, with its real settings, in a folder of its own that goes with the run.
import { chmodSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbedded } from '@huike/kernel';
import pg from 'pg';

export interface Cluster extends AsyncDisposable {
  /** For whatever else a bench needs on disk. */
  readonly folder: string;
  /** PostgreSQL's first process, the parent of all others. */
  pid(): number;
  /** Where a database is reached, as the role that owns it. */
  urlOf(database: string): string;
  /** Makes a database: an empty one, or a copy of another to which nobody is connected. */
  create(database: string, from?: string): Promise<void>;
  drop(database: string): Promise<void>;
}

export async function openCluster(): Promise<Cluster> {
  const folder = mkdtempSync(path.join(tmpdir(), 'huike-bench-'));
  // Under root, PostgreSQL runs as another user, who passes through here.
  chmodSync(folder, 0o711);
  const server = await startEmbedded({ dataFolder: path.join(folder, 'data') });
  const admin = new pg.Client(server.superuserUrl);
  await admin.connect();
  const drop = async (database: string) => {
    await admin.query(`drop database if exists "${database}" with (force)`);
  };
  return {
    folder,
    pid: server.pid,
    urlOf: (database) => server.url.replace(/\/huike\?/, `/${database}?`),
    async create(database, from = 'template0') {
      await admin.query(`create database "${database}" owner huike template "${from}" strategy file_copy`);
    },
    drop,
    async [Symbol.asyncDispose]() {
      await admin.end();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
