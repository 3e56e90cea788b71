import type { Tx } from '@huike/kernel';
import type { JsonObject } from '@huike/schema';
import { identifierFields } from '../identifier/fields.ts';
import { joinRecords } from '../merge/join.ts';
import { customerObject, syncRecords } from '../record/sync.ts';
import { fieldsOf, readTraits, storeTraits } from '../record/traits.ts';
import type { Stitching } from './context.ts';
import { type Arrival, Plan } from './plan.ts';
import { readSnapshot } from './read.ts';
import { storePlan } from './store.ts';

// Arrivals become customers: one look-up for all identifiers of the batch, a decision in memory, set-based writes.

export interface Arriving extends Arrival {
  /** What is said of the customer. */
  readonly traits: JsonObject;
}

/** Stitches a batch within a transaction; the identity under which each arrival is kept, in their order. */
export async function stitch(context: Stitching, arrivals: readonly Arriving[]): Promise<string[]> {
  const { tx, catalog, kinds, now } = context;
  const plan = new Plan(await readSnapshot(tx, kinds, arrivals), now);
  const identities = arrivals.map((arrival) => plan.place(arrival));
  await storePlan(tx, plan, now);
  const object = customerObject(catalog);
  if (object === null) return identities;

  const parse = { catalog, company: catalog.company, now, timeZone: catalog.company.timeZone };
  const traits = arrivals.flatMap(({ traits: said, channel, at }, index) =>
    Object.entries(fieldsOf(object, said, parse)).map(([field, value]) => ({
      identity: identities[index] ?? '',
      ...{ field, channel, value, at },
    })),
  );
  const speaking = [...new Set(traits.map(({ identity }) => plan.root(identity)))];
  const [before, changed] = await Promise.all([
    speaking.length === 0 ? [] : readTraits(tx, speaking),
    storeTraits(tx, traits),
  ]);
  const held = new Set(identifierFields(object).values());
  const news = new Set([...changed, ...plan.newIdentities.keys(), ...plan.nowKnown.keys()].map((id) => plan.root(id)));
  for (const [key, { identity }] of plan.newIdentifiers) {
    if (held.has(key.slice(0, key.search(/[@:]/)))) news.add(plan.root(identity));
  }
  for (const { survivor } of plan.joins) news.add(plan.root(survivor));
  await joinRecords(context, object, plan.joins);
  await syncRecords(context, await knownAmong(tx, [...news]), before);
  return identities;
}

/** Visitors who are known only by a cookie or a device have no record yet. */
async function knownAmong(tx: Tx, roots: readonly string[]): Promise<string[]> {
  if (roots.length === 0) return [];
  const rows = await tx.queryText<{ id: string }>(
    'select id from huike.identity where id = any($1) and known and survivor = id order by id',
    [roots],
    'identity.known',
  );
  return rows.map(({ id }) => id);
}
