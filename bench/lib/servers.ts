// The servers that a bench measures, each in a process of its own.
import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import type { Cluster } from './cluster.ts';
import { type Program, startProgram } from './process.ts';

export interface Served extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
}

const served = (program: Program, port: number): Served => ({
  port,
  pid: program.pid,
  [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
});

/** The product on a database. `job`: each write enqueues one. */
export async function serveProduct(cluster: Cluster, database: string, job = false): Promise<Served> {
  const program = await startProgram('serve.ts', {
    DATABASE_URL: cluster.urlOf(database),
    HUIKE_DATA: await mkdtemp(path.join(cluster.folder, 'server-')),
    HUIKE_LOG: 'warn',
    HUIKE_BENCH_JOB: job ? '1' : '',
    HOST: '127.0.0.1',
    PORT: '0',
  });
  return served(program, portIn(program.hello, /:(\d+)$/));
}

/** The bare routes on a database. */
export async function serveFloor(cluster: Cluster, database: string): Promise<Served> {
  const program = await startProgram('floor.ts', { DATABASE_URL: cluster.urlOf(database) });
  return served(program, portIn(program.hello, /^(\d+)$/));
}

function portIn(hello: unknown, pattern: RegExp): number {
  const text = typeof hello === 'object' && hello !== null ? Object.values(hello).map(String) : [];
  const port = Number(pattern.exec(text[0] ?? '')?.[1]);
  if (!(port > 0)) throw new Error('a server of the bench has no port');
  return port;
}
