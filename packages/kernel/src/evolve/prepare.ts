import { type MetadataState, modelOf, type Removal } from '@huike/schema';
import { resolveCatalog, type Source } from '../catalog/resolve.ts';
import type { Catalog, CatalogField, CatalogObject } from '../catalog/types.ts';
import type { SQL } from '../database/sql.ts';
import { type AsideRow, fieldAside, objectAside, type Restore } from './aside.ts';
import { assign, type Gone, goneOf } from './assign.ts';
import { alterTable, createTable, type Fate, setTableAside } from './ddl.ts';
import { movedParts, type ToFill } from './moved.ts';
import type { PlanConflict, PlanStep } from './plan.ts';
import { stepsOf } from './steps.ts';
import { type TableIndex, tableOf } from './table.ts';

// Everything that a change of the metadata would do, worked out in memory.

/** The state that is wanted, and what the difference of the states alone doesn't tell. */
export interface Proposal {
  readonly state: MetadataState;
  readonly removed: readonly Removal[];
  readonly restore: Restore;
  readonly conflicts: readonly PlanConflict[];
}

/** Indexes for a table that was there before and may be large. */
export interface TableWork {
  readonly object: CatalogObject;
  readonly indexes: readonly TableIndex[];
}

export interface Prepared {
  readonly before: Catalog;
  readonly after: Catalog;
  readonly source: Source;
  readonly gone: Gone;
  readonly steps: readonly PlanStep[];
  readonly conflicts: readonly PlanConflict[];
  readonly statements: readonly SQL[];
  /** Indexes of new tables, made at once. */
  readonly indexes: readonly { readonly table: string; readonly index: TableIndex }[];
  readonly work: readonly TableWork[];
  readonly fills: readonly ToFill[];
  /** Tables that were there before and change: nobody else may be at work on them. */
  readonly altered: readonly string[];
  readonly aside: readonly AsideRow[];
  readonly restored: readonly string[];
}

export function prepare(source: Source, proposal: Proposal): Prepared {
  const { state, removed, restore } = proposal;
  const gone = goneOf(source.state, state, removed);
  const objects = assign(source, modelOf(state), gone, restore);
  const before = resolveCatalog(source);
  const apps = new Map([...source.apps].filter(([name]) => !gone.objects.has(name)));
  const next: Source = { ...source, version: source.version + 1, state, objects, apps };
  const after = resolveCatalog(next);

  const statements: SQL[] = [];
  const created: SQL[] = [];
  const indexes: { table: string; index: TableIndex }[] = [];
  const work: TableWork[] = [];
  const altered: string[] = [];
  const aside: AsideRow[] = [];
  for (const object of before.objects.values()) {
    if (!gone.objects.has(object.name)) continue;
    statements.push(...setTableAside(tableOf(object)));
    altered.push(object.table);
    aside.push(objectAside(object, source.objects.get(object.name)));
  }
  statements.push(...restore.statements);
  for (const object of after.objects.values()) {
    const old = restore.before.get(object.name) ?? before.objects.get(object.name);
    if (old === undefined || old.id !== object.id) {
      const change = createTable(tableOf(object));
      created.push(...change.statements);
      indexes.push(...change.indexes.map((index) => ({ table: object.table, index })));
      continue;
    }
    const deleted = [...old.fields.values()].filter((field) => gone.fields.has(`${object.name}.${field.name}`));
    if (!restore.before.has(object.name)) aside.push(...deleted.map(fieldAside));
    const fate: Fate = {
      deleted: new Set(deleted.map((field) => field.tag)),
      recomputed: recomputed(old, object),
      restored: restore.columns.get(object.name) ?? [],
      restoredLinks: restore.links.get(object.name) ?? [],
    };
    const change = alterTable(tableOf(old), tableOf(object), fate);
    statements.push(...change.statements);
    if (change.statements.length > 0 && !restore.before.has(object.name)) altered.push(object.table);
    if (change.indexes.length > 0) work.push({ object, indexes: change.indexes });
  }
  return {
    before,
    after,
    source: next,
    gone,
    steps: stepsOf(source.state, state, gone, restore),
    conflicts: proposal.conflicts,
    statements: [...statements, ...created],
    indexes,
    work,
    fills: movedParts(before, after),
    altered,
    aside,
    restored: restore.ids,
  };
}

/** Computed fields whose columns are of another type now. */
function recomputed(old: CatalogObject, object: CatalogObject): ReadonlySet<number> {
  const columns = (field: CatalogField) => JSON.stringify(field.handler.columns(field));
  const tags = [...object.fields.values()].flatMap((field) => {
    const was = old.fields.get(field.name);
    const computed = field.computed !== null || (was?.computed ?? null) !== null;
    return computed && was?.tag === field.tag && columns(was) !== columns(field) ? [field.tag] : [];
  });
  return new Set(tags);
}
