// How the embedded PostgreSQL is tuned: for a small machine that it shares with the server.
import { statfsSync } from 'node:fs';
import os from 'node:os';

export type Settings = Readonly<Record<string, string>>;

const MB = 1024 * 1024;
const within = (low: number, value: number, high: number) => Math.round(Math.min(high, Math.max(low, value)));

/** The memory that this process may use, in MB: the machine's or the container's. */
function memory(): number {
  const limit = process.constrainedMemory();
  return (limit > 0 && limit < os.totalmem() ? limit : os.totalmem()) / MB;
}

/** Containers often have 64 MB of /dev/shm, which parallel queries overrun. */
function smallShm(): boolean {
  try {
    const { blocks, bsize } = statfsSync('/dev/shm');
    return blocks * bsize < 512 * MB;
  } catch {
    return process.platform === 'linux';
  }
}

/** PostgreSQL's settings by name, from the machine's memory (in MB). */
export function embeddedSettings(megabytes: number = memory()): Settings {
  return {
    listen_addresses: '',
    unix_socket_permissions: '0700',
    max_connections: '100',
    max_locks_per_transaction: '256', // a restore makes every table in one transaction
    shared_buffers: `${within(64, megabytes / 8, 4096)}MB`,
    effective_cache_size: `${within(128, megabytes / 2, 65_536)}MB`,
    work_mem: `${within(4, megabytes / 256, 32)}MB`,
    maintenance_work_mem: `${within(64, megabytes / 32, 1024)}MB`,
    min_wal_size: '128MB',
    max_wal_size: '2GB',
    checkpoint_timeout: '15min',
    wal_compression: 'on',
    random_page_cost: '1.1',
    jit: 'off',
    autovacuum_vacuum_scale_factor: '0.05',
    autovacuum_vacuum_insert_scale_factor: '0.1',
    autovacuum_analyze_scale_factor: '0.02',
    autovacuum_vacuum_cost_limit: '1000',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(smallShm() ? { dynamic_shared_memory_type: 'sysv' } : {}),
  };
}
