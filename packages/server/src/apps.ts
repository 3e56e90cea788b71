import { access, readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { App, Demo } from '@huike/schema';

const folder = resolve(import.meta.dirname, '../../../apps');

/** A standard app as its folder brings it. */
export interface AppFolder {
  readonly app: App;
  /** Sample data, where the app has some. */
  readonly demo: Demo | null;
}

/** The standard apps: every folder of `apps/` that is there, by name. None is needed. */
export async function appFolders(): Promise<readonly AppFolder[]> {
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(names.sort().map((name) => load(resolve(folder, name, 'src/index.ts'))));
  return found.filter((one) => one !== null);
}

async function load(file: string): Promise<AppFolder | null> {
  const there = await access(file).then(
    () => true,
    () => false,
  );
  if (!there) return null;
  const module: { app?: App; demo?: Demo } = await import(pathToFileURL(file).href);
  return module.app === undefined ? null : { app: module.app, demo: module.demo ?? null };
}
