import type { Actor, Catalog, CatalogObject, Kernel } from '@huike/kernel';
import { isId, isJsonObject, type Json, type JsonObject, Problem, problem } from '@huike/schema';
import { identifierOf, kindsOf } from '../identifier/kinds.ts';
import { customerObject } from '../record/sync.ts';
import { sightOfKind, viewerOf } from './sight.ts';

// The one customer that an id or an identifier leads to, under the rights on its record.

export interface Customer {
  /** Of the customer and its record: of the survivor, whatever id was asked for. */
  readonly id: string;
  /** Every identity that it consists of. */
  readonly identities: readonly string[];
  readonly object: CatalogObject;
  readonly catalog: Catalog;
  /** As the actor may read it. */
  readonly record: JsonObject;
}

const membersText = `
select m.id from huike.identity n join huike.identity m on m.survivor = n.survivor where n.id = $1
order by m.id <> m.survivor, m.id`;

/** Throws `customer.absent` where no object is the customer, `customer.unknown` for what is not there to the actor. */
export async function findCustomer(kernel: Kernel, actor: Actor, given: string): Promise<Customer> {
  const catalog = kernel.catalogs.current();
  const object = customerObject(catalog);
  if (object === null) throw problem('customer.absent');
  const id = given.toLowerCase();
  if (!isId(id)) throw problem('customer.unknown');
  const members = await kernel.db.queryText<{ id: string }>(membersText, [id], 'customer.members');
  const root = members[0]?.id ?? id;
  const record = await recordOf(kernel, actor, object, root);
  return { id: root, identities: members.length === 0 ? [id] : members.map((one) => one.id), object, catalog, record };
}

async function recordOf(kernel: Kernel, actor: Actor, object: CatalogObject, id: string): Promise<JsonObject> {
  try {
    const record: Json = JSON.parse(await kernel.get(actor, object.name, id));
    if (isJsonObject(record)) return record;
  } catch (error) {
    const unknown = error instanceof Problem && ['record.unknown', 'object.unknown'].includes(error.code);
    if (!unknown) throw error;
  }
  throw problem('customer.unknown');
}

const lookupText = `
select n.survivor as id from huike.identifier i join huike.identity n on n.id = i.identity where i.key = $1`;

/**
 * The customer that an identifier points to. Whoever doesn't see the values of a kind can't ask by them: `query.masked`.
 * Throws `identifier.kind`, `identifier.value`, `customer.unknown`.
 */
export async function lookup(
  kernel: Kernel,
  actor: Actor,
  asked: { readonly kind: string; readonly value: string; readonly scope: string },
): Promise<{ readonly id: string; readonly record: JsonObject }> {
  const catalog = kernel.catalogs.current();
  const object = customerObject(catalog);
  if (object === null) throw problem('customer.absent');
  const kind = kindsOf(catalog).get(asked.kind);
  if (kind === undefined) throw problem('identifier.kind', { kind: asked.kind.slice(0, 60) });
  if (sightOfKind(viewerOf(catalog, actor, object), kind) !== 'clear')
    throw problem('query.masked', { field: asked.kind });
  const identifier = identifierOf(kind, asked.scope, asked.value);
  if (identifier === null) throw problem('identifier.value', { kind: kind.name });
  if (identifier === 'nobody') throw problem('customer.unknown');
  const [found] = await kernel.db.queryText<{ id: string }>(lookupText, [identifier.key], 'customer.lookup');
  if (found === undefined) throw problem('customer.unknown');
  return { id: found.id, record: await recordOf(kernel, actor, object, found.id) };
}
