import type { Json, JsonObject } from '@huike/schema';
import { type Actor, accessOf } from '../access/index.ts';
import type { Catalog, CatalogObject } from '../catalog/types.ts';
import { lastSealed, readChanges, type SealedChange } from '../changes/index.ts';
import {
  actorOf,
  changesOf,
  type FieldChange,
  type HistoryEntry,
  type Names,
  type RawChange,
  referred,
  type Sights,
  sightsOf,
  told,
} from './history.ts';
import { type ReadContext, withCatalog } from './run.ts';

// The whole log, for those who audit: who did what to what, when and from where. Of values they see what they may read
// of the record itself; of the rest, that it was changed.

export interface AuditEntry {
  readonly seq: number;
  readonly at: string;
  readonly kind: SealedChange['kind'];
  /** create, update, delete, restore, purge; of an event its type. */
  readonly op: string;
  readonly object: string | null;
  readonly record: string | null;
  readonly version: number | null;
  readonly actor: HistoryEntry['actor'];
  readonly onBehalf: string | null;
  readonly batch: string;
  readonly request: string | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** Names of all changed fields that still are. */
  readonly fields: readonly string[];
  /** Of those, the values that the viewer may see. */
  readonly changes: readonly FieldChange[];
  /** What an event tells. */
  readonly data: Json;
}

export interface AuditPage {
  readonly data: readonly AuditEntry[];
  /** The `after` of the next page; null on the last. */
  readonly next: number | null;
  /** The last entry of the log as it is now. */
  readonly last: number;
}

/** Up to `limit` entries after `after`, in their order. The caller has checked the right to audit. */
export async function audit(
  context: ReadContext,
  actor: Actor,
  page: { readonly after: number; readonly limit: number },
): Promise<AuditPage> {
  const last = await lastSealed(context.db);
  const changes = await readChanges(context.db, page.after, page.limit);
  const entries = await withCatalog(context, async (catalog) => {
    const byId = new Map([...catalog.objects.values()].map((object) => [object.id, object]));
    const objectOf = ({ object }: SealedChange) => (object === null ? undefined : byId.get(object));
    const sights = await sightsOfAll(context, actor, catalog, changes, objectOf);
    const seen = changes.map((row) => ({ row, changes: rawChanges(row, sights) }));
    const names = await referred(context, actor, accessOf(catalog, actor), seen);
    return seen.map(({ row, changes: raw }) => entryOf(row, objectOf(row), raw, names));
  });
  const end = changes.at(-1)?.seq ?? page.after;
  return { data: entries, next: end < last && changes.length > 0 ? end : null, last };
}

type ObjectOf = (change: SealedChange) => CatalogObject | undefined;

/** One statement for each object of the page. */
async function sightsOfAll(
  context: ReadContext,
  actor: Actor,
  catalog: Catalog,
  changes: readonly SealedChange[],
  objectOf: ObjectOf,
): Promise<ReadonlyMap<string, Sights>> {
  const access = accessOf(catalog, actor);
  const all = new Map<string, Sights>();
  const records = changes.filter((change) => change.kind === 'record');
  for (const object of new Set(records.map(objectOf))) {
    const rights = object === undefined ? null : access.object(object.name);
    if (rights === null) continue;
    const ids = records.flatMap((change) => (objectOf(change) === object ? (change.record ?? []) : []));
    const found = await sightsOf(context, actor, access, rights, catalog, [...new Set(ids)]);
    for (const [id, sights] of found) all.set(`${rights.object.id} ${id}`, sights);
  }
  return all;
}

function rawChanges(row: SealedChange, sights: ReadonlyMap<string, Sights>): RawChange[] {
  const seen = row.kind === 'record' ? sights.get(`${row.object} ${row.record}`) : undefined;
  return seen === undefined ? [] : changesOf(row.data, seen);
}

function entryOf(row: SealedChange, object: CatalogObject | undefined, raw: RawChange[], names: Names): AuditEntry {
  const { seq, at, kind, op, record, version, onBehalf, batch, request, ip, agent, data } = row;
  return {
    ...{ seq, at, kind, op, object: object?.name ?? null, record, version, actor: actorOf(row.actor, names) },
    ...{ onBehalf, batch, request, ip, userAgent: agent },
    fields: kind === 'record' && object !== undefined ? changedFields(data, object) : [],
    changes: raw.map((change) => told(change, names)),
    data: kind === 'event' ? data : null,
  };
}

function changedFields(data: JsonObject, object: CatalogObject): string[] {
  const tags = new Set(Object.keys(data));
  return [...object.fields.values()].filter((field) => tags.has(String(field.tag))).map((field) => field.name);
}
