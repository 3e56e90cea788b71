import { resolve } from 'node:path';

/** What the environment says, checked and with its defaults. */
export interface Config {
  readonly port: number;
  /** Somebody asked for this very port. */
  readonly portGiven: boolean;
  readonly host: string;
  readonly dataFolder: string;
  readonly databaseUrl: string | null;
  readonly databaseDirectUrl: string | null;
  /** Connections of the request pool. */
  readonly poolSize: number;
  readonly seed: 'demo' | null;
  readonly tls: { readonly cert: string; readonly key: string } | null;
  /** Addresses of proxies whose X-Forwarded-For counts. */
  readonly trustProxy: string | boolean;
  readonly logLevel: string;
}

/** Reads the configuration. Throws with the variable's name when one makes no sense. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const { HUIKE_TLS_CERT: cert, HUIKE_TLS_KEY: key } = env;
  if ((cert === undefined) !== (key === undefined)) throw new Error('HUIKE_TLS_CERT and HUIKE_TLS_KEY go together');
  if (env['HUIKE_SEED'] !== undefined && env['HUIKE_SEED'] !== 'demo')
    throw new Error('HUIKE_SEED is "demo" or absent');
  return {
    port: portOf(env['PORT']),
    portGiven: env['PORT'] !== undefined,
    host: env['HOST'] ?? '0.0.0.0',
    dataFolder: resolve(env['HUIKE_DATA'] ?? './data'),
    databaseUrl: env['DATABASE_URL'] ?? null,
    databaseDirectUrl: env['DATABASE_DIRECT_URL'] ?? null,
    poolSize: 16,
    seed: env['HUIKE_SEED'] === 'demo' ? 'demo' : null,
    tls: cert === undefined || key === undefined ? null : { cert, key },
    trustProxy: env['HUIKE_TRUST_PROXY'] ?? false,
    logLevel: env['HUIKE_LOG'] ?? 'info',
  };
}

function portOf(text: string | undefined): number {
  if (text === undefined) return 3000;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('PORT is a number from 0 to 65535');
  return port;
}
