// For tests: who is who, told plainly. Identities, what joins them, and what was undone; everything else follows from
// these, anew each time.

export interface ModelIdentity {
  readonly at: number;
  known: boolean;
  since: number;
  /** Its id in the database, once that is known. */
  id: string;
}

export interface ModelMerge {
  readonly edges: readonly (readonly [ModelIdentity, ModelIdentity])[];
  undone: boolean;
  id: string;
}

export interface ModelEvent {
  /** The strongest first: `userId:`, `phone:`, `cookie:`. */
  readonly keys: readonly string[];
  readonly signsOut: boolean;
}

const isWeak = (key: string) => key.startsWith('cookie:');
const kindOf = (key: string) => key.slice(0, key.indexOf(':'));

export class Model {
  readonly identities: ModelIdentity[] = [];
  readonly merges: ModelMerge[] = [];
  /** By key. */
  readonly holders = new Map<string, ModelIdentity>();

  /** All that are one with an identity, as far as merges count. */
  part(of: ModelIdentity): ModelIdentity[] {
    const part = new Set([of]);
    for (const one of part)
      for (const { edges, undone } of this.merges)
        for (const [a, b] of undone ? [] : edges) {
          if (a === one) part.add(b);
          if (b === one) part.add(a);
        }
    return [...part];
  }

  /** Known beats anonymous, then the older. */
  root(of: ModelIdentity): ModelIdentity {
    const [best = of] = this.part(of).sort(
      (a, b) => Number(b.known) - Number(a.known) || a.since - b.since || a.at - b.at,
    );
    return best;
  }

  values(of: ModelIdentity): string[] {
    const part = new Set(this.part(of));
    return [...this.holders].flatMap(([key, holder]) => (part.has(holder) ? [key] : []));
  }

  /** Takes an event in; the identity under which it is kept, and whether that is new. */
  track({ keys, signsOut }: ModelEvent, now: number): { readonly identity: ModelIdentity; readonly made: boolean } {
    let anchor: ModelIdentity | null = null;
    const fresh: string[] = [];
    const others: string[] = [];
    for (const key of keys) {
      const holder = this.holders.get(key);
      if (holder === undefined) fresh.push(key);
      else if (anchor !== null && this.part(anchor).includes(holder)) continue;
      else if (isWeak(key) && this.#differ(anchor, fresh, holder)) others.push(key);
      else if (anchor === null) anchor = holder;
      else this.merges.push({ edges: [[anchor, holder]], undone: false, id: '' });
    }
    const made = anchor === null;
    const identity = anchor ?? this.#make(keys, now);
    for (const key of fresh) this.holders.set(key, identity);
    if (fresh.some((key) => !isWeak(key))) this.#know(identity, now);
    for (const key of others) {
      const holder = this.holders.get(key);
      if (holder !== undefined && !this.part(identity).includes(holder)) this.holders.set(key, identity);
    }
    if (signsOut) for (const key of keys.filter(isWeak)) this.holders.delete(key);
    return { identity, made };
  }

  /** Whether two are known by different things of one kind, and by none that is the same. */
  #differ(anchor: ModelIdentity | null, fresh: readonly string[], holder: ModelIdentity): boolean {
    const mine = [...fresh, ...(anchor === null ? [] : this.values(anchor))];
    const theirs = this.values(holder);
    return ['userId', 'phone'].some((kind) => {
      const [one, other] = [mine, theirs].map((keys) => keys.filter((key) => kindOf(key) === kind));
      return (
        one !== undefined &&
        other !== undefined &&
        one.length > 0 &&
        other.length > 0 &&
        !one.some((key) => other.includes(key))
      );
    });
  }

  #make(keys: readonly string[], now: number): ModelIdentity {
    const made = { at: this.identities.length, known: keys.some((key) => !isWeak(key)), since: now, id: '' };
    this.identities.push(made);
    return made;
  }

  #know(identity: ModelIdentity, now: number): void {
    if (identity.known) return;
    const root = this.root(identity);
    identity.since = root.known && root.since >= now ? root.since + 1 : now;
    identity.known = true;
  }

  /** Joins by decision; null when they are one already. */
  merge(some: readonly ModelIdentity[]): ModelMerge | null {
    if (new Set(some.map((one) => this.root(one))).size < 2) return null;
    const [first, ...rest] = [...new Set(some)];
    if (first === undefined) return null;
    const merge: ModelMerge = { edges: rest.map((one) => [first, one]), undone: false, id: '' };
    this.merges.push(merge);
    return merge;
  }

  /** Undoes a merge of a customer; what is wrong with that otherwise. */
  unmerge(of: ModelIdentity, merge: ModelMerge): 'done' | 'merge.unknown' | 'merge.undone' {
    const part = this.part(of);
    if (!merge.edges.some(([a, b]) => part.includes(a) || part.includes(b))) return 'merge.unknown';
    if (merge.undone) return 'merge.undone';
    merge.undone = true;
    return 'done';
  }
}
