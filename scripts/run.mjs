// Runs another program in the foreground, as if it had been started in place of this one.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** @typedef {{ code: number | null, signal: NodeJS.Signals | null }} Ended */
/** @typedef {import('node:child_process').StdioOptions} StdioOptions */

/** @type {readonly NodeJS.Signals[]} */
const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Starts a program, passes each kind of signal on to it once, and waits for it to end.
 * A terminal sends Ctrl-C and its own closing to the whole group, the program included, so those two aren't passed on there.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, stdio?: StdioOptions, started?: (pid: number) => void }} [options]
 * @returns {Promise<Ended>}
 */
export function run(program, args, { cwd, env, stdio = 'inherit', started } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...(cwd && { cwd }), ...(env && { env }), stdio });
    if (child.pid !== undefined) started?.(child.pid);
    /** @type {Set<NodeJS.Signals>} */
    const passed = new Set(process.stdin.isTTY ? ['SIGINT', 'SIGHUP'] : []);
    /** @param {NodeJS.Signals} signal */
    const pass = (signal) => {
      if (passed.has(signal)) return;
      passed.add(signal);
      child.kill(signal);
    };
    for (const signal of passedOn) process.on(signal, pass);
    const stop = () => {
      for (const signal of passedOn) process.removeListener(signal, pass);
    };
    child.once('error', (error) => {
      stop();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      stop();
      resolve({ code, signal });
    });
  });
}

/**
 * Ends this process the way the program ended: with its exit code, or by the signal that killed it.
 * @param {Ended} ended
 */
export function endLike({ code, signal }) {
  if (signal === null) {
    process.exitCode = code ?? 1;
    return;
  }
  process.exitCode = 128 + constants.signals[signal];
  process.kill(process.pid, signal);
}
