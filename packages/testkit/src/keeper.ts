// The process that owns the shared test server: tidies up after dead test processes, and ends when none is left.
import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, processId, startEmbedded, withLock } from '@huike/kernel/database';
import pg from 'pg';

const idle = Number(process.env.HUIKE_TEST_SERVER_IDLE ?? 60_000);
const folder = process.argv[2] ?? '';

const server = await startEmbedded({
  dataFolder: folder,
  settings: {
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    wal_level: 'minimal',
    max_wal_senders: '0',
    max_connections: '300',
    shared_buffers: '128MB',
    autovacuum_naptime: '10min',
  },
});
const admin = new pg.Client(server.superuserUrl);
await admin.connect();
// The end of the server is the end of its keeper.
admin.on('error', () => process.exit(1));
if (!server.adopted) for (const name of await databases('template.')) await admin.query(`drop database "${name}"`);
const state = path.join(folder, 'server.json');
writeFileSync(`${state}.new`, JSON.stringify({ keeper: processId(process.pid), url: server.superuserUrl }), {
  mode: 0o600,
});
renameSync(`${state}.new`, state);

for (let lastUse = Date.now(); ; await sleep(2000)) {
  for (const name of await databases('test.')) {
    const process = /^test\.\d+\.(.+)$/.exec(name)?.[1];
    if (process !== undefined && !isRunning(process)) await admin.query(`drop database "${name}" with (force)`);
  }
  if (await inUse()) lastUse = Date.now();
  if (Date.now() - lastUse < idle) continue;
  const ended = await withLock(path.join(folder, 'start'), async () => {
    if (await inUse()) return false;
    await admin.end();
    await server.stop();
    return true;
  });
  if (ended) process.exit(0);
}

async function databases(prefix: string): Promise<string[]> {
  const { rows } = await admin.query('select datname from pg_database where starts_with(datname, $1)', [prefix]);
  return rows.map(({ datname }) => datname);
}

async function inUse(): Promise<boolean> {
  const { rowCount } = await admin.query(
    `select 1 from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid() limit 1`,
  );
  return rowCount !== 0;
}
