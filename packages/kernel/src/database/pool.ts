// The way to PostgreSQL: a pool for requests, and connections of their own for listening and copying.
import { setTimeout as sleep } from 'node:timers/promises';
import { problem } from '@huike/schema';
import pg from 'pg';
import { clientConfig, type DatabaseConfig, inspectServer, type Session, sessionOf } from './connect.ts';
import { callerError, isConnectionLost, isRetryable, isStalePlan } from './errors.ts';
import { type SQL, sql } from './sql.ts';
import { forgetStatements, statementName } from './statements.ts';
import { type Queryable, Transaction, type TransactionOptions, type Tx, type Value } from './transaction.ts';

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

/**
 * Opens the pool. Throws `database.unreachable` when PostgreSQL can't be had, `database.…` when it won't do, such as a
 * pooler with no way past it.
 */
export async function openDatabase(config: DatabaseConfig): Promise<Database> {
  const { pooled } = await inspectServer(config.url);
  const directUrl = config.directUrl ?? config.url;
  if (pooled && directUrl === config.url) throw problem('database.pooler');
  if (directUrl !== config.url && (await inspectServer(directUrl)).pooled) throw problem('database.directPooler');
  const session = sessionOf(config);
  const pool = new pg.Pool({
    ...clientConfig(config.url, pooled ? undefined : session),
    pipeline: true,
    max: config.poolSize ?? 10,
    idleTimeoutMillis: 60_000,
    maxLifetimeSeconds: 3600,
    allowExitOnIdle: true,
  });
  // Whoever holds or asks for the connection hears of its loss; without a listener it would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return new PoolDatabase(pool, clientConfig(directUrl, session), pooled ? session : undefined);
}

class PoolDatabase implements Database {
  readonly directConfig: pg.ClientConfig;
  readonly #pool: pg.Pool;
  /** Behind a pooler: what each transaction sets for itself, for lack of a session of its own. */
  readonly #session: Session | undefined;
  readonly #prepared = new WeakMap<pg.PoolClient, Set<string>>();

  constructor(pool: pg.Pool, directConfig: pg.ClientConfig, session: Session | undefined) {
    this.#pool = pool;
    this.directConfig = directConfig;
    this.#session = session;
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

  transaction<T>(fn: (tx: Tx) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    return this.#transact(fn, options);
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

  #transact<T>(fn: (tx: Transaction) => Promise<T>, options: TransactionOptions): Promise<T> {
    const begin = beginText(options, this.#session);
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

  #run(text: string, values: readonly Value[], name?: string): Promise<pg.QueryResult> {
    if (this.#session) return this.#transact((tx) => tx.run(text, values, name), {});
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
    let lost = false;
    try {
      return await fn(client);
    } catch (error) {
      lost = isConnectionLost(error);
      throw error;
    } finally {
      // Nothing but an idle connection goes back: one left inside a transaction, or full of plans, is closed.
      const idle = client.getTransactionStatus() === 'I';
      client.release(lost || !idle || (this.#prepared.get(client)?.size ?? 0) > preparedPerConnection);
    }
  }

  #prepare(client: pg.PoolClient, text: string, values: readonly Value[], name?: string): pg.QueryConfig {
    const config = { text, values: [...values] };
    if (this.#session || (values.length === 0 && name === undefined)) return config;
    const prepared = statementName(text, name);
    if (prepared === undefined) return config;
    const held = this.#prepared.get(client) ?? new Set();
    this.#prepared.set(client, held.add(prepared));
    return { ...config, name: prepared };
  }
}

function beginText(options: TransactionOptions, session: Session = {}): string {
  const begin = ['begin'];
  if (options.isolation) begin.push('isolation level', options.isolation);
  if (options.readOnly) begin.push('read only');
  const settings: Record<string, string> = { ...session };
  if (options.statementTimeout !== undefined) settings.statement_timeout = String(Math.trunc(options.statementTimeout));
  if (options.lockTimeout !== undefined) settings.lock_timeout = String(Math.trunc(options.lockTimeout));
  return [begin.join(' '), ...Object.entries(settings).map(([name, to]) => `set local ${name} = '${to}'`)].join('; ');
}
