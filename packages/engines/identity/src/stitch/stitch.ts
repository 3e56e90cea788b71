import type { Tx } from '@huike/kernel';
import type { JsonObject } from '@huike/schema';
import { identifierFields } from '../identifier/fields.ts';
import { joinRecords } from '../merge/join.ts';
import { customerObject, type Newcomer, syncRecords } from '../record/sync.ts';
import { fieldsOf, newestOf, readTraits, storeTraits, type Trait } from '../record/traits.ts';
import type { Stitching } from './context.ts';
import { type Arrival, type NewIdentifier, Plan } from './plan.ts';
import { readSnapshot } from './read.ts';
import { storePlan } from './store.ts';

// Arrivals become customers: one look-up for all identifiers of the batch, a decision in memory, set-based writes.

export interface Arriving extends Arrival {
  /** What is said of the customer. */
  readonly traits: JsonObject;
}

export interface Stitched {
  readonly arrivals: readonly Arriving[];
  /** Under which each arrival is kept, in their order. */
  readonly identities: readonly string[];
  readonly plan: Plan;
}

/** Stitches a batch within a transaction, records and all. */
export async function stitch(context: Stitching, arrivals: readonly Arriving[]): Promise<void> {
  await bringRecords(context, await identify(context, arrivals));
}

/** Whose the arrivals are. */
export async function identify({ tx, kinds, now }: Stitching, arrivals: readonly Arriving[]): Promise<Stitched> {
  const plan = new Plan(await readSnapshot(tx, kinds, arrivals), now);
  const identities = arrivals.map((arrival) => plan.place(arrival));
  await storePlan(tx, plan, now);
  return { arrivals, identities, plan };
}

/** Brings the customers' records up to date with what came. */
export async function bringRecords(context: Stitching, { arrivals, identities, plan }: Stitched): Promise<void> {
  const { tx, catalog, now } = context;
  const object = customerObject(catalog);
  if (object === null) return;

  const parse = { catalog, company: catalog.company, now, timeZone: catalog.company.timeZone };
  const traits = arrivals.flatMap(({ traits: said, channel, at }, index) =>
    Object.entries(fieldsOf(object, said, parse)).map(([field, value]) => ({
      identity: identities[index] ?? '',
      ...{ field, channel, value, at },
    })),
  );
  const newcomers = newcomersOf(plan, traits);
  const speaking = [...new Set(traits.map(({ identity }) => plan.root(identity)))].filter(
    (root) => !newcomers.has(root),
  );
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
  const known = await knownAmong(
    tx,
    [...news].filter((root) => !newcomers.has(root) && plan.newIdentities.get(root)?.known !== false),
  );
  await syncRecords(context, known, before, [...newcomers.values()]);
}

/** The customers that came to be, and to be known, with this batch: the database holds no more of them than it said. */
function newcomersOf(plan: Plan, traits: readonly Trait[]): Map<string, Newcomer> {
  // Not those who took over somebody, or an identifier, from before.
  const heirs = new Set([...plan.rebound.values()].map((id) => plan.root(id)));
  for (const [loser, survivor] of plan.merged()) if (!plan.newIdentities.has(loser)) heirs.add(survivor);
  const roots = [...plan.newIdentities].flatMap(([id, { known }]) =>
    known && plan.root(id) === id && !heirs.has(id) ? [id] : [],
  );
  const said = Map.groupBy(newestOf(traits), ({ identity }) => plan.root(identity));
  const keys = Map.groupBy(plan.newIdentifiers, ([, { identity }]) => plan.root(identity));
  return new Map(
    roots.map((root) => [
      root,
      {
        root,
        traits: (said.get(root) ?? []).map((trait) => ({ ...trait, root, at: trait.at.toISOString() })),
        keys: (keys.get(root) ?? []).sort(byFirstSeen).map(([key]) => ({ root, key })),
      },
    ]),
  );
}

function byFirstSeen([key, { at }]: [string, NewIdentifier], [other, { at: later }]: [string, NewIdentifier]): number {
  return at.getTime() - later.getTime() || (key < other ? -1 : 1);
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
