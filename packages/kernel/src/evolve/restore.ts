import {
  asItem,
  asJson,
  type Clash,
  checkState,
  isJsonObject,
  type Json,
  type JsonObject,
  type Kind,
  type MetadataState,
  type ModelObject,
  merge,
  modelOf,
  nameOf,
  problem,
  type RawState,
  type Removal,
  rawState,
  rowsObjectName,
  sameJson,
  trusted,
  typedState,
} from '@huike/schema';
import type { Actor } from '../access/actor.ts';
import { resolveCatalog, type Source, type StoredObject } from '../catalog/resolve.ts';
import type { CatalogObject } from '../catalog/types.ts';
import type { Database, Queryable } from '../database/index.ts';
import { type SQL, sql } from '../database/sql.ts';
import { cleaned } from './apps.ts';
import type { AsideRow, Restore } from './aside.ts';
import { restoreTable } from './ddl.ts';
import type { PlanConflict } from './plan.ts';
import type { Proposal } from './prepare.ts';
import { type Applied, evolve, shippedByKernel } from './run.ts';
import { fieldsOf, losesValues } from './shipped.ts';
import { tableOf } from './table.ts';

// Taking a change of the metadata back, and bringing back what was deleted.

const rowsText = sql`select id, object_id, object_name, tag, name, detail, columns, links from huike.set_aside`;

/** A deleted object or field that can still be brought back. */
export interface Deleted {
  readonly id: string;
  readonly object: string;
  /** Absent for a whole object. */
  readonly field?: string;
  readonly deletedAt: string;
}

/** What was deleted and isn't purged, the newest first. */
export async function deletedMetadata(db: Queryable): Promise<readonly Deleted[]> {
  return db.query<Deleted>(
    sql`select id, object_name as object, case when tag is not null then name end as field, at as "deletedAt" from huike.set_aside order by at desc, id desc`,
  );
}

/** Brings one deleted object or field back, with its records or values. Throws `metadata.conflict` when its name is taken. */
export async function restoreMetadata(db: Database, actor: Actor, id: string): Promise<Applied> {
  return evolve(db, actor, (source, queryable) => broughtBack(source, queryable, id), { document: { restore: id } });
}

async function broughtBack(source: Source, db: Queryable, id: string): Promise<Proposal> {
  const [row] = await db.query<AsideRow & { version: number }>(
    sql`select id, object_id, object_name, tag, name, detail, columns, links, version from huike.set_aside where id = ${sql.value(id)}::uuid`,
  );
  if (row === undefined) throw problem('metadata.conflict');
  const { definition } = row.detail;
  const objects = new Map(source.state.objects);
  if (row.tag === null) {
    if (modelOf(source.state).objects.has(row.name)) throw problem('metadata.conflict');
    objects.set(row.name, asItem('objects', definition));
  } else {
    const owner = source.state.objects.get(row.object_name);
    const stored = source.objects.get(row.object_name);
    if (owner === undefined || stored?.id !== row.object_id) throw problem('metadata.conflict');
    const raw = rawState(source.state).get('objects')?.get(owner.name) ?? {};
    const fields = Array.isArray(raw.fields) ? raw.fields : [];
    if (owner.fields?.some((field) => field.name === row.name)) throw problem('metadata.conflict');
    objects.set(owner.name, asItem('objects', { ...raw, fields: [...fields, definition] }));
  }
  const state = { ...source.state, objects };
  // A deleted object took the rows of its table fields along, as objects of their own.
  const rows = await db.query<AsideRow>(
    sql`${rowsText} where version = ${sql.value(row.version)}::int or id = ${sql.value(id)}::uuid`,
  );
  return checked(source, db, state, [], restoreOf(source, state, rows, []), []);
}

/**
 * Takes one change of the metadata back: what it deleted comes back with its values, what it made goes, what it
 * altered is as before, wherever nobody changed it since (those places are the plan's conflicts).
 */
export async function undoMetadata(db: Database, actor: Actor, version: number): Promise<Applied> {
  return evolve(db, actor, (source, queryable) => undone(source, queryable, version), { document: { undo: version } });
}

/** The kinds of items that a change touched: whoever takes it back needs the right to each. Empty for an unknown one. */
export async function changedKinds(db: Queryable, version: number): Promise<readonly Kind[]> {
  const rows = await db.query<{ kind: Kind }>(
    sql`select distinct item ->> 0 as kind from huike.metadata_log l, jsonb_array_elements(l.before) item where l.version = ${sql.value(version)}::int`,
  );
  return rows.map(({ kind }) => kind);
}

