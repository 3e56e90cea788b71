import { type Json, zoneName } from '@huike/schema';
import type { Actor } from '../access/actor.ts';
import { ActorSlot } from '../access/condition.ts';
import type { Catalog } from '../catalog/types.ts';
import { fill, open, Slot, type SQL, sql } from '../database/sql.ts';
import type { Value } from '../database/transaction.ts';
import { dayOf } from '../fields/index.ts';

// What a compiled read leaves open: the actor's values, the query's own, the cursor's, and the time.

/** One execution of a compiled read. */
export interface Run {
  readonly actor: Actor;
  readonly catalog: Catalog;
  readonly values: readonly Json[];
  /** The sort values of the last record of the page before. */
  readonly after: readonly (string | null)[];
  readonly limit: number;
  /** Records that a jump passes over. */
  readonly skip?: number;
  readonly now: Date;
  readonly timeZone: string;
}

/** A value worked out at the execution. Throws a Problem when what came isn't of its kind. */
class RunSlot extends Slot {
  readonly kind = 'run';
  readonly read: (run: Run) => Value;

  constructor(read: (run: Run) => Value) {
    super();
    this.read = read;
  }
}

/** Leaves a place open for a value of the execution. */
export function atRun(read: (run: Run) => Value): SQL {
  return open(new RunSlot(read));
}

export const nowSlot: SQL = sql`${atRun((run) => run.now.toISOString())}::timestamptz`;
export const todaySlot: SQL = sql`${atRun((run) => dayOf(run.now, run.timeZone))}::date`;

export const zoneSlot: SQL = sql`${atRun((run) => run.timeZone)}::text`;

/** The values of a compiled statement for one execution. */
export function bind(values: readonly Value[], run: Run): Value[] {
  return fill(values, (slot) => {
    if (slot instanceof RunSlot) return slot.read(run);
    if (slot instanceof ActorSlot && run.actor.kind === 'user') return slot.read(run.actor);
    // The system has no id and no department.
    return null;
  });
}

/** The zone in which relative dates are meant: the viewer's, or the company's for the system. */
export function zoneOf(actor: Actor, catalog: Catalog): string {
  return zoneName(actor.kind === 'user' ? actor.timeZone : catalog.company.timeZone) ?? 'UTC';
}
