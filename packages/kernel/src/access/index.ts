import type { FieldRight, Operation } from '@huike/schema';
import { capabilities } from '@huike/schema';
import type { Catalog, CatalogField, CatalogObject } from '../catalog/types.ts';
import { sql } from '../database/sql.ts';
import type { Value } from '../database/transaction.ts';
import { filterSql } from '../filter/compile.ts';
import { bind, zoneOf } from '../filter/slots.ts';
import { parseConstantFilter } from '../filter/tree.ts';
import { directoryGrants } from '../people/objects.ts';
import type { Actor, UserActor } from './actor.ts';
import { allOf, anyOf, type Condition, toSql } from './condition.ts';
import { declaredGrant, fullGrant, grantOf, type RoleGrant } from './rights.ts';
import { ceiling, type FilterCompiler, rowsOf } from './rows.ts';
import type { Access, FieldAccess, ObjectAccess } from './types.ts';

// Permissions are a pass over the query's tree that yields rows, fields and masks. They are compiled once per
// (role set, metadata version); what differs from actor to actor stays open as ActorSlots.

export const administrator = 'administrator';

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
export function bindActor(values: readonly Value[], actor: Actor, catalog: Catalog, now: Date = new Date()): Value[] {
  return bind(values, { actor, catalog, values: [], after: [], limit: 0, now, timeZone: zoneOf(actor, catalog) });
}

/** Sharing rules mean their filters with full rights: they say which records, not what is seen of them. */
function sharedFilter(catalog: Catalog): FilterCompiler {
  return (target, filter) => {
    const access = accessOf(catalog, { kind: 'system', name: 'setup' });
    const object = access.object(target.name);
    const tree = parseConstantFilter(filter);
    return (row) => (object === null ? sql`false` : filterSql(access, object, tree, row));
  };
}

function compileAccess(catalog: Catalog, key: string, actor: Actor): Access {
  const roleNames = actor.kind === 'system' ? [administrator] : actor.roles;
  const full = roleNames.includes(administrator);
  const external = actor.kind === 'user' && actor.external;
  const roles = roleNames.flatMap((name) => catalog.roles.get(name) ?? []);
  const cache = new Map<string, ObjectAccess | null>();

  const access: Access = {
    key,
    // A dealer's user runs nothing of the company's, whatever a role says.
    capabilities: new Set(external ? [] : full ? capabilities : roles.flatMap((role) => role.capabilities ?? [])),
    object(name) {
      const known = cache.get(name);
      if (known !== undefined) return known;
      const object = catalog.objects.get(name);
      const result = object === undefined ? null : compileObject(object);
      cache.set(name, result);
      return result;
    },
  };

  function compileObject(object: CatalogObject): ObjectAccess | null {
    const grants = full ? [fullGrant] : roles.flatMap((role) => grantOf(role, object) ?? []);
    const known = object.app === 'kernel' && !full ? (directoryGrants[object.name] ?? []) : [];
    grants.push(...known.map((grant) => declaredGrant('directory', grant)));
    const readable = grants.filter((grant) => grant.scopes.read !== 'none');
    if (readable.length === 0) return null;
    const target = object.master?.target ?? null;
    // Who has every right follows no master, but for a dealer's user, who stays inside the own organisation.
    const master = target === object || (full && !external) ? null : target;
    return new CompiledObject({
      catalog,
      object,
      grants: readable,
      roles: roleNames,
      ceiling: external && master === null ? ceiling : true,
      sharing: sharedFilter(catalog),
      master: master === null ? null : () => access.object(master.name),
    });
  }

  return access;
}

interface ObjectParts {
  readonly catalog: Catalog;
  readonly object: CatalogObject;
  readonly grants: readonly RoleGrant[];
  readonly roles: readonly string[];
  readonly ceiling: Condition;
  readonly sharing: FilterCompiler;
  /** The rights of the master that this object's records follow. */
  readonly master: (() => ObjectAccess | null) | null;
}

class CompiledObject implements ObjectAccess {
  readonly object: CatalogObject;
  private readonly parts: ObjectParts;
  private readonly rowCache = new Map<Operation, Condition>();
  private readonly fieldCache = new Map<CatalogField, FieldAccess | null>();

