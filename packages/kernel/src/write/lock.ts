// Locking: every record that the write changes or leans on, in one order for all writers (object, then id), so that no
// two of them wait for each other. The rows come back as they are now, with what the actor may do on each.
import type { Operation } from '@huike/schema';
import { type Condition, type ObjectAccess, toSql } from '../access/index.ts';
import type { CatalogField, CatalogObject } from '../catalog/types.ts';
import type { Queryable } from '../database/index.ts';
import { type SQL, sql } from '../database/sql.ts';
import { Moved } from './again.ts';
import { type Counted, followers, isCascade, isRestrict, keyOf, type Parents, parentsOf } from './discover.ts';
import { groupsOf, reads, rollupGroups } from './rollup-groups.ts';
import { type Stored, shapeOf } from './shape.ts';
import { columnAt, dataTable, param, runPlan } from './statement.ts';
import type { Row, Work } from './types.ts';

/** A record as it stands under the lock. */
export interface LockedRow {
  readonly stored: Readonly<Stored>;
  may(operation: Operation): boolean;
  mayEdit(field: CatalogField): boolean;
}

export interface Locks {
  get(object: CatalogObject, id: string): LockedRow | undefined;
}

/** How strong a lock: none for what is only looked at, then for what must stay, is changed, goes. */
const strengths = { look: 0, keep: 1, change: 2, remove: 3 } as const;
type Strength = keyof typeof strengths;

/** What is locked so far. */
interface Held {
  readonly rows: Map<string, LockedRow>;
  /** Keys of records that were waited for with at least the lock of a change: one that isn't there doesn't exist. */
  readonly asked: Set<string>;
}

interface Need {
  readonly rights: ObjectAccess;
  readonly ids: Set<string>;
  strength: Strength;
  /** All columns are wanted. */
  whole: boolean;
  readonly operations: Set<Operation>;
  readonly fields: Set<CatalogField>;
}

/** Locks what the work needs. Adds the rows that follow others to the work. Throws Moved. */
export async function lock(db: Queryable, work: Work): Promise<Locks> {
  const own = [...work.rows];
  const follow = own.some(
    (row) => row.op === 'delete' || row.op === 'restore' || (row.op === 'update' && row.nested.size > 0),
  );
  if (follow) work.rows.push(...(await followers(db, work, own)));
  refuseTwice(work);
  const parents = await parentsOf(db, work, work.rows);
  const needs = needsOf(work, parents);
  const held: Held = { rows: new Map(), asked: new Set() };
  // Sent one after the other without waiting: the database takes them in this order.
  const ordered = [...needs.values()].sort((a, b) => (a.rights.object.name < b.rights.object.name ? -1 : 1));
  await Promise.all(ordered.map((need) => lockNeed(db, work, need, held)));
  if (follow) await confirmFollowers(db, work, own);
  await lockMovedParents(db, work, parents.counted, held);
  return { get: (object, id) => held.rows.get(keyOf(object, id)) };
}

/** One record may be written once: directly or as a nested row or by following another. */
function refuseTwice(work: Work): void {
  const seen = new Map<string, Row>();
  for (const row of work.rows) {
    const key = keyOf(row.object, row.id);
    const other = seen.get(key);
    if (other !== undefined && other !== row) work.failures.issue(row.index, `${row.path}/id`, 'value.unique');
    seen.set(key, row);
  }
}

function needsOf(work: Work, parents: Parents): Map<CatalogObject, Need> {
  const needs = new Map<CatalogObject, Need>();
  const created = new Set(work.rows.flatMap((row) => (row.op === 'create' ? [keyOf(row.object, row.id)] : [])));
  const need = (object: CatalogObject, id: string, strength: Strength): Need | undefined => {
    const rights = work.access.object(object.name);
    if (created.has(keyOf(object, id))) return undefined;
    const made: Need = needs.get(object) ?? {
      rights: rights ?? unreadable(object),
      ids: new Set(),
      strength: 'look',
      whole: false,
      operations: new Set(['read']),
      fields: new Set(),
    };
    needs.set(object, made);
    made.ids.add(id);
    if (strengths[strength] > strengths[made.strength]) made.strength = strength;
    return made;
  };
  for (const row of work.rows) {
    if (row.op !== 'create') needRow(need(row.object, row.id, row.op === 'update' ? 'change' : 'remove'), row);
    for (const { field, id } of targetsOf(row)) {
      const stays = isCascade(field) || isRestrict(field);
      if (field.target === null || (!stays && row.defaulted.has(field))) continue;
      const target = need(field.target, id, stays ? 'keep' : 'look');
      if (field === row.object.master) target?.operations.add('update');
    }
    if (row.op === 'restore' && row.master !== null && row.object.master?.target) {
      need(row.object.master.target, row.master, 'keep');
    }
  }
  for (const [object, ids] of parents.all) for (const id of ids) need(object, id, 'change');
  return needs;
}

/** What a role set that may not read an object sees of it: nothing. Its records are still kept right. */
function unreadable(object: CatalogObject): ObjectAccess {
  return {
    object,
    allowsCreate: false,
    rows: () => false,
    field: () => null,
    editable: () => false,
    creatable: () => false,
    reaches: () => false,
  };
}

