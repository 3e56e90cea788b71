// One worker pool of graphile-worker under a lease. When the lease is lost the pool is done with: its runs are fenced
// off, and the runner opens another one under a new name.
import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Json } from '@huike/schema';
import { type JobHelpers, type Runner, run, type Job as TakenJob, type WorkerEvents } from 'graphile-worker';
import type pg from 'pg';
import { type Database, failPoint, type Queryable } from '../database/index.ts';
import { type SQL, sql } from '../database/sql.ts';
import type { JobHandler } from './define.ts';
import { onEnqueue } from './enqueue.ts';
import { connections, silent } from './install.ts';
import { reasonOf } from './reason.ts';
import { JobRun, LostJob, type Outcome, ServerStops } from './run.ts';
import { fireDue } from './schedule.ts';

/** What the log should know of a failed run. */
export interface JobFailure {
  readonly id: string;
  readonly name: string;
  readonly attempt: number;
  readonly outcome: Outcome;
  readonly error: unknown;
}

export interface PoolOptions {
  readonly database: Database;
  readonly handlers: ReadonlyMap<string, JobHandler>;
  readonly concurrency: number;
  readonly leaseMs: number;
  readonly onFailure: (failure: JobFailure) => void;
}

const sweepMs = 300_000;
const pollMs = 200;
const patience = 6000;
/** Jobs fetched ahead for each that runs; what isn't started within a second goes back. */
const ahead = 4;

export class LeasedPool {
  readonly #options: PoolOptions;
  readonly #connections: pg.Pool;
  readonly #queue: Queryable;
  readonly #running = new Set<JobRun>();
  readonly #ended = Promise.withResolvers<void>();
  #worker = '';
  #runner: Runner | undefined;
  #nudge = () => {};
  #forget = () => {};
  #renewed = performance.now();
  #swept = Number.NEGATIVE_INFINITY;
  #stopping = false;
  #over = false;

  private constructor(options: PoolOptions) {
    this.#options = options;
    // To listen, to fetch, to end jobs, and to keep the lease.
    this.#connections = connections(options.database, 6);
    this.#queue = queryable(this.#connections);
  }

  /** Starts to take jobs. Throws when PostgreSQL doesn't answer. */
  static async open(options: PoolOptions): Promise<LeasedPool> {
    const pool = new LeasedPool(options);
    try {
      await pool.#start();
      return pool;
    } catch (error) {
      pool.#lose();
      await pool.close();
      throw error;
    }
  }

