// How to reach the server, and whether it will do.
import { Problem, problem } from '@huike/schema';
import pg from 'pg';
import { errorCode } from './errors.ts';
import { types } from './types.ts';

export interface DatabaseConfig {
  /** `postgres://…`; may lead through PgBouncer, also in transaction mode. */
  readonly url: string;
  /** The way past PgBouncer, for listeners, jobs, migrations and backups; absent: the same as `url`. */
  readonly directUrl?: string;
  /** Connections of the request pool; default 10. */
  readonly poolSize?: number;
  /** Milliseconds after which a statement is given up; default 30,000. */
  readonly statementTimeout?: number;
}

/** What each session has set, in milliseconds and PostgreSQL's words. */
export type Session = Readonly<Record<string, string>>;

export function sessionOf(config: DatabaseConfig): Session {
  return {
    TimeZone: 'UTC',
    DateStyle: 'ISO',
    statement_timeout: String(Math.trunc(config.statementTimeout ?? 30_000)),
    idle_in_transaction_session_timeout: '60000',
  };
}

/** A pooler refuses start-up options and shares sessions: behind one, each transaction sets its own. */
export function clientConfig(connectionString: string, session: Session | undefined): pg.ClientConfig {
  // Options in the URL would take the place of ours: put them before ours instead.
  const given = /[?&]options=([^&]*)/.exec(connectionString)?.[1];
  const own = Object.entries(session ?? {}).map(([name, value]) => `-c ${name}=${value}`);
  const options = given === undefined ? own : [decodeURIComponent(given), ...own];
  return {
    connectionString: connectionString.replace(/([?&])options=[^&]*&?/, '$1'),
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    application_name: 'huike',
    types,
    ...(options.length > 0 ? { options: options.join(' ') } : {}),
  };
}

/**
 * Connects once and looks. Throws `database.version` or `database.encoding` when this database won't do, and
 * `database.unreachable` with the reason when it can't be had.
 */
export async function inspectServer(url: string): Promise<{ readonly pooled: boolean }> {
  const client = new pg.Client(clientConfig(url, undefined));
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query(
      `select pg_backend_pid() as pid, getdatabaseencoding() as encoding, current_setting('server_version') as version,
         current_setting('server_version_num')::int as number`,
    );
    const { pid, encoding, version, number } = rows[0];
    if (number < 150_000) throw problem('database.version', { found: version });
    if (encoding !== 'UTF8') throw problem('database.encoding', { found: encoding });
    // A pooler makes up the process id that it tells at the start.
    return { pooled: !('processID' in client) || client.processID !== pid };
  } catch (error) {
    throw error instanceof Problem ? error : unreachable(error);
  } finally {
    await client.end().catch(() => {});
  }
}

/** The first connection's failure, in words for an administrator. */
function unreachable(error: unknown): Problem {
  const detail = (error instanceof Error && error.message) || errorCode(error) || String(error);
  const failure = problem('database.unreachable', { detail });
  failure.cause = error;
  return failure;
}