function needRow(need: Need | undefined, row: Row): void {
  if (need === undefined) return;
  need.whole = true;
  if (row.follows !== null || row.parent !== null) return;
  if (row.op !== 'create') need.operations.add(row.op === 'update' ? 'update' : 'delete');
  for (const field of [...row.given.keys(), ...row.nested.keys()]) {
    if (field.system) need.operations.add('transfer');
    if (typeof row.rights.editable(field) === 'function') need.fields.add(field);
  }
  if (row.revert !== null) {
    need.operations.add('transfer');
    for (const field of row.object.fields.values()) {
      if (typeof row.rights.editable(field) === 'function') need.fields.add(field);
    }
  }
}

/** Every record that a given relation points to. */
export function targetsOf(row: Row): { field: CatalogField; id: string }[] {
  const targets: { field: CatalogField; id: string }[] = [];
  for (const [field, columns] of row.given) {
    if (field.target === null) continue;
    const value = columns[''] ?? null;
    for (const id of Array.isArray(value) ? value : [value]) if (typeof id === 'string') targets.push({ field, id });
  }
  return targets;
}

async function lockNeed(db: Queryable, work: Work, need: Need, held: Held, wait = true): Promise<number> {
  const { rights, ids, strength, whole } = need;
  const { object } = rights;
  const flags = new Map<string, Condition>();
  for (const operation of [...need.operations].sort()) flags.set(`?${operation}`, rights.rows(operation));
  for (const field of [...need.fields].sort((a, b) => a.tag - b.tag))
    flags.set(`?${field.tag}`, rights.editable(field));
  const key = `lock ${object.name} ${strength} ${whole} ${wait} ${[...flags.keys()].join()}`;
  const compile = () =>
    sql`${lockStatement(work, object, strength, whole, flags)}${wait ? sql.blank : sql` skip locked`}`;
  if (strengths[strength] >= strengths.change) for (const id of ids) held.asked.add(keyOf(object, id));
  const rows = await runPlan<Stored>(db, work, key, compile, [[...ids]]);
  for (const row of rows) {
    const holds = (flag: string, otherwise: boolean): boolean => {
      const condition = flags.get(flag) ?? otherwise;
      return typeof condition === 'boolean' ? condition : row[flag] === true;
    };
    const place = keyOf(object, String(row.id));
    // What was looked at with its rights stays so when it is locked besides.
    if (!wait && held.rows.has(place)) continue;
    held.rows.set(place, {
      stored: row,
      may: (operation) => holds(`?${operation}`, false),
      mayEdit: (field) => holds(`?${field.tag}`, rights.editable(field) === true),
    });
  }
  return rows.length;
}

const clauses: Readonly<Record<Strength, SQL>> = {
  look: sql.blank,
  keep: sql` for key share of t`,
  change: sql` for no key update of t`,
  remove: sql` for update of t`,
};

function lockStatement(
  work: Work,
  object: CatalogObject,
  strength: Strength,
  whole: boolean,
  flags: ReadonlyMap<string, Condition>,
): SQL {
  const t = sql.identifier('t');
  const few = ['id', 'deletedAt', 'department', ...groupsOf(work.catalog, object).map(({ via }) => via.column)];
  const names = whole
    ? shapeOf(object)
        .columns.map(({ name }) => name)
        .filter((name) => name !== '~search')
    : few;
  const columns = [...new Set(names)].map((name) => columnAt(t, name));
  const asked = [...flags].flatMap(([name, condition]) =>
    typeof condition === 'boolean' ? [] : [sql`coalesce(${toSql(condition, t)}, false) as ${sql.identifier(name)}`],
  );
  return sql`
select ${sql.join([...columns, ...asked], ', ')} from ${dataTable(object.table)} ${t}
where ${t}."id" = any(${param(0)}::uuid[]) order by ${t}."id"${clauses[strength]}`;
}

/** Details may have come or gone between looking and locking; from now on none can. */
async function confirmFollowers(db: Queryable, work: Work, own: readonly Row[]): Promise<void> {
  const keys = (rows: readonly Row[]) =>
    rows
      .map((row) => keyOf(row.object, row.id))
      .sort()
      .join();
  const followed = work.rows.slice(own.length);
  if (keys(followed) !== keys(await followers(db, work, own))) throw new Moved();
}

/**
 * A record may have got another parent between looking and locking. To wait for that one now would be out of order: it
 * is locked if it is free, else everything begins anew.
 */
async function lockMovedParents(db: Queryable, work: Work, counted: readonly Counted[], held: Held): Promise<void> {
  const groups = rollupGroups(work.catalog);
  for (;;) {
    const missing = new Map<CatalogObject, Set<string>>();
    const queue = [...counted];
    for (let at = 0; at < queue.length; at++) {
      const { group, id } = queue[at] ?? { group: undefined, id: '' };
      const parent = group === undefined ? undefined : held.rows.get(keyOf(group.detail, id))?.stored[group.via.column];
      if (group === undefined || typeof parent !== 'string') continue;
      if (!held.asked.has(keyOf(group.parent, parent))) {
        missing.set(group.parent, (missing.get(group.parent) ?? new Set()).add(parent));
      }
      for (const above of groups) if (reads(above, group)) queue.push({ group: above, id: parent });
    }
    if (missing.size === 0) return;
    for (const [object, ids] of missing) {
      const rights = unreadable(object);
      const need: Need = { rights, ids, strength: 'change', whole: false, operations: new Set(), fields: new Set() };
      if ((await lockNeed(db, work, need, held, false)) < ids.size) throw new Moved();
    }
  }
}
