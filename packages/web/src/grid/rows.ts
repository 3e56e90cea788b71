import type { Page, RecordData } from '../data/api.ts';

// The rows of a list, loaded by windows: down by the cursor of the page above, up by the cursor of the reversed order,
// and after a jump by passing over records, from whichever end is nearer. What is far from sight is let go.

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string;
  readonly skip?: number;
  /** In the reversed order, from the end. */
  readonly reversed: boolean;
}

export interface Loader {
  page(request: PageRequest): Promise<Page>;
  count(): Promise<number>;
}

export interface Group {
  readonly key: string;
  readonly value: unknown;
  readonly count: number;
  readonly totals: Readonly<Record<string, unknown>>;
  readonly open: boolean;
}

export type Item =
  | { readonly kind: 'record'; readonly record: RecordData }
  | { readonly kind: 'group'; readonly group: Group }
  | { readonly kind: 'blank' };

/** What a grid draws, whether its rows are grouped or not. */
export interface Rows {
  readonly length: number;
  /** Of records alone; null until it is known. */
  readonly total: number | null;
  readonly failure: Error | null;
  /** False until the first answer. */
  readonly ready: boolean;
  item(index: number): Item;
  /** Asks for what is in sight; `down` is where the eye goes. */
  need(from: number, to: number, down: boolean): void;
  find(id: string): RecordData | undefined;
  patch(id: string, values: Readonly<Record<string, unknown>>): void;
  /** Reads again, keeping what is shown until then. */
  refresh(): void;
  subscribe(listener: () => void): () => void;
}

const pageSize = 100;
const pagesKept = 60;
const blank: Item = { kind: 'blank' };

export class FlatRows implements Rows {
  readonly #loader: Loader;
  readonly #listeners = new Set<() => void>();
  #pages = new Map<number, readonly string[]>();
  /** What was shown before the last refresh. */
  #stale = new Map<number, readonly string[]>();
  readonly #records = new Map<string, RecordData>();
  readonly #items = new WeakMap<RecordData, Item>();
  #downwards = new Map<number, string>();
  #upwards = new Map<number, string>();
  readonly #loading = new Set<number>();
  #wanted = { first: 0, last: 0, down: true };
  #total: number | null;
  #counting = false;
  #round = 0;
  #ready = false;
  failure: Error | null = null;

  /** `total` when it is known beforehand, as of a group. */
  constructor(loader: Loader, total: number | null = null) {
    this.#loader = loader;
    this.#total = total;
  }

  get total(): number | null {
    return this.#total;
  }

  get ready(): boolean {
    return this.#ready;
  }

  get length(): number {
    if (this.#total !== null) return this.#total;
    let end = 0;
    for (const [page, ids] of this.#pages) end = Math.max(end, page * pageSize + ids.length);
    return end;
  }

  item(index: number): Item {
    const page = Math.floor(index / pageSize);
    const ids = this.#pages.get(page) ?? this.#stale.get(page);
    const record = this.#records.get(ids?.[index % pageSize] ?? '');
    if (record === undefined) return blank;
    let item = this.#items.get(record);
    if (item === undefined) {
      item = { kind: 'record', record };
      this.#items.set(record, item);
    }
    return item;
  }

  need(from: number, to: number, down: boolean): void {
    const end = this.#total === null ? Math.max(to, 1) : Math.min(to, this.#total);
    if (end <= from) return;
    this.#wanted = { first: Math.floor(from / pageSize), last: Math.floor((end - 1) / pageSize), down };
    this.#loadWanted();
  }

  find(id: string): RecordData | undefined {
    return this.#records.get(id);
  }

  patch(id: string, values: Readonly<Record<string, unknown>>): void {
    const record = this.#records.get(id);
    if (record === undefined) return;
    this.#records.set(id, { ...record, ...values });
    this.#tell();
  }

  refresh(): void {
    this.#round++;
    this.#stale = new Map([...this.#stale, ...this.#pages]);
    this.#pages = new Map();
    this.#downwards = new Map();
    this.#upwards = new Map();
    this.#loading.clear();
    this.failure = null;
    this.#counting = false;
    this.#count();
    this.#loadWanted();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  #loadWanted(): void {
    const { first, last, down } = this.#wanted;
    const pages = Array.from({ length: last - first + 1 }, (_, index) => first + index);
    for (const page of down ? pages : pages.reverse()) {
      if (this.#pages.has(page) || this.#loading.has(page) || this.failure !== null) continue;
      // Two at once: what comes after has then a cursor, or is no longer wanted.
      if (this.#loading.size >= 2) return;
      const neighbour = this.#loading.has(page - 1) || this.#loading.has(page + 1);
      if (this.#requestOf(page).skip !== undefined && neighbour) return;
      void this.#load(page);
    }
  }

  #requestOf(page: number): PageRequest {
    const limit = pageSize;
    const below = this.#downwards.get(page);
    if (page === 0) return { limit, reversed: false };
    if (below !== undefined) return { limit, cursor: below, reversed: false };
    const above = this.#upwards.get(page);
    if (above !== undefined) return { limit, cursor: above, reversed: true };
    const start = page * pageSize;
    const total = this.#total;
    const upwards = total !== null && (this.#pages.has(page + 1) || (start > total / 2 && !this.#pages.has(page - 1)));
    if (!upwards || total === null) return { limit, skip: start, reversed: false };
    const end = Math.min(total, start + pageSize);
    return { limit: end - start, ...(end === total ? {} : { skip: total - end }), reversed: true };
  }

  async #load(page: number): Promise<void> {
    const round = this.#round;
    const request = this.#requestOf(page);
    this.#loading.add(page);
    try {
      const answer = await this.#loader.page(request);
      if (round !== this.#round) return;
      this.#keep(page, request, answer);
    } catch (error) {
      if (round !== this.#round) return;
      this.failure = error instanceof Error ? error : new Error(String(error));
    }
    this.#loading.delete(page);
    this.#ready = true;
    this.#count();
    this.#tell();
    this.#loadWanted();
  }

  #keep(page: number, { reversed }: PageRequest, { data, page: { next } }: Page): void {
    const records = reversed ? [...data].reverse() : data;
    for (const record of records) this.#records.set(record.id, record);
    this.#pages.set(
      page,
      records.map((record) => record.id),
    );
    if (reversed && next !== null) this.#upwards.set(page - 1, next);
    if (!reversed && next !== null) this.#downwards.set(page + 1, next);
    // The last page tells the count, exactly.
    if (!reversed && next === null && (records.length > 0 || page === 0)) {
      this.#total = page * pageSize + records.length;
    }
    this.#letGo();
  }

  /** Rows first; their number after them. */
  #count(): void {
    if (this.#counting || (this.#total !== null && this.#round === 0)) return;
    this.#counting = true;
    const round = this.#round;
    this.#loader.count().then(
      (total) => {
        if (round !== this.#round) return;
        this.#total = total;
        this.#tell();
        this.#loadWanted();
      },
      // A list without its number is still a list.
      () => {},
    );
  }

  #letGo(): void {
    const far = (page: number) => Math.abs(page - this.#wanted.first);
    for (const pages of [this.#pages, this.#stale]) {
      if (pages.size <= pagesKept) continue;
      const order = [...pages.keys()].sort((one, other) => far(other) - far(one));
      for (const page of order.slice(0, pages.size - pagesKept)) pages.delete(page);
    }
    if (this.#records.size <= 2 * pagesKept * pageSize) return;
    const kept = new Set([...this.#pages.values(), ...this.#stale.values()].flat());
    for (const id of this.#records.keys()) if (!kept.has(id)) this.#records.delete(id);
  }
}
