// Before anything is locked: which other records a write concerns. Details go and come with their master, nested rows
// that are missing from a list go, and parents' rollups move. All of it is asked again when the locks are held.
import { newId } from '@huike/schema';
import type { CatalogField, CatalogObject } from '../catalog/types.ts';
import type { Queryable } from '../database/index.ts';
import { sql } from '../database/sql.ts';
import { newRow } from './plan.ts';
import { type RollupGroup, reads, rollupGroups } from './rollup-groups.ts';
import { columnAt, dataTable, param, runPlan } from './statement.ts';
import type { Row, Work } from './types.ts';

export const keyOf = (object: CatalogObject, id: string): string => `${object.name} ${id}`;

/** Rows that follow others: deleted with their master, restored with it, or left out of a nested list. */
export async function followers(db: Queryable, work: Work, rows: readonly Row[]): Promise<Row[]> {
  const known = new Map(rows.map((row) => [keyOf(row.object, row.id), row]));
  const fresh = (found: readonly Row[]) =>
    found.filter((row) => {
      const key = keyOf(row.object, row.id);
      const other = known.get(key);
      // What goes with its master can't be changed in the same breath.
      if (other?.op === 'update') work.failures.issue(other.index, `${other.path}/id`, 'value.unique');
      if (other === undefined) known.set(key, row);
      return other === undefined;
    });
  const all: Row[] = fresh(await leftOut(db, work, rows));
  await takeDeletions(db, work, rows);
  for (let level: readonly Row[] = [...rows, ...all]; level.length > 0; ) {
    level = fresh(await details(db, work, level));
    all.push(...level);
  }
  return all;
}

/** Nested rows that exist and are not in the list that is wanted. */
async function leftOut(db: Queryable, work: Work, rows: readonly Row[]): Promise<Row[]> {
  const lists = byField(
    rows.flatMap((row) => (row.op === 'update' ? [...row.nested.keys()].map((field) => ({ field, row })) : [])),
  );
  const found = await Promise.all(
    [...lists].map(async ([field, parents]) => {
      if (field.target === null || field.inverse === null) return [];
      const existing = await childrenOf(db, work, field.inverse, [...parents.keys()]);
      return existing.flatMap(({ id, parent }) => {
        const row = parents.get(parent);
        const wanted = row?.nested.get(field)?.some((nested) => nested.id === id) ?? true;
        return row === undefined || wanted ? [] : (follower(work, row, field.target, id, 'delete') ?? []);
      });
    }),
  );
  return found.flat();
}

/** A delete gets the id that all it takes will share; a restore finds the one of the delete that it undoes. */
async function takeDeletions(db: Queryable, work: Work, rows: readonly Row[]): Promise<void> {
  for (const row of rows) if (row.op === 'delete') row.deletion ??= newId();
  const groups = new Map<CatalogObject, Row[]>();
  for (const row of rows) if (row.op === 'restore') groups.set(row.object, [...(groups.get(row.object) ?? []), row]);
  await Promise.all(
    [...groups].map(async ([object, restored]) => {
      const master = object.master === null ? sql`null::uuid` : sql.identifier(object.master.column);
      const found = await runPlan<{ id: string; deletion: string | null; master: string | null }>(
        db,
        work,
        `deletion ${object.name}`,
        () => sql`
select "id", "~deletion" as deletion, ${master} as master from ${dataTable(object.table)}
where "id" = any(${param(0)}::uuid[])`,
        [restored.map(({ id }) => id)],
      );
      const known = new Map(found.map((one) => [one.id, one]));
      for (const row of restored) {
        row.deletion = known.get(row.id)?.deletion ?? null;
        row.master = known.get(row.id)?.master ?? null;
      }
    }),
  );
}

/** The details of records that are deleted or restored. */
async function details(db: Queryable, work: Work, masters: readonly Row[]): Promise<Row[]> {
  const relations = masters.flatMap((row) =>
    row.op === 'delete' || (row.op === 'restore' && row.deletion !== null)
      ? row.object.referrers.filter(isCascade).map((field) => ({ field, row }))
      : [],
  );
  const found = await Promise.all(
    [...byField(relations)].map(async ([field, parents]) => {
      const children = await childrenOf(db, work, field, [...parents.keys()], true);
      return children.flatMap(({ id, parent, deletion, deleted }) => {
        const master = parents.get(parent);
        if (master === undefined) return [];
        const goes = master.op === 'delete' && !deleted;
        const comes = master.op === 'restore' && deleted && deletion === master.deletion;
        return goes || comes ? (follower(work, master, field.object, id, goes ? 'delete' : 'restore') ?? []) : [];
      });
    }),
  );
  return found.flat();
}

export const isCascade = ({ definition }: CatalogField): boolean =>
  definition?.type === 'relation' && definition.onDelete === 'cascade';

export const isRestrict = ({ definition }: CatalogField): boolean =>
  definition?.type === 'relation' && definition.onDelete === 'restrict';

function byField(pairs: readonly { field: CatalogField; row: Row }[]): Map<CatalogField, Map<string, Row>> {
  const groups = new Map<CatalogField, Map<string, Row>>();
  for (const { field, row } of pairs) groups.set(field, (groups.get(field) ?? new Map()).set(row.id, row));
  return groups;
}

/** Whoever follows needs no right of its own: it goes with the one that it follows. */
function follower(
  work: Work,
  row: Row,
  object: CatalogObject | null,
  id: string,
  op: 'delete' | 'restore',
): Row | null {
  const rights = object === null ? null : (work.access.object(object.name) ?? row.rights);
  if (object === null || rights === null) return null;
  const made = newRow({ object, rights, index: row.index, path: row.path, op, id, follows: row });
  made.deletion = row.deletion ?? newId();
  return made;
}

