import type { QueryClient, QueryKey } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { create } from 'zustand';
import { get } from '../data/api.ts';
import { metadataQuery } from '../data/metadata.ts';
import { isOwn } from '../data/own.ts';
import { Hub, type Said, type Told } from './hub.ts';
import type { StreamEvent } from './stream.ts';
import { type AllTouched, everything, isTouched, type Touched, touch } from './touched.ts';

// What others change moves on this page: the objects that its queries show are listened to, and what was touched is
// read again, at most about once a second.

/** `since` is when it was lost. */
export const useConnection = create<{ readonly lost: number | null }>(() => ({ lost: null }));

/** A moment for the answer to the page's own write, which is no news. */
const gather = 120;
const pause = 1_000;
const stillHere = 60_000;

type Act = (touched: Touched) => Promise<unknown>;
const acts = new Map<string, Set<Act>>();

/** Acts when records of an object change elsewhere. */
export function useTouched(object: string, act: Act): void {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    const own: Act = (touched) => latest.current(touched);
    const all = acts.get(object) ?? new Set();
    acts.set(object, all.add(own));
    return () => void all.delete(own);
  }, [object]);
}

function connect(hear: (told: Told) => void): (said: Said) => void {
  if (typeof SharedWorker === 'undefined') {
    const hub = new Hub('/api/v1');
    const port = { tell: hear };
    return (said) => hub.hear(port, said);
  }
  const { port } = new SharedWorker(new URL('./live.worker.ts', import.meta.url), { type: 'module', name: 'huike' });
  port.addEventListener('message', ({ data }: MessageEvent<Told>) => hear(data));
  port.start();
  return (said) => port.postMessage(said);
}

/** Keeps the page of a user up to date; the answer stops it. */
export function goLive(queries: QueryClient, user: string): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  const gathered = new Gathered(queries);
  const say = connect((told) => {
    if (signal.aborted) return;
    if (told.type === 'events') gathered.hear(told.events, objects);
    else if (told.type === 'signedOut') void get('me').catch(() => {});
    else if (told.is) useConnection.setState({ lost: null });
    else useConnection.setState(({ lost }) => ({ lost: lost ?? Date.now() }));
  });
  let objects: readonly string[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    timer = undefined;
    const now = shown(queries);
    if (now.join() === objects.join()) return;
    objects = now;
    say({ type: 'show', user, objects });
  };
  const unsubscribe = queries.getQueryCache().subscribe(({ type }) => {
    if (type === 'observerAdded' || type === 'observerRemoved') timer ??= setTimeout(look, 0);
  });
  const wake = () => say({ type: 'wake' });
  const ping = setInterval(wake, stillHere);
  addEventListener('online', wake, { signal });
  addEventListener('offline', () => say({ type: 'lost' }), { signal });
  // A page that the browser kept aside comes back as it was.
  addEventListener('pageshow', () => say({ type: 'show', user, objects }), { signal });
  addEventListener('pagehide', () => say({ type: 'bye' }), { signal });
  document.addEventListener(
    'visibilitychange',
    () => {
      if (document.hidden) return;
      wake();
      gathered.soon();
    },
    { signal },
  );
  look();
  return () => {
    stop.abort();
    unsubscribe();
    clearInterval(ping);
    clearTimeout(timer);
    gathered.stop();
    say({ type: 'bye' });
    useConnection.setState({ lost: null });
  };
}

const kinds: ReadonlySet<unknown> = new Set(['list', 'record', 'related-list']);

/** The objects that active queries show. */
function shown(queries: QueryClient): readonly string[] {
  const active = queries.getQueryCache().findAll({ type: 'active' });
  const names = active.flatMap(({ queryKey: [kind, object] }) =>
    kinds.has(kind) && typeof object === 'string' ? [object] : [],
  );
  return [...new Set(names)].sort();
}

class Gathered {
  readonly #queries: QueryClient;
  #touched: AllTouched = new Map();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #free = 0;
  #busy = false;

  constructor(queries: QueryClient) {
    this.#queries = queries;
  }

  hear(events: readonly StreamEvent[], objects: readonly string[]): void {
    for (const event of events) {
      if (event.kind === 'metadata') this.#metadata(event.version);
      else if (event.kind === 'reset') this.#touched = new Map(objects.map((object) => [object, everything]));
      else if (!isOwn(event.change.id, event.change.version)) this.#touched = touch(this.#touched, event.change);
    }
    this.soon();
  }

  /** What nobody looks at can wait. */
  soon(): void {
    if (this.#touched.size === 0 || this.#busy || this.#timer !== undefined || document.hidden) return;
    this.#timer = setTimeout(() => void this.#flush(), Math.max(gather, this.#free - Date.now()));
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  async #flush(): Promise<void> {
    this.#timer = undefined;
    this.#busy = true;
    const begun = Date.now();
    const touched = this.#touched;
    this.#touched = new Map();
    const known = new Map([...touched].map(([object, what]) => [object, withoutOwn(what)]));
    await Promise.allSettled(
      [...known].flatMap(([object, what]) => [
        this.#queries.invalidateQueries({
          predicate: ({ queryKey, state }) => concerns(queryKey, state.data, object, what),
        }),
        ...[...(acts.get(object) ?? [])].map((act) => act(what)),
      ]),
    );
    // A server that takes long to answer is asked less often.
    this.#free = begun + Math.max(pause, 4 * (Date.now() - begun));
    this.#busy = false;
    this.soon();
  }

  #metadata(version: number): void {
    const known = this.#queries.getQueryData(metadataQuery.queryKey);
    if (known !== undefined && known.version < version)
      void this.#queries.invalidateQueries({ queryKey: metadataQuery.queryKey });
  }
}

/** The answer to a write may have come after the news of it. */
function withoutOwn(touched: Touched): Touched {
  if (touched.versions === null) return touched;
  return { ...touched, versions: new Map([...touched.versions].filter(([id, version]) => !isOwn(id, version))) };
}

/** Whether a query shows what was touched. */
function concerns([kind, of, what]: QueryKey, data: unknown, object: string, touched: Touched): boolean {
  const some = touched.versions === null || touched.versions.size > 0;
  if (!some) return false;
  if (kind === 'customer') return typeof of === 'string' && isTouched(touched, of);
  if (of !== object) return false;
  if (kind === 'list') return what !== 'beat';
  if (kind === 'related-list') return true;
  if (typeof what !== 'string') return false;
  if (kind === 'history') return isTouched(touched, what);
  return kind === 'record' && isTouched(touched, what, versionOf(data));
}

function versionOf(data: unknown): number | null {
  return typeof data === 'object' && data !== null && 'version' in data ? Number(data.version) : null;
}
