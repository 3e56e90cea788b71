import type { Json } from '@huike/schema';
import type { Actor } from '../access/actor.ts';
import type { Catalog } from '../catalog/types.ts';
import type { Tx } from '../database/index.ts';

// Where a part of the kernel has its word in the writing of one kernel object. `write` calls the hook of an object in
// this order, each time with the whole batch:
//   1. take the values named in `takes` out of the commands: they are no fields and never reach the change log;
//   2. `prepare`, before the transaction (it may take long; a transaction that runs again doesn't repeat it);
//   3. on create, put the record's id into `selfField`;
//   4. after the rows and their changes are written: `afterWrite`, in the transaction; what it throws undoes the write;
//   5. after the commit: `afterCommit`.

/** Values taken out of one command, by name. A name that the command didn't give is absent. */
export type Taken = Readonly<Record<string, Json>>;

/** One record's columns by name, `id` and the other system columns among them, as JSON from PostgreSQL. */
export type StoredRow = Readonly<Record<string, Json>>;

export interface WrittenRow<Prepared> {
  /** Which command of the batch, for the paths of issues: `/{index}/{field}`. */
  readonly index: number;
  readonly op: 'create' | 'update' | 'delete' | 'restore';
  readonly id: string;
  /** Null for a create. */
  readonly before: StoredRow | null;
  /** The row as it now stands; of a deleted record too. */
  readonly after: StoredRow;
  /** What `prepare` made of the taken values; null when the command gave none. */
  readonly prepared: Prepared | null;
}

export interface HookContext {
  readonly actor: Actor;
  readonly catalog: Catalog;
  readonly now: Date;
}

export interface WriteHook<Prepared> {
  /** A kernel object. */
  readonly object: string;
  readonly takes: readonly string[];
  /** The system field that holds the record's own id: a user owns itself, a department lies in itself. */
  readonly selfField: 'owner' | 'department' | null;
  /** In: the taken values of each command that gave any. Out: one for each, in the same order. */
  prepare(taken: readonly Taken[]): Promise<readonly Prepared[]>;
  afterWrite(tx: Tx, context: HookContext, rows: readonly WrittenRow<Prepared>[]): Promise<void>;
  afterCommit(): void;
}
