import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { App } from '@huike/schema';

const folder = resolve(import.meta.dirname, '../../../apps');

/** The standard apps: every folder of `apps/` that is there. None is needed. */
export async function apps(): Promise<readonly App[]> {
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(names.sort().map((name) => load(name)));
  return found.filter((app) => app !== null);
}

async function load(name: string): Promise<App | null> {
  try {
    const module: { app?: App } = await import(pathToFileURL(resolve(folder, name, 'src/index.ts')).href);
    return module.app ?? null;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return null;
    throw error;
  }
}
