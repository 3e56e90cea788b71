// For the tests of these scripts: temporary checkouts, and scripts run as their users run them.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';

/** A temporary folder with these files, removed after the test. */
export function folderWith(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'huike scripts ')));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) write(folder, name, content);
  return folder;
}

/** Writes a file below the folder, with the folders on its way. */
export function write(folder: string, name: string, content: string): void {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
}

/** The address of a script beside this file, for an import in generated code. */
export function addressOf(script: string): string {
  return JSON.stringify(new URL(script, import.meta.url).href);
}

/** Node with these arguments, in English and outside the running test run; its output is gathered. */
export function startNode(args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}) {
  const { NODE_TEST_CONTEXT: _inner, ...env } = process.env;
  const child = spawn(process.execPath, args, {
    ...options,
    env: { ...env, LC_ALL: 'C', ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null; output: string }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, output }));
  });
  /** Resolves when the output has this; a program that ends without it is a failure. */
  const said = (what: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => output.includes(what) && resolve();
      child.stdout.on('data', look);
      child.stderr.on('data', look);
      child.once('close', () => reject(new Error(`it ended without saying "${what}": ${output}`)));
      look();
    });
  /** Kills it and all that it started. */
  const killAll = () => process.kill(-(child.pid ?? 0), 'SIGKILL');
  return { child, ended, said, killAll };
}

/** Runs a piece of JavaScript as a module to its end. */
export function startModule(code: string, args: readonly string[] = []) {
  return startNode(['--input-type=module', '--eval', code, '--', ...args]);
}
