// A large set of texts in little memory: 8 bytes for each, by their hashes (52 bits, so that two texts of a million are
// taken for one in one file of ten thousand).
import { hash } from 'node:crypto';

export class KeySet {
  #slots = new Float64Array(1024);
  #size = 0;

  has(text: string): boolean {
    return this.#slots[this.#placeOf(hashOf(text))] !== 0;
  }

  add(text: string): void {
    const key = hashOf(text);
    const place = this.#placeOf(key);
    if (this.#slots[place] !== 0) return;
    this.#slots[place] = key;
    if (++this.#size * 2 > this.#slots.length) this.#grow();
  }

  /** The slot that holds the key, or the empty one where it belongs. */
  #placeOf(key: number): number {
    const { length } = this.#slots;
    let place = key % length;
    while (this.#slots[place] !== 0 && this.#slots[place] !== key) place = (place + 1) % length;
    return place;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Float64Array(old.length * 2);
    for (const key of old) if (key !== 0) this.#slots[this.#placeOf(key)] = key;
  }
}

/** Never 0, which marks an empty slot. */
const hashOf = (text: string) => Number.parseInt(hash('sha1', text).slice(0, 13), 16) || 1;
