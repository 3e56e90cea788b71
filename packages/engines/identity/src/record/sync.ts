import type { Catalog, CatalogObject } from '@huike/kernel';
import { type Command, type Json, type JsonObject, sameJson } from '@huike/schema';
import { identifierFields, kindOfField } from '../identifier/fields.ts';
import { fromKey } from '../identifier/kinds.ts';
import type { Stitching } from '../stitch/context.ts';
import { ofRoots } from '../stitch/members.ts';
import { recordsById } from './records.ts';
import { golden, readEntered, readTraits, type StoredTrait } from './traits.ts';

// Customers' records follow what channels say: one is made when a customer comes to be known, and its fields are filled
// and kept up to date as long as no person has edited them.

/** The trait of the object that identities resolve to. */
const customerTrait = 'customer';

export function customerObject(catalog: Catalog): CatalogObject | null {
  return catalog.traits.get(customerTrait) ?? null;
}

export interface KeyOfRoot {
  readonly root: string;
  readonly key: string;
}

/** A known customer that has no record yet, with all that the database holds of it. */
export interface Newcomer {
  readonly root: string;
  readonly traits: readonly StoredTrait[];
  /** The first seen before the others. */
  readonly keys: readonly KeyOfRoot[];
}

const keysText = `
${ofRoots('select i.key, i.first_seen from huike.identifier i where i.identity = n.id')} order by x.first_seen, x.key`;

/** Records that are written at a time. */
const page = 500;

/**
 * Makes the records of known customers that have none, and brings those up to date that have one. `before` is what
 * channels said until now.
 */
export async function syncRecords(
  context: Stitching,
  roots: readonly string[],
  before: readonly StoredTrait[],
  newcomers: readonly Newcomer[] = [],
): Promise<void> {
  const { writer, catalog } = context;
  const object = customerObject(catalog);
  if (object === null) return;
  const commands = newcomers.map(({ root, traits, keys }) =>
    create(object, root, valuesFrom(object, context, traits, keys), keys),
  );
  if (roots.length > 0) commands.push(...(await catchUp(context, object, roots, before)));
  // What a rule of the company's own refuses stays undone: the next event tries again.
  for (let at = 0; at < commands.length; at += page) await writer.writePartial(commands.slice(at, at + page));
}

/** What brings the records of customers up to date that may have one. */
async function catchUp(
  context: Stitching,
  object: CatalogObject,
  roots: readonly string[],
  before: readonly StoredTrait[],
): Promise<Command[]> {
  const { tx, writer } = context;
  const [traits, byPeople, keys, records] = await Promise.all([
    readTraits(tx, roots),
    readEntered(tx, roots),
    tx.queryText<KeyOfRoot>(keysText, [roots], 'identity.keysOfRoots'),
    recordsById(writer, object.name, roots),
  ]);
  const traitsOf = Map.groupBy(traits, ({ root }) => root);
  const saidBefore = Map.groupBy(before, ({ root }) => root);
  const enteredIn = Map.groupBy(byPeople, ({ root }) => root);
  const keysOf = Map.groupBy(keys, ({ root }) => root);
  return roots.flatMap((root): Command[] => {
    const said = traitsOf.get(root) ?? [];
    const known = keysOf.get(root) ?? [];
    const values = valuesFrom(object, context, said, known);
    const record = records.get(root);
    if (record === undefined) return [create(object, root, values, known)];
    return update(object, root, record, values, {
      said: [...said, ...(saidBefore.get(root) ?? [])],
      entered: enteredIn.get(root) ?? [],
    });
  });
}

/** What the record shall hold of what is known of its customer. */
function valuesFrom(
  object: CatalogObject,
  context: Stitching,
  traits: readonly StoredTrait[],
  keys: readonly KeyOfRoot[],
): JsonObject {
  const channels = context.catalog.company.channels;
  return { ...fromKeys(object, context, keys), ...goldenValues(object, channels, traits) };
}

/** What fields that hold identifiers could hold of a customer's, as if channels had said it. */
export async function customerKeys(
  { tx, kinds }: Pick<Stitching, 'tx' | 'kinds'>,
  object: CatalogObject,
  root: string,
): Promise<StoredTrait[]> {
  const keys = await tx.queryText<KeyOfRoot>(keysText, [[root]], 'identity.keysOfRoots');
  const identifiers = keys.map(({ key }) => fromKey(kinds, key));
  return [...object.fields.values()].flatMap((field) =>
    identifiers
      .filter((identifier) => identifier !== null && identifier.kind.name === kindOfField(field))
      .map((identifier) => ({ root, field: field.name, channel: '', value: identifier?.value ?? null, at: '' })),
  );
}

/** Fields that hold identifiers, of those that the customer has: the first seen of each kind. */
function fromKeys(object: CatalogObject, { catalog, kinds, now }: Stitching, keys: readonly KeyOfRoot[]): JsonObject {
  const values: Record<string, Json> = {};
  const parse = { catalog, company: catalog.company, now, timeZone: catalog.company.timeZone };
  const identifiers = keys.map(({ key }) => fromKey(kinds, key));
  for (const [field, kind] of identifierFields(object)) {
    const first = identifiers.find((identifier) => identifier?.kind.name === kind);
    if (first != null && field.handler.parse?.(first.value, field, parse).ok === true) values[field.name] = first.value;
  }
  return values;
}

function goldenValues(object: CatalogObject, channels: readonly string[], traits: readonly StoredTrait[]): JsonObject {
  return Object.fromEntries(
    [...golden(traits, object, channels).values()]
      .filter(({ field }) => object.fields.has(field))
      .map(({ field, value }) => [field, value]),
  );
}

function create(object: CatalogObject, id: string, values: JsonObject, keys: readonly KeyOfRoot[]): Command {
  const title = object.title.name;
  const named = values[title] !== undefined || object.title.system || object.title.handler.parse === null;
  return {
    op: 'create',
    object: object.name,
    id,
    values: named ? values : { ...values, [title]: nameFor(keys) },
  };
}

/** What a customer without a name goes by: the value that it was first known by. */
function nameFor(keys: readonly KeyOfRoot[]): string {
  const key = keys[0]?.key ?? '';
  return key.slice(key.indexOf(':') + 1, key.indexOf(':') + 61) || '—';
}

/** A field is a channel's as long as it is empty or holds what some channel said, and no person entered the same. */
function update(
  object: CatalogObject,
  id: string,
  record: JsonObject,
  values: JsonObject,
  { said, entered }: { readonly said: readonly StoredTrait[]; readonly entered: readonly StoredTrait[] },
): Command[] {
  const holds = (traits: readonly StoredTrait[], name: string, now: Json) =>
    traits.some(({ field, value }) => field === name && sameJson(value, now));
  const changed = Object.entries(values).filter(([name, value]) => {
    const now = record[name] ?? null;
    if (sameJson(now, value)) return false;
    if (now === null || (name === object.title.name && isPlaceholder(now, values))) return true;
    return holds(said, name, now) && !holds(entered, name, now);
  });
  if (changed.length === 0) return [];
  return [{ op: 'update', object: object.name, id, values: Object.fromEntries(changed) }];
}

/** A name that was made of an identifier. */
function isPlaceholder(name: Json, values: JsonObject): boolean {
  return name === '—' || Object.values(values).some((value) => value === name);
}
