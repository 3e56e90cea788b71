// A database with objects to write to, for tests.
import type { MetadataDocument } from '@huike/schema';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import type { Actor, UserActor } from '../access/index.ts';
import { loadCatalog } from '../catalog/index.ts';
import type { Catalog } from '../catalog/types.ts';
import type { Database } from '../database/index.ts';
import { applyMetadata, installAll } from '../evolve/index.ts';
import type { WriteContext } from './types.ts';

export const system: Actor = { kind: 'system', name: 'setup' };

export interface WriteFixture {
  readonly test: TestDatabase;
  readonly db: Database;
  readonly context: WriteContext;
  readonly catalog: () => Catalog;
  apply(document: MetadataDocument): Promise<void>;
  close(): Promise<void>;
}

/** A database with the kernel's objects and those of a document. */
export async function writeFixture(
  document: MetadataDocument,
  parts: Partial<WriteContext> = {},
): Promise<WriteFixture> {
  const test = await testDatabase();
  const { db } = test;
  await installAll(db, []);
  await applyMetadata(db, system, document);
  let catalog = await loadCatalog(db);
  const catalogs = {
    current: () => catalog,
    reload: async () => {
      catalog = await loadCatalog(db);
      return catalog;
    },
  };
  const context: WriteContext = {
    db,
    catalogs,
    now: () => new Date(),
    hooks: new Map(),
    validators: [],
    committed: () => {},
    ...parts,
  };
  return {
    test,
    db,
    context,
    catalog: () => catalog,
    apply: async (more) => {
      await applyMetadata(db, system, more);
      await catalogs.reload();
    },
    close: () => test.close(),
  };
}

/** An actor with these roles; ids of the user and the department as given. */
export function userWith(
  id: string,
  department: string | null,
  roles: readonly string[],
  more: Partial<UserActor> = {},
): UserActor {
  return {
    kind: 'user',
    id,
    roles,
    department,
    departmentTree: department === null ? [] : [department],
    departmentPath: department === null ? [] : [department],
    external: false,
    tokenScopes: null,
    timeZone: 'Asia/Shanghai',
    language: 'zh',
    origin: { ip: '10.0.0.1', userAgent: 'test', requestId: 'r1' },
    ...more,
  };
}
