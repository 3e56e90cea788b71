import type { FieldRight, Operation } from '@huike/schema';
import type { Catalog, CatalogField, CatalogObject } from '../catalog/types.ts';
import { sql } from '../database/sql.ts';
import type { Actor, UserActor } from './actor.ts';
import { allOf, anyOf, type Condition, toSql } from './condition.ts';
import type { RoleGrant } from './rights.ts';
import { type FilterCompiler, rowsOf } from './rows.ts';
import type { FieldAccess, ObjectAccess } from './types.ts';

// The rights of one role set on one object. Roles add up row by row: each right holds on the rows that a role which
// gives the right also reaches.

interface ObjectParts {
  readonly catalog: Catalog;
  readonly object: CatalogObject;
  /** Those that give any reading. */
  readonly grants: readonly RoleGrant[];
  readonly ceiling: Condition;
  readonly sharing: FilterCompiler;
  /** The rights on the master that this object's records follow. */
  readonly master: (() => CompiledObject | null) | null;
}

export class CompiledObject implements ObjectAccess {
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
      condition = allOf([this.parts.ceiling, this.reached(this.parts.grants, operation)]);
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
    const grants = this.parts.grants.filter((grant) => grant.scopes[operation] !== 'none');
    const giving = grants.filter((grant) => rights.includes(grant.field(field)));
    if (giving.length === grants.length) return giving.length > 0;
    return this.reached(giving, operation);
  }

  /** The rows that some of the grants reach. */
  private reached(grants: readonly RoleGrant[], operation: Operation): Condition {
    const reaching = grants.filter((grant) => grant.scopes[operation] !== 'none');
    if (this.parts.master !== null) return this.followed(reaching, operation);
    const { catalog, object, sharing } = this.parts;
    return anyOf(reaching.map((grant) => rowsOf(catalog, grant, object, operation, sharing)));
  }

  /** Reading follows the reading of the master; whoever may change the master may change what is part of it. */
  private followed(grants: readonly RoleGrant[], operation: Operation): Condition {
    const link = this.object.master;
    const master = this.parts.master?.() ?? null;
    if (link === null || master === null) return false;
    const ofMaster = operation === 'read' || operation === 'export' ? operation : 'update';
    const rows = anyOf(grants.map((grant) => master.rowsBy(grant.role, ofMaster)));
    if (rows === false) return false;
    const alias = sql.identifier(Symbol('master'));
    return (row) =>
      sql`exists (select 1 from ${sql.identifier('data', master.object.table)} ${alias} where ${alias}."id" = ${row}.${sql.identifier(link.column)} and ${alias}."deletedAt" is null and ${toSql(rows, alias)})`;
  }

  /** The rows that one role reaches. A role that says nothing of this object goes by what the others say. */
  private rowsBy(role: string | null, operation: Operation): Condition {
    const { grants, ceiling } = this.parts;
    const known = grants.some((grant) => grant.role === role);
    const own = known ? grants.filter((grant) => grant.role === role || grant.role === null) : grants;
    return allOf([ceiling, this.reached(own, operation)]);
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