  constructor(parts: ObjectParts) {
    this.parts = parts;
    this.object = parts.object;
  }

  get allowsCreate(): boolean {
    return this.parts.grants.some((grant) => grant.scopes.create !== 'none');
  }

  rows(operation: Operation): Condition {
    let condition = this.rowCache.get(operation);
    if (condition === undefined) {
      const grants = this.parts.grants;
      condition =
        this.parts.master === null
          ? allOf([this.parts.ceiling, anyOf(grants.map((grant) => this.grantRows(grant, operation)))])
          : this.masterRows(operation);
      this.rowCache.set(operation, condition);
    }
    return condition;
  }

  field(field: CatalogField): FieldAccess | null {
    let access = this.fieldCache.get(field);
    if (access === undefined) {
      access = this.compileField(field);
      this.fieldCache.set(field, access);
    }
    return access;
  }

  editable(field: CatalogField): Condition {
    return this.where(field, ['edit'], 'update');
  }

  creatable(field: CatalogField): boolean {
    return this.parts.grants.some((grant) => grant.scopes.create !== 'none' && grant.field(field) === 'edit');
  }

  reaches(
    operation: Operation,
    row: { readonly owner: string | null; readonly department: string | null },
    actor: Actor,
  ): boolean {
    if (actor.kind === 'system') return true;
    if (actor.external && !(row.department !== null && actor.departmentTree.includes(row.department))) return false;
    return this.parts.grants.some((grant) => reachesRow(grant, operation, row, actor));
  }

  private compileField(field: CatalogField): FieldAccess | null {
    const clear = this.where(field, ['read', 'edit'], 'read');
    if (clear === true) return { clear, masked: false };
    const masked = this.where(field, ['masked'], 'read');
    return clear === false && masked === false ? null : { clear, masked };
  }

  /** Among the rows that the operation reaches: those where some grant gives one of the rights. */
  private where(field: CatalogField, rights: readonly FieldRight[], operation: Operation): Condition {
    const grants = this.parts.grants.filter(
      (grant) => grant.scopes[operation] !== 'none' || (this.parts.master !== null && operation === 'read'),
    );
    const giving = grants.filter((grant) => rights.includes(grant.field(field)));
    if (giving.length === grants.length) return giving.length > 0;
    if (this.parts.master !== null) return giving.length > 0;
    return anyOf(giving.map((grant) => this.grantRows(grant, operation)));
  }

  private grantRows(grant: RoleGrant, operation: Operation): Condition {
    const { catalog, roles, object } = this.parts;
    return rowsOf(catalog, grant, roles, object, operation, this.parts.sharing);
  }

  private masterRows(operation: Operation): Condition {
    const { object, grants } = this.parts;
    const link = object.master;
    const master = this.parts.master?.() ?? null;
    if (link === null || master === null || !grants.some((grant) => grant.scopes[operation] !== 'none')) return false;
    const rows = master.rows(operation === 'read' || operation === 'export' ? operation : 'update');
    if (rows === false) return false;
    const alias = sql.identifier(Symbol('master'));
    return (row) =>
      sql`exists (select 1 from ${sql.identifier('data', master.object.table)} ${alias} where ${alias}."id" = ${row}.${sql.identifier(link.column)} and ${alias}."deletedAt" is null and ${toSql(rows, alias)})`;
  }
}

function reachesRow(
  grant: RoleGrant,
  operation: Operation,
  row: { readonly owner: string | null; readonly department: string | null },
  actor: UserActor,
): boolean {
  switch (grant.scopes[operation]) {
    case 'none':
      return false;
    case 'all':
      return true;
    case 'own':
      return row.owner === actor.id;
    case 'department':
      return row.department !== null && row.department === actor.department;
    case 'departmentTree':
      return row.department !== null && actor.departmentTree.includes(row.department);
    case 'departments':
      return row.department !== null && grant.departments.includes(row.department);
  }
}

export type { Actor, Origin, SystemActor, SystemName, UserActor } from './actor.ts';
export { systemNames } from './actor.ts';
export { ActorSlot, allOf, anyOf, type Condition, toSql } from './condition.ts';
export type { Access, FieldAccess, ObjectAccess } from './types.ts';
