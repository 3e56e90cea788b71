// What agreeing and differing is worth, learnt from the rows themselves. How often values agree between two customers
// (u) comes from pairs at random, how often between rows of one (m) by expectation and maximisation over the pairs that
// the rules yield, with what is expected of each type as a start and as a counterweight.

import { kinds } from './kinds/index.ts';
import type { Column, Level } from './kinds/kind.ts';
import { forEachPair, isFoundBefore } from './pairs.ts';
import type { Rules } from './rules.ts';
import { Comparer, missing, probabilityOf, type Rows, type Weights } from './score.ts';

const randomPairs = 200_000;
const samplePairs = 300_000;
const rounds = 15;
/** Every so many rounds all pairs are looked at anew, in between those that matter. */
const turn = 5;
const negligible = 1e-4;
/** As many imagined pairs stand for what is expected of m, and such a part of those that are found. */
const expectedPairs = 20;
const expectedShare = 0.1;
/** However rare a value is, it may be another's too: as many others are taken to hold it, beside those that do. */
const rest = 0.15;
/** Of what is given to one alone, fewer. */
const restOfIdentifier = 0.03;
/** And of what is mostly shared by many (cities, categories), more: that it is rare here may be chance. */
const restOfCommon = 0.02;
const identifying: ReadonlySet<string> = new Set(['company', 'text', 'address', 'phone', 'email', 'nationalId']);
/** Twice the pairs of one customer by rows, where that can't be learnt; and the least that is assumed otherwise. */
const assumedCopies = 4;
const leastMatches = 0.02;
const identifiers: ReadonlySet<string> = new Set(['phone', 'email', 'nationalId']);
/**
 * Rows of one customer don't differ much more often than is expected of the type. Without this bound, rows that have
 * something else in common (a street, a household, a shop) may be taken for what is looked for.
 */
const bound = (expected: number) => 3 * expected + 0.02;

/** Levels of pairs, kept as they were compared. */
interface Sample {
  readonly size: number;
  readonly first: Uint32Array;
  readonly second: Uint32Array;
  readonly levels: Int8Array;
  /** By pair: how many pairs it stands for. */
  readonly weight: Float32Array;
  /** By pair: the rule that it is of. */
  readonly rule: Uint8Array;
}

/** Learns the weights. `count` rows in canonical order. */
export function learn(rows: Rows, rules: Rules, count: number): Weights {
  return new Learner(rows, rules, count).run();
}

class Learner {
  private readonly columns: readonly Column[];
  private readonly codes: Uint32Array;
  private readonly rules: Rules;
  private readonly count: number;
  private readonly comparer: Comparer;
  private readonly random: Sample;
  private readonly likely: Sample;
  private m: Float64Array[];
  private u: Float64Array[];
  private uBeside: Float64Array[];
  /** Pairs of rows in one list, and in two. */
  private readonly allPairs: readonly [number, number];
  private share: [number, number];
  /** By field, by class of values: pairs of rows with the same value, and what part of them is one customer. */
  private readonly samePairs: readonly Float64Array[];
  private matched: readonly Float64Array[];
  /** Of the pairs that the rules yield, as far as is known. */
  private probability: Float64Array = new Float64Array(0);

  constructor(rows: Rows, rules: Rules, count: number) {
    this.columns = rows.columns;
    this.codes = rows.codes;
    this.rules = rules;
    this.count = count;
    this.comparer = new Comparer(rows);
    const second = rows.sources.reduce((total, source) => total + source, 0);
    const first = count - second;
    this.allPairs = [(first * (first - 1) + second * (second - 1)) / 2, first * second];
    this.share = [0.3 / Math.max(count, 2), 0.3 / Math.max(count, 2)];
    this.samePairs = this.columns.map(({ counts }) => samePairsOf(counts));
    this.matched = this.columns.map(() => new Float64Array(classes).fill(0.5));
    this.random = this.sampleAtRandom();
    this.likely = this.sampleRules();
    this.m = this.columns.map(({ type }) => Float64Array.from(kinds[type].levels, ({ expected }) => expected));
    this.u = this.columns.map(({ type }) => new Float64Array(kinds[type].levels.length));
    this.uBeside = this.u;
    this.learnRandom(null);
    this.uBeside = this.u;
  }

