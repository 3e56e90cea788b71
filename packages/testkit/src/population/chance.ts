// Chance with weights, on the throws of the testkit's dice.
import { Dice } from '../dice.ts';

/** Dice for one part of a population: the same for the same seed and part, unlike for any other. */
export function diceFor(seed: number, part: number): Dice {
  return new Dice(Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(part + 1, 0xc2b2ae35));
}

/** True with the given probability. */
export function chance(dice: Dice, probability: number): boolean {
  return dice.upTo(999_999) < probability * 1_000_000;
}

/** Picks by weight. */
export class Weighted<T> {
  readonly #choices: readonly T[];
  readonly #upTo: Float64Array;

  constructor(choices: readonly (readonly [choice: T, weight: number])[]) {
    this.#choices = choices.map(([choice]) => choice);
    this.#upTo = new Float64Array(choices.length);
    let sum = 0;
    for (const [index, [, weight]] of choices.entries()) this.#upTo[index] = sum += weight;
  }

  /** The n-th of the words weighs 1 / (n + flat): steep at first, then a long tail, as words and names do. */
  static falling(words: readonly string[], flat: number): Weighted<string> {
    return new Weighted(words.map((word, index) => [word, 1 / (index + flat)]));
  }

  pick(dice: Dice): T {
    const total = this.#upTo[this.#upTo.length - 1] ?? 0;
    const thrown = (dice.upTo(0xffff_fffe) / 0xffff_ffff) * total;
    let low = 0;
    let high = this.#choices.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#upTo[middle] ?? 0) > thrown) high = middle;
      else low = middle + 1;
    }
    const choice = this.#choices[low];
    if (choice === undefined) throw new Error('nothing to pick from');
    return choice;
  }
}

/** Puts a list into an order by chance, in place. */
export function shuffle<T>(dice: Dice, list: T[]): T[] {
  for (let last = list.length - 1; last > 0; last--) {
    const other = dice.upTo(last);
    const kept = list[last];
    const moved = list[other];
    if (kept === undefined || moved === undefined) continue;
    list[last] = moved;
    list[other] = kept;
  }
  return list;
}

/** A day between the first of January of two years, as YYYY-MM-DD. */
export function dayBetween(dice: Dice, fromYear: number, toYear: number): string {
  const from = Date.UTC(fromYear, 0, 1);
  const days = (Date.UTC(toYear, 0, 1) - from) / 86_400_000;
  return new Date(from + dice.upTo(Math.max(0, days - 1)) * 86_400_000).toISOString().slice(0, 10);
}
