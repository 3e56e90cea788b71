// How alike two strings are. A string is a stretch of an array of UTF-16 units: comparing makes no garbage.

type Units = Uint16Array;

export function sameUnits(one: Units, from: number, length: number, other: Units, at: number, size: number): boolean {
  if (length !== size) return false;
  for (let i = 0; i < length; i++) if (one[from + i] !== other[at + i]) return false;
  return true;
}

/** Jaro-Winkler similarity from 0 to 1 (prefix scale 0.1, up to 4 units); of strings beyond 32 units their heads. */
export function jaroWinkler(one: Units, from: number, length: number, other: Units, at: number, size: number): number {
  const n = Math.min(length, 32);
  const m = Math.min(size, 32);
  if (n === 0 || m === 0) return n === m ? 1 : 0;
  const reach = Math.max(0, (Math.max(n, m) >> 1) - 1);
  let takenOne = 0;
  let takenOther = 0;
  let matches = 0;
  for (let i = 0; i < n; i++) {
    const unit = one[from + i];
    const end = Math.min(m, i + reach + 1);
    for (let j = Math.max(0, i - reach); j < end; j++) {
      if (other[at + j] !== unit || ((takenOther >>> j) & 1) === 1) continue;
      takenOne |= 1 << i;
      takenOther |= 1 << j;
      matches++;
      break;
    }
  }
  if (matches === 0) return 0;
  let swapped = 0;
  for (let i = 0, j = 0; i < n; i++) {
    if (((takenOne >>> i) & 1) === 0) continue;
    while (((takenOther >>> j) & 1) === 0) j++;
    if (one[from + i] !== other[at + j]) swapped++;
    j++;
  }
  const jaro = (matches / n + matches / m + (matches - swapped / 2) / matches) / 3;
  let prefix = 0;
  while (prefix < 4 && prefix < n && prefix < m && one[from + prefix] === other[at + prefix]) prefix++;
  return jaro + prefix * 0.1 * (1 - jaro);
}

/** Whether one insertion, deletion, replacement, or swap of neighbours at most makes one of the other. */
export function withinOneEdit(
  one: Units,
  from: number,
  length: number,
  other: Units,
  at: number,
  size: number,
): boolean {
  if (length > size) return withinOneEdit(other, at, size, one, from, length);
  if (size - length > 1) return false;
  let i = 0;
  while (i < length && one[from + i] === other[at + i]) i++;
  if (i === length) return true;
  const same = (a: number, b: number, count: number) => {
    for (let k = 0; k < count; k++) if (one[from + a + k] !== other[at + b + k]) return false;
    return true;
  };
  if (size > length) return same(i, i + 1, length - i);
  if (same(i + 1, i + 1, length - i - 1)) return true;
  return (
    i + 1 < length &&
    one[from + i] === other[at + i + 1] &&
    one[from + i + 1] === other[at + i] &&
    same(i + 2, i + 2, length - i - 2)
  );
}

const widest = 64;
const before = new Uint8Array(widest + 1);
const previous = new Uint8Array(widest + 1);
const current = new Uint8Array(widest + 1);

/**
 * The fewest insertions, deletions, replacements and swaps of neighbours between the heads (64 units) of two strings;
 * something above `limit` where there are more than that.
 */
export function editDistance(
  one: Units,
  from: number,
  length: number,
  other: Units,
  at: number,
  size: number,
  limit: number = widest,
): number {
  const n = Math.min(length, widest);
  const m = Math.min(size, widest);
  let [older, old, row] = [before, previous, current];
  for (let j = 0; j <= m; j++) old[j] = j;
  for (let i = 1; i <= n; i++) {
    row[0] = i;
    let fewest = i;
    const unit = one[from + i - 1];
    for (let j = 1; j <= m; j++) {
      const match = other[at + j - 1];
      let least = (old[j - 1] ?? 0) + (unit === match ? 0 : 1);
      const removed = (old[j] ?? 0) + 1;
      const added = (row[j - 1] ?? 0) + 1;
      if (removed < least) least = removed;
      if (added < least) least = added;
      if (i > 1 && j > 1 && unit === other[at + j - 2] && one[from + i - 2] === match) {
        const swapped = (older[j - 2] ?? 0) + 1;
        if (swapped < least) least = swapped;
      }
      row[j] = least;
      if (least < fewest) fewest = least;
    }
    // A swap looks two rows back, and saves one at most.
    if (fewest > limit + 1) return fewest;
    [older, old, row] = [old, row, older];
  }
  return old[m] ?? 0;
}

/** 1 less the edit distance by the longer length, from 0 to 1; 0 where that is below `least`. */
export function editSimilarity(
  one: Units,
  from: number,
  length: number,
  other: Units,
  at: number,
  size: number,
  least: number,
): number {
  const longer = Math.min(widest, Math.max(length, size));
  if (longer === 0) return 1;
  const limit = Math.floor(longer * (1 - least));
  const distance = editDistance(one, from, length, other, at, size, limit);
  return distance > limit ? 0 : 1 - distance / longer;
}
