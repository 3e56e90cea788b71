import { capabilities, Problem } from '@huike/schema';
import type { Catalog, CatalogObject } from '../catalog/types.ts';
import { type SQL, sql } from '../database/sql.ts';
import type { Value } from '../database/transaction.ts';
import { filterSql } from '../filter/compile.ts';
import { bind, zoneOf } from '../filter/slots.ts';
import { parseConstantFilter } from '../filter/tree.ts';
import { directoryGrants } from '../people/objects.ts';
import type { Actor } from './actor.ts';
import { CompiledObject } from './object.ts';
import { declaredGrant, fullGrant, grantOf } from './rights.ts';
import { ceiling, type FilterCompiler } from './rows.ts';
import type { Access } from './types.ts';

// Permissions are a pass over the query's tree that yields rows, fields and masks. They are compiled once per
// (role set, metadata version); what differs from actor to actor stays open as ActorSlots.

const administrator = 'administrator';

/** The access of an actor, compiled for the role set and cached with the catalog. */
export function accessOf(catalog: Catalog, actor: Actor): Access {
  const key =
    actor.kind === 'system'
      ? 'system'
      : `${actor.external ? 'external' : 'internal'}:${[...actor.roles].sort().join(',')}`;
  let byKey = compiled.get(catalog);
  if (byKey === undefined) {
    byKey = new Map();
    compiled.set(catalog, byKey);
  }
  let access = byKey.get(key);
  if (access === undefined) {
    access = compileAccess(catalog, key, actor);
    byKey.set(key, access);
  }
  return access;
}

const compiled = new WeakMap<Catalog, Map<string, Access>>();

/** The values of a statement built from access conditions, with the actor's own put in. */
function bindActor(values: readonly Value[], actor: Actor, catalog: Catalog, now: Date = new Date()): Value[] {
  return bind(values, { actor, catalog, values: [], after: [], limit: 0, now, timeZone: zoneOf(actor, catalog) });
}

/**
 * A filter of the metadata as a condition on rows of the object, under full rights: it says which records are meant,
 * not what is seen of them. Throws `field.unknown` and `query.*` for what is wrong with it, its values included.
 */
export function constantFilter(catalog: Catalog, object: CatalogObject, filter: unknown): (row: SQL) => SQL {
  const system: Actor = { kind: 'system', name: 'setup' };
  const access = accessOf(catalog, system);
  const rights = access.object(object.name);
  const tree = parseConstantFilter(filter);
  const condition = (row: SQL) => (rights === null ? sql`false` : filterSql(access, rights, tree, row));
  bindActor(sql.compile(condition(sql.identifier('t'))).values, system, catalog);
  return condition;
}

/** A rule that means nothing any more shares nothing, and troubles nobody. */
function sharedFilter(catalog: Catalog): FilterCompiler {
  return (object, filter) => {
    try {
      return constantFilter(catalog, object, filter);
    } catch (error) {
      if (error instanceof Problem) return false;
      throw error;
    }
  };
}

function compileAccess(catalog: Catalog, key: string, actor: Actor): Access {
  const roleNames = actor.kind === 'system' ? [administrator] : actor.roles;
  const full = roleNames.includes(administrator);
  const external = actor.kind === 'user' && actor.external;
  const roles = roleNames.flatMap((name) => catalog.roles.get(name) ?? []);
  const cache = new Map<string, CompiledObject | null>();

  function objectOf(name: string): CompiledObject | null {
    const known = cache.get(name);
    if (known !== undefined) return known;
    const object = catalog.objects.get(name);
    const result = object === undefined ? null : compileObject(object);
    cache.set(name, result);
    return result;
  }

  function compileObject(object: CatalogObject): CompiledObject | null {
    const grants = full ? [fullGrant] : roles.flatMap((role) => grantOf(role, object) ?? []);
    const known = object.app === 'kernel' && !full ? (directoryGrants[object.name] ?? []) : [];
    grants.push(...known.map((grant) => declaredGrant(null, grant)));
    // Who has every right follows no master, but for a dealer's user, who stays inside the own organisation.
    const master = full && !external ? null : (object.master?.target ?? null);
    const compiled = new CompiledObject({
      catalog,
      object,
      grants: grants.filter((grant) => grant.scopes.read !== 'none'),
      ceiling: external && master === null ? ceiling : true,
      sharing: sharedFilter(catalog),
      master: master === null ? null : () => objectOf(master.name),
    });
    return compiled.rows('read') === false ? null : compiled;
  }

  return {
    key,
    // A dealer's user runs nothing of the company's, whatever a role says.
    capabilities: new Set(external ? [] : full ? capabilities : roles.flatMap((role) => role.capabilities ?? [])),
    object: objectOf,
  };
}

export type { Actor, Origin, SystemActor, UserActor } from './actor.ts';

export { anyOf, type Condition, toSql } from './condition.ts';
export type { Access, FieldAccess, ObjectAccess } from './types.ts';
