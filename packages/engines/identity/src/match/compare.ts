// Comparing all pairs that the rules yield, in units of work that threads take one after another.
import { forEachPair, isFoundBefore } from './pairs.ts';
import type { Rule, Rules } from './rules.ts';
import { Comparer, type Rows, type Weights } from './score.ts';
import { grown } from './texts.ts';
import type { MatchProgress } from './types.ts';

/** What comparing needs; all large arrays lie in memory that threads share. */
export interface Shared extends Rows {
  readonly rules: Rules;
  readonly weights: Weights;
  readonly units: readonly Unit[];
  /** Pairs below this, in bits, are dropped. */
  readonly least: number;
}

/** Some blocks of a rule. */
export interface Unit {
  readonly rule: number;
  readonly from: number;
  readonly to: number;
}

/** Pairs that are left; `first` is the smaller row. The arrays may be longer than `count`. */
export interface PairList {
  readonly count: number;
  readonly first: Uint32Array;
  readonly second: Uint32Array;
  readonly bits: Float32Array;
}

/** What threads tell each other: which unit comes next, and whether to stop. */
export const turns = { next: 0, stop: 1, done: 2 } as const;
export const turnCount = 3;

const unitRows = 4_000;

export function unitsOf(rules: readonly Rule[]): Unit[] {
  return rules.flatMap(({ starts }, rule) => {
    const units: Unit[] = [];
    for (let from = 0; from + 1 < starts.length; ) {
      let to = from + 1;
      while (to + 1 < starts.length && (starts[to + 1] ?? 0) - (starts[from] ?? 0) <= unitRows) to++;
      units.push({ rule, from, to });
      from = to;
    }
    return units;
  });
}

/** Takes units until none are left. Without `shared` turns it takes them all, and lets others run in between. */
export async function compareUnits(
  { columns, codes, sources, rules, weights, units, least }: Shared,
  taken: Int32Array | null,
  watch: { report(progress: MatchProgress): void; check(): void } | null,
): Promise<PairList> {
  const comparer = new Comparer({ columns, codes, sources });
  let count = 0;
  let first = new Uint32Array(1024);
  let second = new Uint32Array(1024);
  let bits = new Float32Array(1024);
  for (let own = 0; ; own++) {
    const at = taken === null ? own : Atomics.add(taken, turns.next, 1);
    const unit = units[at];
    if (unit === undefined || (taken !== null && Atomics.load(taken, turns.stop) === 1)) break;
    const rule = rules.rules[unit.rule];
    if (rule === undefined) break;
    forEachPair(rule, unit.from, unit.to, (a, b) => {
      const score = comparer.scoreFrom(least, a, b, weights);
      if (score === Number.NEGATIVE_INFINITY || isFoundBefore(rules, unit.rule, a, b)) return;
      if (count === first.length) {
        first = grown(first, count + 1);
        second = grown(second, count + 1);
        bits = grown(bits, count + 1);
      }
      first[count] = Math.min(a, b);
      second[count] = Math.max(a, b);
      bits[count++] = score;
    });
    if (taken !== null) Atomics.add(taken, turns.done, 1);
    if (watch !== null && own % 16 === 0) {
      watch.report({ phase: 'comparing', done: own, total: units.length });
      await new Promise((resolve) => setImmediate(resolve));
      watch.check();
    }
  }
  return { count, first, second, bits };
}
