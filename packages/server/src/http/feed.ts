import {
  type CatalogObject,
  type Kernel,
  lastSealed,
  readChanges,
  type SealedChange,
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

export interface Listener {
  readonly objects: ReadonlySet<string>;
  /** Who listens, as of now; null once the session has ended. */
  readonly actor: () => Promise<UserActor | null>;
  readonly send: (events: readonly ChangeEvent[], seq: number) => void;
}

const batch = 500;
const pollEvery = 1_000;

export class Feed {
  readonly #kernel: Kernel;
  readonly #listeners = new Set<Listener>();
  #seq = 0;
  #running: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  async start(): Promise<void> {
    this.#seq = await lastSealed(this.#kernel.db);
    await this.#listen().catch(() => {});
    this.#timer = setInterval(() => this.#wake(), pollEvery);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#running;
  }

  /** Where the feed stands: a listener that joins now hears of what comes after. */
  get seq(): number {
    return this.#seq;
  }

  add(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What a listener missed after `seq`, up to where the feed stands; null when it is too much to tell. */
  async missed(listener: Listener, seq: number): Promise<readonly ChangeEvent[] | null> {
    const most = 10 * batch;
    if (this.#seq - seq > most) return null;
    const changes = await readChanges(this.#kernel.db, seq, this.#seq - seq);
    return this.#visible(listener, changes);
  }

  async #listen(): Promise<void> {
    const client = await this.#kernel.db.direct();
    client.on('notification', () => this.#wake());
    // The poll goes on without the notifications until the connection is back.
    client.once('end', () => setTimeout(() => !this.#closed && this.#listen().catch(() => {}), 2_000).unref());
    await client.query(`listen ${sealedChannel}`);
    this.#kernel.onClose(() => client.end());
  }

  #wake(): void {
    this.#running = this.#running.then(() => this.#advance()).catch(() => {});
  }

  async #advance(): Promise<void> {
    for (;;) {
      if (this.#closed) return;
      if (this.#listeners.size === 0) {
        this.#seq = await lastSealed(this.#kernel.db);
        return;
      }
      const changes = await readChanges(this.#kernel.db, this.#seq, batch);
      const last = changes.at(-1);
      if (last === undefined) return;
      await Promise.all(
        [...this.#listeners].map(async (listener) => {
          const events = await this.#visible(listener, changes);
          listener.send(events, last.seq);
        }),
      );
      this.#seq = last.seq;
    }
  }

  async #visible(listener: Listener, changes: readonly SealedChange[]): Promise<ChangeEvent[]> {
    const actor = await listener.actor();
    if (actor === null) return [];
    const { objects } = this.#kernel.catalogs.current();
    const byId = new Map<string, CatalogObject>([...objects.values()].map((object) => [object.id, object]));
    const wanted = changes.flatMap((change) => {
      const object = change.object === null ? undefined : byId.get(change.object);
      if (
        change.kind !== 'record' ||
        change.record === null ||
        object === undefined ||
        !listener.objects.has(object.name)
      )
        return [];
      return [
        {
          seq: change.seq,
          object: object.name,
          id: change.record,
          op: change.op,
          version: change.version,
          at: change.at,
        },
      ];
    });
    const seen = new Map<string, ReadonlySet<string>>();
    for (const name of new Set(wanted.map((event) => event.object))) {
      const ids = wanted.filter((event) => event.object === name).map((event) => event.id);
      // An object that may no longer be read is no error here: there is nothing to tell.
      seen.set(name, await this.#kernel.visibleAmong(actor, name, [...new Set(ids)]).catch(() => new Set<string>()));
    }
    return wanted.filter((event) => seen.get(event.object)?.has(event.id));
  }
}
