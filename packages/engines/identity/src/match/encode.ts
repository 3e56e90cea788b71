// Texts of a column to numbers: each value is read once, however many rows hold it.

import { kinds } from './kinds/index.ts';
import type { Column, Reading, Tokens } from './kinds/kind.ts';
import { orderBy } from './order.ts';
import { hashText, shared, sizeOfTexts, TextPool, type Texts, textAt } from './texts.ts';
import type { ColumnSpec } from './types.ts';

/** A column as it came in: texts, and the number of one for each row (0 for none). */
export interface RawColumn {
  readonly spec: ColumnSpec;
  readonly texts: Texts;
  readonly cells: Uint32Array;
}

/**
 * Reads and numbers the values of a column. Numbers depend on the values alone, not on the order of rows: whatever is
 * built on them comes out the same however the rows are sorted.
 */
export function encodeColumn({ spec, texts, cells }: RawColumn): Column {
  const kind = kinds[spec.type];
  const read = kind.reader(() => sampleOf(texts));
  const pool = new TextPool();
  const readings: Reading[] = [];
  const found = new Uint32Array(sizeOfTexts(texts));
  for (let index = 1; index < found.length; index++) {
    const reading = read(textAt(texts, index));
    if (reading === null) continue;
    const code = pool.intern(reading.text);
    found[index] = code;
    if (code > readings.length) readings.push(reading);
  }
  const { texts: sorted, numbers } = renumber(pool);
  const values = sizeOfTexts(sorted);
  const facets = new Uint32Array(values * kind.facets);
  for (const [index, reading] of readings.entries()) {
    facets.set(reading.facets, (numbers[index + 1] ?? 0) * kind.facets);
  }
  const codes = new Uint32Array(cells.length);
  const counts = new Uint32Array(values);
  for (let row = 0; row < cells.length; row++) {
    const code = numbers[found[cells[row] ?? 0] ?? 0] ?? 0;
    codes[row] = code;
    counts[code] = (counts[code] ?? 0) + 1;
  }
  const tokens = kind.hasTokens ? encodeTokens(readings, numbers, counts) : noTokens;
  return { ...spec, codes, counts: shared(counts), texts: sorted, facets: shared(facets), tokens };
}

const noTokens: Tokens = {
  ends: new Uint32Array(0),
  ids: new Uint32Array(0),
  texts: { chars: new Uint16Array(0), ends: new Uint32Array(0) },
  rarity: new Float32Array(0),
  hasDigit: new Uint8Array(0),
  norms: new Float32Array(0),
};

const sampleSize = 100_000;

function* sampleOf(texts: Texts): Generator<string> {
  const size = sizeOfTexts(texts);
  const step = Math.max(1, Math.floor(size / sampleSize));
  for (let index = 1; index < size; index += step) yield textAt(texts, index);
}

/** The texts of a pool in the order of their hashes, and the new number of each. */
function renumber(pool: TextPool): { readonly texts: Texts; readonly numbers: Uint32Array } {
  const given = pool.texts();
  const size = sizeOfTexts(given);
  const hashes = new Uint32Array(size);
  for (let index = 1; index < size; index++) hashes[index] = hashText(textAt(given, index));
  const order = orderBy(hashes.subarray(1));
  sortTies(order, hashes, given);
  const numbers = new Uint32Array(size);
  const chars = new Uint16Array(given.chars.length);
  const ends = new Uint32Array(size);
  let end = 0;
  for (const [at, index] of order.entries()) {
    const [from, to] = [given.ends[index] ?? 0, given.ends[index + 1] ?? 0];
    chars.set(given.chars.subarray(from, to), end);
    end += to - from;
    ends[at + 1] = end;
    numbers[index + 1] = at + 1;
  }
  return { texts: { chars: shared(chars), ends: shared(ends) }, numbers };
}

/** Texts of the same hash go by their letters. */
function sortTies(order: Uint32Array, hashes: Uint32Array, texts: Texts): void {
  const hashAt = (at: number) => hashes[(order[at] ?? 0) + 1];
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && hashAt(to) === hashAt(from)) to++;
    if (to - from > 1) {
      const tied = [...order.subarray(from, to)].map((index) => ({ index, text: textAt(texts, index + 1) }));
      tied.sort((a, b) => (a.text < b.text ? -1 : 1));
      for (const [at, { index }] of tied.entries()) order[from + at] = index;
    }
    from = to;
  }
}

const digit = /\d/;

function encodeTokens(readings: readonly Reading[], numbers: Uint32Array, counts: Uint32Array): Tokens {
  const pool = new TextPool();
  const lists = readings.map(({ tokens = [] }) =>
    Uint32Array.from(new Set(tokens.slice(0, 64).map((one) => pool.intern(one)))),
  );
  const { texts, numbers: tokenNumbers } = renumber(pool);
  const size = sizeOfTexts(texts);
  const ends = new Uint32Array(counts.length);
  for (const [index, list] of lists.entries()) ends[numbers[index + 1] ?? 0] = list.length;
  for (let code = 1; code < ends.length; code++) ends[code] = (ends[code] ?? 0) + (ends[code - 1] ?? 0);
  const ids = new Uint32Array(ends.at(-1) ?? 0);
  const held = new Float64Array(size);
  let rows = 0;
  for (const [index, list] of lists.entries()) {
    const code = numbers[index + 1] ?? 0;
    const sorted = list.map((token) => tokenNumbers[token] ?? 0).sort();
    ids.set(sorted, ends[code - 1] ?? 0);
    const count = counts[code] ?? 0;
    rows += count;
    for (const token of sorted) held[token] = (held[token] ?? 0) + count;
  }
  const rarity = Float32Array.from(held, (count) => (count === 0 ? 0 : Math.log2(1 + rows / count)));
  const norms = new Float32Array(counts.length);
  for (let code = 1; code < counts.length; code++) {
    let sum = 0;
    for (let at = ends[code - 1] ?? 0; at < (ends[code] ?? 0); at++) sum += (rarity[ids[at] ?? 0] ?? 0) ** 2;
    norms[code] = Math.sqrt(sum) || 1;
  }
  const hasDigit = Uint8Array.from({ length: size }, (_, token) => (digit.test(textAt(texts, token)) ? 1 : 0));
  return {
    ...{ ends: shared(ends), ids: shared(ids), texts, rarity: shared(rarity) },
    ...{ hasDigit: shared(hasDigit), norms: shared(norms) },
  };
}

/** The codes of rows, in an order of rows: those of one row stand together. */
export function codesOf(columns: readonly Column[], order: Uint32Array | null, count: number): Uint32Array {
  const fields = columns.length;
  const all = new Uint32Array(new SharedArrayBuffer(count * fields * 4));
  for (const [field, { codes }] of columns.entries())
    for (let at = 0; at < count; at++) all[at * fields + field] = codes[order === null ? at : (order[at] ?? 0)] ?? 0;
  return all;
}
