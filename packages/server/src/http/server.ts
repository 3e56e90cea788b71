import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.ts';

/** An idle keep-alive connection. Longer than the 60 s of the usual proxies, so that they close first. */
const keepAlive = 65_000;
/** A connection on which nothing moves at all, whatever it waits for; event streams beat every 20 s. */
const stalled = 15 * 60_000;
/** What is under way when the server stops. */
const patience = 20_000;

/** Connections on which nothing was asked yet, as browsers open them ahead: for Node they aren't idle. */
const unused = new WeakMap<Server, Set<Socket>>();

/** HTTP, or HTTPS when the configuration names a certificate. Not yet listening. */
export function makeServer(config: Config, handler: RequestListener): Server {
  const { tls } = config;
  const server =
    tls === null
      ? createServer(handler)
      : createSecureServer(
          { cert: readFileSync(tls.cert), key: readFileSync(tls.key), minVersion: 'TLSv1.2' },
          handler,
        );
  server.keepAliveTimeout = keepAlive;
  server.headersTimeout = 60_000;
  // Imports and streams of records take as long as they take; what stands still is closed.
  server.requestTimeout = 0;
  server.setTimeout(stalled);

  const sockets = new Set<Socket>();
  unused.set(server, sockets);
  server.on(tls === null ? 'connection' : 'secureConnection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('request', ({ socket }) => sockets.delete(socket));
  return server;
}

/** No new requests; those under way get their time; connections go as soon as they are idle. */
export async function closeApp(app: FastifyInstance): Promise<void> {
  const sweep = () => {
    app.server.closeIdleConnections();
    for (const socket of unused.get(app.server) ?? []) socket.destroy();
  };
  const sweeping = setInterval(sweep, 50);
  const forced = setTimeout(() => app.server.closeAllConnections(), patience);
  try {
    await app.close();
  } finally {
    clearInterval(sweeping);
    clearTimeout(forced);
  }
}
