import { EventStream, type StreamEvent } from './stream.ts';

// Where the pages of one browser meet: one connection, for what all of them show. It lives in a shared worker, or in the
// page itself where a browser has none.

/** What a page says. */
export type Said =
  /** Who looks, and at which objects. */
  | { readonly type: 'show'; readonly user: string; readonly objects: readonly string[] }
  /** The page is still there, the network is back or the computer awake. */
  | { readonly type: 'wake' }
  | { readonly type: 'lost' }
  | { readonly type: 'bye' };

/** What a page is told. */
export type Told =
  | { readonly type: 'events'; readonly events: readonly StreamEvent[] }
  | { readonly type: 'connected'; readonly is: boolean }
  | { readonly type: 'signedOut' };

/** How a page is reached. */
export interface Port {
  tell(told: Told): void;
}

interface Guest {
  objects: readonly string[];
  seenAt: number;
}

/** Pages say every minute that they are there; some are closed without a word. */
const longestAbsence = 150_000;
/** What was shown a moment ago is soon shown again, and what a page keeps of it stays true. */
const lingers = 30_000;
const gather = 40;

export class Hub {
  readonly #guests = new Map<Port, Guest>();
  readonly #stream: EventStream;
  /** When each object was last on a page. */
  readonly #wanted = new Map<string, number>();
  #listening = '';
  #user = '';
  #connected = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(base: string) {
    this.#stream = new EventStream(base, {
      heard: (events) => this.#tell({ type: 'events', events }),
      connected: (is) => {
        this.#connected = is;
        this.#tellConnected();
      },
      signedOut: () => {
        this.#listening = '';
        this.#tell({ type: 'signedOut' });
      },
    });
  }

  hear(port: Port, said: Said): void {
    if (said.type === 'bye') this.#guests.delete(port);
    else {
      const known = this.#guests.get(port);
      if (known === undefined) port.tell(this.#state);
      const objects = said.type === 'show' ? said.objects : (known?.objects ?? []);
      this.#guests.set(port, { objects, seenAt: Date.now() });
      if (said.type === 'show' && said.user !== this.#user) {
        this.#user = said.user;
        this.#listening = '';
      }
    }
    if (said.type === 'lost') this.#stream.lost();
    if (said.type === 'wake') this.#stream.wake();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#listen(), gather);
  }

  #listen(): void {
    const now = Date.now();
    for (const [port, { seenAt }] of this.#guests) if (now - seenAt > longestAbsence) this.#guests.delete(port);
    const shown = new Set([...this.#guests.values()].flatMap(({ objects }) => objects));
    for (const object of shown) this.#wanted.set(object, now);
    for (const [object, at] of this.#wanted) if (!shown.has(object) && now - at > lingers) this.#wanted.delete(object);
    if (this.#guests.size === 0) this.#wanted.clear();
    const objects = [...this.#wanted.keys()].sort();
    const heard = new Set(this.#listening.split(','));
    // Fewer objects are no reason to connect anew.
    const enough = this.#listening !== '' && objects.length > 0 && objects.every((object) => heard.has(object));
    if (enough || objects.join() === this.#listening) return;
    this.#listening = objects.join();
    this.#stream.listen(objects);
    this.#tellConnected();
  }

  /** Where nothing is listened to, nothing is amiss. */
  get #state(): Told {
    return { type: 'connected', is: this.#connected || this.#listening === '' };
  }

  #tellConnected(): void {
    this.#tell(this.#state);
  }

  #tell(told: Told): void {
    for (const port of this.#guests.keys()) port.tell(told);
  }
}
