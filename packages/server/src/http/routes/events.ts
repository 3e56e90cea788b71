import { type Kernel, resolveSession, resolveToken, type UserActor } from '@huike/kernel';
import { problem } from '@huike/schema';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type ChangeEvent, Feed, type Listener } from '../feed.ts';
import { actorOf, bearerOf, demand, originOf, sessionCookie } from '../identify.ts';

// GET events?objects=visit,customer: server-sent events of the records that change, for those who may read them. A
// browser that comes back says where it was (Last-Event-ID) and misses nothing.

const heartbeat = 20_000;
const perUser = 20;

export function eventRoutes(app: FastifyInstance, kernel: Kernel): void {
  const feed = new Feed(kernel);
  const open = new Map<string, number>();
  app.addHook('onReady', () => feed.start());
  app.addHook('onClose', () => feed.close());

  app.get<{ Querystring: { objects?: string } }>('/events', async (request, reply) => {
    const actor = actorOf(request);
    const id = actor.id;
    const objects = new Set((request.query.objects ?? '').split(',').filter(Boolean));
    if (objects.size === 0) throw problem('query.invalid', { path: '/objects', detail: 'the objects to hear of' });
    if (objects.size > 100) throw problem('request.tooMany', { what: 'objects', limit: 100 });
    for (const object of objects) demand(actor, { area: 'records', object, operation: 'read' });
    const count = open.get(id) ?? 0;
    if (count >= perUser) throw problem('request.rateLimited', { seconds: 10 });
    open.set(id, count + 1);

    const stream = reply.hijack().raw;
    stream.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-request-id': request.id,
    });
    const listener: Listener = { objects, actor: () => who(kernel, request), send: (events, seq) => stream.write(told(events, seq)) };
    const last = Number(request.headers['last-event-id']);
    const from = feed.seq;
    const leave = feed.add(listener);
    const missed = Number.isInteger(last) && last >= 0 && last < from ? await feed.missed(listener, last) : [];
    // Too much to tell: fetch everything anew.
    stream.write(missed === null ? `event: reset\nid: ${from}\ndata: {}\n\n` : told(missed, from));

    // A session that ended, or a right that was taken, ends the stream or what it tells.
    const timer = setInterval(async () => {
      if ((await who(kernel, request).catch(() => null)) === null) stream.end();
      else stream.write(': still here\n\n');
    }, heartbeat);
    stream.on('close', () => {
      clearInterval(timer);
      leave();
      open.set(id, (open.get(id) ?? 1) - 1);
      if (open.get(id) === 0) open.delete(id);
    });
  });
}

async function who(kernel: Kernel, request: FastifyRequest): Promise<UserActor | null> {
  const bearer = bearerOf(request);
  if (bearer !== null) return resolveToken(kernel.people, bearer, originOf(request));
  const cookie = request.cookies[sessionCookie];
  const resolved = cookie === undefined ? null : await resolveSession(kernel.people, cookie, originOf(request));
  return resolved?.state === 'complete' ? resolved.actor : null;
}

function told(events: readonly ChangeEvent[], seq: number): string {
  const lines = events.map((event) => `event: change\nid: ${event.seq}\ndata: ${JSON.stringify(event)}\n\n`);
  // Moves the browser's mark past changes that weren't for it.
  return `${lines.join('')}event: mark\nid: ${seq}\ndata: {}\n\n`;
}
