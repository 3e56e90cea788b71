// Which rows are compared: those that share a key of one of several rules. Rules are made of the columns' types and of
// how many pairs they would yield; they need no labels.

import { kinds } from './kinds/index.ts';
import type { Atom, Column } from './kinds/kind.ts';
import { orderBy } from './order.ts';
import { mix } from './texts.ts';

/** One rule's blocks: block n holds the rows `rows[starts[n]..starts[n + 1]]`, ascending. */
export interface Rule {
  /** Such as `phone.tail` or `name.family+city.whole`. */
  readonly name: string;
  /** The columns of which its keys are. */
  readonly columns: readonly number[];
  readonly rows: Uint32Array;
  readonly starts: Uint32Array;
  /** By row: the number of its block + 1; 0 for none. Of a key with several slots, the first slot's. */
  readonly blockOf: Uint32Array;
  /** Pairs that it yields. */
  readonly pairs: number;
}

/** Blocks of more rows are compared only within a window of neighbours. */
export const blockCap = 100;
/** How many of the rows behind it a row of such a block is compared with. */
export const windowSize = 10;
/** So few rows are all compared with one another. */
const fewRows = 1_500;
/** Pairs a row, all rules together; and however few rows there are, so many pairs in all. */
const pairsPerRow = 26;
const pairsAtLeast = 3_000_000;

/** Pairs that a block of so many rows yields. */
export function pairsOfBlock(size: number): number {
  if (size <= blockCap) return (size * (size - 1)) / 2;
  return size * windowSize - (windowSize * (windowSize + 1)) / 2;
}

/** A key of one column, by code, ready to be looked up. */
interface Part {
  readonly name: string;
  readonly column: Column;
  readonly index: number;
  readonly slots: number;
  /** By code, `slots` each; 0 for none. */
  readonly keys: Uint32Array;
}

interface Draft {
  readonly name: string;
  readonly parts: readonly Part[];
  readonly pairs: number;
}

/** The rules for the rows of these columns, which have `count` rows in canonical order. */
export function makeRules(columns: readonly Column[], count: number): Rule[] {
  if (count <= fewRows) return [everything(count)];
  const parts = columns.flatMap((column, index) => kinds[column.type].atoms.map((atom) => partOf(column, index, atom)));
  const budget = Math.max(pairsPerRow * count, pairsAtLeast);
  const singles = parts.map((part) => draft([part], count));
  const chosen = singles.filter(({ pairs }) => pairs > 0 && pairs <= budget / 8);
  const taken = new Set(chosen.flatMap(({ parts: [part] }) => (part ? [part] : [])));
  const rest = parts.filter((part) => !taken.has(part));
  const combined: Draft[] = [];
  for (const [at, one] of rest.entries()) {
    for (const other of rest.slice(at + 1)) {
      if (one.index === other.index) continue;
      if (one.slots * other.slots > 3) continue;
      combined.push(draft([one, other], count));
    }
  }
  // Those that hold least come first: they are of the rarest agreements.
  combined.sort((a, b) => a.pairs - b.pairs || (a.name < b.name ? -1 : 1));
  let spent = chosen.reduce((total, { pairs }) => total + pairs, 0);
  for (const one of combined) {
    if (one.pairs === 0 || spent + one.pairs > budget) continue;
    spent += one.pairs;
    chosen.push(one);
  }
  if (chosen.length === 0) {
    const least = singles.filter(({ pairs }) => pairs > 0).sort((a, b) => a.pairs - b.pairs)[0];
    if (least) chosen.push(least);
  }
  chosen.sort((a, b) => a.pairs - b.pairs || (a.name < b.name ? -1 : 1));
  return chosen.map((one) => build(one, count));
}

function everything(count: number): Rule {
  const rows = new Uint32Array(new SharedArrayBuffer(count * 4));
  for (let row = 0; row < count; row++) rows[row] = row;
  const starts = new Uint32Array(new SharedArrayBuffer(8));
  starts[1] = count;
  const blockOf = new Uint32Array(new SharedArrayBuffer(count * 4)).fill(1);
  return { name: 'everything', columns: [], rows, starts, blockOf, pairs: (count * (count - 1)) / 2 };
}

