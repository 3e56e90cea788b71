import type { Json, JsonObject } from '@huike/schema';
import type { Actor } from '../access/actor.ts';

// The words of the log. A *change* is one committed edit of a record; an *event* is what is audited but changes no
// record. Both stand in one log, in one order: `seq`, dense from 1, given when the change is sealed.

export type RecordOperation = 'create' | 'update' | 'delete' | 'restore' | 'purge';

/**
 * What a change did to each field, by the field's tag: the stored value before and after.
 * A field of one column has its value, one of several (money) an object by column suffix; null is empty.
 * Of `relations` and `table` fields it holds the ids taken away (or altered) and those added (or altered).
 */
export type Difference = Readonly<Record<string, readonly [before: Json, after: Json]>>;

/** A change about to be logged. */
export interface NewChange {
  readonly op: RecordOperation;
  /** The object's id. */
  readonly object: string;
  readonly record: string;
  readonly version: number;
  readonly data: Difference;
}

/** What the changes of one write have in common. */
export interface Batch {
  /** One id for all that the write did. */
  readonly id: string;
  readonly actor: Actor;
  /** The user for whom the system acts. */
  readonly onBehalf: string | null;
  readonly at: Date;
}

/** Something audited that changes no record: a sign-in, an export, an unmask, a right granted. */
export interface NewEvent {
  readonly type: string;
  /** An object's id. */
  readonly object?: string;
  readonly record?: string;
  readonly data: JsonObject;
}

/** One entry of the log as it is read. */
export interface Change {
  /** Null while it isn't sealed. */
  readonly seq: number | null;
  readonly kind: 'record' | 'event';
  /** A RecordOperation, or the type of the event. */
  readonly op: string;
  readonly object: string | null;
  readonly record: string | null;
  readonly version: number | null;
  /** The user's id, or the system's name. */
  readonly actor: string;
  readonly onBehalf: string | null;
  readonly at: string;
  readonly batch: string;
  readonly request: string | null;
  readonly ip: string | null;
  readonly agent: string | null;
  readonly data: JsonObject;
}

/** How an actor stands in the log. */
export function actorName(actor: Actor): string {
  return actor.kind === 'user' ? actor.id : actor.name;
}
