import type { Issue, Json, Problem } from '@huike/schema';
import type { Access, Actor, ObjectAccess } from '../access/index.ts';
import type { Catalog, CatalogField, CatalogObject, StoredValues } from '../catalog/types.ts';
import type { Database, Tx } from '../database/index.ts';
import type { JobSpec } from '../jobs/index.ts';
import type { StoredRow, WriteHook } from '../people/hook.ts';
import type { CatalogSource } from '../read/run.ts';
import type { Failures } from './failures.ts';
import type { Stored } from './shape.ts';

/** What writing works with. One for each process. */
export interface WriteContext {
  readonly db: Database;
  readonly catalogs: CatalogSource;
  readonly now: () => Date;
  /** By the object's name. */
  readonly hooks: ReadonlyMap<string, WriteHook<unknown>>;
  readonly validators: readonly Validator[];
  /** Called after each commit that wrote changes: the sealer's hint. */
  readonly committed: () => void;
}

export interface WriteOptions {
  /** Enqueued in the same transaction. */
  readonly jobs?: readonly JobSpec[];
  /** The user for whom the system acts. */
  readonly onBehalf?: string;
}

/** What became of one command. */
export interface Written {
  /** The command's place among the commands. */
  readonly index: number;
  readonly id: string;
  /** `none`: everything was so already. */
  readonly op: 'create' | 'update' | 'delete' | 'restore' | 'none';
  readonly version: number;
}

/** Of a partial write: a command that was refused. */
export interface Refused {
  readonly index: number;
  readonly problem: Problem;
}

/** One record that is about to be written, as a rule sees it. */
export interface ValidatedRow {
  readonly op: 'create' | 'update';
  readonly id: string;
  /** Path of the record in the input; an issue's path begins with it. */
  readonly path: string;
  readonly before: StoredRow | null;
  readonly after: StoredRow;
  /** Names of the columns that differ. */
  readonly changed: ReadonlySet<string>;
}

export interface ValidationContext {
  readonly tx: Tx;
  readonly catalog: Catalog;
  readonly actor: Actor;
  readonly now: Date;
}

/** Has its word on the records of one object, all of a write at once. */
export type Validator = (
  object: CatalogObject,
  rows: readonly ValidatedRow[],
  context: ValidationContext,
) => Promise<readonly Issue[]> | readonly Issue[];

/** One attempt of one write. */
export interface Work {
  readonly context: WriteContext;
  readonly catalog: Catalog;
  readonly actor: Actor;
  readonly access: Access;
  readonly now: Date;
  readonly timeZone: string;
  /** The id that the changes of this write share. */
  readonly batch: string;
  readonly onBehalf: string | null;
  readonly failures: Failures;
  /** Every record of the write: those of the commands in their order, each followed by its nested rows; then others. */
  readonly rows: Row[];
  /** By command. */
  readonly top: (Row | undefined)[];
}

export type Operation = 'create' | 'update' | 'delete' | 'restore';

/** One record on its way through the write. */
export interface Row {
  readonly object: CatalogObject;
  readonly rights: ObjectAccess;
  readonly index: number;
  /** `/3`, or of a nested row `/3/lines/0`. */
  readonly path: string;
  op: Operation;
  id: string;
  /** For upsert: the field that tells which record is meant. */
  readonly key: CatalogField | null;
  /** The values that the command gives, by field: columns, or under `''` the ids of `relations`. */
  readonly given: Map<CatalogField, StoredValues>;
  /** Fields among the given ones that nobody gave. */
  readonly defaulted: Set<CatalogField>;
  /** Fields whose given value was refused already. */
  readonly faulty: Set<CatalogField>;
  /** Given options that are no longer offered. */
  readonly retired: Map<CatalogField, readonly string[]>;
  /** Related records whose ids are found out later. */
  readonly references: Reference[];
  /** Rows of `table` fields, in their order: the full list that is wanted. */
  readonly nested: Map<CatalogField, Row[]>;
  /** The record that it is a nested row of. */
  parent: Row | null;
  /** Versions that the caller knows; empty for any. */
  readonly expected: number[];
  readonly revert: { readonly toVersion: number; readonly fields: readonly string[] | null } | null;
  /** Of a nested row that comes back from the bin with its record's earlier list. */
  revive: boolean;
  /** The version that going back started from. */
  basis: number | null;
  /** For a delete or restore that follows another record's: no right of its own is asked. */
  readonly follows: Row | null;
  /** The id that a delete and all it took share. */
  deletion: string | null;
  /** Of a record to be restored: the master that must be there. */
  master: string | null;
  /** The auto-numbers of a new record. */
  readonly numbers: Stored;
  before: Readonly<Stored> | null;
  after: Stored;
  readonly changed: Set<string>;
  readonly difference: Record<string, readonly [Json, Json]>;
  /** Whether the row is written at all. */
  dirty: boolean;
  /** What the object's hook made of the values that it takes; null when the command gave none. */
  prepared: unknown;
}

/** A related record that is given by something else than its id. */
export interface Reference {
  readonly field: CatalogField;
  /** Place in the list of a `relations` field. */
  readonly at: number | null;
  readonly path: string;
  /** A record of this very write, or the one whose field has a value. */
  readonly to: Row | Lookup;
}

export interface Lookup {
  readonly by: CatalogField;
  readonly value: string | number | boolean;
}
