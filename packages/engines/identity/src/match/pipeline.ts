// From texts to clusters, step by step. It runs in a thread of its own; `helpers` compare beside it.
import { cluster } from './cluster.ts';
import { compareUnits, type PairList, type Shared, unitsOf } from './compare.ts';
import { codesOf, encodeColumn, type RawColumn } from './encode.ts';
import type { Column } from './kinds/kind.ts';
import { learn } from './learn.ts';
import { orderBy } from './order.ts';
import { makeRules } from './rules.ts';
import { bitsOf, Comparer, probabilityOf, type Weights } from './score.ts';
import type { MatchProgress, ScoredPairs, SemanticType, Thresholds } from './types.ts';

export interface PipelineInput {
  readonly columns: readonly RawColumn[];
  readonly sources: Uint8Array;
  readonly thresholds: Thresholds;
  /** Rows, two by two. */
  readonly cannot: Uint32Array;
  readonly threads: number;
}

export interface PipelineOutput {
  /** By row: the smallest row of its cluster. */
  readonly clusters: Uint32Array;
  readonly pairs: ScoredPairs;
  /** In the order of rows as they came. */
  readonly columns: readonly Column[];
  readonly weights: Weights;
  /** The rules and how many pairs each yielded. */
  readonly rules: readonly { readonly name: string; readonly pairs: number }[];
}

/** Work that other threads do; in the order asked for. */
export interface Helpers {
  encode(columns: readonly RawColumn[]): Promise<readonly Column[]>;
  compare(shared: Shared): Promise<readonly PairList[]>;
}

export interface Watch {
  report(progress: MatchProgress): void;
  /** Throws where the work was given up. */
  check(): void;
}

const none = new Uint32Array(0);

/** By what rows are put in order: names first, so that in large blocks the same names stand together. */
const importance: readonly SemanticType[] = [
  ...(['fullName', 'company', 'familyName', 'givenName', 'birthDate', 'text', 'address', 'phone', 'email'] as const),
  ...(['nationalId', 'postalCode', 'city', 'region', 'number', 'category'] as const),
];

export async function runPipeline(
  input: PipelineInput,
  helpers: Helpers | null,
  watch: Watch,
): Promise<PipelineOutput> {
  const count = input.sources.length;
  watch.report({ phase: 'reading', done: 0, total: input.columns.length });
  const encoded = helpers === null ? input.columns.map(encodeColumn) : await helpers.encode(input.columns);
  watch.check();
  const order = orderOf(encoded, input.sources, count);
  // By row codes go along; each thread would get a copy of what stays with the columns.
  const columns = encoded.map((column) => ({ ...column, codes: none }));
  const codes = codesOf(encoded, order, count);
  const sources = new Uint8Array(new SharedArrayBuffer(count));
  for (let at = 0; at < count; at++) sources[at] = input.sources[order[at] ?? 0] ?? 0;
  watch.report({ phase: 'learning', done: 0, total: 1 });
  const rules = makeRules({ columns, codes }, count);
  watch.check();
  const weights = learn({ columns, codes, sources }, rules, count);
  watch.check();
  const units = unitsOf(rules.rules);
  const shared: Shared = { columns, codes, sources, rules, weights, units, least: bitsOf(input.thresholds.lower) };
  const lists = helpers === null ? [await compareUnits(shared, null, watch)] : await helpers.compare(shared);
  watch.check();
  const edges = merged(lists);
  watch.report({ phase: 'clustering', done: 0, total: edges.count });
  const comparer = new Comparer({ columns, codes, sources });
  const placeOf = new Uint32Array(count);
  for (let at = 0; at < count; at++) placeOf[order[at] ?? 0] = at;
  const found = cluster(count, edges, {
    score: (a, b) => comparer.score(a, b, weights),
    cannot: pairsIn(input.cannot, placeOf),
    threshold: bitsOf(input.thresholds.upper),
    prior: weights.prior[0],
  });
  return {
    clusters: byFirstRow(found, order),
    pairs: scored(edges, order),
    columns: encoded,
    weights,
    rules: rules.rules.map(({ name, pairs }) => ({ name, pairs })),
  };
}

/** Rows in an order that depends on what they hold and not on how they came. */
function orderOf(columns: readonly Column[], sources: Uint8Array, count: number): Uint32Array {
  let order = orderBy(Uint32Array.from(sources));
  const sorted = columns.toSorted((a, b) => importance.indexOf(b.type) - importance.indexOf(a.type));
  for (const { codes } of sorted) order = orderBy(codes, order);
  return count === 0 ? new Uint32Array(0) : order;
}

function* pairsIn(rows: Uint32Array, placeOf: Uint32Array): Generator<readonly [number, number]> {
  for (let at = 0; at + 1 < rows.length; at += 2) yield [placeOf[rows[at] ?? 0] ?? 0, placeOf[rows[at + 1] ?? 0] ?? 0];
}

/** All pairs in order, each once. */
function merged(lists: readonly PairList[]): PairList {
  const count = lists.reduce((sum, list) => sum + list.count, 0);
  const first = new Uint32Array(count);
  const second = new Uint32Array(count);
  const bits = new Float32Array(count);
  let at = 0;
  for (const list of lists) {
    first.set(list.first.subarray(0, list.count), at);
    second.set(list.second.subarray(0, list.count), at);
    bits.set(list.bits.subarray(0, list.count), at);
    at += list.count;
  }
  const order = orderBy(first, orderBy(second));
  const result = {
    count: 0,
    first: new Uint32Array(count),
    second: new Uint32Array(count),
    bits: new Float32Array(count),
  };
  for (const edge of order) {
    const { count: last } = result;
    const [a, b] = [first[edge] ?? 0, second[edge] ?? 0];
    if (last > 0 && result.first[last - 1] === a && result.second[last - 1] === b) continue;
    result.first[last] = a;
    result.second[last] = b;
    result.bits[last] = bits[edge] ?? 0;
    result.count++;
  }
  return result;
}

/** Clusters of rows in order to clusters of rows as they came, each named by its smallest row. */
function byFirstRow(found: Uint32Array, order: Uint32Array): Uint32Array {
  const smallest = new Uint32Array(found.length).fill(0xffffffff);
  for (let at = 0; at < found.length; at++) {
    const root = found[at] ?? 0;
    smallest[root] = Math.min(smallest[root] ?? 0, order[at] ?? 0);
  }
  const clusters = new Uint32Array(found.length);
  for (let at = 0; at < found.length; at++) clusters[order[at] ?? 0] = smallest[found[at] ?? 0] ?? 0;
  return clusters;
}

function scored({ count, first, second, bits }: PairList, order: Uint32Array): ScoredPairs {
  // The likeliest first: the bits of a float sort as an integer does, once the sign is seen to.
  const keys = new Uint32Array(count);
  const raw = new Uint32Array(bits.buffer, bits.byteOffset, count);
  for (let at = 0; at < count; at++)
    keys[at] = ((raw[at] ?? 0) >>> 31 === 1 ? raw[at] : ~((raw[at] ?? 0) | 0x80000000)) ?? 0;
  const sorted = orderBy(keys);
  const result = {
    count,
    first: new Uint32Array(count),
    second: new Uint32Array(count),
    probability: new Float64Array(count),
  };
  for (const [at, edge] of sorted.entries()) {
    const [a, b] = [order[first[edge] ?? 0] ?? 0, order[second[edge] ?? 0] ?? 0];
    result.first[at] = Math.min(a, b);
    result.second[at] = Math.max(a, b);
    result.probability[at] = probabilityOf(bits[edge] ?? 0);
  }
  return result;
}
