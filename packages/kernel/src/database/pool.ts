// The way to PostgreSQL: a pool for requests, and connections of their own for listening and copying.
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { callerError, isRetryable, isStalePlan } from './errors.ts';
import { type SQL, sql } from './sql.ts';
import { forgetStatements, statementName } from './statements.ts';
import { type Queryable, Transaction, type TransactionOptions, type Tx, type Value } from './transaction.ts';
import { types } from './types.ts';

export interface DatabaseConfig {
  /** `postgres://…`; may lead through PgBouncer. */
  readonly url: string;
  /** The way past PgBouncer, for listeners, jobs and migrations; absent: the same as `url`. */
  readonly directUrl?: string;
  /** Connections of the request pool; default 10. */
  readonly poolSize?: number;
  /** Milliseconds after which a statement is given up; default 30,000. */
  readonly statementTimeout?: number;
  /** False behind PgBouncer in transaction mode. */
  readonly namedStatements?: boolean;
}

export interface Database extends Queryable {
  /**
   * Runs `fn` in a transaction (READ COMMITTED unless said otherwise). After a deadlock or a serialization failure it
   * runs again, up to 3 times in all: `fn` has no effects outside of `tx`.
   */
  transaction<T>(fn: (tx: Tx) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** A connection of its own, unpipelined, past PgBouncer, for LISTEN and COPY. The caller ends it. */
  direct(): Promise<pg.Client>;
  /** How to connect past PgBouncer, for those who keep a pool of their own (jobs). */
  readonly directConfig: pg.ClientConfig;
  close(): Promise<void>;
}

const attempts = 3;
const preparedPerConnection = 500;

/** Opens the pool and checks that PostgreSQL answers. Throws `system.unavailable`. */
export async function openDatabase(config: DatabaseConfig): Promise<Database> {
  const settings: pg.ClientConfig = {
    statement_timeout: config.statementTimeout ?? 30_000,
    idle_in_transaction_session_timeout: 60_000,
    options: '-c TimeZone=UTC -c DateStyle=ISO',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    application_name: 'huike',
    types,
  };
  const directConfig = { ...settings, connectionString: config.directUrl ?? config.url };
  const pool = new pg.Pool({
    ...settings,
    connectionString: config.url,
    pipeline: true,
    max: config.poolSize ?? 10,
    idleTimeoutMillis: 60_000,
    maxLifetimeSeconds: 3600,
    allowExitOnIdle: true,
  });
  // Whoever holds or asks for the connection hears of its loss; without a listener it would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  const database = new PoolDatabase(pool, directConfig, config.namedStatements ?? true);
  await database.query(sql`select 1`);
  return database;
}

class PoolDatabase implements Database {
  readonly directConfig: pg.ClientConfig;
  readonly #pool: pg.Pool;
  readonly #named: boolean;
  readonly #prepared = new WeakMap<pg.PoolClient, Set<string>>();

  constructor(pool: pg.Pool, directConfig: pg.ClientConfig, named: boolean) {
    this.#pool = pool;
    this.directConfig = directConfig;
    this.#named = named;
  }

  async query<Row extends object>(statement: SQL): Promise<Row[]> {
    const { text, values } = sql.compile(statement);
    return (await this.#run(text, values)).rows;
  }

  async execute(statement: SQL): Promise<number> {
    const { text, values } = sql.compile(statement);
    return (await this.#run(text, values)).rowCount ?? 0;
  }

  async queryText<Row extends object>(text: string, values: readonly Value[], name?: string): Promise<Row[]> {
    return (await this.#run(text, values, name)).rows;
  }

  async transaction<T>(fn: (tx: Tx) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    const begin = beginText(options);
    return this.#retried(async (client) => {
      const tx = new Transaction(client, (text, values, name) => this.#prepare(client, text, values, name));
      try {
        tx.begin(begin);
        const result = await fn(tx);
        await tx.commit();
        return result;
      } catch (error) {
        const cause = tx.rootCause(error);
        // A rollback that fails leaves a connection that isn't idle, and that is closed.
        await tx.rollback().catch(() => {});
        throw cause;
      }
    });
  }

  async direct(): Promise<pg.Client> {
    const client = new pg.Client(this.directConfig);
    client.on('error', () => {});
    try {
      await client.connect();
      return client;
    } catch (error) {
      throw callerError(error);
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  #run(text: string, values: readonly Value[], name?: string): Promise<pg.QueryResult> {
    return this.#retried((client) => client.query(this.#prepare(client, text, values, name)));
  }

  async #retried<T>(fn: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#withClient(fn);
      } catch (error) {
        if (isStalePlan(error)) forgetStatements();
        if (attempt === attempts || !isRetryable(error)) throw callerError(error);
        await sleep(Math.random() * 20 * 2 ** attempt);
      }
    }
  }

  async #withClient<T>(fn: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    try {
      return await fn(client);
    } finally {
      // Nothing but an idle connection goes back: one left inside a transaction, or full of plans, is closed.
      const usable = client.getTransactionStatus() === 'I';
      client.release(!usable || (this.#prepared.get(client)?.size ?? 0) > preparedPerConnection);
    }
  }

  #prepare(client: pg.PoolClient, text: string, values: readonly Value[], name?: string): pg.QueryConfig {
    const config = { text, values: [...values] };
    if (!this.#named || (values.length === 0 && name === undefined)) return config;
    const prepared = statementName(text, name);
    if (prepared === undefined) return config;
    const held = this.#prepared.get(client) ?? new Set();
    this.#prepared.set(client, held.add(prepared));
    return { ...config, name: prepared };
  }
}

function beginText(options: TransactionOptions): string {
  const begin = `begin${options.isolation ? ` isolation level ${options.isolation}` : ''}${options.readOnly ? ' read only' : ''}`;
  const limit = (setting: string, ms: number | undefined) =>
    ms === undefined ? '' : `; set local ${setting} = ${Math.trunc(ms)}`;
  return begin + limit('statement_timeout', options.statementTimeout) + limit('lock_timeout', options.lockTimeout);
}
