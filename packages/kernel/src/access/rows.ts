import type { Operation, Scope, SharingRule } from '@huike/schema';
import type { Catalog, CatalogObject } from '../catalog/types.ts';
import { sql } from '../database/sql.ts';
import { allOf, anyOf, type Condition, ofActor } from './condition.ts';
import type { RoleGrant } from './rights.ts';

// Which rows one grant reaches: the scope, plus the teams and sharing rules that widen it, minus what a dealer's
// user never sees.

/** Compiles a sharing rule's filter, as `read` does. */
export type FilterCompiler = (object: CatalogObject, filter: unknown) => Condition;

function inScope(scope: Scope, departments: readonly string[]): Condition {
  switch (scope) {
    case 'none':
      return false;
    case 'all':
      return true;
    case 'own':
      return (row) => sql`${row}."owner" = ${ofActor('id')}`;
    case 'department':
      return (row) => sql`${row}."department" = ${ofActor('department')}`;
    case 'departmentTree':
      return (row) => sql`${row}."department" = any(${ofActor('departmentTree')})`;
    case 'departments':
      return (row) => sql`${row}."department" = any(${sql.value(departments)}::uuid[])`;
  }
}

const operationsWidenedBy: Readonly<Record<'team' | 'sharing', readonly Operation[]>> = {
  team: ['read', 'update', 'export'],
  sharing: ['read', 'update', 'export'],
};

function teamRows(object: CatalogObject, operation: Operation): Condition {
  if (object.definition.team !== true || !operationsWidenedBy.team.includes(operation)) return false;
  const right = operation === 'update' ? sql` and m."right" = 'edit'` : sql``;
  return (row) =>
    sql`${row}."id" in (select m.record_id from huike.team_member m where m.object_id = ${sql.value(object.id)}::uuid and m.user_id = ${ofActor('id')}${right})`;
}

function sharedRows(
  object: CatalogObject,
  operation: Operation,
  rules: readonly SharingRule[],
  compile: FilterCompiler,
): Condition {
  if (!operationsWidenedBy.sharing.includes(operation)) return false;
  return anyOf(
    rules
      .filter((rule) => operation !== 'update' || rule.right === 'update')
      .map((rule) => allOf([audience(rule), rule.filter === undefined ? true : compile(object, rule.filter)])),
  );
}

/** A rule for a role widens that role, as it is compiled; one for a department or a person is asked of the actor. */
function audience(rule: SharingRule): Condition {
  if (rule.to.department !== undefined) {
    const department = rule.to.department;
    return () => sql`${sql.value(department)}::uuid = any(${ofActor('departmentPath')})`;
  }
  if (rule.to.user !== undefined) {
    const user = rule.to.user;
    return () => sql`${sql.value(user)}::uuid = ${ofActor('id')}`;
  }
  return true;
}

/** The rows that a grant reaches for an operation, before the ceiling of external users. */
export function rowsOf(
  catalog: Catalog,
  grant: RoleGrant,
  object: CatalogObject,
  operation: Operation,
  compile: FilterCompiler,
): Condition {
  const scope = grant.scopes[operation];
  if (scope === 'none' || scope === 'all') return scope === 'all';
  // What everybody has is the same for everybody.
  if (grant.role === null) return inScope(scope, grant.departments);
  const rules = catalog.sharingRules.filter(
    (rule) => rule.object === object.name && (rule.to.role === undefined || rule.to.role === grant.role),
  );
  return anyOf([
    inScope(scope, grant.departments),
    teamRows(object, operation),
    sharedRows(object, operation, rules, compile),
  ]);
}

/** A dealer's user stays inside the own organisation, whatever any role says. */
export const ceiling: Condition = (row) => sql`${row}."department" = any(${ofActor('departmentTree')})`;
