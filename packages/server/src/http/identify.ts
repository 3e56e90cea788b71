import {
  type Actor,
  type Kernel,
  type Need,
  type Origin,
  type Resolved,
  resolveSession,
  resolveToken,
  scopeAllows,
  type UserActor,
} from '@huike/kernel';
import { type Capability, problem } from '@huike/schema';
import type { FastifyRequest } from 'fastify';

// Who asks: by a session's cookie, or by a personal token as Bearer. Nothing else about a request is believed.

export const sessionCookie = 'huike_session';
const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

export function originOf(request: FastifyRequest): Origin {
  return {
    // The socket of a caller who went away has none.
    ip: request.ip?.slice(0, 64) ?? null,
    userAgent: request.headers['user-agent']?.slice(0, 500) ?? null,
    requestId: request.id,
  };
}

/** Sets who asks. Throws `auth.required` when nobody does, `auth.pending` or `request.csrf`. */
export async function identify(kernel: Kernel, request: FastifyRequest): Promise<void> {
  const bearer = bearerOf(request);
  if (bearer !== null) {
    const actor = await resolveToken(kernel.people, bearer, originOf(request));
    if (actor === null) throw problem('auth.required');
    request.actor = actor;
    return;
  }
  const resolved = await sessionOf(kernel, request);
  if (resolved === null) throw problem('auth.required');
  // A page of another origin can make a browser send the cookie, but not this header.
  if (!safeMethods.has(request.method) && request.headers['x-huike'] !== '1') throw problem('request.csrf');
  request.resolved = resolved;
  if (resolved.state === 'complete' && resolved.seenBy !== null) onlyReads(request);
  if (resolved.state === 'complete') request.actor = resolved.actor;
  else if (request.routeOptions.config.unfinished !== true) throw problem('auth.pending');
}

/** With another's eyes one reads, and does nothing else. Throws `seeAs.readOnly`. */
function onlyReads(request: FastifyRequest): void {
  const { reads, asOneself } = request.routeOptions.config;
  if (asOneself === true || !(safeMethods.has(request.method) || reads === true)) throw problem('seeAs.readOnly');
}

/** The same person as of now, for what takes long; null once the session or token has ended. */
export async function stillThere(kernel: Kernel, request: FastifyRequest): Promise<UserActor | null> {
  const bearer = bearerOf(request);
  if (bearer !== null) return resolveToken(kernel.people, bearer, originOf(request));
  const resolved = await sessionOf(kernel, request);
  return resolved?.state === 'complete' ? resolved.actor : null;
}

/** The session of the request's cookie, whatever is still due on it. */
export async function sessionOf(kernel: Kernel, request: FastifyRequest): Promise<Resolved | null> {
  const cookie = request.cookies[sessionCookie];
  return cookie === undefined ? null : resolveSession(kernel.people, cookie, originOf(request));
}

/** The token of an `Authorization: Bearer` header. */
export function bearerOf(request: FastifyRequest): string | null {
  const [scheme, token] = (request.headers.authorization ?? '').split(' ');
  return scheme?.toLowerCase() === 'bearer' && token !== undefined ? token : null;
}

/** The actor of a route that isn't public. */
export function actorOf(request: FastifyRequest): UserActor {
  if (request.actor === null) throw problem('auth.required');
  return request.actor;
}

/** The actor, if the token it came with covers what is needed. Throws `auth.scope`. */
export function demand<A extends Actor>(actor: A, need: Need): A {
  if (actor.kind === 'user' && !scopeAllows(actor.tokenScopes, need)) throw problem('auth.scope');
  return actor;
}

/**
 * The actor, if the token covers what is needed and one of the capabilities is there. Users of outside organisations
 * have none, whatever their roles say. Throws `auth.scope` and `access.denied`.
 */
export function allowed(kernel: Kernel, request: FastifyRequest, need: Need, capability: Capability): UserActor {
  const actor = demand(actorOf(request), need);
  if (actor.external || !kernel.may(actor, capability)) throw problem('access.denied');
  return actor;
}
