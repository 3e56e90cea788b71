// Many texts in one typed array, so that threads share them and comparing makes no garbage.

/** Text `n` is `chars[ends[n - 1]..ends[n]]`; text 0 is no text. */
export interface Texts {
  readonly chars: Uint16Array;
  readonly ends: Uint32Array;
}

export const sizeOfTexts = ({ ends }: Texts): number => ends.length;

export function textAt({ chars, ends }: Texts, index: number): string {
  const from = ends[index - 1] ?? 0;
  const to = ends[index] ?? 0;
  let text = '';
  for (let at = from; at < to; at += 4096) text += String.fromCharCode(...chars.subarray(at, Math.min(to, at + 4096)));
  return text;
}

export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return mix(hash);
}

/** Spreads the bits of a number over 32; a bijection. */
export function mix(value: number): number {
  let hash = value ^ (value >>> 16);
  hash = Math.imul(hash, 0x7feb352d);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Collects texts, each once, and numbers them from 1 in the order in which they come. */
export class TextPool {
  private chars = new Uint16Array(1 << 12);
  private ends = new Uint32Array(1 << 8);
  private hashes = new Uint32Array(1 << 8);
  private table = new Int32Array(1 << 10);
  /** How many there are, the empty one at 0 included. */
  size = 1;

  /** The number of a text; 0 of the empty one. */
  intern(text: string): number {
    if (text === '') return 0;
    const hash = hashText(text);
    const mask = this.table.length - 1;
    let place = hash & mask;
    for (let index = this.table[place] ?? 0; index !== 0; index = this.table[place] ?? 0) {
      if (this.hashes[index] === hash && this.equals(index, text)) return index;
      place = (place + 1) & mask;
    }
    const index = this.append(text, hash);
    this.table[place] = index;
    if (this.size * 2 > this.table.length) this.rehash();
    return index;
  }

  /** All of them, in memory that threads share. */
  texts(): Texts {
    const length = this.ends[this.size - 1] ?? 0;
    return { chars: shared(this.chars.subarray(0, length)), ends: shared(this.ends.subarray(0, this.size)) };
  }

  private equals(index: number, text: string): boolean {
    const from = this.ends[index - 1] ?? 0;
    if ((this.ends[index] ?? 0) - from !== text.length) return false;
    for (let at = 0; at < text.length; at++) if (this.chars[from + at] !== text.charCodeAt(at)) return false;
    return true;
  }

  private append(text: string, hash: number): number {
    const index = this.size++;
    const from = this.ends[index - 1] ?? 0;
    if (index >= this.ends.length) {
      this.ends = grown(this.ends, index + 1);
      this.hashes = grown(this.hashes, index + 1);
    }
    if (from + text.length > this.chars.length) this.chars = grown(this.chars, from + text.length);
    for (let at = 0; at < text.length; at++) this.chars[from + at] = text.charCodeAt(at);
    this.ends[index] = from + text.length;
    this.hashes[index] = hash;
    return index;
  }

  private rehash(): void {
    this.table = new Int32Array(this.table.length * 4);
    const mask = this.table.length - 1;
    for (let index = 1; index < this.size; index++) {
      let place = (this.hashes[index] ?? 0) & mask;
      while (this.table[place] !== 0) place = (place + 1) & mask;
      this.table[place] = index;
    }
  }
}

type Numbers = Uint8Array | Uint16Array | Uint32Array | Float32Array;

/** A longer copy; for arrays that grow. */
export function grown<T extends Numbers>(array: T, atLeast: number): T;
export function grown(array: Numbers, atLeast: number): Numbers {
  const length = Math.max(atLeast, Math.ceil(array.length * 1.6));
  const longer = emptyLike(array, new ArrayBuffer(length * array.BYTES_PER_ELEMENT));
  longer.set(array);
  return longer;
}

/** A copy in memory that threads share. */
export function shared<T extends Numbers>(array: T): T;
export function shared(array: Numbers): Numbers {
  const copy = emptyLike(array, new SharedArrayBuffer(array.byteLength));
  copy.set(array);
  return copy;
}

function emptyLike(array: Numbers, buffer: ArrayBufferLike): Numbers {
  if (array instanceof Uint8Array) return new Uint8Array(buffer);
  if (array instanceof Uint16Array) return new Uint16Array(buffer);
  if (array instanceof Uint32Array) return new Uint32Array(buffer);
  return new Float32Array(buffer);
}
