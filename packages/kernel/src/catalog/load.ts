import { type JsonObject, type Kind, kindNames, type MetadataState, trusted } from '@huike/schema';
import type { Queryable } from '../database/index.ts';
import { sql } from '../database/sql.ts';
import { resolveCatalog, type Source, type StoredObject } from './resolve.ts';
import type { Catalog } from './types.ts';

// The metadata from its tables, in one statement, so that all of it is of one version.

interface Loaded {
  readonly version: number;
  readonly items: readonly (readonly [Kind, string, JsonObject, string | null])[] | null;
  readonly objects: readonly (readonly [string, string, number, Readonly<Record<string, number>>])[] | null;
  readonly unfinished: readonly (readonly [string, string, 'building' | 'failed'])[] | null;
}

const everything = sql`
select
  (select version from huike.metadata_version) as version,
  (select json_agg(json_build_array(kind, name, document, app) order by n) from huike.metadata) as items,
  (select json_agg(json_build_array(id, name, next_tag, tags) order by n) from huike.object) as objects,
  (select json_agg(json_build_array(object_id, name, state)) from huike.metadata_task where kind = 'index') as unfinished`;

/** What the catalog is made of. In a transaction that locked the version, nobody changes it meanwhile. */
export async function loadSource(db: Queryable): Promise<Source> {
  const [loaded] = await db.query<Loaded>(everything);
  if (loaded === undefined) throw new Error('huike.metadata_version is empty');
  const apps = new Map<string, string>();
  const items = new Map<Kind, Map<string, JsonObject>>(kindNames.map((kind) => [kind, new Map()]));
  for (const [kind, name, document, app] of loaded.items ?? []) {
    items.get(kind)?.set(name, document);
    if (kind === 'objects' && app !== null) apps.set(name, app);
  }
  const objects = (loaded.objects ?? []).map(([id, name, nextTag, tags]): [string, StoredObject] => [
    name,
    { id, name, nextTag, tags },
  ]);
  const unfinished = new Map((loaded.unfinished ?? []).map(([id, name, state]) => [`${id} ${name}`, state]));
  return { version: loaded.version, state: stateFrom(items), objects: new Map(objects), apps, unfinished };
}

/** The catalog of the newest version. */
export async function loadCatalog(db: Queryable): Promise<Catalog> {
  return resolveCatalog(await loadSource(db));
}

function stateFrom(items: ReadonlyMap<Kind, ReadonlyMap<string, JsonObject>>): MetadataState {
  // Checked when it was stored.
  const of = <K extends Kind>(kind: K) =>
    new Map([...(items.get(kind) ?? [])].map(([name, document]) => [name, trusted(kind, document)] as const));
  return {
    settings: of('settings'),
    optionSets: of('optionSets'),
    identifierKinds: of('identifierKinds'),
    objects: of('objects'),
    roles: of('roles'),
    sharingRules: of('sharingRules'),
    views: of('views'),
    layouts: of('layouts'),
    menus: of('menus'),
    flows: of('flows'),
  };
}
