import { newId } from '@huike/schema';
import { groupLimit, type Identifier, type KindInUse } from '../identifier/kinds.ts';
import { plainName, sameName } from './names.ts';
import { beats, type Rank, type Snapshot } from './snapshot.ts';

// Who is who among a batch of arrivals, decided in memory on what the database was found to hold. Pure: it tells what is
// to be written, and writes nothing.

/** Something that came from a channel, or a record, with what it knows its customer by. */
export interface Arrival {
  /** Of the interaction that it becomes; null for a record. */
  readonly event: string | null;
  readonly channel: string;
  readonly at: Date;
  /** The strongest first, at least one. */
  readonly identifiers: readonly Identifier[];
  readonly name: string | null;
  /** The visitor signed out: weak identifiers bind nothing that comes later. */
  readonly signsOut: boolean;
  /** The identity that it is, where that isn't to be found out: of a record. */
  readonly identity?: string;
}

export interface NewIdentifier {
  readonly identity: string;
  readonly channel: string;
  readonly event: string | null;
  readonly at: Date;
}

export interface Join {
  readonly id: string;
  /** The identities that the edge joins. */
  readonly a: string;
  readonly b: string;
  readonly survivor: string;
  readonly loser: string;
  readonly arrival: Arrival;
  /** The identifiers by which they were found to be one. */
  readonly keys: readonly string[];
}

export interface Review {
  readonly kind: 'shared' | 'recycled' | 'limit' | 'duplicate';
  readonly a: string;
  readonly b: string;
  /** The identifier that it is about; of a limit that one customer reached, its kind and no value: `phone:`. */
  readonly key: string;
}

/** Milliseconds after which a phone number may have got another owner: numbers rest for 90 days at least. */
const recycledAfter = 90 * 86_400_000;

/** Whether a number may have changed hands between two times it was seen. */
export function isLongUnused({ definition }: KindInUse, last: Date, at: Date): boolean {
  return definition.form === 'phone' && at.getTime() - last.getTime() >= recycledAfter;
}

export class Plan {
  readonly newIdentities = new Map<string, Rank>();
  readonly newIdentifiers = new Map<string, NewIdentifier>();
  /** Identities that turned from anonymous to known, with their new rank. */
  readonly nowKnown = new Map<string, Rank>();
  readonly joins: Join[] = [];
  /** `key` and the identities that came with it though it is another's. */
  readonly claims = new Map<string, Set<string>>();
  readonly shared = new Set<string>();
  /** Identifiers that changed hands. */
  readonly rebound = new Map<string, string>();
  readonly freed = new Set<string>();
  readonly reviews: Review[] = [];
  readonly seen = new Map<string, Date>();
  readonly #snapshot: Snapshot;
  readonly #roots = new Map<string, string>();
  readonly #ranks = new Map<string, Rank>();
  /** Values by limit group, by root. */
  readonly #values = new Map<string, Map<string, Set<string>>>();
  /** That customers go by, by root. */
  readonly #names = new Map<string, Set<string>>();
  readonly #now: Date;

  /** `now` is when the batch came: whatever times its events claim, nobody gets older by them. */
  constructor(snapshot: Snapshot, now: Date) {
    this.#snapshot = snapshot;
    this.#now = now;
  }

  /** Customers that are read as others from now on. */
  *merged(): Generator<readonly [loser: string, survivor: string]> {
    for (const loser of this.#roots.keys()) {
      const survivor = this.root(loser);
      if (survivor !== loser) yield [loser, survivor];
    }
  }

