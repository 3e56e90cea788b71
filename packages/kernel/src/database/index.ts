export { type EmbeddedOptions, type EmbeddedPostgres, startEmbedded } from './embedded.ts';
export { callerError, errorCode, isConnectionLost, isRetryable } from './errors.ts';
export { withLock } from './lockfile.ts';
export { type Migration, migrate, migrationsHash, readMigrations } from './migrate.ts';
export { type Database, type DatabaseConfig, openDatabase } from './pool.ts';
export { isRunning, type ProcessId, processId } from './processes.ts';
export { type SQL, sql } from './sql.ts';
export type { Queryable, TransactionOptions, Tx, Value } from './transaction.ts';
export { isoTime } from './types.ts';
