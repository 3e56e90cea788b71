// GET /huike.js: the browser script, for pages of any origin.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';

/** Serves the script as it lies beside this file; browsers ask anew after an hour, and hear when nothing changed. */
export function scriptRoute(app: FastifyInstance): void {
  const script = readFileSync(join(import.meta.dirname, 'huike.js'));
  const zipped = gzipSync(script, { level: 9 });
  const etag = `W/"${createHash('sha256').update(script).digest('base64url').slice(0, 22)}"`;
  app.get('/huike.js', { config: { public: true } }, (request, reply) => {
    reply
      .header('cache-control', 'public, max-age=3600')
      .header('etag', etag)
      .header('vary', 'accept-encoding')
      // Other origins' pages load it.
      .header('cross-origin-resource-policy', 'cross-origin')
      .header('access-control-allow-origin', '*')
      .type('text/javascript; charset=utf-8');
    if (request.headers['if-none-match']?.includes(etag) === true) return reply.code(304).send();
    if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return reply.send(script);
    return reply.header('content-encoding', 'gzip').send(zipped);
  });
}
