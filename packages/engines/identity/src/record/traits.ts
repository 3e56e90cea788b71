import type { CatalogObject, ParseContext, Tx } from '@huike/kernel';
import type { Json, JsonObject } from '@huike/schema';

// What channels say of a customer, and which of it the record holds: the golden fields.

export interface Trait {
  readonly identity: string;
  readonly field: string;
  readonly channel: string;
  readonly value: Json;
  readonly at: Date;
}

/** A trait as it is stored, of the customer that it belongs to now. */
export interface StoredTrait {
  readonly root: string;
  readonly field: string;
  readonly channel: string;
  readonly value: Json;
  readonly at: string;
}

/** Under which the name of a record that people made is kept: to compare by, never to fill a record from. */
export const recordChannel = '~record';

const storeText = `
insert into huike.identity_trait as t (identity, field, channel, value, at)
select identity, field, channel, value, at
from unnest($1::uuid[], $2::text[], $3::text[], $4::jsonb[], $5::timestamptz[]) as n (identity, field, channel, value, at)
order by identity, field collate "C", channel collate "C"
on conflict (identity, field, channel) do update set value = excluded.value, at = excluded.at
where excluded.at >= t.at and (t.value <> excluded.value or excluded.at >= t.at + interval '1 day')
returning t.identity`;

/** Keeps what channels say; the identities of which something is new. */
export async function storeTraits(tx: Tx, traits: readonly Trait[]): Promise<Set<string>> {
  // The newest of each channel: a statement can't touch a row twice.
  const newest = new Map<string, Trait>();
  for (const trait of traits) {
    const key = `${trait.identity} ${trait.field} ${trait.channel}`;
    const other = newest.get(key);
    if (other === undefined || trait.at >= other.at) newest.set(key, trait);
  }
  if (newest.size === 0) return new Set();
  const rows = [...newest.values()];
  const changed = await tx.queryText<{ identity: string }>(
    storeText,
    [
      rows.map(({ identity }) => identity),
      rows.map(({ field }) => field),
      rows.map(({ channel }) => channel),
      rows.map(({ value }) => JSON.stringify(value)),
      rows.map(({ at }) => at.toISOString()),
    ],
    'identity.traits',
  );
  return new Set(changed.map(({ identity }) => identity));
}

const readText = `
select n.survivor as root, t.field, t.channel, t.value, t.at
from huike.identity n join huike.identity_trait t on t.identity = n.id
where n.survivor = any($1) and t.channel <> '${recordChannel}'`;

/** What all channels say of customers. Sent at once: what is stored after isn't among it. */
export function readTraits(tx: Pick<Tx, 'queryText'>, roots: readonly string[]): Promise<StoredTrait[]> {
  return tx.queryText<StoredTrait>(readText, [roots], 'identity.readTraits');
}

/** The traits that a record of the customer object could hold: fields by name, of values that they take. */
export function fieldsOf(object: CatalogObject, traits: JsonObject, context: ParseContext): JsonObject {
  return Object.fromEntries(
    Object.entries(traits).filter(([name, value]) => {
      const field = object.fields.get(name);
      if (field === undefined || field.system || field.target !== null || value === null) return false;
      return field.handler.parse?.(value, field, context).ok === true;
    }),
  );
}

/** Of each field the value that was said last, with who said it. */
export function golden(traits: readonly StoredTrait[]): Map<string, StoredTrait> {
  const best = new Map<string, StoredTrait>();
  for (const trait of traits) {
    const other = best.get(trait.field);
    if (other === undefined || isNewer(trait, other)) best.set(trait.field, trait);
  }
  return best;
}

function isNewer(a: StoredTrait, b: StoredTrait): boolean {
  return a.at === b.at ? a.channel < b.channel : a.at > b.at;
}
