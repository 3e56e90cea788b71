import type { Command } from './query.ts';

// Sample data of an app, for `huike seed` and HUIKE_SEED=demo: pure, so that the same seed gives the same records.

/** Somebody of the sample company. */
export interface DemoPerson {
  /** The user's id. */
  readonly id: string;
  readonly name: string;
  /** The department's id. */
  readonly department: string;
  readonly leads: boolean;
}

export interface DemoWorld {
  /** From 0 up to, but not, 1; the same for the same seed. */
  readonly random: () => number;
  /** A new record's id. */
  readonly newId: () => string;
  readonly now: Date;
  readonly people: readonly DemoPerson[];
}

export interface Demo {
  /** Names of roles for those who lead a department, and for the others. */
  readonly roles: { readonly leader: readonly string[]; readonly member: readonly string[] };
  /** Creates, in an order in which each may refer to those before. */
  readonly records: (world: DemoWorld) => readonly Command[];
}
