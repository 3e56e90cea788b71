import { readFileSync } from 'node:fs';
import { type EmbeddedPostgres, Kernel, setupFromEnvironment, startEmbedded, startSetup } from '@huike/kernel';
import type { FastifyInstance } from 'fastify';
import { apps } from './apps.ts';
import type { Config } from './config.ts';
import { buildApp } from './http/app.ts';
import { say } from './say.ts';

// From nothing to a listening server, and back in the reverse order.

export interface Running {
  readonly address: string;
  readonly app: FastifyInstance;
  readonly kernel: Kernel;
  /** Lets requests under way end, then closes everything. */
  stop(): Promise<void>;
}

export interface Opened {
  readonly kernel: Kernel;
  readonly embedded: EmbeddedPostgres | null;
  close(): Promise<void>;
}

/** Opens the kernel on the database that the configuration names, embedded or external. */
export async function openKernel(config: Config, onError: (error: unknown, where: string) => void): Promise<Opened> {
  const embedded = config.databaseUrl === null ? await startEmbedded({ dataFolder: config.dataFolder }) : null;
  try {
    const url = embedded?.url ?? config.databaseUrl ?? '';
    const kernel = await Kernel.open({
      database: { url, ...(config.databaseDirectUrl === null ? {} : { directUrl: config.databaseDirectUrl }), poolSize: config.poolSize },
      dataFolder: config.dataFolder,
      apps: await apps(),
      environment: process.env,
      onError,
    });
    const close = async () => {
      await kernel.close();
      await embedded?.stop();
    };
    return { kernel, embedded, close };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}

/** Starts the server: database, migrations, apps, jobs, HTTP. Progress goes to the terminal. */
export async function start(config: Config): Promise<Running> {
  say('database.starting');
  let app: FastifyInstance | undefined;
  const onError = (error: unknown, where: string) => app?.log.error({ err: error, where }, 'in the background');
  const opened = await openKernel(config, onError);
  const { kernel } = opened;
  try {
    await kernel.runJobs([], onError);
    await setupFromEnvironment(kernel.people, process.env);
    const code = await startSetup(kernel.people);
    app = await buildApp({ kernel, config });
    const address = await listen(app, config);
    say('server.ready', { address });
    if (code !== null) say('setup.code', { code, address });
    return { address, app, kernel, stop: () => stop(app, opened) };
  } catch (error) {
    await app?.close();
    await opened.close();
    throw error;
  }
}

/** The port that was asked for; when 3000 was only the default and is taken, the next free one. */
async function listen(app: FastifyInstance, config: Config): Promise<string> {
  const last = config.portGiven ? config.port : config.port + 20;
  for (let port = config.port; ; port++) {
    try {
      await app.listen({ port, host: config.host });
      const bound = app.server.address();
      const number = typeof bound === 'object' && bound !== null ? bound.port : port;
      return `${config.tls === null ? 'http' : 'https'}://localhost:${number}`;
    } catch (error) {
      const busy = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
      if (!busy || port === last) throw busy ? new Error(say.text('port.busy', { port: String(port) })) : error;
      say('port.next', { port: String(port) });
    }
  }
}

const patience = 20_000;

async function stop(app: FastifyInstance | undefined, opened: Opened): Promise<void> {
  opened.kernel.drain();
  // Event streams never end by themselves; what else is under way gets its time.
  const forced = setTimeout(() => app?.server.closeAllConnections(), patience);
  await app?.close();
  clearTimeout(forced);
  await opened.close();
}

/** TLS from files, when the configuration names them. */
export function tlsOf(config: Config): { readonly cert: Buffer; readonly key: Buffer } | null {
  return config.tls === null ? null : { cert: readFileSync(config.tls.cert), key: readFileSync(config.tls.key) };
}
