import { isId, isJsonObject, type Json, type JsonObject, problem, queryLimits } from '@huike/schema';
import { type Access, type Actor, type ObjectAccess, toSql } from '../access/index.ts';
import type { Catalog, CatalogField } from '../catalog/types.ts';
import { historyRows } from '../changes/index.ts';
import { sql } from '../database/sql.ts';
import { maskedValue } from '../fields/index.ts';
import { atRun, zoneOf } from '../filter/slots.ts';
import { isToMany, isToOne, tableOf } from '../filter/values.ts';
import { version } from './list.ts';
import { list, refuseUnlikeCount } from './pages.ts';
import { planned, statement } from './plan.ts';
import { execute, type ReadContext, reading } from './run.ts';

// A record's history, under today's rights: what the viewer doesn't see of the record now isn't shown of its past.

export interface FieldChange {
  readonly field: string;
  readonly before: Json;
  readonly after: Json;
}

export interface HistoryEntry {
  readonly version: number | null;
  readonly op: string;
  readonly at: string;
  /** A person, with the name if the viewer may know it; or the system's name. */
  readonly actor: { readonly id: string; readonly name?: string } | { readonly system: string };
  readonly changes: readonly FieldChange[];
}

export interface HistoryPage {
  readonly data: readonly HistoryEntry[];
  /** Version before which the next page begins; null on the last. */
  readonly next: number | null;
}

type Sight = 'clear' | 'masked';

/** No version is later. */
const latest = 2_147_483_647;

/** How many related records a page of history names. */
const mostNames = 500;

/** The changes of a record, newest first. Throws `record.unknown` unless the actor may read it now (in the bin: bring it back). */
export async function history(
  context: ReadContext,
  actor: Actor,
  name: string,
  id: string,
  page: { readonly before?: number; readonly limit: number },
): Promise<HistoryPage> {
  refuseUnlikeCount('/before', page.before ?? 1, latest);
  refuseUnlikeCount('/limit', page.limit, queryLimits.page);
  return reading(context, actor, name, async (access, object, catalog) => {
    if (!isId(id)) throw problem('record.unknown');
    const sight = (await sightsOf(context, actor, access, object, catalog, [id])).get(id);
    if (sight === undefined) throw problem('record.unknown');
    const rows = await historyRows(context.db, object.object.id, id, { ...page, limit: page.limit + 1 });
    const shown = rows.slice(0, page.limit);
    const entries = shown.map((row) => ({ row, changes: changesOf(row.data, sight) }));
    const names = await referred(context, actor, access, entries);
    return {
      data: entries.map(({ row, changes }) => ({
        version: row.version,
        op: row.op,
        at: row.at,
        actor: actorOf(row.actor, names),
        changes: changes.map((change) => told(change, names)),
      })),
      next: rows.length > page.limit ? (shown.at(-1)?.version ?? null) : null,
    };
  });
}

/** The fields that the viewer sees on a record, by tag, and how. */
export type Sights = ReadonlyMap<string, { readonly field: CatalogField; readonly sight: Sight }>;

