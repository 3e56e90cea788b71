// What a semantic type means for matching: how its values are read, compared and gathered into blocks.

import type { Texts } from '../texts.ts';
import type { ColumnSpec } from '../types.ts';

/** A value as it is compared. Values with the same text are the same value. */
export interface Reading {
  readonly text: string;
  /** Numbers (32 bits) that comparing and blocking need; as many as the kind has. */
  readonly facets: readonly number[];
  readonly tokens?: readonly string[];
}

/** A column whose rows hold numbers of values (codes); 0 is no value. All of it lies in memory that threads share. */
export interface Column extends ColumnSpec {
  /** By row. */
  readonly codes: Uint32Array;
  /** By code: how many rows hold it. */
  readonly counts: Uint32Array;
  readonly texts: Texts;
  /** By code, `kind.facets` each. */
  readonly facets: Uint32Array;
  readonly tokens: Tokens;
}

/** The tokens of each code, their numbers ascending: those of code n are `ids[ends[n - 1]..ends[n]]`. */
export interface Tokens {
  readonly ends: Uint32Array;
  readonly ids: Uint32Array;
  readonly texts: Texts;
  /** By token: how rare it is (logarithm of rows by rows that hold it). */
  readonly rarity: Float32Array;
  /** By token: whether it holds a digit. */
  readonly hasDigit: Uint8Array;
  /** By code: length of its vector of rarities. */
  readonly norms: Float32Array;
}

export interface Level {
  readonly name: string;
  /** How often it is expected between rows of one customer, before anything is learnt. */
  readonly expected: number;
  /** Never speaks for one customer, however rare it is: a neighbour's door, a brother's name. */
  readonly isConflict: boolean;
}

/** Compares two codes, none 0, that differ: a level below the highest; -1 where they tell nothing of each other. */
export type Compare = (column: Column, a: number, b: number) => number;

/** A key by which rows are gathered. */
export interface Atom {
  readonly name: string;
  /** How many keys a value has at most. */
  readonly slots: number;
  /** Writes the keys of a code; 0 for none. */
  fill(column: Column, code: number, keys: Uint32Array): void;
}

export interface Kind {
  readonly facets: number;
  readonly hasTokens: boolean;
  /** From different to exact; the highest is that of one and the same value. */
  readonly levels: readonly Level[];
  /** A reader of the values of one column, some of which it may look at first. It gives null for what tells nothing. */
  reader(sample: () => Iterable<string>): (value: string) => Reading | null;
  readonly compare: Compare;
  readonly atoms: readonly Atom[];
}

const conflicts: ReadonlySet<string> = new Set(['different', 'street', 'related', 'givenConflict']);

export const levels = (expected: Readonly<Record<string, number>>): readonly Level[] =>
  Object.entries(expected).map(([name, share]) => ({ name, expected: share, isConflict: conflicts.has(name) }));

/** The whole value as a key. */
export const whole: Atom = {
  name: 'whole',
  slots: 1,
  fill(_, code, keys) {
    keys[0] = code;
  },
};

/** A facet as a key. */
export const facetAtom = (name: string, index: number, facets: number): Atom => ({
  name,
  slots: 1,
  fill(column, code, keys) {
    keys[0] = column.facets[code * facets + index] ?? 0;
  },
});

const nothing =
  /^(?:[-–—_/\\.*?#]+|n\/?a|nan|null|none|nil|unknown|undefined|missing|not available|无|暂无|未知|不详|空|没有|未填|匿名|保密)$/u;

/** Whether a folded value is one that people write when they have none. */
export const isNothing = (folded: string): boolean => folded === '' || nothing.test(folded);
