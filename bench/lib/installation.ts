// A copy of this checkout as it is after `npm ci`: nothing built yet, no data, so that a first start is one.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const root = path.resolve(import.meta.dirname, '../..');
const made: ReadonlySet<string> = new Set(['node_modules', '.git', '.cache', 'data', 'dist']);
const run = promisify(execFile);

/** Makes the copy. Without the page there is nothing to build. */
export async function copyInstallation(folder: string, withPage: boolean): Promise<void> {
  await cp(root, folder, {
    recursive: true,
    filter: (source) => {
      const name = path.relative(root, source);
      return !made.has(path.basename(source)) && (withPage || name !== path.join('packages', 'web'));
    },
  });
  // Hard links: the packages are many and nobody writes them.
  for (const at of ['.', 'packages/schema', 'packages/server', ...(withPage ? ['packages/web'] : [])]) {
    const modules = path.join(root, at, 'node_modules');
    const there = await readdir(modules).catch(() => null);
    if (there !== null) await run('cp', ['-al', modules, path.join(folder, at, 'node_modules')]);
  }
  // This one is written: its own copy.
  const record = path.join('node_modules', '.huike-install');
  await rm(path.join(folder, record), { force: true });
  await cp(path.join(root, record), path.join(folder, record)).catch(() => {});
}

export interface Started {
  /** From the command to the first answer that the server is ready. */
  readonly milliseconds: number;
  /** Resident memory of the server's process, in MB. */
  memory(): Promise<number>;
  stop(): Promise<void>;
}

/** `npm start`, until it is ready. */
export async function npmStart(folder: string, dataFolder: string): Promise<Started> {
  const port = await freePort();
  const begun = performance.now();
  const child = spawn('npm', ['start', '--silent'], {
    cwd: folder,
    env: { ...process.env, PORT: String(port), HOST: '127.0.0.1', HUIKE_DATA: dataFolder, HUIKE_LOG: 'warn' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ready = async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null);
    await answer?.arrayBuffer();
    return answer?.ok === true;
  };
  while (!(await ready())) {
    if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}`);
    await sleep(10);
  }
  const milliseconds = performance.now() - begun;
  return {
    milliseconds,
    memory: () => memoryBelow(child.pid ?? 0),
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Of the descendants of a process, the one that runs the command line. */
async function memoryBelow(ancestor: number): Promise<number> {
  const { stdout } = await run('ps', ['-eo', 'pid=,ppid=,rss=,args='], { maxBuffer: 16 * 1024 * 1024 });
  const all = stdout.split('\n').flatMap((line) => {
    const [, pid, parent, kilobytes, args] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return args === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), kilobytes: Number(kilobytes), args }];
  });
  const below = new Set([ancestor]);
  for (let size = 0; size !== below.size; ) {
    size = below.size;
    for (const { pid, parent } of all) if (below.has(parent)) below.add(pid);
  }
  const server = all.find(({ pid, args }) => below.has(pid) && args.includes(path.join('server', 'src', 'cli.ts')));
  if (server === undefined) throw new Error('the server is not among the processes');
  return server.kilobytes / 1024;
}
