// An OpenID Connect provider as a fake vendor: real HTTP, real RS256 tokens, real PKCE. It signs in whoever `user`
// says, and misbehaves in one way at a time when told to.
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface OidcUser {
  readonly sub: string;
  readonly name?: string;
  readonly email?: string;
  readonly email_verified?: boolean;
}

export type Misbehaviour =
  | 'wrongNonce'
  | 'wrongIssuer'
  | 'wrongAudience'
  | 'wrongKey'
  | 'expired'
  | 'unsigned'
  | 'fails';

export interface FakeOidc {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Who signs in next. */
  user: OidcUser;
  /** Claims only in the user info, as some providers have it. */
  bareIdToken: boolean;
  misbehaves: Misbehaviour | null;
  /** Follows an authorization request as a browser would; the address it is sent back to. */
  authorize(url: string): Promise<URL>;
  close(): Promise<void>;
}

interface Grant {
  readonly nonce: string | null;
  readonly challenge: string;
  readonly redirectUri: string;
}

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A provider on a port of its own. */
export async function fakeOidc(): Promise<FakeOidc> {
  const key = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const grants = new Map<string, Grant>();
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // listen(0, host) answers with an address of this kind.
  const { port } = server.address() as AddressInfo;
  const issuer = `http://127.0.0.1:${port}`;

  const provider: FakeOidc = {
    issuer,
    clientId: 'huike',
    clientSecret: randomBytes(12).toString('hex'),
    user: { sub: 'u1' },
    bareIdToken: false,
    misbehaves: null,
    async authorize(url) {
      const response = await fetch(url, { redirect: 'manual' });
      const location = response.headers.get('location');
      if (location === null) throw new Error(`not sent back: ${response.status} ${await response.text()}`);
      return new URL(location);
    },
    async close() {
      const closed = once(server.close(), 'close');
      server.closeAllConnections();
      await closed;
    },
  };

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', issuer);
    if (provider.misbehaves === 'fails') return void response.writeHead(503).end();
    if (url.pathname === '/.well-known/openid-configuration') return json(response, configuration(issuer));
    if (url.pathname === '/jwks') {
      return json(response, {
        keys: [{ ...key.publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig', alg: 'RS256' }],
      });
    }
    if (url.pathname === '/authorize') return authorize(url.searchParams, response);
    if (url.pathname === '/token') return token(request, response);
    if (url.pathname === '/userinfo') return json(response, provider.user);
    response.writeHead(404).end();
  }

  function authorize(query: URLSearchParams, response: ServerResponse): void {
    const redirectUri = query.get('redirect_uri');
    const challenge = query.get('code_challenge');
    const right = query.get('client_id') === provider.clientId && query.get('response_type') === 'code';
    if (!right || redirectUri === null || challenge === null || query.get('code_challenge_method') !== 'S256') {
      return void response.writeHead(400).end('not an authorization request of this client');
    }
    const code = randomBytes(16).toString('hex');
    grants.set(code, { nonce: query.get('nonce'), challenge, redirectUri });
    const back = new URL(redirectUri);
    back.searchParams.set('code', code);
    back.searchParams.set('iss', issuer);
    const state = query.get('state');
    if (state !== null) back.searchParams.set('state', state);
    response.writeHead(302, { location: back.href }).end();
  }

  async function token(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = new URLSearchParams(Buffer.concat(await request.toArray()).toString());
    const basic = Buffer.from(`${provider.clientId}:${provider.clientSecret}`).toString('base64');
    const code = form.get('code') ?? '';
    const grant = grants.get(code);
    grants.delete(code);
    const verifier = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (request.headers.authorization !== `Basic ${basic}`) return json(response, { error: 'invalid_client' }, 401);
    if (grant?.challenge !== verifier || grant.redirectUri !== form.get('redirect_uri')) {
      return json(response, { error: 'invalid_grant' }, 400);
    }
    json(response, {
      access_token: randomBytes(16).toString('hex'),
      token_type: 'Bearer',
      expires_in: 60,
      id_token: idToken(grant),
    });
  }

  function idToken(grant: Grant): string {
    const bad = provider.misbehaves;
    const now = Math.floor(Date.now() / 1000) - (bad === 'expired' ? 7200 : 0);
    const { sub } = provider.user;
    const claims = {
      ...(provider.bareIdToken ? { sub } : provider.user),
      iss: bad === 'wrongIssuer' ? 'https://elsewhere.example.com' : issuer,
      aud: bad === 'wrongAudience' ? 'another' : provider.clientId,
      nonce: bad === 'wrongNonce' ? 'another' : grant.nonce,
      iat: now,
      exp: now + 300,
    };
    if (bad === 'unsigned') return `${base64url({ alg: 'none' })}.${base64url(claims)}.`;
    return jwt(claims, bad === 'wrongKey' ? stranger.privateKey : key.privateKey);
  }

  return provider;
}

function configuration(issuer: string): object {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['client_secret_basic'],
    authorization_response_iss_parameter_supported: true,
  };
}

function jwt(claims: object, key: KeyObject): string {
  const text = `${base64url({ alg: 'RS256', kid: 'k1', typ: 'JWT' })}.${base64url(claims)}`;
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
}

function json(response: ServerResponse, body: object, status = 200): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(JSON.stringify(body));
}
