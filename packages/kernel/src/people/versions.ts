// What a process knows of people between requests. Whatever decides on rights moves huike.people_version in its own
// transaction; entries read before that are read again. The version is asked for once a second at most, by one
// question for all requests.

const freshMs = 1000;
const entriesAtMost = 20_000;

export class VersionWatch {
  readonly #read: () => Promise<bigint>;
  readonly #now: () => Date;
  #version = -1n;
  #checkedAt = Number.NEGATIVE_INFINITY;
  #checking: Promise<void> | null = null;
  #round = 0;

  constructor(read: () => Promise<bigint>, now: () => Date) {
    this.#read = read;
    this.#now = now;
  }

  /** The version, at most a second old. */
  async current(): Promise<bigint> {
    const askedAt = this.#now().getTime();
    if (askedAt - this.#checkedAt >= freshMs) {
      this.#checking ??= this.#ask(askedAt);
      await this.#checking;
    }
    return this.#version;
  }

  /** A version that was met in passing. */
  seen(version: bigint): void {
    if (version > this.#version) this.#version = version;
  }

  /** After a commit that moved the version: the next request asks. An answer under way may be from before it. */
  expire(): void {
    this.#checkedAt = Number.NEGATIVE_INFINITY;
    this.#checking = null;
    this.#round++;
  }

  async #ask(askedAt: number): Promise<void> {
    const round = this.#round;
    try {
      this.seen(await this.#read());
      if (round === this.#round) this.#checkedAt = askedAt;
    } finally {
      if (round === this.#round) this.#checking = null;
    }
  }
}

/** Entries by key, each as good as the version in whose snapshot it was read. */
export class VersionedCache<Entry extends { readonly version: bigint }> {
  readonly #watch: VersionWatch;
  readonly #entries = new Map<string, Entry>();

  constructor(watch: VersionWatch) {
    this.#watch = watch;
  }

  /** The entry, from memory where it still holds. What isn't there (null) isn't remembered. */
  async get(key: string, read: () => Promise<Entry | null>): Promise<Entry | null> {
    const version = await this.#watch.current();
    const known = this.#entries.get(key);
    return known !== undefined && known.version === version ? known : this.reload(key, read);
  }

  /** The entry as the database has it. */
  async reload(key: string, read: () => Promise<Entry | null>): Promise<Entry | null> {
    const entry = await read();
    if (entry === null) this.#entries.delete(key);
    else this.put(key, entry);
    return entry;
  }

  put(key: string, entry: Entry): void {
    this.#watch.seen(entry.version);
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > entriesAtMost && oldest !== undefined) this.#entries.delete(oldest);
  }
}
