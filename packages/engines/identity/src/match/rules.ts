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
  /** Pairs that it yields. */
  readonly pairs: number;
}

export interface Rules {
  readonly rules: readonly Rule[];
  /** By row, by rule: the number of the row's block + 1; 0 for none, and for blocks beyond the cap. */
  readonly blocks: Uint32Array;
}

/** What rules are made of; codes by row, by column. */
export interface Keyed {
  readonly columns: readonly Column[];
  readonly codes: Uint32Array;
}

/** Blocks of more rows are compared only within a window of neighbours. */
const blockCap = 100;
/** How many of the rows behind it a row of such a block is compared with. */
export const windowSize = 10;
/** So few rows are all compared with one another. */
const fewRows = 1_500;
/** Pairs a row, all rules together; and however few rows there are, so many pairs in all. */
const pairsPerRow = 26;
const pairsAtLeast = 3_000_000;
const mostRules = 28;
/** A rule that yields fewer pairs a row isn't worth the while. */
const fewestPairs = 1 / 200;

/** Pairs that a block of so many rows yields. */
function pairsOfBlock(size: number): number {
  if (size <= blockCap) return (size * (size - 1)) / 2;
  return size * windowSize - (windowSize * (windowSize + 1)) / 2;
}

/** A key of one column, by code, ready to be looked up. */
interface Part {
  readonly name: string;
  readonly column: number;
  readonly isName: boolean;
  readonly slots: number;
  /** By code, `slots` each; 0 for none. */
  readonly keys: Uint32Array;
  /** By slot: the rows by which blocks are counted, all that share some of its keys. */
  readonly counted: readonly Uint32Array[];
}

interface Draft {
  readonly name: string;
  readonly parts: readonly Part[];
  readonly pairs: number;
}

/** The rules for `count` rows in canonical order. */
export function makeRules(keyed: Keyed, count: number): Rules {
  if (count <= fewRows) return { rules: [everything(count)], blocks: new Uint32Array(count).fill(1) };
  const rules = chooseRules(keyed, count).map((one) => buildRule(one, keyed, count));
  return { rules, blocks: blocksOf(rules, count) };
}

function chooseRules(keyed: Keyed, count: number): Draft[] {
  const share = Math.max(1, Math.floor(count / countedRows));
  const parts = keyed.columns.flatMap((column, at) =>
    kinds[column.type].atoms.map((atom) => partOf(keyed, at, atom, count, share)),
  );
  const budget = Math.max(pairsPerRow * count, pairsAtLeast);
  const singles = parts.map((part) => draft([part], keyed, share)).sort(byPairs);
  const chosen = singles.filter(({ pairs }) => pairs >= count * fewestPairs && pairs <= budget / 8);
  const taken = new Set(chosen.flatMap(({ parts: [part] }) => (part ? [part] : [])));
  const rest = parts.filter((part) => !taken.has(part));
  const combined: Draft[] = [];
  for (const [at, one] of rest.entries())
    for (const other of rest.slice(at + 1))
      if (one.column !== other.column && one.slots * other.slots <= 3) combined.push(draft([one, other], keyed, share));
  const left = budget - chosen.reduce((total, { pairs }) => total + pairs, 0);
  const worthwhile = combined.filter(({ pairs }) => pairs >= count * fewestPairs).sort(byPairs);
  chosen.push(...widest(worthwhile, mostRules - chosen.length, left));
  if (chosen.length === 0) chosen.push(...singles.filter(({ pairs }) => pairs > 0).slice(0, 1));
  return chosen.sort(byPairs);
}

/** As many drafts as may be, of the most pairs for which there is room: what is wider finds what narrower ones do, too. */
function widest(sorted: readonly Draft[], most: number, room: number): readonly Draft[] {
  for (let end = sorted.length; end > 0; end--) {
    const some = sorted.slice(Math.max(0, end - most), end);
    if (some.reduce((total, { pairs }) => total + pairs, 0) <= room) return some;
  }
  return [];
}

const byPairs = (a: Draft, b: Draft): number => a.pairs - b.pairs || (a.name < b.name ? -1 : 1);

function everything(count: number): Rule {
  const rows = new Uint32Array(new SharedArrayBuffer(count * 4));
  for (let row = 0; row < count; row++) rows[row] = row;
  const starts = new Uint32Array(new SharedArrayBuffer(8));
  starts[1] = count;
  return { name: 'everything', columns: [], rows, starts, pairs: (count * (count - 1)) / 2 };
}

/** Whether a block is only compared within a window. */
export const isCapped = ({ name }: Rule, size: number): boolean => size > blockCap && name !== 'everything';

/** Blocks are counted on about so many rows. */
const countedRows = 60_000;

function partOf({ columns, codes }: Keyed, at: number, atom: Atom, count: number, share: number): Part {
  const column = columns[at];
  if (column === undefined) throw new Error(`no column ${at}`);
  const { slots } = atom;
  const keys = new Uint32Array(column.counts.length * slots);
  for (let code = 1; code < column.counts.length; code++)
    atom.fill(column, code, keys.subarray(code * slots, (code + 1) * slots));
  const counted = Array.from({ length: slots }, (_, slot) => {
    const rows: number[] = [];
    for (let row = 0; row < count; row++) {
      const key = keys[(codes[row * columns.length + at] ?? 0) * slots + slot] ?? 0;
      if (key !== 0 && (share === 1 || mix(key) % share === 0)) rows.push(row);
    }
    return Uint32Array.from(rows);
  });
  const isName = column.type === 'givenName' || column.type === 'familyName';
  return { name: `${column.name}.${atom.name}`, column: at, isName, slots, keys, counted };
}

