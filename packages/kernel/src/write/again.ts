// Running a write until it goes through: what was found out without a lock may have moved, the metadata may have moved,
// the database may have undone one of two that waited for each other. Each time everything begins anew.
import { setTimeout as sleep } from 'node:timers/promises';
import { problem } from '@huike/schema';
import type { Catalog } from '../catalog/types.ts';
import { errorCode, failPoint, type TransactionOptions, type Tx } from '../database/index.ts';
import type { WriteContext } from './types.ts';

/** What was found out without a lock no longer holds. */
export class Moved extends Error {}

const attempts = 20;
/** The check of huike.expect_metadata; undefined column or table. */
const stale: ReadonlySet<string> = new Set(['HK001', '42703', '42P01']);

/** Opens the transaction of one attempt. */
export type Once = <R>(fn: (tx: Tx) => Promise<R>, options?: TransactionOptions) => Promise<R>;

const afterCommit = new WeakMap<Tx, Set<() => void>>();

/** Has something done after the commit of a transaction that was opened here. */
export function whenCommitted(tx: Tx, fn: () => void): void {
  afterCommit.get(tx)?.add(fn);
}

/** Runs `run`, which opens at most one transaction by `once`, again as long as that may help. Throws `write.busy`. */
export async function again<T>(context: WriteContext, run: (catalog: Catalog, once: Once) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const after = new Set<() => void>();
    let begun = false;
    const once: Once = (fn, options) =>
      context.db.transaction(async (tx) => {
        // The pool would run the same function again; its state is used up.
        if (begun) throw new Moved();
        begun = true;
        afterCommit.set(tx, after);
        const result = await fn(tx);
        failPoint('write.commit');
        return result;
      }, options);
    try {
      const result = await run(context.catalogs.current(), once);
      failPoint('write.committed');
      for (const fn of after) fn();
      return result;
    } catch (error) {
      const old = stale.has(errorCode(error));
      if (!old && !(error instanceof Moved)) throw error;
      if (attempt === attempts) throw problem('write.busy');
      if (old) await context.catalogs.reload();
      else await sleep(Math.random() * 5 * attempt);
    }
  }
}

/**
 * A transaction in which others write by `writeIn`. `fn` may run several times: it has no effects outside of `tx`.
 */
export function transact<T>(
  context: WriteContext,
  fn: (tx: Tx) => Promise<T>,
  options?: TransactionOptions,
): Promise<T> {
  return again(context, (_, once) => once(fn, options));
}
