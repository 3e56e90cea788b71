import { type App, type JsonObject, type MetadataDocument, sameJson } from '@huike/schema';
import type { Database } from '../database/index.ts';
import { sql } from '../database/sql.ts';
import { peopleObjects } from '../people/objects.ts';
import { dutyRoles } from '../people/roles.ts';
import { installApp, kernelApp } from './apps.ts';

/** What the kernel itself declares, in the form of an app. */
export const kernelDeclarations: App = {
  name: kernelApp,
  version: '1',
  label: { zh: '系统', en: 'System' },
  metadata: { objects: peopleObjects, roles: dutyRoles },
};

/**
 * Brings the metadata that this version ships to the database: the kernel's, then each app's in the given order. What
 * is there already is left alone, so every process may call it at its start. With `onError` an app that can't be
 * installed stays as it was and the others go on; without, the first failure is thrown.
 */
export async function installAll(
  db: Database,
  apps: readonly App[] = [],
  onError?: (error: unknown, app: string) => void,
): Promise<void> {
  const rows = await db.query<{ name: string; version: string; shipped: JsonObject }>(
    sql`select name, version, shipped from huike.app`,
  );
  const installed = new Map(rows.map((row) => [row.name, row]));
  for (const app of [kernelDeclarations, ...apps]) {
    const known = installed.get(app.name);
    if (known?.version === app.version && sameJson(known.shipped, plain(app.metadata))) continue;
    try {
      await installApp(db, { kind: 'system', name: 'setup' }, app);
    } catch (error) {
      if (onError === undefined || app === kernelDeclarations) throw error;
      onError(error, app.name);
    }
  }
}

/** As JSON has it. */
function plain(document: MetadataDocument): JsonObject {
  return JSON.parse(JSON.stringify(document));
}
