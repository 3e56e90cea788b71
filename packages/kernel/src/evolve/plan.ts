import type { Clash, Kind, Label } from '@huike/schema';

// A plan is data: what a change of the metadata would do, in words, before anything is done.

/** `lock`: others wait while a table is worked through. `losesData`: values are lost, or set aside for 30 days. */
export type Impact = 'safe' | 'lock' | 'losesData';

export interface PlanStep {
  readonly kind: Kind | 'field' | 'index';
  /** Whose field or index. */
  readonly object?: string;
  readonly name: string;
  readonly action: 'create' | 'update' | 'delete' | 'restore';
  readonly impact: Impact;
  readonly detail: Label;
  /** Nobody asked for the loss by name: it needs `confirm`. */
  readonly unasked?: true;
}

/** Where an upgrade of an app meets an edit of the customer. */
export interface PlanConflict extends Clash {
  readonly kind: Kind;
  readonly name: string;
}

export interface Plan {
  /** The version of the metadata that it was made for. */
  readonly version: number;
  readonly steps: readonly PlanStep[];
  readonly conflicts: readonly PlanConflict[];
  /** What is done in the database, for those who read SQL. Large indexes come after, one by one. */
  readonly statements: readonly string[];
}
