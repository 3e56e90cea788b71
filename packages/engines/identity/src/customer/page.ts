import type { Actor, Catalog, CatalogField, Kernel } from '@huike/kernel';
import { isJsonObject, type Json, type JsonObject, type Label, labelOf, sameJson } from '@huike/schema';
import { fromKey, kindsOf } from '../identifier/kinds.ts';
import { readerFor, recordsById } from '../record/records.ts';
import { readTraits } from '../record/traits.ts';
import { type Customer, findCustomer } from './find.ts';
import { shownValue, sightOfField, type Viewer, viewerOf } from './sight.ts';

// The customer's page: who it is and how that is known, under the viewer's rights.

export interface CustomerPage {
  readonly id: string;
  /** The id that was asked for, where it was merged into this one. */
  readonly mergedFrom: string | null;
  readonly record: JsonObject;
  readonly identifiers: readonly ShownIdentifier[];
  /** By field: who said so, and when. A field that isn't named was entered by a person. */
  readonly sources: Readonly<Record<string, { readonly channel: string; readonly at: string }>>;
  readonly related: readonly Related[];
  readonly measures: Measures;
  readonly merges: readonly MergeOf[];
}

export interface ShownIdentifier {
  readonly kind: string;
  readonly label: Label;
  readonly scope: string;
  readonly value: string;
  readonly channel: string;
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** More customers have it than one: a household's. */
  readonly shared: boolean;
  /** Of the identity that it came with. */
  readonly identity: string;
}

export interface Related {
  readonly id: string;
  readonly name: Json;
  /** The kind of identifier that both have. */
  readonly by: Label;
}

export interface Measures {
  readonly channels: readonly {
    readonly channel: string;
    readonly interactions: number;
    readonly firstAt: string;
    readonly lastAt: string;
  }[];
  readonly records: readonly {
    readonly object: string;
    readonly count: number;
    readonly lastAt: string | null;
    /** By field, of amounts. */
    readonly sums: JsonObject;
  }[];
}

export interface MergeOf {
  readonly id: string;
  readonly source: string;
  readonly actor: string;
  readonly reason: string | null;
  readonly at: string;
  readonly undoneAt: string | null;
  /** Customers that it joined. */
  readonly joined: readonly string[];
}

/** Everything that the page shows but the timeline. Throws `customer.unknown`. */
export async function customerPage(kernel: Kernel, actor: Actor, id: string): Promise<CustomerPage> {
  const customer = await findCustomer(kernel, actor, id);
  const viewer = viewerOf(customer.catalog, actor, customer.object);
  const [identifiers, sources, related, channels, records, merges] = await Promise.all([
    identifiersOf(kernel, viewer, customer),
    sourcesOf(kernel, viewer, customer),
    relatedTo(kernel, actor, customer),
    channelsOf(kernel, customer),
    recordsOf(kernel, actor, customer),
    mergesOf(kernel, customer),
  ]);
  const { record } = customer;
  const mergedFrom = id.toLowerCase() === customer.id ? null : id.toLowerCase();
  return {
    id: customer.id,
    mergedFrom,
    record,
    identifiers,
    sources,
    related,
    measures: { channels, records },
    merges,
  };
}

async function identifiersOf(
  kernel: Kernel,
  viewer: Viewer,
  { identities, catalog }: Customer,
): Promise<ShownIdentifier[]> {
  const rows = await kernel.db.queryText<
    Omit<ShownIdentifier, 'kind' | 'label' | 'scope' | 'value'> & { readonly key: string }
  >(
    `select key, identity, shared, channel, first_seen as "firstSeen", last_seen as "lastSeen"
from huike.identifier where identity = any($1) order by first_seen, key limit 500`,
    [identities],
    'customer.identifiers',
  );
  const kinds = kindsOf(catalog);
  return rows.flatMap(({ key, ...rest }) => {
    const identifier = fromKey(kinds, key);
    const value = identifier === null ? null : shownValue(viewer, identifier);
    return identifier === null || value === null
      ? []
      : [
          {
            kind: identifier.kind.name,
            label: labelOf(identifier.kind.definition),
            scope: identifier.scope,
            value,
            ...rest,
          },
        ];
  });
}

async function sourcesOf(kernel: Kernel, viewer: Viewer, { id, record }: Customer): Promise<CustomerPage['sources']> {
  const sources: Record<string, { channel: string; at: string }> = {};
  for (const { field, channel, value, at } of await readTraits(kernel.db, [id])) {
    const now = record[field] ?? null;
    const other = sources[field];
    if (now === null || sightOfField(viewer, field) !== 'clear' || !sameJson(now, value)) continue;
    if (other === undefined || at > other.at) sources[field] = { channel, at };
  }
  return sources;
}

