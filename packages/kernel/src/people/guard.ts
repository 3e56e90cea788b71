import { type Capability, problem } from '@huike/schema';
import { sql, type Tx } from '../database/index.ts';
import { capabilitiesOf, type Roles, rolesWithDuty } from './duties.ts';
import type { HookContext, StoredRow, WrittenRow } from './hook.ts';

// What the hooks of people's objects have in common.

/** What the actor may do besides records. The system may do everything; an outside user nothing. */
export function holds(context: HookContext, capability: Capability): boolean {
  const { actor, catalog } = context;
  if (actor.kind === 'system') return true;
  return !actor.external && capabilitiesOf(catalog.roles, actor.roles).has(capability);
}

/** Records of people are written by those who keep people, whatever their roles say of records. */
export function requirePeople(context: HookContext): void {
  if (!holds(context, 'people')) throw problem('access.denied');
}

/** Names of the columns that a write changed, but for those that every write changes. */
export function changedColumns(row: WrittenRow<unknown>): string[] {
  const { before, after } = row;
  if (before === null) return Object.keys(after);
  return Object.keys(after).filter(
    (column) => !bookkeeping.has(column) && !column.includes('~') && !same(before[column], after[column]),
  );
}

const bookkeeping: ReadonlySet<string> = new Set(['id', 'version', 'createdAt', 'createdBy', 'updatedAt', 'updatedBy']);

const same = (one: StoredRow[string] | undefined, other: StoredRow[string] | undefined) =>
  JSON.stringify(one ?? null) === JSON.stringify(other ?? null);

/**
 * Refuses administrative rights in outside organisations, which would reach past them. Asked whenever users, their
 * roles or the tree of departments changed, with `people` locked.
 */
export async function refuseExternalRights(tx: Tx, roles: Roles): Promise<void> {
  const found = await tx.query(sql`
    with recursive outside as (
      select id from data.department where external
      union select d.id from data.department d join outside o on d.parent = o.id
    )
    select 1 from data."user" u where u.active and u."deletedAt" is null
      and u.department in (select id from outside) and u.roles && ${sql.value(rolesWithDuty(roles))}::text[] limit 1`);
  if (found.length > 0) throw problem('people.externalRights');
}
