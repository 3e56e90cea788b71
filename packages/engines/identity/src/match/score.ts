// How likely two rows are one customer: levels of all fields, and their weights added up.

import { kinds } from './kinds/index.ts';
import type { Column } from './kinds/kind.ts';
import { areSwapped, givenConflict, swapped } from './kinds/person.ts';
import type { PairExplanation, PairWeight, SemanticType } from './types.ts';

/** What was learnt of the columns; weights in bits. */
export interface Weights {
  /** Of two rows of one list, and of two lists. */
  readonly prior: readonly [within: number, across: number];
  /** By field, by level. */
  readonly levels: readonly Float32Array[];
  /** By field, by code: of one and the same value. */
  readonly exact: readonly Float32Array[];
  /** By field, by level: of a place where a closer place agrees already. */
  readonly beside: readonly Float32Array[];
  /** By field: the most that two values which aren't one and the same may say. */
  readonly unequal: Float32Array;
}

/** What is compared. */
export interface Rows {
  readonly columns: readonly Column[];
  /** By row. */
  readonly sources: Uint8Array;
}

/** Places from the closest to the widest: one that agrees takes from what wider ones say. */
const places: readonly SemanticType[] = ['address', 'postalCode', 'city', 'region'];

/** Identifies by itself, so that another name may be a new one. */
const personal: ReadonlySet<SemanticType> = new Set(['nationalId', 'birthDate']);

/** Whether a level of this type says that the two aren't one person, or one company. */
const isOther = (type: SemanticType, level: number): boolean =>
  (level === 0 && (type === 'fullName' || type === 'givenName' || type === 'company')) ||
  (type === 'fullName' && level === givenConflict);

/** Of another person at the same phone, address or mailbox: it waits for a person whatever else agrees. */
export const heldBack = 0;

export const missing = -1;
const undecided = -2;

/** Levels and weights of pairs of rows. Each call uses the same arrays: read them before the next one. */
export class Comparer {
  /** By field: the level of the last pair, `missing` where one has no value or they tell nothing of each other. */
  readonly levels: Int8Array;
  private readonly columns: readonly Column[];
  private readonly sources: Uint8Array;
  private readonly tops: readonly number[];
  private readonly compares: readonly ((column: Column, a: number, b: number) => number)[];
  private readonly given: number;
  private readonly family: number;
  private readonly swap: readonly number[];
  private readonly strong: readonly number[];
  /** By field: closer places. */
  private readonly closer: readonly (readonly number[])[];
  private readonly order: readonly number[];

  constructor({ columns, sources }: Rows) {
    this.columns = columns;
    this.sources = sources;
    this.levels = new Int8Array(columns.length);
    this.tops = columns.map(({ type }) => kinds[type].levels.length - 1);
    this.compares = columns.map(({ type }) => kinds[type].compare);
    const only = (type: SemanticType) => {
      const found = columns.flatMap((column, index) => (column.type === type ? [index] : []));
      return found.length === 1 ? (found[0] ?? -1) : -1;
    };
    this.given = only('givenName');
    this.family = only('familyName');
    this.swap = columns.map(({ type }) => (type === 'familyName' ? swapped : missing));
    this.strong = columns.flatMap(({ type }, index) => (type === 'nationalId' ? [index] : []));
    this.closer = columns.map(({ type }) => {
      const width = places.indexOf(type);
      return width < 1 ? [] : columns.flatMap((other, at) => (places.slice(0, width).includes(other.type) ? [at] : []));
    });
    // Cheap comparisons come first.
    const cost = (index: number) => (kinds[columns[index]?.type ?? 'text'].hasTokens ? 1 : 0);
    this.order = columns.map((_, index) => index).sort((a, b) => cost(a) - cost(b) || a - b);
  }

  /** Two different values whose check digits fit. */
  isVetoed(a: number, b: number): boolean {
    for (const field of this.strong) {
      const { codes, facets } = this.columns[field] ?? { codes: [], facets: [] };
      const [one, other] = [codes[a] ?? 0, codes[b] ?? 0];
      if (one !== other && one !== 0 && other !== 0 && facets[one] === 1 && facets[other] === 1) return true;
    }
    return false;
  }

  /** 1 where the two are of different lists. */
  across(a: number, b: number): 0 | 1 {
    return this.sources[a] === this.sources[b] ? 0 : 1;
  }

  /** Works out the levels of a pair. */
  compare(a: number, b: number): void {
    for (const field of this.order) this.compareField(field, a, b);
    this.findSwap(a, b);
  }

  private compareField(field: number, a: number, b: number): void {
    const column = this.columns[field];
    if (column === undefined) return;
    const [one, other] = [column.codes[a] ?? 0, column.codes[b] ?? 0];
    if (one === 0 || other === 0) this.levels[field] = missing;
    else if (one === other) this.levels[field] = this.tops[field] ?? 0;
    else this.levels[field] = this.compares[field]?.(column, one, other) ?? missing;
  }

  private findSwap(a: number, b: number): void {
    const [given, family] = [this.columns[this.given], this.columns[this.family]];
    if (given === undefined || family === undefined) return;
    if ((this.levels[this.given] ?? 0) > 1 || (this.levels[this.family] ?? 0) > 1) return;
    const codes = [given.codes[a] ?? 0, family.codes[a] ?? 0, given.codes[b] ?? 0, family.codes[b] ?? 0];
    if (!areSwapped(given, family, codes)) return;
    this.levels[this.given] = missing;
    this.levels[this.family] = swapped;
  }

