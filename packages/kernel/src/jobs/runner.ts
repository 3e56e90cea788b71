// Runs jobs in this process, for as long as it lives: opens a worker pool, and another one when that is lost.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../database/index.ts';
import type { JobHandler } from './define.ts';
import { type JobFailure, LeasedPool, type PoolOptions } from './pool.ts';
import { putSchedule } from './schedule.ts';

export interface RunnerOptions {
  readonly database: Database;
  readonly handlers: readonly JobHandler[];
  /** Jobs at a time; default 10. */
  readonly concurrency?: number;
  /** Milliseconds after which a killed or paused server's jobs go to others; default 8,000. */
  readonly leaseMs?: number;
  /** Hears of each failed run, for the log. */
  readonly onFailure?: (failure: JobFailure) => void;
}

export class JobRunner {
  readonly #options: PoolOptions;
  #pool: LeasedPool;
  #stopping = false;
  readonly #supervised: Promise<void>;

  private constructor(options: PoolOptions, pool: LeasedPool) {
    this.#options = options;
    this.#pool = pool;
    this.#supervised = this.#supervise();
  }

  /**
   * Starts to run the jobs that have a handler here; others are left to other servers. `installJobs` comes before.
   * Throws when two handlers have one name, a schedule isn't valid, or PostgreSQL doesn't answer.
   */
  static async start(options: RunnerOptions): Promise<JobRunner> {
    const { database, concurrency = 10, leaseMs = 8000, onFailure = () => {} } = options;
    const handlers = new Map(options.handlers.map((handler) => [handler.name, handler]));
    if (handlers.size !== options.handlers.length) throw new Error('two job handlers have the same name');
    for (const { name, schedule } of options.handlers)
      if (schedule) await putSchedule(database, { name: `job:${name}`, ...schedule });
    const poolOptions = { database, handlers, concurrency, leaseMs, onFailure };
    return new JobRunner(poolOptions, await LeasedPool.open(poolOptions));
  }

  /** Takes no more jobs. Those that run may end within the limit (default 25 seconds); others go back, untried. */
  async stop(limitMs = 25_000): Promise<void> {
    this.#stopping = true;
    await this.#pool.stop(limitMs);
    await this.#supervised;
  }

  async #supervise(): Promise<void> {
    for (;;) {
      await this.#pool.ended;
      if (this.#stopping) return;
      void this.#pool.close();
      while (!this.#stopping) {
        try {
          this.#pool = await LeasedPool.open(this.#options);
          break;
        } catch {
          await sleep(500); // PostgreSQL is away
        }
      }
      if (this.#stopping) await this.#pool.stop(0);
    }
  }
}
