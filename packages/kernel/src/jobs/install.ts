// The queue's own tables (schema graphile_worker), brought to the pinned version beside our migrations.
import { Logger, runMigrations } from 'graphile-worker';
import pg from 'pg';
import { callerError, type Database } from '../database/index.ts';

// Any fixed number: all processes that install into one database meet at it.
const lockKey = 4_811_202_602;

/** graphile-worker says what it does; we say what matters ourselves. */
export const silent = new Logger(() => () => {});

/** Connections of the jobs' own: past PgBouncer, and never behind requests. */
export function connections(database: Database, max: number): pg.Pool {
  const pool = new pg.Pool({ ...database.directConfig, max, application_name: 'huike jobs' });
  // Whoever holds the connection hears of its loss.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** Creates or upgrades the queue's tables. Safe to call at every start, by several processes; needs no special rights. */
export async function installJobs(database: Database): Promise<void> {
  const client = await database.direct();
  const pgPool = connections(database, 1);
  try {
    await client.query(`select pg_advisory_lock(${lockKey})`);
    await runMigrations({ pgPool, logger: silent });
  } catch (error) {
    throw callerError(error);
  } finally {
    await pgPool.end();
    await client.end();
  }
}
