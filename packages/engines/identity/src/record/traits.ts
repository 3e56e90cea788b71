import type { CatalogObject, ParseContext, Tx } from '@huike/kernel';
import type { Json, JsonObject } from '@huike/schema';
import { ofRoots } from '../stitch/members.ts';

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

/** Under which is kept what people entered in a record: to compare by, never to fill a record from. */
export const recordChannel = '~record';

const storeText = `
insert into huike.identity_trait as t (identity, field, channel, value, at)
select identity, field, channel, value, at
from unnest($1::uuid[], $2::text[], $3::text[], $4::jsonb[], $5::timestamptz[]) as n (identity, field, channel, value, at)
order by identity, field collate "C", channel collate "C"
on conflict (identity, field, channel) do update set value = excluded.value, at = excluded.at
where excluded.at >= t.at and (t.value <> excluded.value or excluded.at >= t.at + interval '1 day')
returning t.identity`;

/** Of each identity, field and channel what was said last. */
export function newestOf(traits: readonly Trait[]): Trait[] {
  const newest = new Map<string, Trait>();
  for (const trait of traits) {
    const key = `${trait.identity} ${trait.field} ${trait.channel}`;
    const other = newest.get(key);
    if (other === undefined || trait.at >= other.at) newest.set(key, trait);
  }
  return [...newest.values()];
}

/** Keeps what channels say; the identities of which something is new. */
export async function storeTraits(tx: Tx, traits: readonly Trait[]): Promise<Set<string>> {
  // A statement can't touch a row twice.
  const rows = newestOf(traits);
  if (rows.length === 0) return new Set();
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

const readText = ofRoots(
  `select t.field, t.channel, t.value, t.at from huike.identity_trait t
where t.identity = n.id and t.channel <> '${recordChannel}'`,
);

/** What all channels say of customers. Sent at once: what is stored after isn't among it. */
export function readTraits(tx: Pick<Tx, 'queryText'>, roots: readonly string[]): Promise<StoredTrait[]> {
  return tx.queryText<StoredTrait>(readText, [roots], 'identity.readTraits');
}

const enteredText = ofRoots(
  `select t.field, t.channel, t.value, t.at from huike.identity_trait t
where t.identity = n.id and t.channel = '${recordChannel}'`,
);

/** What people entered in the records of customers, of those that are one now too. */
export function readEntered(tx: Pick<Tx, 'queryText'>, roots: readonly string[]): Promise<StoredTrait[]> {
  return tx.queryText<StoredTrait>(enteredText, [roots], 'identity.readEntered');
}

/** The traits that a record of the customer object can hold, by field, as the record would show them. */
export function fieldsOf(object: CatalogObject, traits: JsonObject, context: ParseContext): JsonObject {
  const shown: Record<string, Json> = {};
  for (const [name, value] of Object.entries(traits)) {
    const field = object.fields.get(name);
    if (field === undefined || field.system || field.target !== null || value === null) continue;
    const parsed = field.handler.parse?.(value, field, context);
    if (parsed?.ok !== true) continue;
    const one = field.handler.present(parsed.columns, field);
    if (one !== null) shown[name] = one;
  }
  return shown;
}

/** Of each field the value that stands, with who said it: by the field's own rule, else what was said last. */
export function golden(
  traits: readonly StoredTrait[],
  object: CatalogObject,
  channels: readonly string[],
): Map<string, StoredTrait> {
  const best = new Map<string, StoredTrait>();
  for (const trait of traits) {
    const other = best.get(trait.field);
    const rule = object.fields.get(trait.field)?.definition?.survivor ?? 'recent';
    if (other === undefined || stands(rule, trait, other, channels)) best.set(trait.field, trait);
  }
  return best;
}

function stands(
  rule: 'recent' | 'complete' | 'trusted',
  a: StoredTrait,
  b: StoredTrait,
  channels: readonly string[],
): boolean {
  if (rule === 'complete') {
    const gap = lengthOf(a.value) - lengthOf(b.value);
    if (gap !== 0) return gap > 0;
  }
  if (rule === 'trusted') {
    const rank = ({ channel }: StoredTrait) =>
      channels.includes(channel) ? channels.indexOf(channel) : channels.length;
    const gap = rank(b) - rank(a);
    if (gap !== 0) return gap > 0;
  }
  return a.at === b.at ? a.channel < b.channel : a.at > b.at;
}

const lengthOf = (value: Json) => (typeof value === 'string' ? value.length : JSON.stringify(value).length);
