import {
  type CatalogObject,
  type Kernel,
  lastSealed,
  readChanges,
  type SealedChange,
  sealedBefore,
  sealedChannel,
  type UserActor,
} from '@huike/kernel';

// Sealed changes on their way to the browsers: one follower of the log a process, whatever the number of listeners,
// and for each listener only what the actor may read at that moment.

/** What a listener is told: enough to fetch anew, nothing of the values. */
export interface ChangeEvent {
  readonly seq: number;
  readonly object: string;
  readonly id: string;
  readonly op: string;
  readonly version: number | null;
  readonly at: string;
}

/** Who wants to hear of what. */
export interface Interest {
  readonly objects: ReadonlySet<string>;
  /** Who listens, as of now; null once the session has ended. */
  readonly actor: () => Promise<UserActor | null>;
}

export interface Listener extends Interest {
  readonly send: (events: readonly ChangeEvent[], seq: number) => void;
  /** More happened than can be told: fetch everything anew. */
  readonly reset: (seq: number) => void;
  /** The metadata moved. */
  readonly metadata: () => void;
}

type Connection = Awaited<ReturnType<Kernel['db']['direct']>>;

const batch = 500;
const mostMissed = 10 * batch;
const pollEvery = 1_000;
const connectAgain = 2_000;

export class Feed {
  readonly #kernel: Kernel;
  readonly #listeners = new Set<Listener>();
  #seq = 0;
  #running: Promise<void> = Promise.resolve();
  /** A look at the log is queued already. */
  #woken = false;
  #timer: NodeJS.Timeout | undefined;
  #connection: Connection | null = null;
  #closed = false;
  /** The version of the metadata that the listeners know. */
  #metadata = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  async start(): Promise<void> {
    this.#seq = await lastSealed(this.#kernel.db);
    this.#metadata = this.metadata;
    await this.#listen();
    this.#timer = setInterval(() => this.#wake(), pollEvery);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#connection?.end().catch(() => {});
    await this.#running;
  }

  /** Where the feed stands: a listener that joins now hears of what comes after. */
  get seq(): number {
    return this.#seq;
  }

  /** The version of the metadata. */
  get metadata(): number {
    return this.#kernel.catalogs.current().version;
  }

  /** Where the feed stood so many seconds ago: for whoever read before it listened. */
  recently(seconds: number): Promise<number> {
    return sealedBefore(this.#kernel.db, seconds);
  }

  /** Returns how to leave. */
  add(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What a listener missed after `seq`, up to `until`; null when it is too much to tell. */
  async missed(interest: Interest, seq: number, until: number): Promise<readonly ChangeEvent[] | null> {
    if (until - seq > mostMissed) return null;
    return this.#visible(interest, await readChanges(this.#kernel.db, seq, until - seq));
  }

  /** The poll goes on by itself while there is no connection to be notified on. */
  async #listen(): Promise<void> {
    if (this.#closed) return;
    const again = () => setTimeout(() => void this.#listen(), connectAgain).unref();
    try {
      const connection = await this.#kernel.db.direct();
      this.#connection = connection;
      connection.on('notification', () => this.#wake());
      connection.once('end', again);
      await connection.query(`listen ${sealedChannel}`);
      if (this.#closed) await connection.end();
    } catch {
      if (this.#connection === null) again();
      else await this.#connection.end().catch(() => {});
      this.#connection = null;
    }
  }

  #wake(): void {
    if (this.#woken) return;
    this.#woken = true;
    this.#running = this.#running.then(async () => {
      this.#woken = false;
      // What can't be read now is read at the next look.
      await this.#advance().catch(() => {});
    });
  }

  async #advance(): Promise<void> {
    if (this.#metadata !== this.metadata) {
      this.#metadata = this.metadata;
      for (const listener of this.#listeners) listener.metadata();
    }
    while (!this.#closed) {
      const sealed = await lastSealed(this.#kernel.db);
      // An import writes faster than everybody can be told row by row.
      const tooMany = sealed - this.#seq > mostMissed;
      if (tooMany || this.#listeners.size === 0) {
        this.#seq = sealed;
        if (tooMany) for (const listener of this.#listeners) listener.reset(sealed);
        return;
      }
      if (sealed === this.#seq) return;
      const changes = await readChanges(this.#kernel.db, this.#seq, batch);
      const last = changes.at(-1);
      if (last === undefined) return;
      const told = await Promise.all(
        [...this.#listeners].map(async (listener) => ({ listener, events: await this.#visible(listener, changes) })),
      );
      // A look that failed half-way is done again: nobody is told twice.
      this.#seq = last.seq;
      for (const { listener, events } of told) listener.send(events, last.seq);
    }
  }

  async #visible(interest: Interest, changes: readonly SealedChange[]): Promise<ChangeEvent[]> {
    const actor = await interest.actor();
    if (actor === null) return [];
    const { objects } = this.#kernel.catalogs.current();
    const byId = new Map<string, CatalogObject>([...objects.values()].map((object) => [object.id, object]));
    const wanted = changes.flatMap(({ kind, seq, object, record, op, version, at }): ChangeEvent[] => {
      const name = object === null ? undefined : byId.get(object)?.name;
      if (kind !== 'record' || record === null || name === undefined || !interest.objects.has(name)) return [];
      return [{ seq, object: name, id: record, op, version, at }];
    });
    const seen = new Map<string, ReadonlySet<string>>();
    for (const name of new Set(wanted.map((event) => event.object))) {
      const ids = new Set(wanted.filter((event) => event.object === name).map((event) => event.id));
      // An object that may no longer be read is no error here: there is nothing to tell.
      seen.set(name, await this.#kernel.visibleAmong(actor, name, [...ids]).catch(() => new Set<string>()));
    }
    return wanted.filter((event) => seen.get(event.object)?.has(event.id));
  }
}
