import { Identity, identityJobs, RecordFollower } from '@huike/identity';
import {
  type EmbeddedPostgres,
  Kernel,
  oidcFromEnvironment,
  openOidc,
  setupFromEnvironment,
  startEmbedded,
  startSetup,
} from '@huike/kernel';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { appFolders } from './apps.ts';
import type { Config } from './config.ts';
import { buildApp } from './http/app.ts';
import { closeApp } from './http/server.ts';
import { importJobs } from './import/job.ts';
import { say } from './say.ts';
import { seedDemo } from './seed.ts';

// From nothing to a listening server, and back in the reverse order.

export interface Running {
  readonly address: string;
  readonly kernel: Kernel;
  /** Lets requests under way end, then closes everything. */
  stop(): Promise<void>;
  /** Ends what would outlive this process, without waiting. */
  abandon(): void;
}

export interface Opened {
  readonly kernel: Kernel;
  readonly embedded: EmbeddedPostgres | null;
  close(): Promise<void>;
}

type OnError = (error: unknown, where: string) => void;

/** The database that the configuration names: the embedded one, started or joined, or an external one. */
export async function withDatabase<T>(
  config: Config,
  open: (url: string, embedded: EmbeddedPostgres | null) => Promise<T>,
): Promise<T> {
  if (config.databaseUrl !== null) return open(config.databaseUrl, null);
  const embedded = await startEmbedded({ dataFolder: config.dataFolder });
  try {
    return await open(embedded.url, embedded);
  } catch (error) {
    await embedded.stop();
    throw error;
  }
}

/** Opens the kernel: migrations, apps, people. Works beside a server on the same data. */
export function openKernel(config: Config, environment: NodeJS.ProcessEnv, onError: OnError): Promise<Opened> {
  return withDatabase(config, async (url, embedded) => {
    const { databaseDirectUrl: directUrl, poolSize, dataFolder } = config;
    const kernel = await Kernel.open({
      database: { url, poolSize, ...(directUrl === null ? {} : { directUrl }) },
      dataFolder,
      apps: (await appFolders()).map(({ app }) => app),
      environment,
      onError,
    });
    const close = async () => {
      try {
        await kernel.close();
      } finally {
        await embedded?.stop();
      }
    };
    return { kernel, embedded, close };
  });
}

/** Headers that never reach the log. */
const secrets = ['req.headers.authorization', 'req.headers.cookie', 'res.headers["set-cookie"]'];

/** Starts the server: database, migrations, apps, jobs, HTTP. Progress goes to the terminal. */
export async function start(config: Config, environment: NodeJS.ProcessEnv = process.env): Promise<Running> {
  const logger = pino({ level: config.logLevel, redact: { paths: secrets, censor: '[removed]' } });
  const onError: OnError = (error, where) => logger.error({ err: error, where }, 'in the background');
  const oidc = oidcFromEnvironment(environment);
  say('database.starting');
  const opened = await openKernel(config, environment, onError);
  const { kernel, embedded } = opened;
  let app: FastifyInstance | undefined;
  try {
    await setupFromEnvironment(kernel.people, environment);
    if (config.seed === 'demo') await seedDemo(kernel);
    const code = await startSetup(kernel.people);
    app = await buildApp({ kernel, config, logger, provider: oidc === null ? null : openOidc(oidc) });
    await kernel.runJobs([...importJobs(kernel), ...identityJobs(kernel, new Identity(kernel))], onError);
    await followRecords(kernel, (error) => onError(error, 'identity'));
    const address = await listen(app, config);
    say('server.ready', { address });
    if (code !== null) say('setup.code', { code, address });
    return {
      address,
      kernel,
      stop: () => stop(app, opened),
      abandon: () => embedded?.abandon(),
    };
  } catch (error) {
    if (app !== undefined) await closeApp(app);
    await opened.close();
    throw error;
  }
}

/** Customers that people and imports make are found by channels, as long as the kernel is open. */
export async function followRecords(kernel: Kernel, onError: (error: unknown) => void): Promise<void> {
  const follower = new RecordFollower(kernel, { onError });
  await follower.start();
  kernel.onClose(() => follower.stop());
}

const portsToTry = 20;

/** The port that was asked for; when 3000 was only the default and is taken, the next free one. */
async function listen(app: FastifyInstance, config: Config): Promise<string> {
  await app.ready();
  const last = config.portGiven ? config.port : config.port + portsToTry;
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

async function stop(app: FastifyInstance | undefined, opened: Opened): Promise<void> {
  opened.kernel.drain();
  if (app !== undefined) await closeApp(app);
  await opened.close();
}
