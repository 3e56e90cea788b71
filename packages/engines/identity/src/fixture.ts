import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { applyMetadata, Kernel, type SystemActor } from '@huike/kernel';
import type { Json, MetadataDocument } from '@huike/schema';
import { customersMetadata, type TestDatabase, testDatabase } from '@huike/testkit';
import { Identity } from './identity.ts';

// For tests: a kernel and the identity engine on a database of the test's own.

export interface World {
  readonly database: TestDatabase;
  readonly kernel: Kernel;
  readonly identity: Identity;
  /** What failed in the background. */
  readonly background: unknown[];
  /** Rows of a statement on the system's own tables. */
  rows<Row extends object>(text: string, values?: readonly (string | readonly string[])[]): Promise<Row[]>;
  close(): Promise<void>;
}

export const system: SystemActor = { kind: 'system', name: 'setup' };
export const source = {
  id: '01990000-0000-7000-8000-000000000001',
  channel: 'webShop',
  objects: ['purchase', 'member'],
};

export async function world(metadata: MetadataDocument = customersMetadata, now?: () => Date): Promise<World> {
  const database = await testDatabase();
  const dataFolder = await mkdtemp(path.join(tmpdir(), 'huike-identity-'));
  const background: unknown[] = [];
  const kernel = await Kernel.open({
    database: { url: database.url, poolSize: 10 },
    dataFolder,
    apps: [],
    environment: {},
    onError: (error) => background.push(error),
    ...(now === undefined ? {} : { now }),
  });
  const applied = await applyMetadata(kernel.db, system, metadata);
  await kernel.catalogs.reload(applied.version);
  return {
    database,
    kernel,
    identity: new Identity(kernel),
    background,
    rows: (text, values = []) => kernel.db.queryText(text, values),
    async close() {
      await kernel.close();
      await database.close();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

let next = 0;

/** An event of the test's own; `identifiers` as a channel sends them. */
export function event(identifiers: Json, rest: Readonly<Record<string, Json>> = {}): Json {
  return { id: `e${++next}`, type: 'pageView', identifiers, ...rest };
}
