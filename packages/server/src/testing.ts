import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Identity, identityJobs } from '@huike/identity';
import { applyMetadata, Kernel, type KernelOptions, setupFromEnvironment, startSetup } from '@huike/kernel';
import type { App, Json, JsonObject, MetadataDocument } from '@huike/schema';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { type Config, readConfig } from './config.ts';
import { buildApp } from './http/app.ts';
import type { Http } from './http/http.ts';
import { closeApp } from './http/server.ts';
import { importJobs } from './import/job.ts';
import { followRecords } from './start.ts';

// For tests: a whole server on a database of the test's own, and callers who sign in to it over real HTTP.

export const password = 'vexing otter 41';
const adminEmail = 'admin@example.com';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** JSON as it is, anything else as text; null of nothing. */
  readonly body: Json;
  /** A part of the body: `get('data', 0, 'id')`; null where there is none. */
  get(...path: readonly (string | number)[]): Json;
}

export interface Call {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, unless it is text, bytes, a form or a stream. */
  readonly body?: Json | BodyInit;
  readonly signal?: AbortSignal;
}

export interface Caller {
  /** Paths begin below /api/v1, unless they begin with a slash. */
  call(method: string, where: string, call?: Call): Promise<Answer>;
  raw(method: string, where: string, call?: Call): Promise<Response>;
  get(where: string, headers?: Call['headers']): Promise<Answer>;
  post(where: string, body?: Call['body'], headers?: Call['headers']): Promise<Answer>;
  patch(where: string, body?: Call['body'], headers?: Call['headers']): Promise<Answer>;
  put(where: string, body?: Call['body'], headers?: Call['headers']): Promise<Answer>;
  delete(where: string, body?: Call['body'], headers?: Call['headers']): Promise<Answer>;
}

export interface NewUser {
  readonly roles?: readonly string[];
  readonly department?: string;
  readonly language?: 'zh' | 'en';
}

