// For tests: an endpoint that takes tracked events as the server does, and a site of another origin with the script.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { scriptRoute } from './script.ts';

export interface SentEvent {
  readonly id: string;
  readonly type: string;
  readonly at: string;
  readonly channel: string;
  readonly identifiers: Readonly<Record<string, string>>;
  readonly traits: object;
  readonly properties: Readonly<Record<string, string>>;
}

export interface TrackCall {
  readonly at: number;
  readonly key: string | undefined;
  readonly events: readonly SentEvent[];
}

/** What the endpoint answers to a call; null is the 202 of one whose events are all taken. */
export type Answering = (call: TrackCall) => { status: number; headers?: Record<string, string>; body?: object } | null;

export interface Endpoint {
  readonly address: string;
  readonly calls: TrackCall[];
  /** Events that were taken. */
  readonly taken: SentEvent[];
  answer: Answering;
  /** Waits until the condition holds, looking after each call. */
  until(holds: () => boolean): Promise<void>;
  close(): Promise<void>;
}

/** Listens at an address of its own. */
export async function startEndpoint(): Promise<Endpoint> {
  const app = Fastify({ bodyLimit: 6_000_000, forceCloseConnections: true });
  const looking = new Set<() => void>();
  const endpoint: Omit<Endpoint, 'address'> & { address: string } = {
    ...{ address: '', calls: [], taken: [], answer: () => null },
    until: (holds) =>
      new Promise((resolve) => {
        const look = () => {
          if (!holds()) return;
          looking.delete(look);
          resolve();
        };
        looking.add(look);
        look();
      }),
    close: () => app.close(),
  };
  scriptRoute(app);
  await app.register(async (scope) => {
    scope.addHook('onRequest', async (_, reply) => {
      reply.header('access-control-allow-origin', '*').header('access-control-expose-headers', 'retry-after');
    });
    scope.options('/api/v1/track', (_, reply) =>
      reply
        .header('access-control-allow-methods', 'POST')
        .header('access-control-allow-headers', 'authorization, content-type')
        .code(204)
        .send(),
    );
    scope.post<{ Body: { events: SentEvent[] } }>('/api/v1/track', (request, reply) => {
      const { events } = request.body;
      const call = { at: Date.now(), key: request.headers.authorization, events };
      endpoint.calls.push(call);
      const answer = endpoint.answer(call);
      if (answer === null) endpoint.taken.push(...events);
      for (const look of [...looking]) look();
      if (answer === null) return reply.code(202).send({ accepted: events.length, duplicates: 0, rejected: [] });
      return reply
        .code(answer.status)
        .headers(answer.headers ?? {})
        .send(answer.body ?? {});
    });
  });
  endpoint.address = await app.listen({ port: 0, host: '127.0.0.1' });
  return endpoint;
}

export interface Site {
  readonly address: string;
  html: string;
  close(): void;
}

/** Answers every address with one page. */
export async function startSite(html: string): Promise<Site> {
  const site: { address: string; html: string; close: () => void } = { address: '', html, close: () => {} };
  const server = createServer((_, response) =>
    response.setHeader('content-type', 'text/html; charset=utf-8').end(site.html),
  );
  server.listen(0, 'localhost');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  site.address = `http://localhost:${port}`;
  site.close = () => {
    server.closeAllConnections();
    server.close();
  };
  return site;
}
