// The last words before a row is written: whose it may become, what the rules say; and the first ones after.
import type { CatalogObject } from '../catalog/types.ts';
import type { Tx } from '../database/index.ts';
import type { WrittenRow } from '../people/hook.ts';
import type { Locks } from './lock.ts';
import type { Row, ValidatedRow, Work } from './types.ts';

/**
 * Owner and department. To change them needs the right to transfer the row as it was; a new record for someone else
 * must lie where the actor may transfer. An outside user gives nothing away beyond the own organisation.
 */
export function admitOwners(work: Work, locks: Locks): void {
  const { actor } = work;
  if (actor.kind === 'system') return;
  for (const row of work.rows) {
    // Details have the rights of their master, whoever owns them.
    if (!row.dirty || row.follows !== null || row.object.master !== null) continue;
    if (row.op !== 'create' && row.op !== 'update') continue;
    const next = { owner: textOf(row.after.owner), department: textOf(row.after.department) };
    const own = work.context.hooks.get(row.object.name)?.selfField ?? null;
    const reaches = () => row.rights.reaches('transfer', next, actor);
    if (row.op === 'create') {
      const forSelf = next.owner === actor.id && next.department === actor.department;
      if (!forSelf && own === null && !reaches()) work.failures.refuse(row.index, 'access.denied');
      continue;
    }
    const moved = row.changed.has('owner') || row.changed.has('department');
    if (!moved) continue;
    if (locks.get(row.object, row.id)?.may('transfer') !== true) work.failures.refuse(row.index, 'access.denied');
    else if (actor.external && !reaches()) work.failures.refuse(row.index, 'access.denied');
  }
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** Asks every validator about the rows that are about to be written, object by object. */
export async function validate(tx: Tx, work: Work): Promise<void> {
  const { validators } = work.context;
  if (validators.length === 0) return;
  const groups = new Map<CatalogObject, (ValidatedRow & { readonly index: number })[]>();
  for (const row of work.rows) {
    if (!row.dirty || (row.op !== 'create' && row.op !== 'update') || work.failures.has(row.index)) continue;
    const { op, id, path, before, after, changed, index } = row;
    groups.set(row.object, [...(groups.get(row.object) ?? []), { op, id, path, before, after, changed, index }]);
  }
  const { catalog, actor, now } = work;
  for (const [object, rows] of groups) {
    for (const validator of validators) {
      const issues = await validator(object, rows, { tx, catalog, actor, now });
      for (const { path, code, params } of issues) work.failures.issue(Number(path.split('/')[1]), path, code, params);
    }
  }
}

/** Lets the hooks of the kernel's objects follow up. What they throw undoes the write. */
export async function runHooks(tx: Tx, work: Work): Promise<void> {
  const { actor, catalog, now } = work;
  for (const [name, hook] of work.context.hooks) {
    const rows = work.rows.filter((row) => row.object.name === name && (row.dirty || row.prepared !== null));
    if (rows.length > 0) await hook.afterWrite(tx, { actor, catalog, now }, rows.map(written));
  }
}

function written({ index, op, id, before, after, prepared }: Row): WrittenRow<unknown> {
  return { index, op, id, before, after, prepared };
}

/** The hooks that have something to do after the commit. */
export function hooksAfter(work: Work): (() => void)[] {
  return [...work.context.hooks].flatMap(([name, hook]) =>
    work.rows.some((row) => row.object.name === name && (row.dirty || row.prepared !== null))
      ? [() => hook.afterCommit()]
      : [],
  );
}