  /** Whether a closer place than this field agrees. */
  isBeside(field: number): boolean {
    for (const closer of this.closer[field] ?? [])
      if ((this.levels[closer] ?? 0) >= (this.tops[closer] ?? 0) - 1) return true;
    return false;
  }

  /** The weight of a field of a pair whose levels are known, in bits. */
  weightOf(field: number, a: number, b: number, weights: Weights): number {
    const level = this.levels[field] ?? missing;
    if (level === missing) return 0;
    if (this.isBeside(field)) return weights.beside[field]?.[level] ?? 0;
    const codes = this.columns[field]?.codes;
    const exact = weights.exact[field];
    const one = exact?.[codes?.[a] ?? 0] ?? 0;
    if (level === this.tops[field]) return one;
    const weight = weights.levels[field]?.[level] ?? 0;
    // Two values that are alike say no more than either of them would, were it the same.
    return weight <= 0 || level === this.swap[field] ? weight : Math.min(weight, one, exact?.[codes?.[b] ?? 0] ?? 0);
  }

  /** Whether the last pair are two persons as far as their names go, and nothing personal says otherwise. */
  isOtherPerson(): boolean {
    let found = false;
    for (let field = 0; field < this.columns.length; field++) {
      const type = this.columns[field]?.type;
      const level = this.levels[field] ?? missing;
      if (type === undefined || level === missing) continue;
      if (personal.has(type) && level === this.tops[field]) return false;
      if (isOther(type, level)) found = true;
    }
    return found;
  }

  /** The logarithm of the odds of a pair whose levels are known, in bits. */
  total(a: number, b: number, weights: Weights): number {
    let sum = weights.prior[this.across(a, b)];
    for (let field = 0; field < this.levels.length; field++) sum += this.weightOf(field, a, b, weights);
    return sum > heldBack && this.isOtherPerson() ? heldBack : sum;
  }

  /** The logarithm of the odds that two rows are one customer, in bits; -Infinity where it is ruled out. */
  score(a: number, b: number, weights: Weights): number {
    if (this.isVetoed(a, b)) return Number.NEGATIVE_INFINITY;
    this.compare(a, b);
    return this.total(a, b, weights);
  }

  /**
   * As `score`, but -Infinity for whatever is below `least`, found out as early as can be: most pairs that are compared
   * aren't the same, and whether codes are equal already tells.
   */
  scoreFrom(least: number, a: number, b: number, weights: Weights): number {
    const { columns, tops, levels } = this;
    let bound = weights.prior[this.across(a, b)];
    for (let field = 0; field < columns.length; field++) {
      const codes = columns[field]?.codes;
      const one = codes?.[a] ?? 0;
      const other = codes?.[b] ?? 0;
      levels[field] = undecided;
      if (one === 0 || other === 0) levels[field] = missing;
      else if (one !== other) bound += weights.unequal[field] ?? 0;
      else {
        levels[field] = tops[field] ?? 0;
        bound += Math.max(weights.exact[field]?.[one] ?? 0, weights.beside[field]?.[tops[field] ?? 0] ?? 0);
      }
    }
    if (bound < least) return Number.NEGATIVE_INFINITY;
    for (const field of this.order) {
      if (levels[field] !== undecided) continue;
      this.compareField(field, a, b);
      const level: number = this.levels[field] ?? missing;
      const isName = field === this.given || field === this.family;
      if (isName) continue;
      const weight =
        level === missing ? 0 : Math.max(weights.levels[field]?.[level] ?? 0, weights.beside[field]?.[level] ?? 0);
      bound += weight - (weights.unequal[field] ?? 0);
      if (bound < least) return Number.NEGATIVE_INFINITY;
    }
    if (this.isVetoed(a, b)) return Number.NEGATIVE_INFINITY;
    this.findSwap(a, b);
    const total = this.total(a, b, weights);
    return total < least ? Number.NEGATIVE_INFINITY : total;
  }

  explain(a: number, b: number, weights: Weights): PairExplanation {
    const vetoed = this.isVetoed(a, b);
    this.compare(a, b);
    const prior = weights.prior[this.across(a, b)];
    const steps: PairWeight[] = [{ column: null, level: 'prior', weight: prior }];
    for (const [field, { name, type }] of this.columns.entries()) {
      const level = kinds[type].levels[this.levels[field] ?? missing]?.name ?? 'missing';
      steps.push({ column: name, level, weight: this.weightOf(field, a, b, weights) });
    }
    const sum = steps.reduce((total, { weight }) => total + weight, 0);
    const total = this.total(a, b, weights);
    if (total !== sum && sum > heldBack) steps.push({ column: null, level: 'otherPerson', weight: total - sum });
    return { probability: vetoed ? 0 : probabilityOf(total), weights: steps, vetoed };
  }
}

export const probabilityOf = (bits: number): number => 1 / (1 + 2 ** -bits);
export const bitsOf = (probability: number): number => Math.log2(probability / (1 - probability));
