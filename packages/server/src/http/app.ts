import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import multipart from '@fastify/multipart';
import rateLimit from '@fastify/rate-limit';
import type { Kernel, Resolved, UserActor } from '@huike/kernel';
import { newId, problem } from '@huike/schema';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Config } from '../config.ts';
import { identify } from './identify.ts';
import { registerMetrics } from './metrics.ts';
import { answerError, send } from './problems.ts';
import { authRoutes } from './routes/auth.ts';
import { batchRoutes } from './routes/batch.ts';
import { eventRoutes } from './routes/events.ts';
import { exportRoutes } from './routes/export.ts';
import { fileRoutes } from './routes/files.ts';
import { importRoutes } from './routes/imports.ts';
import { metadataRoutes } from './routes/metadata.ts';
import { operationRoutes } from './routes/operations.ts';
import { peopleRoutes } from './routes/people.ts';
import { recordRoutes } from './routes/records.ts';
import { searchRoutes } from './routes/search.ts';
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
  }
}

/** What the HTTP side works with. */
export interface Http {
  readonly kernel: Kernel;
  readonly config: Config;
}

/** Bodies of one request; imports, files and NDJSON are streamed and have limits of their own. */
const bodyLimit = 10 * 1024 * 1024;

/** Headers and values that never reach the log. */
const secrets = ['req.headers.authorization', 'req.headers.cookie', 'res.headers["set-cookie"]'];

/** The server with every route, not yet listening. */
export async function buildApp({ kernel, config }: Http): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit,
    maxParamLength: 200,
    trustProxy: config.trustProxy,
    genReqId: () => newId(),
    requestIdHeader: false,
    requestTimeout: 0,
    connectionTimeout: 0,
    keepAliveTimeout: 65_000,
    forceCloseConnections: 'idle',
    disableRequestLogging: true,
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    frameworkErrors: answerError,
    logger: { level: config.logLevel, redact: { paths: secrets, censor: '[removed]' } },
  });

  app.decorateRequest('actor', null);
  app.decorateRequest('resolved', null);
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((request, reply) => send(problem('route.unknown'), request, reply));

  await app.register(helmet, helmetOptions(config));
  await app.register(cookie);
  await app.register(multipart, {
    limits: { files: 20, fields: 20, fieldSize: 1024 * 1024, fileSize: Number.POSITIVE_INFINITY },
  });
  await app.register(rateLimit, { global: false });

  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store');
    await identify(kernel, request);
  });
  app.addHook('onResponse', async (request, reply) => {
    const level = reply.statusCode >= 500 ? 'error' : 'debug';
    request.log[level](
      {
        method: request.method,
        url: pathOf(request.url),
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
        actor: request.actor?.id ?? null,
      },
      'request',
    );
  });

  registerMetrics(app, kernel);
  operationRoutes(app, { kernel, config });
  await app.register(
    async (api) => {
      authRoutes(api, { kernel, config });
      peopleRoutes(api, kernel);
      recordRoutes(api, kernel);
      batchRoutes(api, kernel);
      searchRoutes(api, kernel);
      metadataRoutes(api, kernel);
      fileRoutes(api, kernel);
      exportRoutes(api, kernel);
      importRoutes(api, kernel);
      eventRoutes(api, kernel);
    },
    { prefix: '/api/v1' },
  );
  await webRoutes(app);
  return app;
}

function helmetOptions(config: Config) {
  return {
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
    hsts: config.tls === null ? false : { maxAge: 31_536_000 },
    crossOriginEmbedderPolicy: false,
    referrerPolicy: { policy: 'same-origin' as const },
  };
}

/** The address without its parameters, which may hold what people search for. */
function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? url;
}
