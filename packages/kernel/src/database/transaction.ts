// One transaction on one pipelined connection: statements go out at once and are answered in their order.
import { pipeline as pipe } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { errorCode } from './errors.ts';
import { type SQL, sql } from './sql.ts';

/** A value of a statement: arrays become PostgreSQL arrays, JSON is passed as text. */
export type Value = string | number | boolean | null | Buffer | readonly Value[];

/** Something that runs statements: the database itself (each on its own) or a transaction. */
export interface Queryable {
  /** The rows of one statement. Their shape is the caller's claim about its own SQL. */
  query<Row extends object>(statement: SQL): Promise<Row[]>;
  /** How many rows a statement touched. */
  execute(statement: SQL): Promise<number>;
  /** The fast path for a statement compiled beforehand; `name` prepares it under that name. */
  queryText<Row extends object>(text: string, values: readonly Value[], name?: string): Promise<Row[]>;
}

/**
 * A statement is sent the moment it is called, without waiting for those before it. So `BEGIN`, several statements
 * and `COMMIT` need one round trip when their promises aren't awaited one by one: use `pipeline`, or leave a promise
 * alone whose rows don't matter (its failure fails the transaction all the same).
 */
export interface Tx extends Queryable {
  /** Sends all at once; the rows of each, in order. Throws the first failure. */
  pipeline(statements: readonly SQL[]): Promise<object[][]>;
  /** Runs `fn`; when it fails, only its statements are undone and the transaction goes on. */
  savepoint<T>(fn: () => Promise<T>): Promise<T>;
  /** `COPY … FROM STDIN`: streams the source in; how many rows it had. */
  copyIn(statement: SQL, source: AsyncIterable<Buffer>): Promise<number>;
}

export interface TransactionOptions {
  readonly isolation?: 'repeatable read' | 'serializable';
  readonly readOnly?: boolean;
  /** Milliseconds. */
  readonly statementTimeout?: number;
  /** Milliseconds that a statement waits for a lock before it gives up with `write.busy`. */
  readonly lockTimeout?: number;
}

/** pg's client, whose pipelining can be switched while nothing is under way (COPY can't be pipelined). */
export type Client = pg.ClientBase & { pipeline: boolean };

/** Makes a statement ready for the wire: gives it its name where names are allowed. */
export type Prepare = (text: string, values: readonly Value[], name?: string) => pg.QueryConfig;

const ignore = () => {};

/** Nobody need wait for it: the transaction itself minds its failure. */
function unguarded<T>(promise: Promise<T>): Promise<T> {
  promise.catch(ignore);
  return promise;
}

export class Transaction implements Tx {
  readonly #client: Client;
  readonly #prepare: Prepare;
  #last: Promise<unknown> = Promise.resolve();
  #failure: unknown;
  #over = false; // takes no more statements
  #ended = false; // the server ended it
  #savepoints = 0;

  constructor(client: Client, prepare: Prepare) {
    this.#client = client;
    this.#prepare = prepare;
  }

  begin(text: string): void {
    this.run(text, []);
  }

  query<Row extends object>(statement: SQL): Promise<Row[]> {
    const { text, values } = sql.compile(statement);
    return this.queryText<Row>(text, values);
  }

  execute(statement: SQL): Promise<number> {
    const { text, values } = sql.compile(statement);
    return unguarded(this.run(text, values).then(({ rowCount }) => rowCount ?? 0));
  }

  queryText<Row extends object>(text: string, values: readonly Value[], name?: string): Promise<Row[]> {
    return unguarded(this.run(text, values, name).then(({ rows }) => rows));
  }

  pipeline(statements: readonly SQL[]): Promise<object[][]> {
    return unguarded(Promise.all(statements.map((statement) => this.query(statement))));
  }

  async savepoint<T>(fn: () => Promise<T>): Promise<T> {
    const name = `s${++this.#savepoints}`;
    this.run(`savepoint ${name}`, []);
    try {
      const result = await fn();
      await this.run(`release savepoint ${name}`, []);
      return result;
    } catch (error) {
      const cause = this.rootCause(error);
      await this.run(`rollback to savepoint ${name}; release savepoint ${name}`, []);
      this.#failure = undefined;
      throw cause;
    }
  }

  async copyIn(statement: SQL, source: AsyncIterable<Buffer>): Promise<number> {
    await this.#last;
    this.#assertOpen();
    const client = this.#client;
    const wasPipelined = client.pipeline;
    const into = copyFrom(sql.compile(statement).text);
    client.pipeline = false;
    try {
      await pipe(source, client.query(into));
      return into.rowCount;
    } catch (error) {
      this.#failure ??= error;
      throw error;
    } finally {
      // A failed COPY still owes its ReadyForQuery: wait for it with a statement of its own.
      if (this.#failure !== undefined) await client.query('select 1').catch(ignore);
      client.pipeline = wasPipelined;
    }
  }

  /** Sends one statement. */
  run(text: string, values: readonly Value[], name?: string): Promise<pg.QueryResult> {
    this.#assertOpen();
    const answer = this.#client.query(this.#prepare(text, values, name));
    this.#last = answer.then(ignore, (error: unknown) => {
      this.#failure ??= error;
    });
    return answer;
  }

  /** Throws when anything before failed: then nothing is committed. */
  async commit(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const answer = this.run('commit', []);
    this.#over = true;
    // COMMIT of a failed transaction answers ROLLBACK without an error.
    const { command } = await answer;
    this.#ended = true;
    if (command !== 'COMMIT') throw this.#failure ?? new Error('the transaction was rolled back');
  }

  /** Rolls back; throws when the connection is of no more use. */
  async rollback(): Promise<void> {
    this.#over = true;
    if (!this.#ended) await this.#client.query('rollback');
  }

  /** "current transaction is aborted" is only the echo of an earlier failure: that failure. */
  rootCause(error: unknown): unknown {
    return errorCode(error) === '25P02' ? (this.#failure ?? error) : error;
  }

  #assertOpen(): void {
    if (this.#over) throw new Error('a statement came after its transaction was over');
  }
}
