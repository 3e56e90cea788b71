import { problem } from '@huike/schema';
import * as client from 'openid-client';
import type { Origin } from '../access/actor.ts';
import { appendEvent } from '../changes/append.ts';
import { sql } from '../database/index.ts';
import { type Account, accountByEmail, accountById } from './credentials.ts';
import { peopleActor } from './log.ts';
import { type People, policyNow, time } from './people.ts';
import { admit, pendingFor, type SignedIn } from './signin.ts';

// Sign-in by an OpenID Connect provider: authorization code with PKCE, state and nonce. What must outlast the way
// through the browser travels in a sealed cookie, so that only the browser that began can end it.

export interface OidcConfig {
  readonly issuer: URL;
  readonly clientId: string;
  /** Null for a public client. */
  readonly clientSecret: string | null;
  /** Whoever the provider vouches for becomes a user, without roles, at the first sign-in. */
  readonly createUsers: boolean;
}

/**
 * From HUIKE_OIDC_ISSUER, HUIKE_OIDC_CLIENT_ID, HUIKE_OIDC_CLIENT_SECRET and HUIKE_OIDC_CREATE_USERS (`1` for yes);
 * null when not set. Throws when half set.
 */
export function oidcFromEnvironment(environment: NodeJS.ProcessEnv): OidcConfig | null {
  const { HUIKE_OIDC_ISSUER: issuer, HUIKE_OIDC_CLIENT_ID: clientId, HUIKE_OIDC_CLIENT_SECRET: secret } = environment;
  if (!issuer && !clientId) return null;
  if (!issuer || !clientId) throw new Error('HUIKE_OIDC_ISSUER and HUIKE_OIDC_CLIENT_ID belong together');
  const url = URL.parse(issuer);
  if (url === null || (url.protocol !== 'https:' && !isLoopback(url))) {
    throw new Error('HUIKE_OIDC_ISSUER must be an https address');
  }
  const createUsers = environment.HUIKE_OIDC_CREATE_USERS === '1';
  return { issuer: url, clientId, clientSecret: secret ? secret : null, createUsers };
}

const isLoopback = (url: URL) => ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);

const timeoutSeconds = 10;
const flowMinutes = 10;
const rediscoverMs = 3_600_000;
const scope = 'openid profile email';

/** A provider, with what it told of itself. */
export interface OidcProvider {
  readonly config: OidcConfig;
  /** Asked for at the first sign-in, and again after an hour. Throws `auth.provider`. */
  readonly discover: () => Promise<client.Configuration>;
}

export function openOidc(config: OidcConfig): OidcProvider {
  let known: Promise<client.Configuration> | null = null;
  let askedAt = 0;
  return {
    config,
    discover() {
      if (known !== null && Date.now() - askedAt < rediscoverMs) return known;
      askedAt = Date.now();
      const asked = discoverProvider(config);
      known = asked;
      // A failure isn't remembered.
      asked.catch(() => {
        if (known === asked) known = null;
      });
      return asked;
    },
  };
}

async function discoverProvider({ issuer, clientId, clientSecret }: OidcConfig): Promise<client.Configuration> {
  const authentication = clientSecret === null ? client.None() : byWhatItTakes(clientSecret);
  const execute = [client.enableNonRepudiationChecks, ...(isLoopback(issuer) ? [client.allowInsecureRequests] : [])];
  const options = { timeout: timeoutSeconds, execute };
  try {
    return await client.discovery(issuer, clientId, undefined, authentication, options);
  } catch (error) {
    throw providerFailed(error);
  }
}

function byWhatItTakes(secret: string): client.ClientAuth {
  const [basic, post] = [client.ClientSecretBasic(secret), client.ClientSecretPost(secret)];
  return (server, metadata, body, headers) => {
    const takes = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    return (takes.includes('client_secret_basic') ? basic : post)(server, metadata, body, headers);
  };
}

interface Flow {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly redirectUri: string;
  readonly returnTo: string;
  readonly until: number;
}

/**
 * Begins a sign-in: `url` to send the browser to, and `flow` for a cookie (HttpOnly, SameSite=Lax, ten minutes) that
 * `finishOidc` needs. `returnTo` is a path of ours to go to afterwards. Throws `auth.provider`.
 */