  run(): Weights {
    if (this.columns.length === 1) return this.assumed();
    let weights = this.weights();
    for (let round = 0; round < rounds; round++) {
      this.learnLikely(weights, round % turn === 0);
      if (round % turn === turn - 1) this.learnRandom(weights);
      weights = this.weights();
    }
    return weights;
  }

  /**
   * One column has nothing beside it from which to learn what its agreement is worth: what identifies by itself does
   * so where it agrees, a person's name the less the more rows hold it.
   */
  private assumed(): Weights {
    const [type = 'text'] = this.columns.map((column) => column.type);
    this.share = [assumedCopies / Math.max(this.count, 5), assumedCopies / Math.max(this.count, 5)];
    const isName = type === 'fullName' || type === 'givenName' || type === 'familyName';
    const matched = isName ? [1, 0.95, 0.9] : identifying.has(type) ? new Array<number>(classes).fill(1) : [];
    this.matched = [Float64Array.from({ length: classes }, (_, at) => matched[at] ?? 0)];
    this.learnRandom(null);
    return this.weights();
  }

  /** Weights by what is known so far. */
  private weights(): Weights {
    const bits = (share: number) => Math.log2(share / (1 - share));
    const weigh = (u: readonly Float64Array[]) =>
      this.m.map((m, field) => {
        const { levels } = kinds[this.columns[field]?.type ?? 'text'];
        const bits = Float32Array.from(m, (share, level) => {
          const weight = Math.log2(share / (u[field]?.[level] ?? 1));
          return levels[level]?.isConflict ? Math.min(weight, 0) : weight;
        });
        // What is less alike says no more than what is more alike, though it be rarer.
        for (let level = bits.length - 2; level > 0; level--)
          if (levels[level + 1]?.name !== 'swapped' && levels[level]?.name !== 'swapped')
            bits[level] = Math.min(bits[level] ?? 0, bits[level + 1] ?? 0);
        return bits;
      });
    const levels = weigh(this.u);
    const beside = weigh(this.uBeside);
    return {
      prior: [bits(this.share[0]), bits(this.share[1])],
      levels,
      exact: this.columns.map((column, field) => this.exactWeights(column, field)),
      beside,
      unequal: Float32Array.from(levels, (each, field) =>
        Math.max(0, ...each.subarray(0, -1), ...(beside[field]?.subarray(0, -1) ?? [])),
      ),
    };
  }

  /** A rare value that agrees says more than a common one. */
  private exactWeights({ counts, type }: Column, field: number): Float32Array {
    const m = this.m[field]?.at(-1) ?? 1;
    const filled = Math.max(this.count - (counts[0] ?? 0), 1);
    const matched = this.matched[field];
    const common = (this.u[field]?.at(-1) ?? 0) * filled;
    const others = (identifiers.has(type) ? restOfIdentifier : rest) + restOfCommon * common;
    const weights = new Float32Array(new SharedArrayBuffer(counts.length * 4));
    for (let code = 1; code < counts.length; code++) {
      const count = counts[code] ?? 1;
      const strangers = (count - 1) * (1 - (matched?.[classOf(count)] ?? 0)) + others;
      weights[code] = Math.log2(m / Math.min(0.999, strangers / filled));
    }
    return weights;
  }

  /** `known` says which pairs had no part in it the last time: these are taken to have none now. */
  private probabilities(sample: Sample, weights: Weights, known?: Float64Array): Float64Array {
    const fields = this.columns.length;
    const { levels } = this.comparer;
    const result = new Float64Array(sample.size);
    for (let pair = 0; pair < sample.size; pair++) {
      if (known !== undefined && (known[pair] ?? 0) < negligible) continue;
      for (let field = 0; field < fields; field++) levels[field] = sample.levels[pair * fields + field] ?? missing;
      const bits = this.comparer.total(sample.first[pair] ?? 0, sample.second[pair] ?? 0, weights);
      result[pair] = probabilityOf(bits);
    }
    return result;
  }

