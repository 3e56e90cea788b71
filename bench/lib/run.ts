import type { Run } from './bench.ts';
import { openCluster } from './cluster.ts';
import { fill } from './fill.ts';
import type { Size } from './size.ts';
import { createTenant, type Tokens, tagsOf } from './tenant.ts';

/** Opens what the benches share. */
export async function openRun(size: Size, progress: (text: string) => void): Promise<Run & AsyncDisposable> {
  const cluster = await openCluster();
  const tenants = new Map<number, Promise<{ readonly database: string; readonly tokens: Tokens }>>();
  const make = async (records: number) => {
    progress(`making ${records} records`);
    const database = `tenant${records}`;
    const tokens = await createTenant(cluster, database);
    await fill(cluster.urlOf(database), await tagsOf(cluster, database), records);
    return { database, tokens };
  };
  return {
    size,
    cluster,
    progress,
    tenant(records) {
      const made = tenants.get(records) ?? make(records);
      tenants.set(records, made);
      return made;
    },
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
}
