import type { Page, RecordData } from '../data/api.ts';
import { isTouched, type Touched } from '../live/touched.ts';
import { valueAt } from './columns.ts';
import { sameValue } from './input.ts';

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
  /** Those of the records that are in the list. */
  some(ids: readonly string[]): Promise<readonly RecordData[]>;
  /** The fields that give a record its place. */
  readonly order: readonly string[];
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

type Values = Readonly<Record<string, unknown>>;

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
  /** Where a record that is loaded stands. */
  indexOf(id: string): number | undefined;
  /** Shows values that are on their way to the server, whatever is read meanwhile. */
  pin(id: string, values: Values): void;
  unpin(id: string, fields: readonly string[]): void;
  patch(id: string, values: Values): void;
  /** Reads again from the start. */
  refresh(): void;
  /** Reads what is in sight again and shows it at once. */
  renew(): Promise<void>;
  /** Shows what others changed. */
  touched(touched: Touched): Promise<void>;
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
  readonly #pinned: Map<string, Values>;
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

  /** `total` when it is known beforehand, as of a group; `pinned` when several lists share what is pinned. */
  constructor(loader: Loader, total: number | null = null, pinned = new Map<string, Values>()) {
    this.#loader = loader;
    this.#total = total;
    this.#pinned = pinned;
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

  patch(id: string, values: Values): void {
    const record = this.#records.get(id);
    if (record === undefined) return;
    this.#records.set(id, { ...record, ...values });
    this.#tell();
  }

  indexOf(id: string): number | undefined {
    if (!this.#records.has(id)) return undefined;
    for (const pages of [this.#pages, this.#stale])
      for (const [page, ids] of pages) {
        const place = ids.indexOf(id);
        if (place >= 0 && (pages === this.#pages || !this.#pages.has(page))) return page * pageSize + place;
      }
    return undefined;
  }

  pin(id: string, values: Values): void {
    this.#pinned.set(id, { ...this.#pinned.get(id), ...values });
    this.patch(id, values);
  }

  unpin(id: string, fields: readonly string[]): void {
    const left = Object.entries(this.#pinned.get(id) ?? {}).filter(([field]) => !fields.includes(field));
    if (left.length === 0) this.#pinned.delete(id);
    else this.#pinned.set(id, Object.fromEntries(left));
  }

  async touched(touched: Touched): Promise<void> {
    const { versions, moved } = touched;
    const loaded = versions === null ? [] : [...versions.keys()].filter((id) => this.indexOf(id) !== undefined);
    if (versions === null || moved || loaded.length < versions.size || loaded.length > pageSize) return this.renew();
    const stale = loaded.filter((id) => isTouched(touched, id, this.#records.get(id)?.version));
    if (stale.length > 0 && !(await this.#patchAll(stale))) await this.renew();
  }

  /** Whether all of them are still in their places. */
  async #patchAll(ids: readonly string[]): Promise<boolean> {
    const round = this.#round;
    const fresh = await this.#loader.some(ids).catch(() => null);
    if (fresh === null || round !== this.#round) return true;
    const stay = fresh.every((record) => {
      const before = this.#records.get(record.id);
      const same = (path: string) => before !== undefined && sameValue(valueAt(before, path), valueAt(record, path));
      return this.#loader.order.every(same);
    });
    for (const record of fresh) this.#take(record);
    this.#tell();
    return stay && fresh.length === ids.length;
  }

  /** What is kept is good until it is seen again. */
  expire(total: number): void {
    this.#round++;
    this.#loading.clear();
    this.#stale = new Map([...this.#stale, ...this.#pages]);
    this.#pages = new Map();
    this.#downwards = new Map();
    this.#upwards = new Map();
    this.#total = total;
  }

  /** `total` when it is known, as of a group. */
  async renew(total?: number): Promise<void> {
    if (!this.#ready || this.failure !== null) return this.refresh();
    const { first, last } = this.#wanted;
    const round = ++this.#round;
    this.#loading.clear();
    this.#counting = false;
    try {
      const skip = first * pageSize;
      const limit = (Math.min(last, first + 3) - first + 1) * pageSize;
      const [answer, count] = await Promise.all([
        this.#loader.page({ limit, ...(skip === 0 ? {} : { skip }), reversed: false }),
        total ?? this.#loader.count(),
      ]);
      if (round !== this.#round) return;
      this.expire(answer.page.next === null && answer.data.length > 0 ? skip + answer.data.length : count);
      const end = this.#total ?? 0;
      for (let from = 0; from < answer.data.length || from === 0; from += pageSize) {
        const next = from + pageSize < answer.data.length ? null : answer.page.next;
        this.#keep(first + from / pageSize, { data: answer.data.slice(from, from + pageSize), page: { next } }, null);
      }
      for (const page of [...this.#stale.keys()]) if (page * pageSize >= end) this.#stale.delete(page);
    } catch {
      // What is shown stays; the next change, or a scroll, asks again.
      if (round !== this.#round) return;
    }
    this.#tell();
    this.#loadWanted();
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
      this.#keep(page, answer, request.reversed);
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

  /** Shows a record as it was read, unless that was on its way while this page wrote a later version. */
  #take(record: RecordData): void {
    const { id, version } = record;
    const known = this.#records.get(id);
    if (known === undefined || known.version <= version) this.#records.set(id, { ...record, ...this.#pinned.get(id) });
  }

  /** Keeps a page; `reversed` null when nothing follows from where it ends. */
  #keep(page: number, { data, page: { next } }: Page, reversed: boolean | null): void {
    const records = reversed === true ? [...data].reverse() : data;
    for (const record of records) this.#take(record);
    this.#pages.set(
      page,
      records.map((record) => record.id),
    );
    if (reversed === true && next !== null) this.#upwards.set(page - 1, next);
    if (reversed !== true && next !== null) this.#downwards.set(page + 1, next);
    // The last page tells the count, exactly.
    if (reversed === false && next === null && (records.length > 0 || page === 0)) {
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