type LoggedItems = readonly (readonly [Kind, string, JsonObject | null])[];

async function undone(source: Source, db: Queryable, version: number): Promise<Proposal> {
  const [entry] = await db.query<{ before: LoggedItems; after: LoggedItems }>(
    sql`select before, after from huike.metadata_log where version = ${sql.value(version)}::int`,
  );
  if (entry === undefined) throw problem('metadata.conflict');
  const rows = await db.query<AsideRow>(sql`${rowsText} where version = ${sql.value(version)}::int`);
  const raw = rawState(source.state);
  const state = new Map(raw);
  const conflicts: PlanConflict[] = [];
  for (const [index, [kind, name, before]] of entry.before.entries()) {
    const after = entry.after[index]?.[2] ?? undefined;
    const items: Map<string, JsonObject> = new Map(state.get(kind));
    const merged = merge(after, before ?? undefined, items.get(name));
    conflicts.push(...merged.clashes.map((clash) => ({ kind, name, ...clash })));
    if (isJsonObject(merged.value)) {
      const kept = keepValues(name, items.get(name), merged.value, (object, field, definition) =>
        rows.some(
          (row) => row.object_name === object && row.name === field && sameJson(row.detail.definition, definition),
        ),
      );
      conflicts.push(...kept.clashes.map((clash) => ({ kind, name, ...clash })));
      items.set(name, kept.value);
    } else items.delete(name);
    state.set(kind, items);
  }
  const next = typedState(state satisfies RawState, raw, source.state);
  const removed = replaced(source, next, rows);
  return checked(source, db, next, removed, restoreOf(source, next, rows, removed), conflicts);
}

/**
 * An item as it was, but for fields whose values can't become what they were: they stay, without the indexes that named
 * them, and both are told. `comesBack` says whether a field of an object returns with the values that were set aside.
 */
function keepValues(
  object: string,
  current: JsonObject | undefined,
  wanted: JsonObject,
  comesBack: (object: string, field: string, definition: JsonObject) => boolean,
): { readonly value: JsonObject; readonly clashes: readonly Clash[] } {
  const clashes: Clash[] = [];
  if (!Array.isArray(wanted.fields)) return { value: wanted, clashes };
  const fields = wanted.fields.map((field: Json): Json => {
    const name = nameOf(field) ?? '';
    const old = fieldsOf(current).find((one) => nameOf(one) === name);
    if (!isJsonObject(field) || old === undefined) return field;
    if (losesValues(old, field)) {
      if (comesBack(object, name, field)) return field;
      clashes.push({ path: ['fields', name], shipped: field, kept: old });
      return old;
    }
    if (field.type !== 'table') return field;
    const inner = keepValues(rowsObjectName(object, name), old, field, comesBack);
    clashes.push(...inner.clashes.map((clash) => ({ ...clash, path: ['fields', name, ...clash.path] })));
    return inner.value;
  });
  const value = { ...wanted, fields };
  return clashes.length === 0 ? { value, clashes } : withoutUses(value, clashes);
}

/** An object whose fields stay as they are can neither be called by one of them, nor index it, as it could before. */
function withoutUses(
  { title, indexes, ...rest }: JsonObject,
  clashes: readonly Clash[],
): { readonly value: JsonObject; readonly clashes: readonly Clash[] } {
  const stuck = new Set(clashes.map(({ path }) => path[1]));
  const isStuck = (name: string) => stuck.has(name.replace(/^-/, ''));
  const titleGoes = typeof title === 'string' && isStuck(title);
  const all: readonly Json[] = Array.isArray(indexes) ? indexes : [];
  const goes = (index: Json) =>
    isJsonObject(index) && Array.isArray(index.fields) && index.fields.map(String).some(isStuck);
  return {
    value: {
      ...rest,
      ...(title === undefined || titleGoes ? {} : { title }),
      ...(indexes === undefined ? {} : { indexes: all.filter((index) => !goes(index)) }),
    },
    clashes: [
      ...clashes,
      ...(titleGoes ? [{ path: ['title'], shipped: title, kept: undefined }] : []),
      ...all.filter(goes).map((index) => ({ path: ['indexes', nameOf(index) ?? ''], shipped: index, kept: undefined })),
    ],
  };
}

