// Chance for tests.

/** Chance that can be had again: the same seed, the same throws. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** A whole number from 0 to `max`. */
  upTo(max: number): number {
    // Mulberry32.
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * (max + 1));
  }

  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.upTo(choices.length - 1)];
    if (choice === undefined) throw new Error('nothing to pick from');
    return choice;
  }

  /** True once in so many times. */
  once(times: number): boolean {
    return this.upTo(times - 1) === 0;
  }

  /** Some of them, each with the same chance. */
  some<T>(all: readonly T[], once = 2): T[] {
    return all.filter(() => this.once(once));
  }
}