const slotsOf = (parts: readonly Part[]): number => parts.reduce((product, { slots }) => product * slots, 1);

/** The keys of some rows (all, if none are given) by one slot of parts together; 0 for none. */
function keysOf(
  parts: readonly Part[],
  slot: number,
  { columns, codes }: Keyed,
  rows: Uint32Array | number,
): Uint32Array {
  const fields = columns.length;
  const count = typeof rows === 'number' ? rows : rows.length;
  const keys = new Uint32Array(count);
  // Given and family name make the same key when they are changed.
  const together = parts.length === 2 && parts.every(({ isName }) => isName);
  let rest = slot;
  for (const [order, part] of parts.entries()) {
    const own = rest % part.slots;
    rest = Math.floor(rest / part.slots);
    const salt = together ? 0 : order + 1;
    for (let at = 0; at < count; at++) {
      const before = keys[at] ?? 0;
      if (order > 0 && before === 0) continue;
      const row = typeof rows === 'number' ? at : (rows[at] ?? 0);
      const key = part.keys[(codes[row * fields + part.column] ?? 0) * part.slots + own] ?? 0;
      keys[at] = key === 0 ? 0 : (before + mix(key + salt)) >>> 0 || 1;
    }
  }
  return keys;
}

function draft(parts: readonly Part[], keyed: Keyed, share: number): Draft {
  const [first] = parts;
  const counted = Array.from({ length: slotsOf(parts) }, (_, slot) =>
    keysOf(parts, slot, keyed, first?.counted[slot % first.slots] ?? 0),
  );
  const keys = new Uint32Array(counted.reduce((sum, { length }) => sum + length, 0));
  let size = 0;
  for (const each of counted) {
    keys.set(each, size);
    size += each.length;
  }
  keys.sort();
  let pairs = 0;
  for (let from = 0; from < keys.length; ) {
    let to = from + 1;
    while (to < keys.length && keys[to] === keys[from]) to++;
    if (keys[from] !== 0) pairs += pairsOfBlock(to - from);
    from = to;
  }
  return { name: parts.map(({ name }) => name).join('+'), parts, pairs: pairs * share };
}

function buildRule({ name, parts }: Draft, keyed: Keyed, count: number): Rule {
  const slots = slotsOf(parts);
  const { entries, keys } = filled(parts, slots, keyed, count);
  const order = orderBy(keys);
  const blocks: number[] = [];
  const kept = new Uint32Array(order.length);
  let size = 0;
  let pairs = 0;
  for (let from = 0; from < order.length; ) {
    const key = keys[order[from] ?? 0];
    let to = from + 1;
    while (to < order.length && keys[order[to] ?? 0] === key) to++;
    if (to - from > 1) {
      blocks.push(size);
      const begin = size;
      for (let at = from; at < to; at++) kept[size++] = entries[order[at] ?? 0] ?? 0;
      // A row may be there by two slots.
      if (slots > 1) size = begin + sortUnique(kept.subarray(begin, size));
      pairs += pairsOfBlock(size - begin);
    }
    from = to;
  }
  const rows = new Uint32Array(new SharedArrayBuffer(size * 4));
  rows.set(kept.subarray(0, size));
  const starts = new Uint32Array(new SharedArrayBuffer((blocks.length + 1) * 4));
  starts.set(blocks);
  starts[blocks.length] = size;
  return { name, columns: parts.map(({ column }) => column), rows, starts, pairs };
}

/** The rows that have a key, slot by slot, and their keys: most columns of most files are empty in part. */
function filled(parts: readonly Part[], slots: number, keyed: Keyed, count: number) {
  const entries = new Uint32Array(count * slots);
  const keys = new Uint32Array(count * slots);
  let size = 0;
  for (let slot = 0; slot < slots; slot++) {
    const all = keysOf(parts, slot, keyed, count);
    for (let row = 0; row < count; row++) {
      const key = all[row] ?? 0;
      if (key === 0) continue;
      entries[size] = row;
      keys[size++] = key;
    }
  }
  return { entries, keys: keys.subarray(0, size) };
}

/** Sorts and takes out repetitions, in place; how many are left. */
function sortUnique(rows: Uint32Array): number {
  rows.sort();
  let size = 0;
  for (let at = 0; at < rows.length; at++) if (at === 0 || rows[at] !== rows[at - 1]) rows[size++] = rows[at] ?? 0;
  return size;
}

/** Of a row that is in several blocks of a rule the last one is kept: pairs found twice are taken out at the end. */
function blocksOf(rules: readonly Rule[], count: number): Uint32Array {
  const blocks = new Uint32Array(new SharedArrayBuffer(count * rules.length * 4));
  for (const [at, rule] of rules.entries())
    for (let block = 0; block + 1 < rule.starts.length; block++) {
      const from = rule.starts[block] ?? 0;
      const to = rule.starts[block + 1] ?? 0;
      if (isCapped(rule, to - from)) continue;
      for (let place = from; place < to; place++) blocks[(rule.rows[place] ?? 0) * rules.length + at] = block + 1;
    }
  return blocks;
}