/** What the change declared anew under a name that it deleted: it makes room again for what was there. */
function replaced(source: Source, wanted: MetadataState, rows: readonly AsideRow[]): Removal[] {
  const [was, is] = [modelOf(source.state), modelOf(wanted)];
  return rows.flatMap((row): Removal[] => {
    const [current, next] = [was.objects.get(row.object_name), is.objects.get(row.object_name)];
    if (current === undefined || next === undefined) return [];
    if (row.tag === null) {
      const back = next.rowsOf !== null || sameJson(asJson(next.definition), row.detail.definition);
      return back ? [{ kind: 'object', name: row.name }] : [];
    }
    const field = next.fields.get(row.name);
    const back = field !== undefined && sameJson(asJson(field), row.detail.definition);
    return back && current.fields.has(row.name) ? [{ kind: 'field', object: row.object_name, name: row.name }] : [];
  });
}

/** A proposal of a whole state. Throws `metadata.invalid`. */
export async function checked(
  source: Source,
  db: Queryable,
  wanted: MetadataState,
  replacing: readonly Removal[],
  restore: Restore,
  conflicts: readonly PlanConflict[],
): Promise<Proposal> {
  const { state, removed } = cleaned(source.state, wanted, replacing);
  const issues = checkState({
    current: source.state,
    state,
    removed,
    place: (kind, name, path) => `/${kind}/${name}${path}`,
    given: () => true,
    options: { builtIn: await shippedByKernel(db), lenient: true },
  });
  if (issues.length > 0) throw problem('metadata.invalid', { count: issues.length }, issues);
  return { state, removed, restore, conflicts };
}

/** Of the things set aside, those that the wanted state has and the current one hasn't. */
function restoreOf(
  source: Source,
  wanted: MetadataState,
  rows: readonly AsideRow[],
  replacing: readonly Removal[],
): Restore {
  const makesRoom = (row: AsideRow) =>
    replacing.some((one) =>
      one.kind === 'field'
        ? one.object === row.object_name && one.name === row.name
        : row.tag === null && one.name === row.name,
    );
  const [was, is] = [modelOf(source.state), modelOf(wanted)];
  const objects = new Map<string, StoredObject>();
  const fields = new Map<string, number>();
  const ids: string[] = [];
  const columns = new Map<string, (readonly [string, string])[]>();
  const links = new Map<string, (readonly [string, string])[]>();
  for (const row of rows) {
    const object = is.objects.get(row.object_name);
    if (object === undefined) continue;
    if (row.tag === null) {
      if (was.objects.has(row.name) && !makesRoom(row)) continue;
      const { nextTag = 0, tags = {} } = row.detail;
      objects.set(row.name, { id: row.object_id, name: row.name, nextTag, tags });
      ids.push(row.id);
    } else if (returns(was.objects.get(row.object_name), object, source, row, makesRoom(row))) {
      fields.set(`${row.object_name}.${row.name}`, row.tag);
      columns.set(row.object_name, [...(columns.get(row.object_name) ?? []), ...row.columns]);
      links.set(row.object_name, [...(links.get(row.object_name) ?? []), ...row.links]);
      ids.push(row.id);
    }
  }
  const before = objectsBefore(source, rows, objects);
  const statements: SQL[] = [...before.values()].flatMap((object) => restoreTable(tableOf(object)));
  return { objects, fields, ids, statements, before, columns, links };
}

function returns(
  was: ModelObject | undefined,
  is: ModelObject,
  source: Source,
  row: AsideRow,
  makesRoom: boolean,
): boolean {
  if (was === undefined || !is.fields.has(row.name) || (was.fields.has(row.name) && !makesRoom)) return false;
  return source.objects.get(row.object_name)?.id === row.object_id;
}

/** Deleted objects as they were: their tables have what they had then. Rows of a table field stand by themselves here. */
function objectsBefore(
  source: Source,
  rows: readonly AsideRow[],
  restored: ReadonlyMap<string, StoredObject>,
): ReadonlyMap<string, CatalogObject> {
  if (restored.size === 0) return new Map();
  const deleted = rows.filter((row) => row.tag === null && restored.has(row.name));
  const objects = new Map([
    ...source.state.objects,
    ...deleted.map((row) => [row.name, trusted('objects', row.detail.definition)] as const),
  ]);
  const stored = new Map([...source.objects, ...restored]);
  const catalog = resolveCatalog({ ...source, state: { ...source.state, objects }, objects: stored });
  return new Map([...catalog.objects].filter(([name]) => restored.has(name)));
}