function partOf(column: Column, index: number, atom: Atom): Part {
  const { slots } = atom;
  const keys = new Uint32Array(column.counts.length * slots);
  for (let code = 1; code < column.counts.length; code++)
    atom.fill(column, code, keys.subarray(code * slots, (code + 1) * slots));
  return { name: `${column.name}.${atom.name}`, column, index, slots, keys };
}

const isPerson = ({ column: { type } }: Part) => type === 'givenName' || type === 'familyName';

/** The keys of a draft for all rows, slot by slot; 0 for none. */
function keysOf(parts: readonly Part[], count: number): Uint32Array[] {
  const slots = parts.reduce((product, part) => product * part.slots, 1);
  // Given and family name make the same key when they are changed.
  const together = parts.length === 2 && parts.every(isPerson);
  return Array.from({ length: slots }, (_, slot) => {
    const keys = new Uint32Array(count);
    let rest = slot;
    for (const [order, part] of parts.entries()) {
      const own = rest % part.slots;
      rest = Math.floor(rest / part.slots);
      const { codes } = part.column;
      const salt = together ? 0 : order + 1;
      for (let row = 0; row < count; row++) {
        const key = part.keys[(codes[row] ?? 0) * part.slots + own] ?? 0;
        const before = keys[row] ?? 0;
        if (order > 0 && before === 0) continue;
        keys[row] = key === 0 ? 0 : (before + mix(key + salt)) >>> 0 || 1;
      }
    }
    return keys;
  });
}

/** Blocks are counted in one part of all keys where rows are many. */
const sampledFrom = 60_000;

function draft(parts: readonly Part[], count: number): Draft {
  const share = Math.max(1, Math.floor(count / sampledFrom));
  const name = parts.map((part) => part.name).join('+');
  const sampled: number[] = [];
  for (const keys of keysOf(parts, count))
    for (let row = 0; row < count; row++) {
      const key = keys[row] ?? 0;
      if (key !== 0 && mix(key) % share === 0) sampled.push(key);
    }
  const sorted = Uint32Array.from(sampled).sort();
  let pairs = 0;
  for (let from = 0; from < sorted.length; ) {
    let to = from + 1;
    while (to < sorted.length && sorted[to] === sorted[from]) to++;
    pairs += pairsOfBlock(to - from);
    from = to;
  }
  return { name, parts, pairs: pairs * share };
}

function build({ name, parts }: Draft, count: number): Rule {
  const slots = keysOf(parts, count);
  const all = new Uint32Array(count * slots.length);
  for (const [slot, keys] of slots.entries()) all.set(keys, slot * count);
  const order = orderBy(all);
  const blocks: number[] = [];
  const kept = new Uint32Array(order.length);
  const blockOf = new Uint32Array(new SharedArrayBuffer(count * 4));
  let size = 0;
  let pairs = 0;
  for (let from = 0; from < order.length; ) {
    const key = all[order[from] ?? 0];
    let to = from + 1;
    while (to < order.length && all[order[to] ?? 0] === key) to++;
    if (key !== 0 && to - from > 1) {
      blocks.push(size);
      const begin = size;
      // A row may be there by two slots; rows of the first slot come first.
      for (let at = from; at < to; at++) {
        const entry = order[at] ?? 0;
        if (entry < count) blockOf[entry] = blocks.length;
        kept[size++] = entry % count;
      }
      if (slots.length > 1) size = begin + sortUnique(kept.subarray(begin, size));
      pairs += pairsOfBlock(size - begin);
    }
    from = to;
  }
  const rows = new Uint32Array(new SharedArrayBuffer(size * 4));
  rows.set(kept.subarray(0, size));
  const starts = new Uint32Array(new SharedArrayBuffer((blocks.length + 1) * 4));
  starts.set(blocks);
  starts[blocks.length] = size;
  return { name, columns: parts.map(({ index }) => index), rows, starts, blockOf, pairs };
}

/** Sorts and takes out repetitions, in place; how many are left. */
function sortUnique(rows: Uint32Array): number {
  rows.sort();
  let size = 0;
  for (let at = 0; at < rows.length; at++) if (at === 0 || rows[at] !== rows[at - 1]) rows[size++] = rows[at] ?? 0;
  return size;
}