  /** Resolves when the pool takes no more jobs: stopped, lease lost, or its worker gave up. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  async #start(): Promise<void> {
    const { handlers, concurrency } = this.#options;
    const events: WorkerEvents = new EventEmitter();
    events.on('pool:create', ({ workerPool }) => {
      this.#worker = workerPool.id;
      this.#nudge = () => workerPool.nudge(1);
    });
    events.on('localQueue:init', ({ localQueue }) => {
      events.on('pool:gracefulShutdown', () => {
        // In 0.18.0 a shutdown gives back fetched jobs by a promise that nobody hears: when PostgreSQL is away, its
        // failure would end the process. Given back just before, as after their time, they are heard.
        // biome-ignore lint/complexity/useLiteralKeys: it is private
        if (localQueue.mode === 'WAITING') localQueue['setModeTtlExpired']();
        // A shutdown that we didn't ask for follows a lost connection, and may never come to its end.
        if (!this.#stopping) this.#lose();
      });
    });
    const perform =
      (handler: JobHandler) =>
      (_payload: unknown, { job }: JobHelpers) =>
        this.#perform(handler, job);
    this.#runner = await run({
      pgPool: this.#connections,
      events,
      logger: silent,
      noHandleSignals: true,
      parsedCronItems: [],
      taskList: Object.fromEntries([...handlers].map(([name, handler]) => [name, perform(handler)])),
      preset: {
        worker: {
          concurrentJobs: concurrency,
          pollInterval: pollMs,
          localQueue: { size: concurrency * (1 + ahead), ttl: 1000 },
          completeJobBatchDelay: 2,
          failJobBatchDelay: 2,
        },
      },
    });
    this.#runner.promise.catch(() => {}).finally(() => this.#lose());
    await this.#queue.execute(sql`
      insert into huike.job_lease (worker, expires) values (${sql.value(this.#worker)}, now() + ${this.#lease()})`);
    this.#renewed = performance.now();
    this.#forget = onEnqueue(() => this.#nudge());
    void this.#keep();
  }

  /** Keeps the lease, and does what all servers see to together. */
  async #keep(): Promise<void> {
    while (!this.#over) {
      await this.#tend().catch(() => {});
      if (this.#leaseIsDoubtful()) this.#lose();
      await sleep(this.#options.leaseMs / 8, undefined, { ref: false });
    }
  }

  async #tend(): Promise<void> {
    await this.#renew();
    if (performance.now() - this.#swept > sweepMs) {
      await this.#queue.query(sql`select huike.sweep_job_locks(${sql.value(this.#worker)}, ${this.#lease()})`);
      this.#swept = performance.now();
    }
    const [reaped] = await this.#queue.query<{ jobs: number }>(sql`select huike.reap_jobs() as jobs`);
    if (reaped && reaped.jobs > 0) this.#nudge();
    await fireDue(this.#queue, [...this.#options.handlers.keys()]);
  }

  /** A lease that has run out isn't renewed: someone may have acted on that. */
  async #renew(): Promise<void> {
    const asked = performance.now();
    const renewed = await this.#queue.execute(sql`
      update huike.job_lease set expires = now() + ${this.#lease()}
      where worker = ${sql.value(this.#worker)} and expires > now()`);
    if (renewed === 0) this.#lose();
    else this.#renewed = asked;
  }

  #leaseIsDoubtful(): boolean {
    return performance.now() - this.#renewed > this.#options.leaseMs;
  }

  #lease(): SQL {
    return sql`${sql.value(this.#options.leaseMs)}::int * interval '1 millisecond'`;
  }

  #lose(): void {
    if (this.#over) return;
    this.#over = true;
    this.#forget();
    for (const run of this.#running) run.abort(new LostJob());
    this.#ended.resolve();
  }

  async #perform(handler: JobHandler, taken: TakenJob): Promise<void> {
    // After a pause, what was fetched before it may be someone else's by now.
    if (this.#leaseIsDoubtful()) await this.#renew();
    if (this.#over) throw new LostJob();
    const hold = {
      id: taken.id,
      name: handler.name,
      worker: this.#worker,
      attempt: taken.attempts,
      maxAttempts: taken.max_attempts,
      revision: taken.revision,
      key: taken.key,
    };
    const run = new JobRun(hold, this.#options.database, this.#queue, this.#options.leaseMs);
    const { timeoutMs } = handler;
    const timer = setTimeout(() => run.abort(new Error(`not done within ${timeoutMs / 1000} seconds`)), timeoutMs);
    const inLane = taken.job_queue_id !== null;
    this.#running.add(run);
    try {
      await run.detachKey();
      // A payload is JSON, as enqueued.
      await untilAborted(handler.run(taken.payload as Json, run), run.signal);
      failPoint('jobs.done');
      // Without steps and lane there is nothing to fence: graphile-worker ends such jobs, many at a time.
      if (run.hasSteps || inLane) await run.finish();
    } catch (thrown) {
      const error: unknown = run.signal.aborted ? run.signal.reason : thrown;
      await this.#failed(run, error);
      // graphile-worker finds the job gone from it, and does nothing.
      throw new Error(reasonOf(error));
    } finally {
      clearTimeout(timer);
      run.abort(new LostJob());
      this.#running.delete(run);
      if (inLane) this.#nudge();
    }
  }

  async #failed(run: JobRun, error: unknown): Promise<void> {
    if (error instanceof ServerStops) return run.giveBack();
    const outcome = error instanceof LostJob ? 'lost' : await run.fail(reasonOf(error));
    this.#options.onFailure({ id: run.id, name: run.name, attempt: run.attempt, outcome, error });
  }

  /** Takes no more jobs; lets those that run end within the limit, and gives back the others. */
  async stop(limitMs: number): Promise<void> {
    this.#stopping = true;
    const stopped = this.#runner?.stop().catch(() => {}) ?? Promise.resolve();
    await within(limitMs, stopped);
    for (const run of this.#running) run.abort(new ServerStops());
    await within(this.#options.leaseMs + 2000, stopped);
    this.#lose();
    await this.close();
  }

  /** Ends the lease, which releases whatever is still locked, and the connections. */
  async close(): Promise<void> {
    const release = async () => {
      await this.#queue.execute(
        sql`update huike.job_lease set expires = '-infinity' where worker = ${sql.value(this.#worker)}`,
      );
      await this.#queue.query(sql`select huike.reap_jobs()`);
    };
    await within(patience, release());
    await within(patience, this.#runner?.kill());
    await within(patience, this.#connections.end());
  }
}

/** Waits for work whose failure doesn't matter any more, but not for ever. */
async function within(ms: number, work: Promise<unknown> | undefined): Promise<void> {
  await Promise.race([work?.catch(() => {}), sleep(ms, undefined, { ref: false })]);
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  // Whichever comes second is heard by nobody.
  work.catch(() => {});
  return Promise.race([work, aborted]);
}

function queryable(pool: pg.Pool): Queryable {
  const send = (statement: SQL) => {
    const { text, values } = sql.compile(statement);
    return pool.query(text, values);
  };
  return {
    query: async (statement) => (await send(statement)).rows,
    execute: async (statement) => (await send(statement)).rowCount ?? 0,
    queryText: async (text, values) => (await pool.query(text, [...values])).rows,
  };
}
