import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import multipart from '@fastify/multipart';
import rateLimit from '@fastify/rate-limit';
import { Identity } from '@huike/identity';
import type { Resolved, UserActor } from '@huike/kernel';
import { newId, Problem, problem } from '@huike/schema';
import Fastify, { type FastifyInstance, type FastifyRequest, LogController } from 'fastify';
import { scriptRoute } from '../tracker/script.ts';
import { acceptJson, bodyLimit } from './body.ts';
import type { Http } from './http.ts';
import { identify } from './identify.ts';
import { registerMetrics } from './metrics.ts';
import { answerError, answerNoise } from './problems.ts';
import { auditRoutes } from './routes/audit.ts';
import { authRoutes } from './routes/auth.ts';
import { batchRoutes } from './routes/batch.ts';
import { customerRoutes } from './routes/customers.ts';
import { eventRoutes } from './routes/events.ts';
import { exportRoutes } from './routes/export.ts';
import { fileRoutes } from './routes/files.ts';
import { importRoutes } from './routes/imports.ts';
import { jobRoutes } from './routes/jobs.ts';
import { metadataRoutes } from './routes/metadata.ts';
import { myViewRoutes } from './routes/my-views.ts';
import { openApiRoutes } from './routes/openapi.ts';
import { operationRoutes } from './routes/operations.ts';
import { peopleRoutes } from './routes/people.ts';
import { recordRoutes } from './routes/records.ts';
import { searchRoutes } from './routes/search.ts';
import { singleSignOnRoutes } from './routes/single-sign-on.ts';
import { teamRoutes } from './routes/team.ts';
import { trackRoutes } from './routes/track.ts';
import { makeServer } from './server.ts';
import { webRoutes } from './web.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks. Set for every route but the public ones. */
    actor: UserActor | null;
    /** The session it came with, when it came with one. */
    resolved: Resolved | null;
  }
  interface FastifyContextConfig {
    /** Answered without signing in. */
    public?: boolean;
    /** Signed in, but a second factor or a new password is still due. */
    unfinished?: boolean;
    /** A POST that only reads: who sees as another user may send it. */
    reads?: boolean;
    /** Never answered to who sees as another user, though it is a GET. */
    asOneself?: boolean;
  }
}

/** Requests a minute, from one address, that nobody answers for. People who are signed in have no limit. */
const strangersAMinute = 300;

/** The server with every route, not yet listening. */
export async function buildApp(http: Http): Promise<FastifyInstance> {
  const { kernel, config, logger } = http;
  const app = Fastify({
    serverFactory: (handler) => makeServer(config, handler),
    bodyLimit,
    routerOptions: { maxParamLength: 200 },
    trustProxy: config.trustProxy,
    genReqId: () => newId(),
    requestIdHeader: false,
    forceCloseConnections: 'idle',
    logController: new LogController({ disableRequestLogging: true }),
    frameworkErrors: answerError,
    clientErrorHandler: answerNoise,
    loggerInstance: logger,
  });

  app.decorateRequest('actor', null);
  app.decorateRequest('resolved', null);
  app.setErrorHandler(answerError);
  acceptJson(app);

  await app.register(helmet, headers);
  await app.register(cookie);
  await app.register(multipart, {
    limits: { files: 20, fields: 20, fieldSize: 1024 * 1024, fileSize: Number.POSITIVE_INFINITY },
  });
  await app.register(rateLimit, {
    global: false,
    addHeaders: noCounters,
    addHeadersOnExceeding: noCounters,
    errorResponseBuilder: (_request, { ttl }) => flooded(ttl),
  });

  const strangers = app.createRateLimit({ max: strangersAMinute, timeWindow: '1 minute' });
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    if (request.protocol === 'https') reply.header('strict-transport-security', 'max-age=31536000');
    if (!isApi(request)) return;
    reply.header('cache-control', 'no-store');
    if (request.routeOptions.config.public === true) return;
    try {
      await identify(kernel, request);
    } catch (error) {
      const stranger = error instanceof Problem && error.status === 401;
      const count = stranger ? await strangers(request) : null;
      throw count !== null && !count.isAllowed && count.isExceeded ? flooded(count.ttl) : error;
    }
  });
  app.addHook('onResponse', async (request, reply) => {
    const level = reply.statusCode === 503 ? 'warn' : reply.statusCode >= 500 ? 'error' : 'debug';
    const { method, actor } = request;
    const url = pathOf(request.url);
    const ms = Math.round(reply.elapsedTime);
    const { resolved } = request;
    const seenBy = resolved?.state === 'complete' && resolved.seenBy !== null ? { seenBy: resolved.seenBy.id } : {};
    request.log[level]({ method, url, status: reply.statusCode, ms, actor: actor?.id ?? null, ...seenBy }, 'request');
  });

  const identity = new Identity(kernel);
  registerMetrics(app);
  operationRoutes(app, kernel);
  await app.register(
    async (api) => {
      authRoutes(api, http);
      singleSignOnRoutes(api, http);
      peopleRoutes(api, kernel);
      recordRoutes(api, kernel);
      myViewRoutes(api, kernel);
      teamRoutes(api, kernel);
      batchRoutes(api, kernel);
      searchRoutes(api, kernel);
      metadataRoutes(api, kernel);
      fileRoutes(api, kernel);
      exportRoutes(api, kernel);
      importRoutes(api, kernel);
      eventRoutes(api, kernel);
      auditRoutes(api, kernel);
      jobRoutes(api, kernel);
      trackRoutes(api, kernel, identity);
      customerRoutes(api, kernel, identity);
    },
    { prefix: '/api/v1' },
  );
  openApiRoutes(app, kernel);
  scriptRoute(app);
  await webRoutes(app);
  return app;
}

/** By the route, not by the address as written: `%61pi` is the same place. */
function isApi(request: FastifyRequest): boolean {
  return request.routeOptions.url?.startsWith('/api/') === true;
}

const noCounters = { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false };

function flooded(ttl: number): Problem {
  return problem('request.rateLimited', { seconds: Math.max(1, Math.ceil(ttl / 1000)) });
}

const headers = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      // antd writes its styles into the page.
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:', 'blob:'],
      fontSrc: ["'self'", 'data:'],
      connectSrc: ["'self'"],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  // Sent where a request came by TLS, to us or to the proxy before us.
  hsts: false,
  crossOriginEmbedderPolicy: false,
  referrerPolicy: { policy: 'same-origin' as const },
};

/** The address without its parameters, which may hold what people search for. */
function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? url;
}
