import type { Actor, Kernel } from '@huike/kernel';
import { isJsonObject, type Json, type JsonObject, problem } from '@huike/schema';
import { type Customer, findCustomer } from './find.ts';
import { ownedBy } from './page.ts';
import { shownTraits, type Viewer, viewerOf } from './sight.ts';

// The timeline: every interaction, record and change of a customer, the newest first, as far as the viewer may see it.

export interface TimelineEntry {
  readonly at: string;
  readonly kind: 'interaction' | 'record' | 'change';
  /** Of an interaction its type, of a record its object's name, of a change what was done. */
  readonly type: string;
  readonly channel: string | null;
  readonly object?: string;
  readonly recordId?: string;
  readonly data: JsonObject;
}

export interface TimelinePage {
  readonly data: readonly TimelineEntry[];
  readonly next: string | null;
}

/** Where a page ends: before this time and id, and before this version of the record. */
interface Cursor {
  readonly at: string;
  readonly id: string;
  readonly version: number | null;
}

interface Found extends TimelineEntry {
  readonly id: string;
  readonly version?: number;
}

const start: Cursor = { at: 'infinity', id: 'ffffffff-ffff-ffff-ffff-ffffffffffff', version: null };

/** A page of the timeline. Throws `customer.unknown`, and `query.cursor` for a cursor that it didn't give. */
export async function timeline(
  kernel: Kernel,
  actor: Actor,
  id: string,
  page: { readonly limit: number; readonly cursor?: string },
): Promise<TimelinePage> {
  const customer = await findCustomer(kernel, actor, id);
  const viewer = viewerOf(customer.catalog, actor, customer.object);
  const from = page.cursor === undefined ? start : decode(page.cursor);
  const limit = page.limit + 1;
  const parts = await Promise.all([
    interactions(kernel, viewer, customer, from, limit),
    records(kernel, viewer, customer, from, limit),
    changes(kernel, actor, customer, from, limit),
  ]);
  const all = parts.flat().sort((a, b) => compare(b, a));
  const shown = all.slice(0, page.limit);
  const last = shown.at(-1);
  const version = shown.findLast((entry) => entry.version !== undefined)?.version ?? from.version;
  return {
    data: shown.map(({ id: _, version: __, ...entry }) => entry),
    next: all.length > page.limit && last !== undefined ? encode({ at: last.at, id: last.id, version }) : null,
  };
}

function compare(a: Found, b: Found): number {
  const gap = Date.parse(a.at) - Date.parse(b.at);
  return gap !== 0 ? gap : a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

async function interactions(
  kernel: Kernel,
  viewer: Viewer,
  { identities }: Customer,
  from: Cursor,
  limit: number,
): Promise<Found[]> {
  const rows = await kernel.db.queryText<{ id: string; at: string; channel: string; type: string; data: JsonObject }>(
    `select id, at, channel, type, data from huike.interaction
where customer = any($1) and (at, id) < ($2::timestamptz, $3::uuid) order by at desc, id desc limit $4`,
    [identities, from.at, from.id, limit],
    'customer.interactions',
  );
  return rows.map(({ id, at, channel, type, data }) => {
    const { properties, traits } = data;
    return {
      ...{ id, at, type, channel, kind: 'interaction' as const },
      data: {
        ...(properties === undefined ? {} : { properties }),
        ...(isJsonObject(traits) ? { traits: shownTraits(viewer, traits) } : {}),
      },
    };
  });
}

async function records(
  kernel: Kernel,
  viewer: Viewer,
  customer: Customer,
  from: Cursor,
  limit: number,
): Promise<Found[]> {
  const found = await Promise.all(
    ownedBy(viewer, customer).map(async (field) => {
      const rights = viewer.access.object(field.object.name);
      const created = field.object.fields.get('createdAt');
      if (rights === null || created === undefined || rights.field(created)?.clear !== true) return [];
      const title = rights.field(field.object.title) === null ? [] : [field.object.title.name];
      const before = from.at === 'infinity' ? [] : [{ field: 'createdAt', op: 'lte' as const, value: from.at }];
      const filter = { and: [{ field: field.name, op: 'eq' as const, value: customer.id }, ...before] };
      const { data } = await kernel.list(viewer.actor, field.object.name, {
        fields: [...new Set(['id', 'createdAt', ...title])],
        ...{ filter, sort: ['-createdAt', '-id'], limit: Math.min(limit, 500) },
      });
      const rows: Json = JSON.parse(data);
      return (Array.isArray(rows) ? rows : []).filter(isJsonObject).map((row): Found => {
        const { id, createdAt, ...rest } = row;
        return {
          ...{ id: String(id), at: String(createdAt), kind: 'record', type: field.object.name, channel: null },
          ...{ object: field.object.name, recordId: String(id) },
          data: rest,
        };
      });
    }),
  );
  return found.flat().filter((entry) => isBefore(entry, from));
}

async function changes(
  kernel: Kernel,
  actor: Actor,
  { id, object }: Customer,
  from: Cursor,
  limit: number,
): Promise<Found[]> {
  const page = await kernel.history(actor, object.name, id, {
    limit: Math.min(limit, 200),
    ...(from.version === null ? {} : { before: from.version }),
  });
  const entries = page.data.map(({ version, op, at, actor: who, changes: fields }): Found => {
    const common = { at, kind: 'change' as const, type: op, channel: null, object: object.name, recordId: id };
    const data: JsonObject = { version, actor: who, changes: fields.map((change) => ({ ...change })) };
    return { ...common, data, id, ...(version === null ? {} : { version }) };
  });
  return entries.filter((entry) => from.version !== null || isBefore(entry, from));
}

function isBefore(entry: Found, from: Cursor): boolean {
  if (from.at === 'infinity') return true;
  const gap = Date.parse(entry.at) - Date.parse(from.at);
  return gap < 0 || (gap === 0 && entry.id < from.id);
}

const encode = (cursor: Cursor) => Buffer.from(JSON.stringify(cursor)).toString('base64url');

function decode(text: string): Cursor {
  try {
    const cursor: Json = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (isJsonObject(cursor)) {
      const { at, id, version = null } = cursor;
      const sound =
        typeof at === 'string' && !Number.isNaN(Date.parse(at)) && typeof id === 'string' && /^[0-9a-f-]{36}$/.test(id);
      if (sound && (version === null || Number.isInteger(version)))
        return { at, id, version: version === null ? null : Number(version) };
    }
  } catch {
    // Told below.
  }
  throw problem('query.cursor');
}
