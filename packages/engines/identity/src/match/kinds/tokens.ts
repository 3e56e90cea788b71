// What values of several words have in common: words weighed by how rare they are.
import { foldWidth, simplify } from '@huike/kernel/search/fold';
import { jaroWinkler, sameUnits } from '../strings.ts';
import { mix } from '../texts.ts';
import type { Atom, Column } from './kind.ts';

const hanRun = /\p{Script=Han}+/gu;
const isHan = /^\p{Script=Han}/u;

/** Words of a folded text; of Chinese each two characters that stand together. */
export function tokensOf(folded: string): string[] {
  const words = folded
    .replace(/['’`]/g, '')
    .replace(/(\d)[,.](?=\d)/g, '$1.')
    .replace(hanRun, (run) => ` ${run} `)
    .split(/[^\p{L}\p{N}.]+|\.(?!\d)|(?<!\d)\./u);
  return words.flatMap((word) => (word === '' ? [] : isHan.test(word) ? bigrams(word) : [word]));
}

export function bigrams(run: string): string[] {
  if (run.length < 3) return [run];
  return Array.from({ length: run.length - 1 }, (_, at) => run.slice(at, at + 2));
}

export const folded = (value: string, limit = 400): string => simplify(foldWidth(value, limit));

/** How much two values have in common. */
export interface Overlap {
  /** Cosine of their vectors of rarities, 0 to 1. */
  cosine: number;
  /** How much of the one that has less is in the other, 0 to 1. */
  contained: number;
  /** Both have tokens with digits: whether all of these are the same (1), some (0) or none (-1). */
  digits: number;
}

const most = 24;
const result: Overlap = { cosine: 0, contained: 0, digits: 0 };
const openA = new Uint32Array(most);
const openB = new Uint32Array(most);

/**
 * Compares the tokens of two codes. Tokens that differ by a slip, or of which one begins the other, count for the
 * most part. The result is the same object each time.
 */
export function overlap({ tokens }: Column, a: number, b: number): Overlap {
  const { ids, rarity, hasDigit, norms } = tokens;
  let i = tokens.ends[a - 1] ?? 0;
  let j = tokens.ends[b - 1] ?? 0;
  const endA = tokens.ends[a] ?? 0;
  const endB = tokens.ends[b] ?? 0;
  let common = 0;
  let restA = 0;
  let restB = 0;
  let sameDigits = 0;
  let otherA = 0;
  let otherB = 0;
  while (i < endA || j < endB) {
    const x = i < endA ? (ids[i] ?? 0) : 0xffffffff;
    const y = j < endB ? (ids[j] ?? 0) : 0xffffffff;
    if (x === y) {
      common += (rarity[x] ?? 0) ** 2;
      sameDigits += hasDigit[x] ?? 0;
      i++;
      j++;
    } else if (x < y) {
      if (hasDigit[x] === 1) otherA++;
      else if (restA < most) openA[restA++] = x;
      i++;
    } else {
      if (hasDigit[y] === 1) otherB++;
      else if (restB < most) openB[restB++] = y;
      j++;
    }
  }
  common += alike(tokens, restA, restB);
  const [normA, normB] = [norms[a] ?? 1, norms[b] ?? 1];
  result.cosine = Math.min(1, common / (normA * normB));
  result.contained = Math.min(1, common / Math.min(normA * normA, normB * normB));
  result.digits = otherA + otherB === 0 && sameDigits > 0 ? 1 : sameDigits > 0 || otherA === 0 || otherB === 0 ? 0 : -1;
  return result;
}

/** What tokens that aren't the same have in common all the same. */
function alike({ texts, rarity }: Column['tokens'], countA: number, countB: number): number {
  const { chars, ends } = texts;
  let common = 0;
  for (let i = 0; i < countA; i++) {
    const x = openA[i] ?? 0;
    const from = ends[x - 1] ?? 0;
    const length = (ends[x] ?? 0) - from;
    if (length < 3) continue;
    let best = 0;
    let taken = -1;
    for (let j = 0; j < countB; j++) {
      const y = openB[j] ?? 0;
      if (y === 0) continue;
      const at = ends[y - 1] ?? 0;
      const size = (ends[y] ?? 0) - at;
      if (size < 3) continue;
      const shorter = Math.min(length, size);
      let likeness = 0;
      if (sameUnits(chars, from, shorter, chars, at, shorter)) likeness = 0.9;
      else if (shorter >= 4) likeness = jaroWinkler(chars, from, length, chars, at, size);
      if (likeness < 0.88 || likeness <= best) continue;
      best = likeness;
      taken = j;
    }
    if (taken < 0) continue;
    common += best * Math.min(rarity[x] ?? 0, rarity[openB[taken] ?? 0] ?? 0) ** 2;
    openB[taken] = 0;
  }
  return common;
}

/** The rarest tokens of a value as keys, each by itself. */
export const rareTokens = (slots: number): Atom => ({
  name: 'rare',
  slots,
  fill({ tokens }, code, keys) {
    keys.fill(0);
    const end = tokens.ends[code] ?? 0;
    for (let at = tokens.ends[code - 1] ?? 0; at < end; at++) {
      let token = tokens.ids[at] ?? 0;
      for (let slot = 0; slot < slots; slot++) {
        const held = keys[slot] ?? 0;
        if (held !== 0 && !rarer(tokens.rarity, token, held)) continue;
        keys[slot] = token;
        token = held;
        if (token === 0) break;
      }
    }
  },
});

const rarer = (rarity: Float32Array, token: number, than: number): boolean => {
  const [one, other] = [rarity[token] ?? 0, rarity[than] ?? 0];
  return one > other || (one === other && token < than);
};

/** Each two of the three rarest tokens together as keys. */
export const rarePairs: Atom = {
  name: 'rarePairs',
  slots: 3,
  fill(column, code, keys) {
    three.fill(column, code, keys);
    const [x = 0, y = 0, z = 0] = keys;
    const both = (one: number, other: number) => (one === 0 || other === 0 ? 0 : (mix(one) + mix(other)) >>> 0);
    keys[0] = both(x, y);
    keys[1] = both(x, z);
    keys[2] = both(y, z);
  },
};
const three = rareTokens(3);
