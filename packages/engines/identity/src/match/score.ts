// How likely two rows are one customer: levels of all fields, and their weights added up.

import { kinds } from './kinds/index.ts';
import type { Column, Compare } from './kinds/kind.ts';
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
  /** By row, by field: a row's codes stand together, so that looking at a pair reads two places and not twenty. */
  readonly codes: Uint32Array;
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
const heldBack = 0;

export const missing = -1;
const undecided = -2;

/** Levels and weights of pairs of rows. Each call uses the same arrays: read them before the next one. */
export class Comparer {
  /** By field: the level of the last pair, `missing` where one has no value or they tell nothing of each other. */
  readonly levels: Int8Array;
  private readonly fields: number;
  private readonly columns: readonly Column[];
  private readonly codes: Uint32Array;
  private readonly sources: Uint8Array;
  /** By field: its highest level. */
  private readonly tops: Int8Array;
  private readonly compares: readonly Compare[];
  private readonly given: number;
  private readonly family: number;
  /** By field: the level of names that are changed. */
  private readonly swap: Int8Array;
  private readonly strong: readonly number[];
  /** By field: closer places. */
  private readonly closer: readonly Uint8Array[];
  /** Names may be of another person, and these may tell otherwise. */
  private readonly names: readonly number[];
  private readonly personal: readonly number[];
  private readonly order: Uint8Array;

  constructor({ columns, codes, sources }: Rows) {
    this.fields = columns.length;
    this.columns = columns;
    this.codes = codes;
    this.sources = sources;
    this.levels = new Int8Array(columns.length);
    this.tops = Int8Array.from(columns, ({ type }) => kinds[type].levels.length - 1);
    this.compares = columns.map(({ type }) => kinds[type].compare);
    const ofTypes = (...types: readonly SemanticType[]) =>
      columns.flatMap(({ type }, field) => (types.includes(type) ? [field] : []));
    const only = (type: SemanticType) => (ofTypes(type).length === 1 ? (ofTypes(type)[0] ?? missing) : missing);
    this.given = only('givenName');
    this.family = only('familyName');
    this.swap = Int8Array.from(columns, ({ type }) => (type === 'familyName' ? swapped : missing));
    this.strong = ofTypes('nationalId');
    this.closer = columns.map(({ type }) =>
      Uint8Array.from(ofTypes(...places.slice(0, Math.max(0, places.indexOf(type))))),
    );
    this.names = ofTypes('fullName', 'givenName', 'company');
    this.personal = ofTypes(...personal);
    // Cheap comparisons come first.
    const cost = (field: number) => (kinds[columns[field]?.type ?? 'text'].hasTokens ? 1 : 0);
    this.order = Uint8Array.from(columns.keys()).sort((a, b) => cost(a) - cost(b) || a - b);
  }

  /** Two different values whose check digits fit. */
  isVetoed(a: number, b: number): boolean {
    for (const field of this.strong) {
      const one = this.codes[a * this.fields + field] ?? 0;
      const other = this.codes[b * this.fields + field] ?? 0;
      const facets = this.columns[field]?.facets;
      if (one !== other && one !== 0 && other !== 0 && facets?.[one] === 1 && facets[other] === 1) return true;
    }
    return false;
  }

  /** 1 where the two are of different lists. */
  across(a: number, b: number): 0 | 1 {
    return this.sources[a] === this.sources[b] ? 0 : 1;
  }

  /** Works out the levels of a pair. */
  compare(a: number, b: number): void {
    for (let field = 0; field < this.fields; field++) this.compareField(field, a, b);
    this.findSwap(a, b);
  }

  private compareField(field: number, a: number, b: number): void {
    const one = this.codes[a * this.fields + field] ?? 0;
    const other = this.codes[b * this.fields + field] ?? 0;
    const column = this.columns[field];
    if (one === 0 || other === 0 || column === undefined) this.levels[field] = missing;
    else if (one === other) this.levels[field] = this.tops[field] ?? 0;
    else this.levels[field] = this.compares[field]?.(column, one, other) ?? missing;
  }

  private findSwap(a: number, b: number): void {
    if (this.given < 0 || this.family < 0) return;
    if ((this.levels[this.given] ?? 0) > 1 || (this.levels[this.family] ?? 0) > 1) return;
    const [given, family] = [this.columns[this.given], this.columns[this.family]];
    if (given === undefined || family === undefined) return;
    const codeOf = (row: number, field: number) => this.codes[row * this.fields + field] ?? 0;
    const codes = [codeOf(a, this.given), codeOf(a, this.family), codeOf(b, this.given), codeOf(b, this.family)];
    if (!areSwapped(given, family, codes)) return;
    this.levels[this.given] = missing;
    this.levels[this.family] = swapped;
  }

  /** Whether a closer place than this field agrees. */
  isBeside(field: number): boolean {
    const closer = this.closer[field];
    if (closer === undefined) return false;
    for (let at = 0; at < closer.length; at++) {
      const other = closer[at] ?? 0;
      if ((this.levels[other] ?? 0) >= (this.tops[other] ?? 0) - 1) return true;
    }
    return false;
  }

  /** The weight of a field of a pair whose levels are known, in bits. */
  weightOf(field: number, a: number, b: number, weights: Weights): number {
    const level = this.levels[field] ?? missing;
    if (level === missing) return 0;
    if (this.isBeside(field)) return weights.beside[field]?.[level] ?? 0;
    const exact = weights.exact[field];
    const one = exact?.[this.codes[a * this.fields + field] ?? 0] ?? 0;
    if (level === this.tops[field]) return one;
    const weight = weights.levels[field]?.[level] ?? 0;
    // Two values that are alike say no more than either of them would, were it the same.
    return weight <= 0 || level === this.swap[field]
      ? weight
      : Math.min(weight, one, exact?.[this.codes[b * this.fields + field] ?? 0] ?? 0);
  }

  /** Whether the last pair are two persons as far as their names go, and nothing personal says otherwise. */
  isOtherPerson(): boolean {
    let found = false;
    for (const field of this.names) {
      const level = this.levels[field] ?? missing;
      if (level !== missing && isOther(this.columns[field]?.type ?? 'text', level)) found = true;
    }
    if (!found) return false;
    for (const field of this.personal) if (this.levels[field] === this.tops[field]) return false;
    return true;
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
    const { codes, tops, levels, fields } = this;
    const { exact, beside, unequal } = weights;
    let bound = weights.prior[this.across(a, b)];
    for (let field = 0; field < fields; field++) {
      const one = codes[a * fields + field] ?? 0;
      const other = codes[b * fields + field] ?? 0;
      if (one === 0 || other === 0) levels[field] = missing;
      else if (one !== other) {
        levels[field] = undecided;
        bound += unequal[field] ?? 0;
      } else {
        const top = tops[field] ?? 0;
        levels[field] = top;
        bound += Math.max(exact[field]?.[one] ?? 0, beside[field]?.[top] ?? 0);
      }
    }
    if (bound < least) return Number.NEGATIVE_INFINITY;
    for (let at = 0; at < fields; at++) {
      const field = this.order[at] ?? 0;
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
