import type { Capability, FieldRight, Operation } from '@huike/schema';
import { capabilities } from '@huike/schema';
import type { Catalog, CatalogField, CatalogObject } from '../catalog/types.ts';
import { fill, type Slot, sql } from '../database/sql.ts';
import type { Value } from '../database/transaction.ts';
import type { Actor, UserActor } from './actor.ts';
import { ActorSlot, allOf, anyOf, type Condition, toSql } from './condition.ts';
import { fullGrant, grantOf, type RoleGrant } from './rights.ts';
import { ceiling, type FilterCompiler, rowsOf } from './rows.ts';

// Permissions are a pass over the query's tree that yields rows, fields and masks. They are compiled once per
// (role set, metadata version); what differs from actor to actor stays open as ActorSlots.

export const administrator = 'administrator';

/** What every internal user may know of colleagues, whatever the roles. `*` is `none` but for these fields. */
const directory: Readonly<Record<string, readonly string[]>> = {
  user: ['name', 'avatar', 'department'],
  department: ['name', 'parent'],
  position: ['name'],
};

/** How a field shows on a row: in clear, else masked, else not at all. */
export interface FieldAccess {
  readonly clear: Condition;
  /** Where not clear. `false` for most fields. */
  readonly masked: Condition;
}

export interface ObjectAccess {
  readonly object: CatalogObject;
  readonly allowsCreate: boolean;
  rows(operation: Operation): Condition;
  /** Null when the field shows on no row: it then answers as if it weren't there. */
  field(field: CatalogField): FieldAccess | null;
  /** On which rows, of those that may be updated, the field may be changed. */
  editable(field: CatalogField): Condition;
  /** Whether a new record may carry the field. */
  creatable(field: CatalogField): boolean;
  /** Whether a row that isn't stored yet lies in the scope of an operation. */
  reaches(
    operation: Operation,
    row: { readonly owner: string | null; readonly department: string | null },
    actor: Actor,
  ): boolean;
}

export interface Access {
  /** The objects that may be read, by name; null for one that may not, and for one that isn't there. */
  object(name: string): ObjectAccess | null;
  readonly capabilities: ReadonlySet<Capability>;
  /** Names the role set, for caches of what is compiled under it. */
  readonly key: string;
}

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

/** The values of a compiled statement with the actor's own put in. System actors never meet a slot. */
export function bindActor(values: readonly Value[], actor: Actor): Value[] {
  return fill(values, (slot) => actorValue(slot, actor));
}

/** The value of one slot for an actor. Throws for a slot of another kind. */
export function actorValue(slot: Slot, actor: Actor): Value {
  if (slot instanceof ActorSlot && actor.kind === 'user') return slot.read(actor);
  throw new Error(`nothing to put into a slot of kind ${slot.kind}`);
}

/** Tells a sharing rule's filter in SQL. Set by `read` at load, since filters are its language. */
export const filters: { compile: FilterCompiler } = {
  compile: () => {
    throw new Error('read is not loaded');
  },
};

function compileAccess(catalog: Catalog, key: string, actor: Actor): Access {
  const roleNames = actor.kind === 'system' ? [administrator] : actor.roles;
  const full = roleNames.includes(administrator);
  const external = actor.kind === 'user' && actor.external;
  const roles = roleNames.flatMap((name) => catalog.roles.get(name) ?? []);
  const cache = new Map<string, ObjectAccess | null>();

  const access: Access = {
    key,
    capabilities: new Set(full ? capabilities : roles.flatMap((role) => role.capabilities ?? [])),
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
    const grants = full ? [fullGrant] : roles.flatMap((role) => grantOf(catalog, role, object) ?? []);
    const known = directory[object.name];
    if (known !== undefined && object.app === 'kernel' && !full) grants.push(directoryGrant(known));
    const readable = grants.filter((grant) => grant.scopes.read !== 'none');
    if (readable.length === 0) return null;
    const master = object.master?.target ?? null;
    return new CompiledObject({
      catalog,
      object,
      grants: readable,
      roles: roleNames,
      ceiling: external && master === null ? ceiling : true,
      master: master === null || full ? null : () => access.object(master.name),
    });
  }

  return access;
}

function directoryGrant(fields: readonly string[]): RoleGrant {
  return {
    role: 'directory',
    scopes: { read: 'all', create: 'none', update: 'none', delete: 'none', export: 'none', transfer: 'none' },
    departments: [],
    field: (field) =>
      field.name === 'id' || field.name === 'version' || fields.includes(field.name) ? 'read' : 'none',
  };
}

interface ObjectParts {
  readonly catalog: Catalog;
  readonly object: CatalogObject;
  readonly grants: readonly RoleGrant[];
  readonly roles: readonly string[];
  readonly ceiling: Condition;
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
    return rowsOf(catalog, grant, roles, object, operation, filters.compile);
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