  /** The customer that an identity is of, as of now. */
  root(identity: string): string {
    let root = this.#roots.get(identity) ?? this.#snapshot.survivors.get(identity) ?? identity;
    for (let next = this.#roots.get(root); next !== undefined && next !== root; next = this.#roots.get(root))
      root = next;
    return root;
  }

  /** Decides one arrival; the identity under which it is kept. */
  place(arrival: Arrival): string {
    const left = new Set(arrival.identifiers.filter(({ key }) => this.#isShared(key)));
    for (;;) {
      const found = this.#resolve(arrival, left);
      if (found !== null) return this.#settle(arrival, found, left);
    }
  }

  #isShared(key: string): boolean {
    return this.shared.has(key) || this.#snapshot.identifiers.get(key)?.shared === true;
  }

  #holder(key: string): string | undefined {
    if (this.freed.has(key)) return this.newIdentifiers.get(key)?.identity;
    return (
      this.rebound.get(key) ?? this.newIdentifiers.get(key)?.identity ?? this.#snapshot.identifiers.get(key)?.identity
    );
  }

  /** Walks the identifiers, the strongest first. Null: some identifier was set aside, begin anew. */
  #resolve(arrival: Arrival, left: Set<Identifier>): Found | null {
    const found = new Found(
      arrival.identity ?? null,
      arrival.identity === undefined ? null : this.root(arrival.identity),
    );
    for (const identifier of arrival.identifiers) {
      if (left.has(identifier)) continue;
      const holder = this.#holder(identifier.key);
      if (holder === undefined) {
        if (this.#fits(found, identifier)) found.fresh.push(identifier);
        else if (!this.#giveWay(found, identifier, left)) found.overflow.push(identifier);
        else return null;
        continue;
      }
      const root = this.root(holder);
      if (root === found.root) found.keys.push(identifier);
      else if (this.#isRecycled(arrival, identifier, root)) found.recycled.push(identifier);
      else {
        const against = this.#against(found, root, identifier);
        if (against !== null) found.vetoed.push(identifier);
        else if (this.#isDoubtful(arrival, identifier, root)) found.doubtful.push(identifier);
        else this.#join(arrival, found, { identifier, holder, root });
        if (against === 'limit') found.crowded.push([identifier.key, root]);
      }
    }
    return found;
  }

  /** Whether one more value leaves the customer within the limits of its kinds. */
  #fits(found: Found, identifier: Identifier): boolean {
    const { group } = identifier;
    const has = found.root === null ? undefined : this.#valuesOf(found.root).get(group);
    const fresh = new Set(found.fresh.filter((one) => one.group === group).map(({ value }) => value));
    return (has?.size ?? 0) + fresh.add(identifier.value).size <= groupLimit(this.#snapshot.kinds, group).limit;
  }

  /** Too many values by way of identifiers that people share: those are the household's, not this customer's. */
  #giveWay(found: Found, identifier: Identifier, left: Set<Identifier>): boolean {
    if (!groupLimit(this.#snapshot.kinds, identifier.group).tells) return false;
    if (found.keys.length === 0 || found.keys.some(({ kind }) => kind.strength === 'strong')) return false;
    for (const key of found.keys) {
      left.add(key);
      this.#share(key.key, found.root ?? '');
    }
    return true;
  }

  #share(key: string, root: string): void {
    if (this.#isShared(key)) return;
    this.shared.add(key);
    this.reviews.push({ kind: 'shared', a: root, b: root, key });
  }

  /** The same number, another name, and long unused: it may have another owner by now. */
  #isRecycled(arrival: Arrival, { kind, key }: Identifier, root: string): boolean {
    const { name, at } = arrival;
    if (name === null) return false;
    const last = this.seen.get(key) ?? this.#snapshot.identifiers.get(key)?.lastSeen;
    if (last === undefined || !isLongUnused(kind, last, at)) return false;
    const names = this.#namesOf(root);
    return names.size > 0 && ![...names].some((other) => sameName(other, name));
  }

  /** What a person typed isn't verified: a phone or an e-mail joins two records only under the same name. */
  #isDoubtful({ identity, name }: Arrival, { kind }: Identifier, root: string): boolean {
    if (identity === undefined || kind.strength === 'strong') return false;
    return name === null || ![...this.#namesOf(root)].some((other) => plainName(other) === plainName(name));
  }

  /** What speaks against holding what was found so far and another customer for one by this identifier. */
  #against(found: Found, root: string, by: Identifier): 'differ' | 'limit' | null {
    const theirs = this.#valuesOf(root);
    const ours = found.root === null ? new Map<string, Set<string>>() : new Map(this.#valuesOf(found.root));
    for (const identifier of found.fresh) {
      const { group } = identifier;
      ours.set(group, new Set([...(ours.get(group) ?? []), identifier.value]));
    }
    let against: 'limit' | null = null;
    for (const [group, values] of ours) {
      const others = theirs.get(group);
      if (others === undefined) continue;
      const { limit, tells } = groupLimit(this.#snapshot.kinds, group);
      const common = [...values].filter((value) => others.has(value)).length;
      // A device or cookie is no reason to hold two people for one who differ in what they are known by.
      if (by.kind.strength === 'weak' && tells && common === 0) return 'differ';
      if (values.size + others.size - common <= limit) continue;
      if (limit === 1) return 'differ';
      against = 'limit';
    }
    return against;
  }

  #join(arrival: Arrival, found: Found, other: { identifier: Identifier; holder: string; root: string }): void {
    const { identifier, holder, root } = other;
    if (found.root === null || found.anchor === null) {
      found.root = root;
      found.anchor = holder;
      found.keys.push(identifier);
      return;
    }
    const mine = this.#rank(found.root);
    const theirs = this.#rank(root);
    const [survivor, loser] = beats(theirs, mine) ? [root, found.root] : [found.root, root];
    this.#merge(survivor, loser);
    const keys = [...found.keys.map(({ key }) => key), identifier.key];
    this.joins.push({ id: newId(), a: found.anchor, b: holder, survivor, loser, arrival, keys });
    found.root = survivor;
    found.keys.push(identifier);
  }

  #merge(survivor: string, loser: string): void {
    this.#roots.set(loser, survivor);
    this.#roots.set(survivor, survivor);
    const values = this.#valuesOf(survivor);
    for (const [group, more] of this.#valuesOf(loser)) {
      const has = values.get(group);
      if (has === undefined) values.set(group, new Set(more));
      else for (const value of more) has.add(value);
    }
    const names = this.#namesOf(survivor);
    for (const name of this.#namesOf(loser)) names.add(name);
  }

  #settle(arrival: Arrival, found: Found, left: ReadonlySet<Identifier>): string {
    const anchor = found.anchor ?? this.#nobodyYet(arrival, found, left);
    const root = this.root(anchor);
    for (const identifier of found.fresh) this.#attach(arrival, identifier, anchor, root);
    if (found.fresh.some(({ kind }) => kind.strength !== 'weak')) this.#makeKnown(anchor);
    for (const identifier of found.recycled) {
      const { key } = identifier;
      const former = this.root(this.#holder(key) ?? anchor);
      this.#changeHands(identifier, anchor, former);
      this.reviews.push({ kind: 'recycled', a: anchor, b: former, key });
    }
    for (const { key } of found.doubtful)
      this.reviews.push({ kind: 'duplicate', a: root, b: this.root(this.#holder(key) ?? root), key });
    for (const identifier of [...found.vetoed, ...found.doubtful]) this.#claim(identifier, anchor);
    for (const identifier of left) this.#claim(identifier, anchor);
    for (const [key, other] of found.crowded)
      if (this.root(other) !== root) this.reviews.push({ kind: 'limit', a: root, b: this.root(other), key });
    for (const { key, value } of found.overflow)
      this.reviews.push({ kind: 'limit', a: root, b: root, key: key.slice(0, -value.length) });
    if (arrival.name !== null) this.#namesOf(root).add(arrival.name);
    for (const { key } of arrival.identifiers) this.#noteSeen(key, arrival.at);
    if (arrival.signsOut) this.#free(arrival);
    return anchor;
  }

  /** The identity of an arrival that no identifier led to: a new one, but for what has only shared identifiers. */
  #nobodyYet(arrival: Arrival, found: Found, left: ReadonlySet<Identifier>): string {
    if (found.fresh.length === 0 && found.recycled.length === 0) {
      for (const identifier of [...found.vetoed, ...left]) {
        const holder = this.#holder(identifier.key);
        if (holder !== undefined) return holder;
      }
    }
    const id = newId();
    const known = arrival.identifiers.some(({ kind }) => kind.strength !== 'weak');
    const rank = { id, known, since: this.#now };
    this.newIdentities.set(id, rank);
    this.#ranks.set(id, rank);
    return id;
  }

  #attach(arrival: Arrival, identifier: Identifier, identity: string, root: string): void {
    const { channel, event, at } = arrival;
    this.newIdentifiers.set(identifier.key, { identity, channel, event, at });
    this.#count(identifier, root);
  }

  #count(identifier: Identifier, root: string): void {
    const { group } = identifier;
    const values = this.#valuesOf(root);
    const has = values.get(group);
    if (has === undefined) values.set(group, new Set([identifier.value]));
    else has.add(identifier.value);
  }

  #makeKnown(identity: string): void {
    const rank = this.#rank(identity);
    if (rank.known) return;
    const root = this.root(identity);
    const first = this.#rank(root);
    // Whoever comes to be known as a part of a known customer is the younger of the two, whatever the clocks say.
    const since = first.known && first.since >= this.#now ? new Date(first.since.getTime() + 1) : this.#now;
    const known = { id: identity, known: true, since };
    this.#ranks.set(identity, known);
    if (this.newIdentities.has(identity)) this.newIdentities.set(identity, known);
    else this.nowKnown.set(identity, known);
    if (root !== identity && !first.known) this.#merge(identity, root);
  }

  /** The identifier stays with whom it is of; a weak one goes to whom it was last seen with. */
  #claim(identifier: Identifier, identity: string): void {
    const { key, kind } = identifier;
    const holder = this.#holder(key);
    if (holder === undefined || this.root(holder) === this.root(identity)) return;
    const claims = this.claims.get(key) ?? new Set(this.#snapshot.claims.get(key));
    claims.add(identity);
    this.claims.set(key, claims);
    if (this.#isShared(key)) return;
    const others = new Set([...claims, holder].map((one) => this.root(one)));
    if (others.size > kind.shareLimit) this.#share(key, this.root(holder));
    else if (kind.strength === 'weak' && this.#hasRoomFor(identifier, this.root(identity)))
      this.#changeHands(identifier, identity, holder);
  }

  #hasRoomFor(identifier: Identifier, root: string): boolean {
    const { group } = identifier;
    return (this.#valuesOf(root).get(group)?.size ?? 0) < groupLimit(this.#snapshot.kinds, group).limit;
  }

  #changeHands(identifier: Identifier, to: string, from: string): void {
    const { key } = identifier;
    this.#count(identifier, this.root(to));
    const claims = this.claims.get(key) ?? new Set(this.#snapshot.claims.get(key));
    this.claims.set(key, claims.add(from));
    const fresh = this.newIdentifiers.get(key);
    if (fresh === undefined) this.rebound.set(key, to);
    else this.newIdentifiers.set(key, { ...fresh, identity: to });
  }

  #noteSeen(key: string, at: Date): void {
    const last = this.seen.get(key) ?? this.#snapshot.identifiers.get(key)?.lastSeen;
    if (last === undefined || at.getTime() - last.getTime() >= 86_400_000) this.seen.set(key, at);
  }

  #free(arrival: Arrival): void {
    for (const { key, kind } of arrival.identifiers) {
      if (kind.strength !== 'weak') continue;
      this.newIdentifiers.delete(key);
      this.rebound.delete(key);
      this.seen.delete(key);
      this.freed.add(key);
    }
  }

  #rank(identity: string): Rank {
    const rank = this.#ranks.get(identity) ?? this.#snapshot.ranks.get(identity);
    if (rank === undefined) throw new Error(`identity ${identity} was not read`);
    return rank;
  }

  #namesOf(root: string): Set<string> {
    let names = this.#names.get(root);
    if (names === undefined) {
      names = new Set(this.#snapshot.names.get(root));
      this.#names.set(root, names);
    }
    return names;
  }

  #valuesOf(root: string): Map<string, Set<string>> {
    let values = this.#values.get(root);
    if (values === undefined) {
      values = new Map();
      for (const [group, has] of this.#snapshot.values.get(root) ?? []) values.set(group, new Set(has));
      this.#values.set(root, values);
    }
    return values;
  }
}

/** What the identifiers of one arrival led to. */
class Found {
  anchor: string | null;
  root: string | null;
  /** By which the customer was found. */
  readonly keys: Identifier[] = [];
  /** That nobody has yet. */
  readonly fresh: Identifier[] = [];
  /** That are another's. */
  readonly vetoed: Identifier[] = [];
  readonly recycled: Identifier[] = [];
  /** That are another's, with whom there would be too many of some kind; of whom they are. */
  readonly crowded: [key: string, root: string][] = [];
  /** By which another customer may be the same, or not. */
  readonly doubtful: Identifier[] = [];
  /** That the customer would have too many of. */
  readonly overflow: Identifier[] = [];

  constructor(anchor: string | null, root: string | null) {
    this.anchor = anchor;
    this.root = root;
  }
}
