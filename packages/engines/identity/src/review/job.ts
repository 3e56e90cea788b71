import {
  type Actor,
  defineJob,
  endProgress,
  enqueue,
  handleJob,
  type JobHandler,
  type Kernel,
  reportProgress,
  startProgress,
} from '@huike/kernel';
import { newId } from '@huike/schema';
import type { Identity } from '../identity.ts';
import type { Thresholds } from '../match/index.ts';
import { type MatchRun, matchCustomers } from './match.ts';

// Matching as a job: it runs in the background, shows how far it is, and can be cancelled.

type Payload = {
  readonly id: string;
  readonly apply: boolean;
  readonly thresholds: { readonly upper: number; readonly lower: number } | null;
};

const aDay = 24 * 3_600_000;
const matchJob = defineJob<Payload>('identity.match', { maxAttempts: 3, timeoutMs: aDay });

/** Begins to match all customers; the id under which its progress is read. */
export async function startMatch(kernel: Kernel, actor: Actor, run: MatchRun): Promise<string> {
  const id = newId();
  const thresholds: Thresholds | null = run.thresholds ?? null;
  await kernel.db.transaction(async (tx) => {
    const [jobId] = await enqueue(tx, [matchJob.with({ id, apply: run.apply, thresholds }, { order: 'match' })]);
    await startProgress(tx, {
      id,
      kind: 'match',
      jobId: jobId ?? '',
      createdBy: actor.kind === 'user' ? actor.id : null,
    });
  });
  return id;
}

/** Milliseconds between two reports. */
const reportEvery = 500;

/** What does the jobs of identity. */
export function identityJobs(kernel: Kernel, identity: Identity): readonly JobHandler[] {
  return [
    handleJob(matchJob, async ({ id, apply, thresholds }, job) => {
      const stopped = new AbortController();
      let reported = 0;
      const report = (progress: { readonly done: number; readonly total: number; readonly message: string }) => {
        if (Date.now() - reported < reportEvery) return;
        reported = Date.now();
        reportProgress(kernel.db, id, progress).then(
          ({ cancelled }) => cancelled && stopped.abort(),
          () => {},
        );
      };
      const signal = AbortSignal.any([job.signal, stopped.signal]);
      try {
        const run = { apply, ...(thresholds === null ? {} : { thresholds }) };
        const outcome = await matchCustomers(kernel, run, { signal, report, transact: (fn) => identity.transact(fn) });
        await endProgress(kernel.db, id, {
          state: 'done',
          result: { ...outcome, merged: { ...outcome.merged }, thresholds: { ...outcome.thresholds }, applied: apply },
        });
      } catch (error) {
        if (!stopped.signal.aborted) throw error;
        await endProgress(kernel.db, id, { state: 'cancelled' });
      }
    }),
  ];
}
