import type { ServerResponse } from 'node:http';
import type { Kernel } from '@huike/kernel';
import { problem } from '@huike/schema';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { addressOf, names, wholeParam } from '../address.ts';
import { type ChangeEvent, Feed } from '../feed.ts';
import { actorOf, demand, stillThere } from '../identify.ts';
import { invalid } from '../wrong.ts';

// GET events?objects=visit,customer: server-sent events of the records that change, for those who may read them. A
// browser that comes back says where it was (Last-Event-ID) and misses nothing.

const heartbeat = 20_000;
const perUser = 20;
const objectsAtMost = 100;
/** Seconds before the beginning of a stream that can be told too. */
const mostBack = 60;
/** Bytes that wait for a listener who doesn't take them; it may come back and be told what it missed. */
const mostWaiting = 1024 * 1024;

export function eventRoutes(app: FastifyInstance, kernel: Kernel): void {
  const feed = new Feed(kernel);
  const perPerson = new Map<string, number>();
  const open = new Set<EventStream>();
  app.addHook('onReady', () => feed.start());
  // Streams never end by themselves, and closing waits for what is under way.
  app.addHook('preClose', async () => {
    for (const stream of open) stream.end();
  });
  app.addHook('onClose', () => feed.close());

  app.get('/events', { exposeHeadRoute: false }, async (request, reply) => {
    const { id } = actorOf(request);
    const objects = objectsOf(request);
    const back = wholeParam(addressOf(request), 'back', { max: mostBack }) ?? 0;
    const count = perPerson.get(id) ?? 0;
    if (count >= perUser) throw problem('request.rateLimited', { seconds: 10 });
    perPerson.set(id, count + 1);

    const raw = reply.hijack().raw;
    const stream = new EventStream(raw, request.id, feed);
    open.add(stream);
    const person = () => stillThere(kernel, request);
    const leave = feed.add({
      objects,
      actor: person,
      send: (events, seq) => stream.send(events, seq),
      reset: (seq) => stream.reset(seq),
      metadata: () => stream.mark(),
    });
    // A session that ended ends the stream.
    const timer = setInterval(async () => {
      if ((await person().catch(() => null)) === null) stream.end();
      else stream.mark();
    }, heartbeat);
    const gone = () => {
      if (!open.delete(stream)) return;
      clearInterval(timer);
      leave();
      const left = (perPerson.get(id) ?? 1) - 1;
      if (left > 0) perPerson.set(id, left);
      else perPerson.delete(id);
    };
    raw.once('close', gone);
    if (request.socket.destroyed) gone();
    try {
      const now = back === 0 ? stream.begun : Math.min(stream.begun, await feed.recently(back));
      const last = lastSeen(request, now);
      const lost = last < stream.begun;
      stream.begin(lost ? await feed.missed({ objects, actor: person }, last, stream.begun) : []);
    } catch (error) {
      request.log.warn({ err: error }, 'an event stream could not begin');
      stream.end();
    }
    // It may have begun to close before this stream was there.
    if (kernel.draining) stream.end();
  });
}

function objectsOf(request: FastifyRequest): ReadonlySet<string> {
  const objects = new Set(names(addressOf(request), 'objects'));
  if (objects.size === 0) throw invalid('objects', 'the objects to hear of', '应为要关注的对象');
  if (objects.size > objectsAtMost)
    throw problem('request.tooMany', { what: 'objects', whatZh: '对象', limit: objectsAtMost });
  for (const object of objects) demand(actorOf(request), { area: 'records', object, operation: 'read' });
  return objects;
}

/** Where the browser was, by its own word; a mark that isn't one counts as none. */
function lastSeen(request: FastifyRequest, now: number): number {
  const last = Number(request.headers['last-event-id'] ?? now);
  return Number.isSafeInteger(last) && last >= 0 ? last : now;
}

class EventStream {
  /** Where the feed stood. */
  readonly begun: number;
  readonly #raw: ServerResponse;
  readonly #feed: Pick<Feed, 'metadata'>;
  #seq: number;
  /** What comes while the missed is looked up waits for its turn. */
  #waiting: string[] | null = [];

  constructor(raw: ServerResponse, requestId: string, feed: Pick<Feed, 'metadata' | 'seq'>) {
    this.#raw = raw;
    this.#feed = feed;
    this.begun = feed.seq;
    this.#seq = feed.seq;
    raw.on('error', () => {});
    raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-request-id': requestId,
    });
  }

  /** Tells what was missed; null is too much to tell: fetch everything anew. */
  begin(missed: readonly ChangeEvent[] | null): void {
    this.#write(missed === null ? resetAt(this.begun) : told(missed));
    this.#write(this.#markAt(this.begun));
    for (const text of this.#waiting ?? []) this.#write(text);
    this.#waiting = null;
  }

  send(events: readonly ChangeEvent[], seq: number): void {
    this.#seq = seq;
    if (events.length > 0) this.#say(told(events));
  }

  reset(seq: number): void {
    this.#seq = seq;
    this.#say(resetAt(seq));
  }

  /** Moves the browser's mark past changes that weren't for it; keeps proxies from closing the connection. */
  mark(): void {
    if (this.#waiting === null) this.#write(this.#markAt(this.#seq));
  }

  end(): void {
    if (!this.#raw.writableEnded) this.#raw.end();
  }

  #markAt(seq: number): string {
    return `event: mark\nid: ${seq}\ndata: ${JSON.stringify({ metadata: this.#feed.metadata })}\n\n`;
  }

  #say(text: string): void {
    if (this.#waiting === null) this.#write(text);
    else this.#waiting.push(text);
  }

  #write(text: string): void {
    if (this.#raw.writableEnded || this.#raw.destroyed) return;
    if (this.#raw.writableLength > mostWaiting) this.#raw.end();
    else this.#raw.write(text);
  }
}

function told(events: readonly ChangeEvent[]): string {
  return events.map((event) => `event: change\nid: ${event.seq}\ndata: ${JSON.stringify(event)}\n\n`).join('');
}

const resetAt = (seq: number) => `event: reset\nid: ${seq}\ndata: {}\n\n`;
