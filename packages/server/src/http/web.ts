import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import fastifyStatic from '@fastify/static';
import { problem } from '@huike/schema';
import type { FastifyInstance } from 'fastify';
import { send } from './problems.ts';

// The web page: built files, and its one page for every address that isn't a file's.

const folder = resolve(import.meta.dirname, '../../../web/dist');

/** Serves the page where it is built; everything else that nobody answers is `route.unknown`. */
export async function webRoutes(app: FastifyInstance): Promise<void> {
  const built = await access(resolve(folder, 'index.html')).then(
    () => true,
    () => false,
  );
  if (!built) {
    app.setNotFoundHandler((request, reply) => send(problem('route.unknown'), request, reply));
    return;
  }
  // Names of assets carry a hash of what is in them. They are looked up as they are asked for: the page may be built
  // anew beside a running server.
  await app.register(fastifyStatic, {
    root: resolve(folder, 'assets'),
    prefix: '/assets/',
    index: false,
    immutable: true,
    maxAge: '365d',
  });
  app.setNotFoundHandler((request, reply) => {
    // Every address of the page itself; a file that isn't there is simply not there.
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const [path = ''] = request.url.split('?');
    const page = isRead && !path.startsWith('/api/') && !/\.\w+$/.test(path);
    if (!page) return send(problem('route.unknown'), request, reply);
    return reply.header('cache-control', 'no-cache').sendFile('index.html', folder);
  });
}
