// One run of a job: its steps are fenced, and it ends once.
import type { Json } from '@huike/schema';
import { type Database, failPoint, type Queryable, type Tx } from '../database/index.ts';
import { sql } from '../database/sql.ts';
import type { Job } from './define.ts';

/** This server no longer holds the job: another one may be running it. Nothing of the step was done. */
export class LostJob extends Error {
  constructor() {
    super('this server no longer holds the job');
    this.name = 'LostJob';
  }
}

/** The server stops: the job goes back untried. */
export class ServerStops extends Error {
  constructor() {
    super('the server stops');
    this.name = 'ServerStops';
  }
}

/** What is known of a job when it was taken. A worker and an attempt together are one hold of it. */
export interface Hold {
  readonly id: string;
  readonly name: string;
  readonly worker: string;
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly revision: number;
  readonly key: string | null;
}

export type Outcome = 'retry' | 'dead' | 'superseded' | 'lost';

export class JobRun implements Job {
  readonly id: string;
  readonly name: string;
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly database: Database;
  readonly #hold: Hold;
  /** For what must not wait behind requests: taking, ending. */
  readonly #queue: Queryable;
  readonly #stallMs: number;
  readonly #over = new AbortController();
  #stepped = false;

  /** `stallMs`: how long a step's transaction may lie idle before PostgreSQL ends it. */
  constructor(hold: Hold, database: Database, queue: Queryable, stallMs: number) {
    this.id = hold.id;
    this.name = hold.name;
    this.attempt = hold.attempt;
    this.maxAttempts = hold.maxAttempts;
    this.database = database;
    this.#hold = hold;
    this.#queue = queue;
    this.#stallMs = stallMs;
  }

  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** Whether steps were done in this run, or may have been in an earlier one: then the end must be fenced as well. */
  get hasSteps(): boolean {
    return this.#stepped || this.attempt > 1;
  }

  /** Ends the run: the handler's promise is left behind, and no step of it commits any more. */
  abort(reason: Error): void {
    this.#over.abort(reason);
  }

  async step<T extends Json>(name: string, fn: (tx: Tx) => Promise<T>): Promise<T>;
  async step(name: string, fn: (tx: Tx) => Promise<void>): Promise<void>;
  async step(name: string, fn: (tx: Tx) => Promise<unknown>): Promise<unknown> {
    this.signal.throwIfAborted();
    this.#stepped = true;
    const { id, worker, attempt, revision } = this.#hold;
    const outcome = await this.database.transaction(async (tx) => {
      // The lock on the job's row lasts until the commit: nobody can take the job away in between. A process that is
      // paused right there is cut off by PostgreSQL, which rolls back.
      const [held] = await tx.query<{ done: boolean; result: Json }>(sql`
        select s.step is not null as done, s.result,
          set_config('idle_in_transaction_session_timeout', ${sql.value(String(this.#stallMs))}, true)
        from graphile_worker._private_jobs j
        left join huike.job_step s
          on s.job_id = j.id and s.run = ${sql.value(revision)} and s.step = ${sql.value(name)}
        where j.id = ${sql.value(id)} and j.locked_by = ${sql.value(worker)} and j.attempts = ${sql.value(attempt)}
        for share of j`);
      if (!held) throw this.#lost();
      if (held.done) return held.result ?? undefined;
      const result = await fn(tx);
      this.signal.throwIfAborted();
      await tx.execute(sql`
        insert into huike.job_step (job_id, run, step, result)
        values (${sql.value(id)}, ${sql.value(revision)}, ${sql.value(name)},
          ${sql.value(result === undefined ? null : JSON.stringify(result))}::json)`);
      return result;
    });
    failPoint('jobs.step');
    return outcome;
  }

  /** Takes the job's key off, so that whoever enqueues it anew neither waits for this run nor is lost in it. */
  async detachKey(): Promise<void> {
    if (this.#hold.key === null) return;
    const { id, worker, attempt } = this.#hold;
    const held = await this.#queue.execute(sql`
      update graphile_worker._private_jobs set key = null
      where id = ${sql.value(id)} and locked_by = ${sql.value(worker)} and attempts = ${sql.value(attempt)}`);
    if (held === 0) throw this.#lost();
  }

  /** The end of a run that did its work. Throws `LostJob` when the job isn't this server's any more. */
  async finish(): Promise<void> {
    const [row] = await this.#queue.query<{ held: boolean }>(sql`select huike.finish_job(${this.#token()}) as held`);
    if (!row?.held) throw this.#lost();
  }

  async fail(reason: string): Promise<Outcome> {
    const [row] = await this.#queue.query<{ outcome: Outcome }>(
      sql`select huike.fail_job(${this.#token()}, ${sql.value(reason)}, ${sql.value(this.#hold.key)}) as outcome`,
    );
    return row?.outcome ?? 'lost';
  }

  async giveBack(): Promise<void> {
    await this.#queue.query(sql`select huike.return_job(${this.#token()}, ${sql.value(this.#hold.key)})`);
  }

  #token() {
    const { id, worker, attempt } = this.#hold;
    return sql`${sql.value(id)}::bigint, ${sql.value(worker)}::text, ${sql.value(attempt)}::int`;
  }

  #lost(): LostJob {
    const lost = new LostJob();
    this.abort(lost);
    return lost;
  }
}