export interface SignedIn extends Caller {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

export interface TestServer {
  readonly app: FastifyInstance;
  readonly kernel: Kernel;
  readonly address: string;
  readonly dataFolder: string;
  /** Nobody. */
  readonly stranger: Caller;
  /** The first administrator, by session. */
  readonly admin: Caller;
  readonly adminId: string;
  /** Shown in the terminal of a server without an administrator. */
  readonly setupCode: string | null;
  /** What failed in the background. */
  readonly background: readonly unknown[];
  /** A caller with a bearer token. */
  withToken(token: string): Caller;
  /** Throws unless the sign-in succeeds. */
  signIn(email: string, given?: string): Promise<Caller>;
  /** A new user who has signed in. */
  addUser(user?: NewUser): Promise<SignedIn>;
  addDepartment(name: string, parent?: string, external?: boolean): Promise<string>;
  /** Closes everything but the database itself. */
  close(): Promise<void>;
}

export interface TestServerOptions {
  readonly apps?: readonly App[];
  readonly metadata?: MetadataDocument;
  readonly environment?: NodeJS.ProcessEnv;
  readonly provider?: Http['provider'];
  readonly now?: KernelOptions['now'];
  /** False: nobody was set up. */
  readonly setUp?: boolean;
  /** False: the administrator is there, but `admin` is nobody. */
  readonly signInAdmin?: boolean;
  /** Also runs jobs. */
  readonly jobs?: boolean;
  readonly config?: Partial<Config>;
}

/** Starts a server on a migrated database. */
export async function testServer(
  database: { readonly url: string },
  options: TestServerOptions = {},
): Promise<TestServer> {
  const { apps = [], environment = {}, now } = options;
  const dataFolder = await mkdtemp(path.join(tmpdir(), 'huike-server-'));
  const background: unknown[] = [];
  const kernel = await Kernel.open({
    database: { url: database.url, poolSize: 6 },
    dataFolder,
    apps,
    environment,
    onError: (error) => background.push(error),
    ...(now === undefined ? {} : { now }),
  });
  try {
    return await serve(kernel, dataFolder, background, options);
  } catch (error) {
    // What stays open would keep the test file from ending.
    await kernel.close();
    throw error;
  }
}

async function serve(
  kernel: Kernel,
  dataFolder: string,
  background: unknown[],
  options: TestServerOptions,
): Promise<TestServer> {
  const { metadata, provider = null, setUp = true } = options;
  if (metadata !== undefined) {
    const applied = await applyMetadata(kernel.db, { kind: 'system', name: 'setup' }, metadata);
    await kernel.catalogs.reload(applied.version);
  }
  if (setUp) {
    await setupFromEnvironment(kernel.people, { HUIKE_ADMIN_EMAIL: adminEmail, HUIKE_ADMIN_PASSWORD: password });
  }
  const setupCode = await startSetup(kernel.people);
  const config = { ...readConfig({ HUIKE_LOG: 'silent', HUIKE_DATA: dataFolder }), ...options.config };
  const logger = pino({ level: config.logLevel }, { write: (line: string) => void process.stderr.write(line) });
  const app = await buildApp({ kernel, config, logger, provider });
  if (options.jobs === true) {
    const jobs = [...importJobs(kernel), ...identityJobs(kernel, new Identity(kernel))];
    await kernel.runJobs(jobs, (error) => background.push(error));
    await followRecords(kernel, (error) => background.push(error));
  }
  const address = await app.listen({ port: 0, host: '127.0.0.1' });
  const stranger = callerAt(address, {});
  const people = peopleOn(address, stranger);
  const signsIn = setUp && options.signInAdmin !== false;
  const admin = signsIn ? await people.signIn(adminEmail) : stranger;
  return {
    app,
    kernel,
    address,
    dataFolder,
    stranger,
    admin,
    adminId: signsIn ? String((await admin.get('me')).get('id')) : '',
    setupCode,
    background,
    withToken: (token) => callerAt(address, { authorization: `Bearer ${token}` }),
    signIn: people.signIn,
    addUser: (user) => people.addUser(admin, user),
    addDepartment: (name, parent, external) => people.addDepartment(admin, name, parent, external),
    async close() {
      kernel.drain();
      await closeApp(app);
      await kernel.close();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

/** Makes people, and signs them in. */
function peopleOn(address: string, stranger: Caller) {
  let users = 0;

  async function signIn(email: string, given = password): Promise<Caller> {
    const answer = await stranger.raw('POST', 'auth/sign-in', { body: { email, password: given } });
    const cookie = answer.headers.get('set-cookie')?.split(';')[0];
    if (answer.status !== 200 || cookie === undefined) throw new Error(`sign-in failed: ${await answer.text()}`);
    await answer.arrayBuffer();
    return callerAt(address, { cookie, 'x-huike': '1' });
  }

  async function make(admin: Caller, object: string, values: JsonObject): Promise<string> {
    const made = await admin.post(`records/${object}`, values);
    if (made.status !== 201) throw new Error(`no ${object}: ${JSON.stringify(made.body)}`);
    return String(made.get('id'));
  }

  return {
    signIn,
    async addUser(admin: Caller, { roles = [], department, language }: NewUser = {}): Promise<SignedIn> {
      const email = `user${++users}@example.com`;
      const name = `User ${users}`;
      const id = await make(admin, 'user', {
        ...{ name, email, password, roles },
        ...(department === undefined ? {} : { department }),
        ...(language === undefined ? {} : { language }),
      });
      return { ...(await signIn(email)), id, name, email };
    },
    addDepartment: (admin: Caller, name: string, parent?: string, external = false) =>
      make(admin, 'department', { name, external, ...(parent === undefined ? {} : { parent }) }),
  };
}

/** A caller with these headers on every call. */
export function callerAt(address: string, own: Readonly<Record<string, string>>): Caller {
  const raw = (method: string, where: string, { headers = {}, body, signal }: Call = {}) => {
    const url = `${address}${where.startsWith('/') ? where : `/api/v1/${where}`}`;
    const json = body !== undefined && !isBody(body);
    const sent = body === undefined ? null : isBody(body) ? body : JSON.stringify(body);
    return fetch(url, {
      method,
      headers: { ...own, ...(json ? { 'content-type': 'application/json' } : {}), ...headers },
      body: sent,
      redirect: 'manual',
      ...(signal === undefined ? {} : { signal }),
      // Streams go out while the answer comes in.
      ...(sent instanceof ReadableStream ? { duplex: 'half' } : {}),
    });
  };
  const call = async (method: string, where: string, what?: Call) => answerOf(await raw(method, where, what));
  const withBody =
    (method: string) =>
    (where: string, body?: Call['body'], headers: Call['headers'] = {}) =>
      call(method, where, { headers, ...(body === undefined ? {} : { body }) });
  return {
    call,
    raw,
    get: (where, headers = {}) => call('GET', where, { headers }),
    post: withBody('POST'),
    patch: withBody('PATCH'),
    put: withBody('PUT'),
    delete: withBody('DELETE'),
  };
}

function isBody(body: Json | BodyInit): body is BodyInit {
  return (
    typeof body === 'string' || body instanceof Uint8Array || body instanceof FormData || body instanceof ReadableStream
  );
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson =
    /\bjson\b/.test(response.headers.get('content-type') ?? '') &&
    !/ndjson/.test(response.headers.get('content-type') ?? '');
  const body: Json = text === '' ? null : isJson ? JSON.parse(text) : text;
  return {
    status: response.status,
    headers: response.headers,
    body,
    get(...steps) {
      let at: Json = body;
      for (const step of steps) {
        if (typeof at !== 'object' || at === null) return null;
        at = (Array.isArray(at) ? at[Number(step)] : (at as JsonObject)[step]) ?? null;
      }
      return at;
    },
  };
}