  /** m and the prior, from the pairs that the rules yield. */
  private learnLikely(weights: Weights, isWhole: boolean): void {
    const { likely } = this;
    this.probability = this.probabilities(likely, weights, isWhole ? undefined : this.probability);
    const { probability } = this;
    const fields = this.columns.length;
    const matches = [0, 0];
    const found = this.m.map((m) => new Float64Array(m.length));
    const exact = this.columns.map(() => new Float64Array(classes));
    for (let pair = 0; pair < likely.size; pair++) {
      if ((probability[pair] ?? 0) === 0) continue;
      const expected = (probability[pair] ?? 0) * (likely.weight[pair] ?? 0);
      const across = this.comparer.across(likely.first[pair] ?? 0, likely.second[pair] ?? 0);
      matches[across] = (matches[across] ?? 0) + expected;
      for (let field = 0; field < fields; field++) {
        const level = likely.levels[pair * fields + field] ?? missing;
        const counts = found[field];
        if (level === missing || counts === undefined) continue;
        counts[level] = (counts[level] ?? 0) + expected;
        if (level < counts.length - 1) continue;
        const column = this.columns[field];
        const rows = column?.counts[this.codes[(likely.first[pair] ?? 0) * fields + field] ?? 0] ?? 0;
        const held = exact[field];
        if (held) held[classOf(rows)] = (held[classOf(rows)] ?? 0) + expected;
      }
    }
    for (const [field, counts] of found.entries()) {
      const { levels } = kinds[this.columns[field]?.type ?? 'text'];
      const sum = counts.reduce((all, each) => all + each, 0);
      const imagined = expectedPairs + expectedShare * sum;
      const m = levels.map(({ expected }, level) => ((counts[level] ?? 0) + expected * imagined) / (sum + imagined));
      this.m[field] = bounded(m, levels);
    }
    this.matched = exact.map((held, field) =>
      held.map((sum, at) => Math.min(1, (sum + 1) / ((this.samePairs[field]?.[at] ?? 0) + 2))),
    );
    const shareOf = (index: 0 | 1) =>
      Math.min(0.5, ((matches[index] ?? 0) + leastMatches * this.count) / Math.max(this.allPairs[index], 1));
    this.share = [shareOf(0), shareOf(1)];
  }

  /** u, from pairs at random; those that are likely one customer don't count. */
  private learnRandom(weights: Weights | null): void {
    const { random, columns } = this;
    const fields = columns.length;
    const probability = weights === null ? null : this.probabilities(random, weights);
    this.u = columns.map((column, field) => {
      const size = kinds[column.type].levels.length;
      const counts = new Float64Array(size);
      let total = 0;
      for (let pair = 0; pair < random.size; pair++) {
        const level = random.levels[pair * fields + field] ?? missing;
        if (level === missing) continue;
        const weight = 1 - (probability?.[pair] ?? 0);
        counts[level] = (counts[level] ?? 0) + weight;
        total += weight;
      }
      const floor = 0.3 / Math.max(total, 10);
      const u = counts.map((each) => Math.max(each / Math.max(total, 1), floor));
      u[size - 1] = Math.max(this.exactAtRandom(column, field), floor * 0.1);
      const sum = u.reduce((all, each) => all + each, 0);
      return u.map((each) => each / sum);
    });
    if (weights !== null) this.learnBeside();
  }

  /** How often two values are one and the same by chance: by all rows, less those that are one customer. */
  private exactAtRandom({ counts }: Column, field: number): number {
    const filled = this.count - (counts[0] ?? 0);
    let same = 0;
    for (const [at, pairs] of (this.samePairs[field] ?? []).entries())
      same += pairs * (1 - (this.matched[field]?.[at] ?? 0));
    return same / Math.max(1, (filled * (filled - 1)) / 2);
  }

