import { beginOidc, finishOidc } from '@huike/kernel';
import { Problem, problem } from '@huike/schema';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { addressOf, param } from '../address.ts';
import { cookieOptions, door } from '../door.ts';
import type { Http } from '../http.ts';
import { originOf, sessionCookie } from '../identify.ts';

// Sign-in by the company's OpenID Connect provider. The browser comes here by itself, so what goes wrong is told on the
// sign-in page, by its code, and not as JSON.

const flowCookie = 'huike_flow';
const flowSeconds = 600;
const path = '/api/v1/auth/single-sign-on';
const open = { exposeHeadRoute: false, config: { public: true, ...door } };

export function singleSignOnRoutes(app: FastifyInstance, { kernel, provider }: Http): void {
  const { people } = kernel;

  app.get('/auth/single-sign-on', open, (request, reply) =>
    told(request, reply, async () => {
      if (provider === null) throw problem('route.unknown');
      const returnTo = param(addressOf(request), 'returnTo', 2_000);
      const redirectUri = `${request.protocol}://${request.host}${path}/callback`;
      const begun = await beginOidc(people, provider, { redirectUri, ...(returnTo === undefined ? {} : { returnTo }) });
      reply.setCookie(flowCookie, begun.flow, { ...cookieOptions(request), path, maxAge: flowSeconds });
      return begun.url;
    }),
  );

  app.get('/auth/single-sign-on/callback', open, (request, reply) =>
    told(request, reply, async () => {
      if (provider === null) throw problem('route.unknown');
      const query = request.url.split('?').slice(1).join('?');
      const flow = request.cookies[flowCookie];
      reply.clearCookie(flowCookie, { ...cookieOptions(request), path });
      const { session, returnTo } = await finishOidc(people, provider, { query, flow }, originOf(request));
      reply.setCookie(sessionCookie, session.token, { ...cookieOptions(request), expires: session.expiresAt });
      return returnTo;
    }),
  );
}

/** Sends the browser on, or to the sign-in page with the code of what went wrong. */
async function told(request: FastifyRequest, reply: FastifyReply, next: () => Promise<string>): Promise<FastifyReply> {
  try {
    return reply.redirect(await next(), 303);
  } catch (error) {
    if (!(error instanceof Problem) || error.code === 'route.unknown') throw error;
    if (error.status >= 500) request.log.warn({ err: error, cause: error.cause }, 'single sign-on failed');
    return reply.redirect(`/sign-in?problem=${encodeURIComponent(error.code)}`, 303);
  }
}
