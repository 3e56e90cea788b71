import { eventLimits, type Identity, type Source } from '@huike/identity';
import { type Kernel, resolveWriteKey } from '@huike/kernel';
import { isJsonObject, message, problem } from '@huike/schema';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { parseEvents } from '../body.ts';
import { bearerOf } from '../identify.ts';
import { languageOf } from '../problems.ts';

// POST track: the events of a channel, with its write key. Pages of any origin may send: the key says to whom it belongs,
// and can do nothing else.

const bodyLimit = 5 * 1024 * 1024;

export function trackRoutes(app: FastifyInstance, kernel: Kernel, identity: Identity): void {
  app.options('/track', { config: { public: true } }, (_request, reply) =>
    open(reply)
      .headers({
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': 'authorization, content-type',
        'access-control-max-age': '86400',
      })
      .code(204)
      .send(),
  );

  // A place of its own, where what is wrong with one event keeps out none but that one.
  void app.register(async (own) => {
    own.removeContentTypeParser('application/json');
    own.addContentTypeParser('application/json', { parseAs: 'buffer', bodyLimit }, (_request, body, done) => {
      try {
        done(null, parseEvents(Buffer.isBuffer(body) ? body : Buffer.from(body)));
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    });

    const sources = new WeakMap<FastifyRequest, Source>();
    // Before the body is read: nobody without a key makes work.
    const onRequest = async (request: FastifyRequest, reply: FastifyReply) => {
      open(reply);
      const source = await resolveWriteKey(kernel.db, bearerOf(request) ?? '');
      if (source === null) throw problem('track.key');
      sources.set(request, source);
    };
    own.post('/track', { config: { public: true }, bodyLimit, onRequest }, async (request, reply) => {
      const source = sources.get(request);
      if (source === undefined) throw problem('track.key');
      const events = isJsonObject(request.body) ? request.body.events : null;
      if (!Array.isArray(events)) throw problem('track.envelope');
      if (events.length > eventLimits.events) throw problem('track.tooMany', { limit: eventLimits.events });
      const { accepted, duplicates, rejected } = await identity.track(source, events);
      const language = languageOf(request);
      return reply.code(202).send({
        accepted,
        duplicates,
        rejected: rejected.map(({ index, id, path, code, params }) => ({
          ...{ index, id, path, code },
          detail: message(code, params, language),
        })),
      });
    });
  });
}

/** Whoever may read the answer: a page of any origin. */
function open(reply: FastifyReply): FastifyReply {
  return reply.headers({ 'access-control-allow-origin': '*', 'access-control-expose-headers': 'retry-after' });
}
