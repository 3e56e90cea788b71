// Processes under test that die: by kill -9 at any moment or at a named fail point, alone or with PostgreSQL.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ProcessOptions {
  /** On top of this process's; undefined takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Kills itself at the nth pass of the kernel's `failPoint(name)`: `"write.commit:3"`. */
  readonly failPoint?: string;
  /** Under another user; only root can. */
  readonly uid?: number;
  readonly gid?: number;
  readonly cwd?: string;
}

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A real process; it dies with the test. */
export class TestProcess {
  readonly pid: number;
  readonly ended: Promise<ProcessEnd>;
  readonly #child: ChildProcess;
  #output = '';
  #over = false;

  constructor(child: ChildProcess) {
    if (child.pid === undefined) throw new Error('the process could not be started');
    this.pid = child.pid;
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.#output += chunk.toString();
      });
    this.ended = new Promise((resolve) =>
      child.once('close', (code, signal) => {
        this.#over = true;
        resolve({ code, signal });
      }),
    );
  }

  /** Everything it wrote until now. */
  get output(): string {
    return this.#output;
  }

  /** Waits until its output matches. Throws, with the output, when it ends before. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const over = this.#over;
      const found = pattern.exec(this.#output);
      if (found) return found;
      if (over) throw new Error(`ended without saying ${pattern}:\n${this.#output}`);
      await sleep(5);
    }
  }

  send(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  signal(signal: NodeJS.Signals): Promise<ProcessEnd> {
    this.#child.kill(signal);
    return this.ended;
  }

  /** kill -9. */
  kill(): Promise<ProcessEnd> {
    return this.signal('SIGKILL');
  }

  /** kill -9 at any moment within the time. */
  async killWithin(milliseconds: number): Promise<ProcessEnd> {
    await sleep(Math.random() * milliseconds);
    return this.kill();
  }
}

const running = new Set<ChildProcess>();
const killAll = () => {
  for (const child of running) child.kill('SIGKILL');
};
// A test that fails leaves its processes behind, and they would keep the test file from ending.
after(killAll);
process.once('exit', killAll);

/** Starts a program; `says` tells when it is ready. */
export function startProcess(command: string, args: readonly string[], options: ProcessOptions = {}): TestProcess {
  const { env = {}, failPoint, uid, gid, cwd } = options;
  const child = spawn(command, args, {
    stdio: 'pipe',
    env: { ...process.env, ...env, ...(failPoint === undefined ? {} : { HUIKE_FAIL_POINT: failPoint }) },
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
    ...(cwd === undefined ? {} : { cwd }),
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return new TestProcess(child);
}

/** Starts a TypeScript file with this Node. */
export function startScript(file: string, args: readonly string[] = [], options: ProcessOptions = {}): TestProcess {
  return startProcess(process.execPath, [file, ...args], options);
}

/** kill -9 of a PostgreSQL as a whole: the postmaster first, so that nothing can tidy up, then its children. */
export function killPostgres(postmaster: number): void {
  const children = childrenOf(postmaster);
  for (const pid of [postmaster, ...children]) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // it ended meanwhile
    }
  }
}

function childrenOf(parent: number): number[] {
  if (process.platform !== 'linux')
    return execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number))
      .flatMap(([pid = 0, ppid]) => (ppid === parent ? [pid] : []));
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === parent)
    .map(Number);
}

function parentOf(pid: string): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return 0;
  }
}