export async function beginOidc(
  people: People,
  provider: OidcProvider,
  request: { readonly redirectUri: string; readonly returnTo?: string },
): Promise<{ readonly url: string; readonly flow: string }> {
  const configuration = await provider.discover();
  const verifier = client.randomPKCECodeVerifier();
  const flow: Flow = {
    state: client.randomState(),
    nonce: client.randomNonce(),
    verifier,
    redirectUri: request.redirectUri,
    returnTo: ownPath(request.returnTo),
    until: people.now().getTime() + flowMinutes * 60_000,
  };
  const url = client.buildAuthorizationUrl(configuration, {
    redirect_uri: flow.redirectUri,
    scope,
    state: flow.state,
    nonce: flow.nonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  const sealed = people.secrets.seal(purpose, Buffer.from(JSON.stringify(flow)));
  return { url: url.href, flow: sealed.toString('base64url') };
}

const purpose = 'oidc flow';

/** Only a path of this site: nobody is sent elsewhere after signing in. */
function ownPath(path: string | undefined): string {
  return path !== undefined && /^\/(?![/\\])[^\s\\]*$/.test(path) ? path : '/';
}

/**
 * Ends a sign-in with the query string that the provider sent the browser back with. Throws `auth.failed` when this
 * browser didn't begin it, took too long or was refused; `auth.provider` when the provider's answer isn't valid;
 * `auth.unlinked` when nobody here has that account.
 */
export async function finishOidc(
  people: People,
  provider: OidcProvider,
  answer: { readonly query: string; readonly flow: string | undefined },
  origin: Origin,
): Promise<SignedIn & { readonly returnTo: string }> {
  const flow = openFlow(people, answer.flow);
  const fail = async (reason: string, error: unknown) => {
    const data = { method: 'oidc', reason, ip: origin.ip, userAgent: origin.userAgent, request: origin.requestId };
    await appendEvent(people.database, peopleActor, { type: 'signInFailed', data });
    return error;
  };
  // The state ties the answer to the browser's own beginning.
  if (flow === null || new URLSearchParams(answer.query).get('state') !== flow.state) {
    throw await fail('flow', problem('auth.failed'));
  }
  const identity = await identify(provider, flow, answer.query).catch(async (error: unknown) => {
    throw await fail('provider', refusal(error));
  });
  const account = await accountFor(people, provider.config, identity);
  if (account === null) throw await fail('unlinked', problem('auth.unlinked'));
  const policy = policyNow(people);
  const pending = pendingFor(account, policy, people.catalog().roles, 'oidc', people.now());
  const signed = await admit(people, account, { policy, pending, method: 'oidc', attempt: null, origin });
  return { ...signed, returnTo: flow.returnTo };
}

function openFlow(people: People, sealed: string | undefined): Flow | null {
  if (sealed === undefined) return null;
  try {
    // What opens was sealed by this program.
    const flow: Flow = JSON.parse(people.secrets.open(purpose, Buffer.from(sealed, 'base64url')).toString());
    return flow.until > people.now().getTime() ? flow : null;
  } catch {
    return null;
  }
}

interface Identity {
  readonly subject: string;
  /** As the provider verified it; null when it has none or didn't. */
  readonly email: string | null;
  readonly name: string | null;
}

async function identify(provider: OidcProvider, flow: Flow, query: string): Promise<Identity> {
  const configuration = await provider.discover();
  const url = new URL(flow.redirectUri);
  url.search = query;
  const tokens = await client.authorizationCodeGrant(configuration, url, {
    pkceCodeVerifier: flow.verifier,
    expectedState: flow.state,
    expectedNonce: flow.nonce,
    idTokenExpected: true,
  });
  const claims = tokens.claims();
  if (claims === undefined) throw new Error('no ID token');
  const { sub: subject } = claims;
  const bare = claims.email === undefined && configuration.serverMetadata().userinfo_endpoint !== undefined;
  const told = bare ? await client.fetchUserInfo(configuration, tokens.access_token, subject) : claims;
  const verified = typeof told.email === 'string' && told.email_verified === true;
  const text = (value: unknown) => (typeof value === 'string' && value.trim() !== '' ? value.trim() : null);
  return { subject, email: verified ? text(told.email) : null, name: text(told.name) };
}

/** Whose account it is: linked before, else by the verified e-mail, which links it; else made where that is wanted. */
async function accountFor(people: People, config: OidcConfig, identity: Identity): Promise<Account | null> {
  const { database } = people;
  const [issuer, subject] = [sql.value(config.issuer.href), sql.value(identity.subject)];
  const [linked] = await database.query<{ userId: string }>(
    sql`select user_id as "userId" from huike.oidc_identity where issuer = ${issuer} and subject = ${subject}`,
  );
  if (linked !== undefined) return active(await accountById(database, linked.userId));
  if (identity.email === null) return null;
  const known = await accountByEmail(database, identity.email);
  const account =
    known === null && config.createUsers ? await makeAccount(people, identity.email, identity.name) : active(known);
  if (account === null) return null;
  // A user has one account at a provider: an address given on to someone else doesn't open the old owner's account.
  const made = await database.execute(
    sql`insert into huike.oidc_identity (issuer, subject, user_id, created_at) values (${issuer}, ${subject}, ${sql.value(account.userId)}, ${time(people.now())}) on conflict do nothing`,
  );
  return made > 0 ? account : null;
}

async function makeAccount(people: People, email: string, name: string | null): Promise<Account | null> {
  await people.write(peopleActor, [{ op: 'create', object: 'user', values: { email, name: name ?? email } }]);
  return accountByEmail(people.database, email);
}

const active = (account: Account | null) => (account?.active === true ? account : null);

/** The provider said no (the user cancelled); else it is at fault. */
function refusal(error: unknown): unknown {
  return error instanceof client.AuthorizationResponseError ? problem('auth.failed') : providerFailed(error);
}

function providerFailed(error: unknown): Error {
  const made = problem('auth.provider');
  made.cause = error;
  return made;
}
