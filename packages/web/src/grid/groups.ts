import type { RecordData } from '../data/api.ts';
import { FlatRows, type Group, type Item, type Loader, type Rows } from './rows.ts';

// Rows under the heads of their groups. The heads come from one query, with their counts and totals; the rows of a
// group are a list of its own, loaded when it is open and in sight.

export interface GroupHead {
  readonly key: string;
  readonly value: unknown;
  readonly count: number;
  readonly totals: Readonly<Record<string, unknown>>;
}

export interface GroupLoader {
  heads(): Promise<readonly GroupHead[]>;
  rows(head: GroupHead): Loader;
}

interface Part {
  readonly group: Group;
  readonly item: Item;
  readonly rows: FlatRows;
  /** Where the head stands. */
  readonly start: number;
}

const blank: Item = { kind: 'blank' };

export class GroupedRows implements Rows {
  readonly #loader: GroupLoader;
  readonly #listeners = new Set<() => void>();
  #parts: readonly Part[] = [];
  readonly #pinned = new Map<string, Readonly<Record<string, unknown>>>();
  #closed: ReadonlySet<string>;
  #length = 0;
  #wanted = { from: 0, to: 0 };
  #round = 0;
  #asked = false;
  ready = false;
  failure: Error | null = null;

  constructor(loader: GroupLoader, closed: ReadonlySet<string> = new Set()) {
    this.#loader = loader;
    this.#closed = closed;
  }

  get length(): number {
    return this.#length;
  }

  get total(): number | null {
    return this.ready ? this.#parts.reduce((sum, part) => sum + part.group.count, 0) : null;
  }

  item(index: number): Item {
    const part = this.#partAt(index);
    if (part === undefined) return blank;
    return index === part.start ? part.item : part.rows.item(index - part.start - 1);
  }

  need(from: number, to: number, down: boolean): void {
    this.#wanted = { from, to };
    if (!this.#asked) this.refresh();
    for (const part of this.#parts) {
      if (!part.group.open) continue;
      const first = part.start + 1;
      const end = first + part.group.count;
      if (first < to && end > from) part.rows.need(Math.max(from, first) - first, Math.min(to, end) - first, down);
      if (part.rows.failure !== null) this.failure = part.rows.failure;
    }
  }

  find(id: string): RecordData | undefined {
    for (const { rows } of this.#parts) {
      const record = rows.find(id);
      if (record !== undefined) return record;
    }
    return undefined;
  }

  indexOf(id: string): number | undefined {
    for (const { start, group, rows } of this.#parts) {
      const place = group.open ? rows.indexOf(id) : undefined;
      if (place !== undefined) return start + 1 + place;
    }
    return undefined;
  }

  pin(id: string, values: Readonly<Record<string, unknown>>): void {
    this.#parts[0]?.rows.pin(id, values);
    this.patch(id, values);
  }

  unpin(id: string, fields: readonly string[]): void {
    this.#parts[0]?.rows.unpin(id, fields);
  }

  patch(id: string, values: Readonly<Record<string, unknown>>): void {
    for (const { rows } of this.#parts) rows.patch(id, values);
  }

  /** Opens a group or closes it. */
  toggle(key: string): void {
    const closed = new Set(this.#closed);
    if (!closed.delete(key)) closed.add(key);
    this.#closed = closed;
    this.#place(this.#parts);
    this.#tell();
  }

  /** Counts and totals may have changed with any record. */
  touched(): Promise<void> {
    return this.renew();
  }

  async renew(): Promise<void> {
    if (!this.ready || this.failure !== null) return this.refresh();
    const round = ++this.#round;
    try {
      const heads = await this.#loader.heads();
      if (round !== this.#round) return;
      const known = new Map(this.#parts.map((part) => [part.group.key, part]));
      const parts = heads.map((head): Part => {
        const part = known.get(head.key);
        if (part === undefined) return this.#partOf(head);
        const group = { ...head, open: part.group.open };
        return { ...part, group, item: { kind: 'group', group } };
      });
      const { from, to } = this.#wanted;
      await Promise.all(
        parts.map(({ rows, group, start }) => {
          const seen = rows.ready && group.open && start < to && start + 1 + group.count > from;
          return seen ? rows.renew(group.count) : rows.expire(group.count);
        }),
      );
      if (round !== this.#round) return;
      this.#place(parts);
    } catch {
      return;
    }
    this.#tell();
  }

  refresh(): void {
    this.#asked = true;
    this.failure = null;
    const round = ++this.#round;
    this.#loader.heads().then(
      (heads) => {
        if (round !== this.#round) return;
        this.ready = true;
        this.#place(heads.map((head) => this.#partOf(head)));
        this.#tell();
      },
      (error: unknown) => {
        if (round !== this.#round) return;
        this.ready = true;
        this.failure = error instanceof Error ? error : new Error(String(error));
        this.#tell();
      },
    );
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  #partOf(head: GroupHead): Part {
    const rows = new FlatRows(this.#loader.rows(head), head.count, this.#pinned);
    rows.subscribe(() => this.#tell());
    const group = { ...head, open: true };
    return { group, item: { kind: 'group', group }, rows, start: 0 };
  }

  #place(parts: readonly Part[]): void {
    let start = 0;
    this.#parts = parts.map((part): Part => {
      const open = !this.#closed.has(part.group.key);
      const group: Group = open === part.group.open ? part.group : { ...part.group, open };
      const placed = { ...part, group, item: { kind: 'group', group } as const, start };
      start += 1 + (open ? group.count : 0);
      return placed;
    });
    this.#length = start;
  }

  #partAt(index: number): Part | undefined {
    let low = 0;
    let high = this.#parts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#parts[middle]?.start ?? 0) <= index) low = middle;
      else high = middle - 1;
    }
    return this.#parts[low];
  }
}
