import {
  changePassword,
  confirmSecondFactor,
  dropSecondFactor,
  enrolSecondFactor,
  type Kernel,
  listSessions,
  newRecoveryCodes,
  type Resolved,
  revokeOtherSessions,
  revokeSession,
  type Session,
  type SignedIn,
  secondFactorState,
  setupAdministrator,
  setupState,
  signIn,
  signOut,
  startSeeingAs,
  stopSeeingAs,
  verifySecondFactor,
} from '@huike/kernel';
import { problem } from '@huike/schema';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { seedDemo } from '../../seed.ts';
import { bodyOf, optionalText, recordId, text } from '../body.ts';
import { cookieOptions, door } from '../door.ts';
import type { Http } from '../http.ts';
import { actorOf, allowed, originOf, sessionCookie, sessionOf } from '../identify.ts';

// Signing in and out, the own second factor, password and sessions, and the first administrator.

const open = { config: { public: true, ...door } };
const unfinished = { config: { unfinished: true, ...door } };

export function authRoutes(app: FastifyInstance, { kernel, provider }: Http): void {
  const { people } = kernel;

  function answer(request: FastifyRequest, reply: FastifyReply, { session, user }: SignedIn) {
    reply.setCookie(sessionCookie, session.token, { ...cookieOptions(request), expires: session.expiresAt });
    return { user, pending: session.pending };
  }

  // What the sign-in page has to offer.
  app.get('/setup', open, async () => {
    const { needed } = await setupState(people);
    return { needed, singleSignOn: provider !== null };
  });

  // What the page asks first: nobody being signed in is an answer, not a mistake.
  app.get('/session', { config: { public: true } }, async (request) => {
    const resolved = await sessionOf(kernel, request);
    if (resolved === null) return { me: null, ...(await setupState(people)), singleSignOn: provider !== null };
    const me = resolved.state === 'pending' ? { pending: resolved.session.pending } : await meOf(kernel, resolved);
    return { me, needed: false, singleSignOn: provider !== null };
  });

  app.post('/setup', open, async (request, reply) => {
    const body = bodyOf(request.body);
    const wanted = {
      name: text(body, 'name', 100),
      email: text(body, 'email', 254),
      password: text(body, 'password', 200),
    };
    const company = optionalText(body, 'company', 200);
    const made = await setupAdministrator(
      people,
      text(body, 'code', 100),
      { ...wanted, ...(company === undefined ? {} : { company }) },
      originOf(request),
    );
    return answer(request, reply.code(201), made);
  });

  app.post('/setup/demo', async (request) => {
    allowed(kernel, request, { area: 'operations', operation: 'write' }, 'operations');
    return (await seedDemo(kernel)) ?? { people: 0, records: 0 };
  });

  app.post('/auth/sign-in', open, async (request, reply) => {
    const body = bodyOf(request.body);
    const otp = optionalText(body, 'otp', 100);
    const given = {
      email: text(body, 'email', 254),
      password: text(body, 'password', 1_000),
      ...(otp === undefined ? {} : { otp }),
    };
    return answer(request, reply, await signIn(people, given, originOf(request)));
  });

  app.post('/auth/sign-out', { config: { public: true } }, async (request, reply) => {
    const cookie = request.cookies[sessionCookie];
    if (cookie !== undefined) {
      if (request.headers['x-huike'] !== '1') throw problem('request.csrf');
      await signOut(people, cookie, originOf(request));
    }
    return reply.clearCookie(sessionCookie, cookieOptions(request)).code(204).send();
  });

  app.post<{ Params: { id: string } }>('/users/:id/see-as', async (request, reply) => {
    await startSeeingAs(people, actorOf(request), ownSession(request), recordId(request.params.id));
    return reply.code(204).send();
  });
  // By the cookie itself, as the sign-out: it must work when the other may not be seen any more.
  app.delete('/me/see-as', { config: { public: true } }, async (request, reply) => {
    const cookie = request.cookies[sessionCookie];
    if (cookie === undefined) throw problem('auth.required');
    if (request.headers['x-huike'] !== '1') throw problem('request.csrf');
    await stopSeeingAs(people, cookie, originOf(request));
    return reply.code(204).send();
  });

  app.get('/me', { config: { unfinished: true } }, async (request) => {
    const { resolved } = request;
    if (resolved?.state === 'pending') return { pending: resolved.session.pending };
    return resolved === null ? kernel.me(actorOf(request)) : meOf(kernel, resolved);
  });

  app.post('/me/password', unfinished, async (request, reply) => {
    const body = bodyOf(request.body);
    const given = { current: text(body, 'current'), next: text(body, 'next') };
    await changePassword(people, ownSession(request), given, originOf(request));
    return reply.code(204).send();
  });

  const own = { config: { asOneself: true } };
  app.get('/me/second-factor', own, async (request) => secondFactorState(people, ownSession(request)));
  app.post('/me/second-factor', unfinished, async (request) => enrolSecondFactor(people, ownSession(request)));
  app.post('/me/second-factor/confirm', unfinished, async (request) => {
    const recoveryCodes = await confirmSecondFactor(people, ownSession(request), otpOf(request), originOf(request));
    return { recoveryCodes };
  });
  app.post('/me/second-factor/verify', unfinished, async (request, reply) => {
    await verifySecondFactor(people, ownSession(request), otpOf(request), originOf(request));
    return reply.code(204).send();
  });
  app.post('/me/second-factor/recovery-codes', { config: door }, async (request) => {
    const recoveryCodes = await newRecoveryCodes(people, ownSession(request), otpOf(request), originOf(request));
    return { recoveryCodes };
  });
  app.post('/me/second-factor/remove', { config: door }, async (request, reply) => {
    await dropSecondFactor(people, ownSession(request), otpOf(request), originOf(request));
    return reply.code(204).send();
  });

  app.get('/me/sessions', own, async (request) => {
    const session = ownSession(request);
    const sessions = await listSessions(people, session.userId);
    return { data: sessions.map((one) => ({ ...one, current: one.id === session.id })) };
  });
  app.delete<{ Params: { id: string } }>('/me/sessions/:id', async (request, reply) => {
    if (!(await revokeSession(people, ownSession(request).userId, recordId(request.params.id))))
      throw problem('record.unknown');
    return reply.code(204).send();
  });
  app.post('/me/sessions/revoke-others', async (request) => ({
    ended: await revokeOtherSessions(people, ownSession(request)),
  }));
}

const otpOf = (request: FastifyRequest) => text(bodyOf(request.body), 'otp', 100);

/** Who is signed in; and who really asks, when that is someone who sees as this user. */
async function meOf(kernel: Kernel, { actor, seenBy }: Extract<Resolved, { state: 'complete' }>): Promise<object> {
  const me = await kernel.me(actor);
  if (seenBy === null) return me;
  const { id, name } = await kernel.me(seenBy);
  return { ...me, seenBy: { id, name } };
}

/** These belong to a person in a browser: a token can't do them. */
function ownSession(request: FastifyRequest): Session {
  if (request.resolved === null) throw problem('auth.scope');
  return request.resolved.session;
}
