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
  /** Files of the certificate and its key. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
  /** Addresses of proxies whose X-Forwarded-For counts, separated by commas; false for none. */
  readonly trustProxy: string | false;
  readonly logLevel: string;
}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** Reads the configuration; an empty variable counts as absent. Throws with its name when one makes no sense. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const value = (name: string) => environment[name]?.trim() || null;
  const [cert, key] = [value('HUIKE_TLS_CERT'), value('HUIKE_TLS_KEY')];
  if ((cert === null) !== (key === null)) throw new Error('HUIKE_TLS_CERT and HUIKE_TLS_KEY go together');
  const seed = value('HUIKE_SEED');
  if (seed !== null && seed !== 'demo') throw new Error('HUIKE_SEED is "demo" or absent');
  const logLevel = value('HUIKE_LOG') ?? 'info';
  if (!logLevels.includes(logLevel)) throw new Error(`HUIKE_LOG is one of ${logLevels.join(', ')}`);
  return {
    port: portOf(value('PORT')),
    portGiven: value('PORT') !== null,
    host: value('HOST') ?? '0.0.0.0',
    dataFolder: resolve(value('HUIKE_DATA') ?? './data'),
    databaseUrl: value('DATABASE_URL'),
    databaseDirectUrl: value('DATABASE_DIRECT_URL'),
    poolSize: 16,
    seed,
    tls: cert === null || key === null ? null : { cert, key },
    trustProxy: value('HUIKE_TRUST_PROXY') ?? false,
    logLevel,
  };
}

function portOf(text: string | null): number {
  if (text === null) return 3000;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('PORT is a number from 0 to 65535');
  return port;
}