/** For each of the records that the viewer may read now (in the bin: bring back), what of it is seen. */
export async function sightsOf(
  context: ReadContext,
  actor: Actor,
  access: Access,
  object: ObjectAccess,
  catalog: Catalog,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Sights>> {
  const fields = [...object.object.fields.values()].filter((field) => object.field(field) !== null);
  const plan = planned(access, JSON.stringify(['sight', object.object.name]), () => {
    const row = sql.identifier('t');
    const columns = fields.map((field) => {
      const seen = object.field(field);
      const sight = sql`case when ${toSql(seen?.clear ?? false, row)} then 'clear' when ${toSql(seen?.masked ?? false, row)} then 'masked' end`;
      return sql`${sight} as ${sql.identifier(`f${field.tag}`)}`;
    });
    const wanted = atRun((run) => run.values.filter((id) => typeof id === 'string'));
    const alive = sql`${row}."deletedAt" is null or ${toSql(object.rows('delete'), row)}`;
    return statement(
      sql`select ${version} as version, ${row}."id" as record, ${sql.join(columns, ', ')} from ${tableOf(object.object)} ${row} where ${row}."id" = any(${wanted}::uuid[]) and ${toSql(object.rows('read'), row)} and (${alive})`,
    );
  });
  const rows = await execute<Record<string, unknown>>(context, plan, {
    actor,
    catalog,
    values: ids,
    after: [],
    limit: ids.length,
    now: context.now(),
    timeZone: zoneOf(actor, catalog),
  });
  return new Map(rows.map((row) => [String(row.record), seenIn(row, fields)]));
}

function seenIn(row: Readonly<Record<string, unknown>>, fields: readonly CatalogField[]): Sights {
  const sights = new Map<string, { field: CatalogField; sight: Sight }>();
  for (const field of fields) {
    const sight = row[`f${field.tag}`];
    if (sight === 'clear' || sight === 'masked') sights.set(String(field.tag), { field, sight });
  }
  return sights;
}

export interface RawChange {
  readonly field: CatalogField;
  readonly before: Json;
  readonly after: Json;
  /** The values stand behind their mask. */
  readonly masked: boolean;
}

/** The changes of a record of which the viewer sees anything. */
export function changesOf(data: JsonObject, sights: Sights): RawChange[] {
  return Object.entries(data).flatMap(([tag, pair]): RawChange[] => {
    const seen = sights.get(tag);
    if (seen === undefined || !Array.isArray(pair)) return [];
    const [before = null, after = null]: readonly Json[] = pair;
    const { field, sight } = seen;
    // Bookkeeping of its own stands beside every change already.
    if (field.name === 'version' || field.name === 'updatedAt' || field.name === 'updatedBy') return [];
    if (sight === 'clear') return [{ field, before, after, masked: false }];
    return [{ field, before: maskedOf(field, before), after: maskedOf(field, after), masked: true }];
  });
}

function maskedOf(field: CatalogField, stored: Json): Json {
  return stored === null ? null : maskedValue(columnsOf(stored), field);
}

/** A stored value by column suffix: of one column it stands alone, of several it is an object. */
function columnsOf(stored: Json): { readonly [suffix: string]: Json } {
  return isJsonObject(stored) && '' in stored ? stored : { '': stored };
}

export type Names = ReadonlyMap<string, { readonly [key: string]: Json }>;

/** What the viewer may know of the records and people that the changes name: one list per object. */
export async function referred(
  context: ReadContext,
  actor: Actor,
  access: Access,
  entries: readonly { readonly row: { readonly actor: string }; readonly changes: readonly RawChange[] }[],
): Promise<Names> {
  const ids = new Map<string, Set<string>>([['user', new Set(entries.map(({ row }) => row.actor).filter(isId))]]);
  for (const { changes } of entries) {
    for (const { field, before, after } of changes) {
      if (field.target === null || !(isToOne(field) || isToMany(field))) continue;
      const set = ids.get(field.target.name) ?? new Set();
      for (const value of [before, after].flat()) if (typeof value === 'string' && isId(value)) set.add(value);
      ids.set(field.target.name, set);
    }
  }
  const names = new Map<string, { readonly [key: string]: Json }>();
  for (const [name, set] of ids) {
    const target = access.object(name);
    if (set.size === 0 || target === null) continue;
    const { title } = target.object;
    const page = await list(context, actor, name, {
      fields: target.field(title) === null ? ['id'] : ['id', title.name],
      filter: { field: 'id', op: 'in', value: [...set].slice(0, mostNames) },
      sort: ['id'],
      limit: mostNames,
    });
    const records: unknown = JSON.parse(page.data);
    if (!Array.isArray(records)) continue;
    for (const record of records)
      if (isJsonObject(record) && typeof record.id === 'string') names.set(record.id, record);
  }
  return names;
}

/** Who did it: a person, or the system by name. */
export function actorOf(actor: string, names: Names): HistoryEntry['actor'] {
  if (!isId(actor)) return { system: actor };
  const name = names.get(actor)?.name;
  return typeof name === 'string' ? { id: actor, name } : { id: actor };
}

/** A change as the read would show its values. */
export function told({ field, before, after, masked }: RawChange, names: Names): FieldChange {
  const [was, is] = [before, after].map((value) => presented(field, value, masked, names));
  return { field: field.name, before: was ?? null, after: is ?? null };
}

/** A value as the read would show it: related records by what the viewer may know of them, null where nothing. */
function presented(field: CatalogField, stored: Json, masked: boolean, names: Names): Json {
  if (isToOne(field)) return typeof stored === 'string' ? (names.get(stored) ?? null) : null;
  if (isToMany(field)) {
    const ids: readonly Json[] = Array.isArray(stored) ? stored : [];
    return ids.flatMap((id) => (typeof id === 'string' ? (names.get(id) ?? []) : []));
  }
  return stored === null || masked ? stored : field.handler.present(columnsOf(stored), field);
}
