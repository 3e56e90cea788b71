// One connection to the server's events (GET events). It comes back by itself and says where it was, so that nothing is
// lost while the network sleeps. It runs in the page or in a worker: nothing of a document is touched here.

/** A record that changed. */
export interface Changed {
  readonly object: string;
  readonly id: string;
  readonly op: string;
  readonly version: number | null;
}

export type StreamEvent =
  | { readonly kind: 'change'; readonly change: Changed }
  /** More happened than can be told: everything is to be fetched anew. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'metadata'; readonly version: number };

export interface StreamHost {
  readonly heard: (events: readonly StreamEvent[]) => void;
  readonly connected: (is: boolean) => void;
  /** Nobody is signed in any more. */
  readonly signedOut: () => void;
}

/** Told of what was read just before the first connection. */
const back = 15;
/** The server speaks every 20 s; when it is silent for longer, the line is dead. */
const silence = 50_000;
const firstWait = 500;
const longestWait = 15_000;

export class EventStream {
  readonly #base: string;
  readonly #host: StreamHost;
  #objects: readonly string[] = [];
  #last: string | null = null;
  #abort: AbortController | null = null;
  #wait = firstWait;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heardAt = 0;
  #connected = false;

  /** `base` is where the API stands, as `/api/v1`. */
  constructor(base: string, host: StreamHost) {
    this.#base = base;
    this.#host = host;
  }

  /** Hears of other objects from now on, without missing what happens meanwhile. */
  listen(objects: readonly string[]): void {
    this.#objects = objects;
    if (objects.length === 0) this.stop();
    else this.#connect();
  }

  /** The network is there again, or the computer woke: no reason to wait. */
  wake(): void {
    const dead = this.#abort === null || Date.now() - this.#heardAt > silence;
    if (this.#objects.length > 0 && dead) this.#connect();
  }

  /** The network is gone: what is still open only seems to be. */
  lost(): void {
    this.#abort?.abort();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    this.#abort = null;
    this.#tell(false);
  }

  #tell(connected: boolean): void {
    if (this.#connected === connected) return;
    this.#connected = connected;
    this.#host.connected(connected);
  }

  #connect(): void {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    this.#read(abort).then(
      (again) => {
        if (this.#abort === abort && again) this.#later();
      },
      () => {
        if (this.#abort === abort) this.#later();
      },
    );
  }

  #later(): void {
    this.#abort = null;
    this.#tell(false);
    clearTimeout(this.#timer);
    // Not all browsers at the same moment, when a server comes back.
    this.#timer = setTimeout(() => this.#connect(), this.#wait * (0.5 + Math.random()));
    this.#wait = Math.min(2 * this.#wait, longestWait);
  }

  /** Whether to connect again. */
  async #read(abort: AbortController): Promise<boolean> {
    const watch = setInterval(() => {
      if (Date.now() - this.#heardAt > silence) abort.abort();
    }, silence / 2);
    try {
      this.#heardAt = Date.now();
      const response = await fetch(`${this.#base}/events?objects=${this.#objects.join()}&back=${back}`, {
        headers: { 'x-huike': '1', ...(this.#last === null ? {} : { 'last-event-id': this.#last }) },
        signal: abort.signal,
        cache: 'no-store',
      });
      if (response.status === 401) {
        this.#host.signedOut();
        this.#tell(false);
        return false;
      }
      if (!response.ok || response.body === null) {
        await response.body?.cancel();
        // What may not be heard of any more won't be allowed by asking again soon.
        if (response.status !== 429 && response.status < 500) this.#wait = longestWait;
        return true;
      }
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = '';
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return true;
        this.#heardAt = Date.now();
        this.#wait = firstWait;
        const parts = (rest + value).split('\n\n');
        rest = parts.pop() ?? '';
        const events = parts.flatMap((part) => this.#take(part));
        this.#tell(true);
        if (events.length > 0) this.#host.heard(events);
      }
    } finally {
      clearInterval(watch);
    }
  }

  #take(part: string): StreamEvent[] {
    const lines = part.split('\n').map((line): [string, string] => {
      const at = line.indexOf(': ');
      return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 2)];
    });
    const field = new Map(lines);
    this.#last = field.get('id') ?? this.#last;
    return eventsOf(field.get('event') ?? '', JSON.parse(field.get('data') ?? '{}'));
  }
}

/** What a page makes of an event as the contract has it. */
function eventsOf(event: string, data: Readonly<Record<string, unknown>>): StreamEvent[] {
  if (event === 'reset') return [{ kind: 'reset' }];
  if (event === 'mark') return typeof data.metadata === 'number' ? [{ kind: 'metadata', version: data.metadata }] : [];
  if (event !== 'change') return [];
  const { object, id, op, version } = data;
  const change = { object: String(object), id: String(id), op: String(op) };
  return [{ kind: 'change', change: { ...change, version: typeof version === 'number' ? version : null } }];
}
