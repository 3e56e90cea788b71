import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Config } from '../config.ts';

/** An idle keep-alive connection. Longer than the 60 s of the usual proxies, so that they close first. */
const keepAlive = 65_000;
/** A connection on which nothing moves at all, whatever it waits for; event streams beat every 20 s. */
const stalled = 15 * 60_000;

/** HTTP, or HTTPS when the configuration names a certificate. Not yet listening. */
export function makeServer(config: Config, handler: RequestListener): Server {
  const server =
    config.tls === null
      ? createServer(handler)
      : createSecureServer(
          { cert: readFileSync(config.tls.cert), key: readFileSync(config.tls.key), minVersion: 'TLSv1.2' },
          handler,
        );
  server.keepAliveTimeout = keepAlive;
  server.headersTimeout = 60_000;
  // Imports and streams of records take as long as they take; what stands still is closed.
  server.requestTimeout = 0;
  server.setTimeout(stalled);
  return server;
}