  /** u of a place where a closer one agrees, from the rules' pairs that aren't gathered by the place itself. */
  private learnBeside(): void {
    const { likely, columns, comparer, probability } = this;
    const fields = columns.length;
    this.uBeside = columns.map((_, field) => {
      const u = this.u[field] ?? new Float64Array(0);
      const counts = u.map((share) => share * 20);
      let total = 20;
      for (let pair = 0; pair < likely.size; pair++) {
        const level = likely.levels[pair * fields + field] ?? missing;
        if (level === missing || this.rules.rules[likely.rule[pair] ?? 0]?.columns.includes(field)) continue;
        for (let other = 0; other < fields; other++)
          comparer.levels[other] = likely.levels[pair * fields + other] ?? missing;
        if (!comparer.isBeside(field)) continue;
        const weight = 1 - (probability[pair] ?? 0);
        counts[level] = (counts[level] ?? 0) + weight;
        total += weight;
      }
      return counts.map((each) => each / total);
    });
  }

  private newSample(size: number): Sample {
    const fields = this.columns.length;
    return {
      size,
      first: new Uint32Array(size),
      second: new Uint32Array(size),
      levels: new Int8Array(size * fields),
      weight: new Float32Array(size),
      rule: new Uint8Array(size),
    };
  }

  private put(sample: Sample, pair: number, a: number, b: number): void {
    const fields = this.columns.length;
    this.comparer.compare(a, b);
    sample.levels.set(this.comparer.levels, pair * fields);
    sample.first[pair] = a;
    sample.second[pair] = b;
  }

  private sampleAtRandom(): Sample {
    const { count } = this;
    const all = (count * (count - 1)) / 2;
    if (all <= randomPairs) {
      const sample = this.newSample(all);
      let pair = 0;
      for (let b = 1; b < count; b++) for (let a = 0; a < b; a++) this.put(sample, pair++, a, b);
      return sample;
    }
    const sample = this.newSample(randomPairs);
    let state = 1;
    const next = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * count);
    };
    for (let pair = 0; pair < randomPairs; pair++) {
      const a = next();
      let b = next();
      if (a === b) b = (b + 1) % count;
      this.put(sample, pair, a, b);
    }
    return sample;
  }

  /** Pairs of all rules, each found by an earlier rule already left out; evenly spaced where they are too many. */
  private sampleRules(): Sample {
    const { rules } = this.rules;
    const total = rules.reduce((sum, { pairs }) => sum + pairs, 0);
    const step = Math.max(1, total / samplePairs);
    const sample = this.newSample(Math.ceil(total / step) + rules.length);
    let pair = 0;
    for (const [index, rule] of rules.entries()) {
      let due = 0;
      forEachPair(rule, 0, rule.starts.length - 1, (a, b) => {
        if (--due > 0) return;
        due += step;
        if (isFoundBefore(this.rules, index, a, b)) return;
        this.put(sample, pair, a, b);
        sample.weight[pair] = step;
        sample.rule[pair] = index;
        pair++;
      });
    }
    return { ...sample, size: pair };
  }
}

/** Values are of one class by how many rows hold them: 1 or 2, up to 4, up to 8, … */
const classes = 8;
const classOf = (rows: number): number => Math.min(classes - 1, Math.max(0, 31 - Math.clz32(Math.max(1, rows - 1))));

function samePairsOf(counts: Uint32Array): Float64Array {
  const pairs = new Float64Array(classes);
  for (let code = 1; code < counts.length; code++) {
    const count = counts[code] ?? 0;
    const at = classOf(count);
    pairs[at] = (pairs[at] ?? 0) + (count * (count - 1)) / 2;
  }
  return pairs;
}

/** Takes what goes beyond the bound from the lower levels and gives it to the two highest. */
function bounded(m: readonly number[], levels: readonly Level[]): Float64Array {
  const low = levels.length - 2;
  const result = Float64Array.from(m, (share, level) => {
    const most = level < low ? bound(levels[level]?.expected ?? 0) : 1;
    return Math.max(0.002, Math.min(share, most));
  });
  const over = 1 - result.reduce((sum, share) => sum + share, 0);
  const high = (result[low] ?? 0) + (result[low + 1] ?? 0);
  return result.map((share, level) => (level < low ? share : Math.max(0.002, share * (1 + over / high))));
}
