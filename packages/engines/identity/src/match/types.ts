import type { MatchType } from '@huike/schema';

// The words of batch matching. A *pair* is two rows; a *field* is a column under comparison; a *level* says how alike
// two values are, from different (0) to exact; a *weight* is what a level says for the same customer, in bits: the
// logarithm to base 2 of how many times likelier it is between rows of one customer than between rows of two.

/** What a column holds; all that matching knows of it. */
export type SemanticType = MatchType;

export interface ColumnSpec {
  readonly name: string;
  readonly type: SemanticType;
}

/** Probabilities from which on a pair merges, and below which it is two customers; between them a person decides. */
export interface Thresholds {
  readonly upper: number;
  readonly lower: number;
}

export interface MatchOptions {
  readonly thresholds?: Thresholds;
  /** Pairs of rows of which somebody said that they are not the same: they never share a cluster. */
  readonly cannot?: Iterable<readonly [number, number]>;
  /** How many threads compare; by default as many as there are cores, up to 4. Few rows are compared without any. */
  readonly threads?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: MatchProgress) => void;
}

export interface MatchProgress {
  readonly phase: 'reading' | 'learning' | 'comparing' | 'clustering';
  readonly done: number;
  readonly total: number;
}

/** Pairs at or above the lower threshold, the likeliest first; parallel arrays. */
export interface ScoredPairs {
  readonly count: number;
  /** Row numbers; `first` is the smaller one. */
  readonly first: Uint32Array;
  readonly second: Uint32Array;
  /** That the two are the same customer, from 0 to 1. */
  readonly probability: Float64Array;
}

/** One step of the waterfall by which a pair's probability comes about. */
export interface PairWeight {
  /** The column; null for the prior and for what holds the pair back. */
  readonly column: string | null;
  /** The level's name (`exact`, `near`, `different`, …), `missing`, `prior`, or why the pair is held back. */
  readonly level: string;
  /** In bits. */
  readonly weight: number;
}

export interface PairExplanation {
  readonly probability: number;
  /** Their sum, in bits, is the logarithm of the odds. */
  readonly weights: readonly PairWeight[];
  /** Two different values whose check digits fit: never the same. */
  readonly vetoed: boolean;
}