const relatedText = `
with mine as (
  select key from huike.identifier where identity = any($1)
  union select key from huike.identifier_claim where identity = any($1)
), theirs as (
  select m.key, c.identity from mine m join lateral (
    (select identity from huike.identifier_claim c where c.key = m.key limit 50)
    union (select identity from huike.identifier i where i.key = m.key)
  ) c on true
)
select distinct on (n.survivor) n.survivor as id, t.key
from theirs t join huike.identity n on n.id = t.identity
where n.survivor <> $2 order by n.survivor, t.key limit 50`;

/** Customers with whom it shares an identifier, as far as the viewer may see them. */
async function relatedTo(
  kernel: Kernel,
  actor: Actor,
  { id, identities, object, catalog }: Customer,
): Promise<Related[]> {
  const rows = await kernel.db.queryText<{ id: string; key: string }>(
    relatedText,
    [identities, id],
    'customer.related',
  );
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.id);
  const records = await recordsById(readerFor(kernel, actor), object.name, ids);
  return rows.flatMap((row): Related[] => {
    const record = records.get(row.id);
    // A title that the viewer doesn't see isn't there.
    const name = record?.[object.title.name] ?? null;
    return record === undefined ? [] : [{ id: row.id, name, by: kindLabel(catalog, row.key) }];
  });
}

function kindLabel(catalog: Catalog, key: string): Label {
  const name = key.slice(0, key.search(/[@:]/));
  return labelOf(catalog.identifierKinds.get(name) ?? { name });
}

function channelsOf(kernel: Kernel, { identities }: Customer): Promise<Measures['channels']> {
  return kernel.db.queryText<Measures['channels'][number]>(
    `select channel, count(*)::int as interactions, min(at) as "firstAt", max(at) as "lastAt"
from huike.interaction where customer = any($1) group by channel order by max(at) desc`,
    [identities],
    'customer.channels',
  );
}

/** Relations by which other objects' records are the customer's, of objects that the viewer may read. */
export function ownedBy(viewer: Viewer, { object }: Customer): CatalogField[] {
  return object.referrers.filter(
    (field) =>
      field.type === 'relation' &&
      field.object !== object &&
      ![...object.fields.values()].some(({ inverse }) => inverse === field) &&
      viewer.access.object(field.object.name)?.field(field)?.clear === true,
  );
}

async function recordsOf(kernel: Kernel, actor: Actor, customer: Customer): Promise<Measures['records']> {
  const viewer = viewerOf(customer.catalog, actor, customer.object);
  const found = await Promise.all(
    ownedBy(viewer, customer).map(async (field) => {
      const sums = [...field.object.fields.values()].filter(
        (one) =>
          (one.type === 'money' || one.type === 'decimal') &&
          viewer.access.object(field.object.name)?.field(one)?.clear === true,
      );
      const created = field.object.fields.get('createdAt');
      const dated = created !== undefined && viewer.access.object(field.object.name)?.field(created)?.clear === true;
      const measures = [
        { fn: 'count' as const, as: 'count' },
        ...(dated ? [{ fn: 'max' as const, field: 'createdAt', as: 'lastAt' }] : []),
        ...sums.slice(0, 5).map(({ name }, at) => ({ fn: 'sum' as const, field: name, as: `sum${at}` })),
      ];
      const filter = { field: field.name, op: 'eq' as const, value: customer.id };
      const rows: Json = JSON.parse(await kernel.group(actor, field.object.name, { filter, group: [], measures }));
      const row = Array.isArray(rows) && isJsonObject(rows[0]) ? rows[0] : {};
      return {
        object: field.object.name,
        count: Number(row.count ?? 0),
        lastAt: typeof row.lastAt === 'string' ? row.lastAt : null,
        sums: Object.fromEntries(sums.slice(0, 5).map(({ name }, at) => [name, row[`sum${at}`] ?? null])),
      };
    }),
  );
  return found.filter(({ count }) => count > 0);
}

function mergesOf(kernel: Kernel, { identities }: Customer): Promise<MergeOf[]> {
  return kernel.db.queryText<MergeOf>(
    `select m.id, m.source, m.actor, m.reason, m.at, m.undone_at as "undoneAt",
  array_agg(distinct x.id::text) as joined
from huike.identity_edge e join huike.merge m on m.id = e.merge cross join lateral (values (e.a), (e.b)) as x (id)
where e.a = any($1) or e.b = any($1) group by m.id order by m.at desc, m.id desc limit 100`,
    [identities],
    'customer.merges',
  );
}
