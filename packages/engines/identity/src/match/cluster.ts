// Pairs to clusters: two clusters join when their rows are alike on average, the likeliest first. A single wrong pair
// joins no crowds then, as it would if whatever hangs together were one.

/** What clustering needs to know of any two rows, whether they were compared before or not. */
export interface Linkage {
  /** The logarithm of the odds that two rows are one customer, in bits; -Infinity where that is ruled out. */
  readonly score: (a: number, b: number) => number;
  /** Rows of which somebody said that they are not the same. */
  readonly cannot: Iterable<readonly [number, number]>;
  /** The least average at which clusters join, in bits. */
  readonly threshold: number;
  /** What the score of a pair of which nothing is known is. */
  readonly prior: number;
}

export interface Edges {
  readonly count: number;
  readonly first: Uint32Array;
  readonly second: Uint32Array;
  /** In bits. */
  readonly bits: Float32Array;
}

/** Scores beyond this count as this: no single pair outweighs several. */
const most = 12;
/** Of larger clusters so many rows stand for all. */
const looked = 8;

/** By row: the number of its cluster, which is the smallest of its rows. */
export function cluster(count: number, edges: Edges, linkage: Linkage): Uint32Array {
  return new Clustering(count, edges, linkage).run();
}

/**
 * What a pair says for joining: its score where that speaks for it, what speaks against it otherwise. That two rows
 * have nothing to be compared by speaks for neither.
 */
const linkOf = (score: number, prior: number): number =>
  score > 0 ? Math.min(score, most) : Math.max(-most, Math.min(0, score - prior));

class Clustering {
  private readonly count: number;
  private readonly edges: Edges;
  private readonly linkage: Linkage;
  private readonly parent: Uint32Array;
  /** By row: the next one of its cluster, round in a ring. */
  private readonly next: Uint32Array;
  private readonly sizes: Uint32Array;
  private readonly enemies: ReadonlyMap<number, readonly number[]>;
  private readonly heap: Heap;

  constructor(count: number, edges: Edges, linkage: Linkage) {
    this.count = count;
    this.edges = edges;
    this.linkage = linkage;
    this.parent = Uint32Array.from({ length: count }, (_, row) => row);
    this.next = Uint32Array.from({ length: count }, (_, row) => row);
    this.sizes = new Uint32Array(count).fill(1);
    const enemies = new Map<number, number[]>();
    for (const [a, b] of linkage.cannot)
      for (const [one, other] of [
        [a, b],
        [b, a],
      ] as const) {
        const known = enemies.get(one);
        if (known === undefined) enemies.set(one, [other]);
        else known.push(other);
      }
    this.enemies = enemies;
    this.heap = new Heap(edges.bits);
  }

  run(): Uint32Array {
    const { first, second, bits, count } = this.edges;
    for (let edge = 0; edge < count; edge++) if ((bits[edge] ?? 0) >= this.linkage.threshold) this.heap.push(edge);
    for (let edge = this.heap.pop(); edge >= 0; edge = this.heap.pop()) {
      const one = this.find(first[edge] ?? 0);
      const other = this.find(second[edge] ?? 0);
      if (one === other) continue;
      const alike = Math.fround(this.likeness(one, other, bits[edge] ?? 0));
      if (alike < this.linkage.threshold) continue;
      // What fell behind waits for its new place.
      if (alike < this.heap.topKey() && alike < this.heap.keyOf(edge)) {
        this.heap.pushAs(edge, alike);
        continue;
      }
      if (!this.areApart(one, other)) this.join(one, other);
    }
    return Uint32Array.from({ length: this.count }, (_, row) => this.find(row));
  }

  private find(row: number): number {
    let root = row;
    while (this.parent[root] !== root) root = this.parent[root] ?? 0;
    for (let at = row; at !== root; ) {
      const up = this.parent[at] ?? 0;
      this.parent[at] = root;
      at = up;
    }
    return root;
  }

  /** The average over pairs of two clusters; -Infinity where one is ruled out. `known` is the score of one of them. */
  private likeness(one: number, other: number, known: number): number {
    if (this.sizes[one] === 1 && this.sizes[other] === 1) return Math.min(known, most);
    const rowsOne = this.rowsOf(one);
    const rowsOther = this.rowsOf(other);
    let sum = 0;
    for (const a of rowsOne)
      for (const b of rowsOther) {
        const score = this.linkage.score(a, b);
        if (score === Number.NEGATIVE_INFINITY) return score;
        sum += linkOf(score, this.linkage.prior);
      }
    return sum / (rowsOne.length * rowsOther.length);
  }

  /** The rows of a cluster, or some of them, evenly spaced. */
  private rowsOf(root: number): number[] {
    const step = Math.max(1, Math.ceil((this.sizes[root] ?? 1) / looked));
    const rows: number[] = [];
    let row = root;
    let at = 0;
    do {
      if (at++ % step === 0) rows.push(row);
      row = this.next[row] ?? root;
    } while (row !== root);
    return rows;
  }

  private areApart(one: number, other: number): boolean {
    if (this.enemies.size === 0) return false;
    const [small, large] = (this.sizes[one] ?? 0) < (this.sizes[other] ?? 0) ? [one, other] : [other, one];
    let row = small;
    do {
      for (const enemy of this.enemies.get(row) ?? []) if (this.find(enemy) === large) return true;
      row = this.next[row] ?? small;
    } while (row !== small);
    return false;
  }

  private join(one: number, other: number): void {
    const [winner, loser] = one < other ? [one, other] : [other, one];
    this.parent[loser] = winner;
    this.sizes[winner] = (this.sizes[winner] ?? 0) + (this.sizes[loser] ?? 0);
    const after = this.next[winner] ?? winner;
    this.next[winner] = this.next[loser] ?? loser;
    this.next[loser] = after;
  }
}

/** The edge of the highest key first; of the same key the earlier one. */
class Heap {
  private readonly keys: Float32Array;
  private readonly edges: Uint32Array;
  private size = 0;

  constructor(bits: Float32Array) {
    this.keys = Float32Array.from(bits);
    this.edges = new Uint32Array(bits.length);
  }

  topKey(): number {
    return this.size === 0 ? Number.NEGATIVE_INFINITY : this.keyOf(this.edges[0] ?? 0);
  }

  keyOf(edge: number): number {
    return this.keys[edge] ?? 0;
  }

  pushAs(edge: number, key: number): void {
    this.keys[edge] = key;
    this.push(edge);
  }

  push(edge: number): void {
    let at = this.size++;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = this.edges[above] ?? 0;
      if (!this.isBefore(edge, parent)) break;
      this.edges[at] = parent;
      at = above;
    }
    this.edges[at] = edge;
  }

  pop(): number {
    if (this.size === 0) return -1;
    const top = this.edges[0] ?? 0;
    const last = this.edges[--this.size] ?? 0;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= this.size) break;
      if (child + 1 < this.size && this.isBefore(this.edges[child + 1] ?? 0, this.edges[child] ?? 0)) child++;
      const below = this.edges[child] ?? 0;
      if (!this.isBefore(below, last)) break;
      this.edges[at] = below;
      at = child;
    }
    this.edges[at] = last;
    return top;
  }

  private isBefore(one: number, other: number): boolean {
    const [a, b] = [this.keys[one] ?? 0, this.keys[other] ?? 0];
    return a > b || (a === b && one < other);
  }
}
