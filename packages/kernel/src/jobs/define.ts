// What kinds of job there are. The payload's type follows from the kind: a wrong payload doesn't compile.
import { hash } from 'node:crypto';
import type { Json } from '@huike/schema';
import type { Database, Tx } from '../database/index.ts';

/** A kind of job. Payloads are JSON: ids of what to work on, never secrets (a person sees them among dead letters). */
export interface JobType<Payload extends Json> {
  readonly name: string;
  /** Runs before it is given up as a dead letter. */
  readonly maxAttempts: number;
  /** Milliseconds after which a run counts as failed. */
  readonly timeoutMs: number;
  readonly schedule: Schedule<Payload> | null;
  /** A job to enqueue. */
  with(payload: Payload, options?: EnqueueOptions): JobSpec;
}

/** When a job runs by itself: a cron pattern of five parts, in a time zone. */
export interface Schedule<Payload extends Json> {
  readonly cron: string;
  /** Default Asia/Shanghai. */
  readonly zone?: string;
  readonly payload: Payload;
}

export interface EnqueueOptions {
  /** Jobs of one kind and order run one at a time, in the order they were enqueued; one that waits for its retry is passed. */
  readonly order?: string;
  /**
   * At most one waiting job of this kind and key: a further one replaces its payload. Writers of one key wait for one
   * another's commit, so let it name a record rather than the whole world.
   */
  readonly key?: string;
  /** ISO 8601; not before this. Absent: at once. */
  readonly runAt?: string;
  /** −32768…32767; a smaller one goes first. Default 0. */
  readonly priority?: number;
}

/** As `huike.enqueue_jobs` takes it. */
export interface JobSpec {
  readonly job: string;
  readonly payload: Json;
  readonly maxAttempts: number;
  readonly lane?: string;
  readonly key?: string;
  readonly runAt?: string;
  readonly priority?: number;
}

export interface JobOptions<Payload extends Json> {
  /** Default 10: about five hours. */
  readonly maxAttempts?: number;
  /** Default 5 minutes. */
  readonly timeoutMs?: number;
  readonly schedule?: Schedule<Payload>;
}

/** The run of a job, as its handler sees it. */
export interface Job {
  readonly id: string;
  readonly name: string;
  /** From 1. */
  readonly attempt: number;
  readonly maxAttempts: number;
  /** Aborted when the run is over before its end: time-out, shutdown, or another server took the job. */
  readonly signal: AbortSignal;
  readonly database: Database;
  /**
   * Does a part of the work, once: its effects in `tx` commit together with the fact that it is done, and only while
   * this server still holds the job. A later run of the same job gets the stored result instead. What lies outside of
   * `tx` (a call to a vendor) may happen again: give it an idempotency key. Throws `LostJob`.
   */
  step<T extends Json>(name: string, fn: (tx: Tx) => Promise<T>): Promise<T>;
  step(name: string, fn: (tx: Tx) => Promise<void>): Promise<void>;
}

/** A kind of job with what does it. */
export interface JobHandler {
  readonly name: string;
  readonly timeoutMs: number;
  readonly schedule: { readonly cron: string; readonly zone?: string; readonly job: JobSpec } | null;
  run(payload: Json, job: Job): Promise<void>;
}

/** Declares a kind of job; `name` is unique, as in `files.sweep`. */
export function defineJob<Payload extends Json>(name: string, options: JobOptions<Payload> = {}): JobType<Payload> {
  const maxAttempts = options.maxAttempts ?? 10;
  return {
    name,
    maxAttempts,
    timeoutMs: options.timeoutMs ?? 300_000,
    schedule: options.schedule ?? null,
    with: (payload, { order, key, ...rest } = {}) => ({
      job: name,
      payload,
      maxAttempts,
      ...rest,
      ...(order !== undefined && { lane: laneOf(name, order) }),
      ...(key !== undefined && { key: `${name}:${key}` }),
    }),
  };
}

/** Says what does a kind of job. */
export function handleJob<Payload extends Json>(
  type: JobType<Payload>,
  fn: (payload: Payload, job: Job) => Promise<void>,
): JobHandler {
  const { name, timeoutMs, schedule } = type;
  return {
    name,
    timeoutMs,
    schedule: schedule && {
      cron: schedule.cron,
      ...(schedule.zone !== undefined && { zone: schedule.zone }),
      job: type.with(schedule.payload),
    },
    // A payload is what `with` of the same type was given, gone through JSON.
    run: (payload, job) => fn(payload as Payload, job),
  };
}

const lanes = 32;

/** Few names for any number of orders: each is a row that workers look through. */
function laneOf(name: string, order: string): string {
  return `${name}/${Number.parseInt(hash('sha1', order).slice(0, 6), 16) % lanes}`;
}