export interface Child {
  readonly id: string;
  readonly parent: string;
  readonly deletion: string | null;
  readonly deleted: boolean;
}

/** The records that point to some by a relation; those in the bin too if `gone`. */
export function childrenOf(
  db: Queryable,
  work: Work,
  via: CatalogField,
  parents: string[],
  gone = false,
): Promise<Child[]> {
  return runPlan<Child>(
    db,
    work,
    `children ${via.object.name} ${via.name} ${gone}`,
    () => {
      const t = sql.identifier('t');
      const column = columnAt(t, via.column);
      const living = gone ? sql.blank : sql` and ${t}."deletedAt" is null`;
      return sql`
select ${t}."id", ${column} as parent, ${t}."~deletion" as deletion, ${t}."deletedAt" is not null as deleted
from ${dataTable(via.object.table)} ${t} where ${column} = any(${param(0)}::uuid[])${living}`;
    },
    [parents],
  );
}

/** A record whose parent's rollups may move with it: by the write itself, or since it is a parent of such a one. */
export interface Counted {
  readonly group: RollupGroup;
  readonly id: string;
}

export interface Parents {
  readonly counted: readonly Counted[];
  /** All records whose rollups may move. */
  readonly all: ReadonlyMap<CatalogObject, ReadonlySet<string>>;
}

/** Finds the parents whose rollups the rows may move, and theirs, as far as rollups read rollups. */
export async function parentsOf(db: Queryable, work: Work, rows: readonly Row[]): Promise<Parents> {
  const all = new Map<CatalogObject, Set<string>>();
  const counted = new Map<string, Counted>();
  const groups = rollupGroups(work.catalog);
  let level: Counted[] = [];
  const count = (group: RollupGroup, id: string) => {
    const key = `${group.name} ${id}`;
    if (!counted.has(key)) level.push({ group, id });
    counted.set(key, { group, id });
  };
  const meet = ({ parent }: RollupGroup, id: string) => all.set(parent, (all.get(parent) ?? new Set()).add(id));
  for (const row of rows) {
    for (const group of groups) {
      if (group.detail !== row.object || !mayTouch(row, group)) continue;
      if (row.op !== 'create') count(group, row.id);
      const given = parentGiven(row, group);
      if (given === null) continue;
      meet(group, given);
      for (const above of groups) if (reads(above, group)) count(above, given);
    }
  }
  while (level.length > 0) {
    const asked = level;
    level = [];
    for (const [group, id] of await readParents(db, work, asked)) {
      meet(group, id);
      for (const above of groups) if (reads(above, group)) count(above, id);
    }
  }
  return { counted: [...counted.values()], all };
}

/** The parent that a row is given in a group. */
export function parentGiven(row: Row, { via }: RollupGroup): string | null {
  const id = row.parent !== null && via === row.object.master ? row.parent.id : row.given.get(via)?.[''];
  return typeof id === 'string' ? id : null;
}

const always: readonly string[] = ['updatedAt', 'updatedBy', 'version'];

/** Whether a write of the row may change what it contributes. */
function mayTouch(row: Row, group: RollupGroup): boolean {
  if (row.op !== 'update' || row.revert !== null || row.revive) return true;
  const names = [...row.given.keys()].map((field) => field.name);
  return [...names, ...(names.includes('owner') ? ['department'] : []), ...always].some((name) =>
    group.inputs.has(name),
  );
}

async function readParents(db: Queryable, work: Work, asked: readonly Counted[]): Promise<[RollupGroup, string][]> {
  const byGroup = Map.groupBy(asked, ({ group }) => group);
  const read = await Promise.all(
    [...byGroup].map(async ([group, counted]) => {
      const { detail, via } = group;
      const [t, column] = [sql.identifier('t'), sql.identifier(via.column)];
      const rows = await runPlan<{ parent: string }>(
        db,
        work,
        `parent ${detail.name} ${via.name}`,
        () => sql`
select distinct ${t}.${column} as parent from ${dataTable(detail.table)} ${t}
where ${t}."id" = any(${param(0)}::uuid[]) and ${t}.${column} is not null`,
        [counted.map(({ id }) => id)],
      );
      return rows.map(({ parent }): [RollupGroup, string] => [group, parent]);
    }),
  );
  return read.flat();
}

/** Refuses deletes of records to which living ones refer by a relation that forbids it. The records are locked. */
export async function refuseReferred(db: Queryable, work: Work): Promise<void> {
  const pairs = work.rows.flatMap((row) =>
    row.op === 'delete' ? row.object.referrers.filter(isRestrict).map((field) => ({ field, row })) : [],
  );
  const deleted = new Map<CatalogObject, string[]>();
  for (const row of work.rows) {
    if (row.op === 'delete') deleted.set(row.object, [...(deleted.get(row.object) ?? []), row.id]);
  }
  await Promise.all(
    [...byField(pairs)].map(async ([field, targets]) => {
      const t = sql.identifier('t');
      const column = columnAt(t, field.column);
      const found = await runPlan<{ target: string }>(
        db,
        work,
        `referred ${field.object.name} ${field.name}`,
        () => sql`
select distinct ${column} as target from ${dataTable(field.object.table)} ${t}
where ${column} = any(${param(0)}::uuid[]) and ${t}."deletedAt" is null and ${t}."id" <> all(${param(1)}::uuid[])`,
        [[...targets.keys()], deleted.get(field.object) ?? []],
      );
      for (const { target } of found) {
        const row = targets.get(target);
        if (row !== undefined) work.failures.refuse(row.index, 'write.restricted', { object: field.object.name });
      }
    }),
  );
}
