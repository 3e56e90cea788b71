import { problem } from '@huike/schema';
import { sql, type Tx } from '../database/index.ts';
import { changedColumns, refuseExternalRights, requirePeople } from './guard.ts';
import type { HookContext, WriteHook, WrittenRow } from './hook.ts';
import { moveVersion, type People } from './people.ts';

/** Guards the tree of departments: no cycles, none deleted that has users, no rights that reach past a dealer. */
export function departmentHook(people: People): WriteHook<never> {
  return { ...plainHook('department', people), selfField: 'department', afterWrite: afterDepartments };
}

/** Positions are kept by those who keep people, and nothing hangs on them. */
export function positionHook(people: People): WriteHook<never> {
  return plainHook('position', people);
}

function plainHook(object: string, people: People): WriteHook<never> {
  return {
    object,
    takes: [],
    selfField: null,
    prepare: async () => [],
    afterWrite: async (_tx, context) => requirePeople(context),
    afterCommit: () => people.watch.expire(),
  };
}

async function afterDepartments(tx: Tx, context: HookContext, rows: readonly WrittenRow<never>[]): Promise<void> {
  requirePeople(context);
  // From here on, others who change people wait, and what they did before is seen.
  await moveVersion(tx, 'people');
  const moved = rows.filter((row) =>
    changedColumns(row).some((column) => column === 'parent' || column === 'external'),
  );
  if (moved.length > 0) {
    await refuseCycles(
      tx,
      moved.map((row) => row.id),
    );
    await refuseExternalRights(tx, context.catalog.roles);
  }
  const deleted = rows.filter((row) => row.op === 'delete').map((row) => row.id);
  if (deleted.length > 0) await refuseLosingUsers(tx, deleted);
}

async function refuseCycles(tx: Tx, ids: readonly string[]): Promise<void> {
  const found = await tx.query(sql`
    with recursive up as (
      select id as start, parent from data.department where id = any(${sql.value([...ids])}::uuid[])
      union select up.start, d.parent from up join data.department d on d.id = up.parent
    )
    select 1 from up where parent = start limit 1`);
  if (found.length > 0) throw problem('people.cycle');
}

async function refuseLosingUsers(tx: Tx, ids: readonly string[]): Promise<void> {
  const found = await tx.query(
    sql`select 1 from data."user" where department = any(${sql.value([...ids])}::uuid[]) and "deletedAt" is null limit 1`,
  );
  if (found.length > 0) throw problem('write.restricted', { object: 'user' });
}
