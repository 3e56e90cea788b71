import type { Kinds } from '../identifier/kinds.ts';

// What the database was found to hold of the identifiers of a batch.

/** What decides who survives: known beats anonymous, then the one that has been so for longest. */
export interface Rank {
  readonly id: string;
  readonly known: boolean;
  /** When it was first seen, or came to be known. */
  readonly since: Date;
}

export function beats(a: Rank, b: Rank): boolean {
  if (a.known !== b.known) return a.known;
  const gap = a.since.getTime() - b.since.getTime();
  return gap === 0 ? a.id < b.id : gap < 0;
}

export interface StoredIdentifier {
  readonly identity: string;
  readonly shared: boolean;
  readonly lastSeen: Date;
}

export interface Snapshot {
  readonly kinds: Kinds;
  /** By key. */
  readonly identifiers: ReadonlyMap<string, StoredIdentifier>;
  /** Of each identity that was read. */
  readonly survivors: ReadonlyMap<string, string>;
  readonly ranks: ReadonlyMap<string, Rank>;
  /** By customer, by limit group: the values it has. Of those to which something may be added. */
  readonly values: ReadonlyMap<string, ReadonlyMap<string, Set<string>>>;
  /** By key: who else came with it. */
  readonly claims: ReadonlyMap<string, ReadonlySet<string>>;
  /** By customer: the names that it goes by, where that matters. */
  readonly names: ReadonlyMap<string, readonly string[]>;
}
