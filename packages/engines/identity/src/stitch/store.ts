import { Moved, type Tx } from '@huike/kernel';
import { newId } from '@huike/schema';
import { lockMembers } from './lock.ts';
import type { Plan } from './plan.ts';

// Writing down what a plan decided, set by set.

/** Questions about one customer: nobody answers more, and whoever floods them hides the others. */
const reviewsEach = 100;

const text = {
  identities: `
insert into huike.identity (id, survivor, known, since)
select * from unnest($1::uuid[], $2::uuid[], $3::boolean[], $4::timestamptz[])`,
  nowKnown: `
update huike.identity i set known = true, since = n.since
from unnest($1::uuid[], $2::timestamptz[]) as n (id, since) where i.id = n.id`,
  survivors: `
update huike.identity i set survivor = m.survivor
from unnest($1::uuid[], $2::uuid[]) as m (loser, survivor) where i.survivor = m.loser`,
  freed: 'delete from huike.identifier where key = any($1)',
  identifiers: `
insert into huike.identifier (key, identity, channel, event, first_seen, last_seen)
select key, identity, channel, event, at, at
from unnest($1::text[], $2::uuid[], $3::text[], $4::uuid[], $5::timestamptz[]) as n (key, identity, channel, event, at)
order by key collate "C"
on conflict do nothing`,
  touched: `
with held as materialized (select key from huike.identifier where key = any($1) order by key for no key update)
update huike.identifier i set identity = coalesce(n.identity, i.identity), shared = i.shared or n.shared,
  last_seen = greatest(i.last_seen, n.seen)
from held join unnest($1::text[], $2::uuid[], $3::boolean[], $4::timestamptz[]) as n (key, identity, shared, seen)
  on n.key = held.key
where i.key = held.key`,
  claims: `
insert into huike.identifier_claim (key, identity, first_seen)
select key, identity, at from unnest($1::text[], $2::uuid[], $3::timestamptz[]) as n (key, identity, at)
order by key collate "C", identity
on conflict do nothing`,
  merges: `
insert into huike.merge (id, survivor, source, actor, evidence, at)
select id, survivor, 'stitch', 'identity', evidence, at
from unnest($1::uuid[], $2::uuid[], $3::jsonb[], $4::timestamptz[]) as n (id, survivor, evidence, at)`,
  edges: `
insert into huike.identity_edge (a, b, merge) select * from unnest($1::uuid[], $2::uuid[], $3::uuid[])`,
  reviews: `
insert into huike.identity_review (id, a, b, kind, key, created_at)
select id, least(a, b), greatest(a, b), kind, key, at
from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[]) as n (id, a, b, kind, key, at)
where (select count(*) from (select from huike.identity_review r where r.a = n.a limit ${reviewsEach}) x) < ${reviewsEach}
  and (select count(*) from (select from huike.identity_review r where r.b = n.b limit ${reviewsEach}) x) < ${reviewsEach}
on conflict do nothing`,
} as const;

/**
 * Sends the statements; they are answered with the transaction's end, but for the new identifiers: throws `Moved` when
 * another transaction took one of them meanwhile.
 */
export async function storePlan(tx: Tx, plan: Plan, now: Date): Promise<void> {
  const at = now.toISOString();
  const send = (name: keyof typeof text, columns: readonly (readonly (string | boolean | null)[])[]) => {
    if ((columns[0]?.length ?? 0) > 0) void tx.queryText(text[name], columns, `identity.store.${name}`);
  };
  const fresh = [...plan.newIdentities.values()];
  send('identities', [
    fresh.map(({ id }) => id),
    fresh.map(({ id }) => plan.root(id)),
    fresh.map(({ known }) => known),
    fresh.map(({ since }) => since.toISOString()),
  ]);
  const known = [...plan.nowKnown.values()];
  send('nowKnown', [known.map(({ id }) => id), known.map(({ since }) => since.toISOString())]);
  const merged = [...plan.merged()];
  if (merged.length > 0)
    await lockMembers(
      tx,
      merged.map(([loser]) => loser),
    );
  send('survivors', [merged.map(([loser]) => loser), merged.map(([, survivor]) => survivor)]);
  send('freed', [[...plan.freed]]);
  await storeIdentifiers(tx, plan);

  const touched = touchedKeys(plan);
  send('touched', [
    touched,
    touched.map((key) => plan.rebound.get(key) ?? null),
    touched.map((key) => plan.shared.has(key)),
    touched.map((key) => plan.seen.get(key)?.toISOString() ?? null),
  ]);
  const claims = [...plan.claims].flatMap(([key, ids]) => [...ids].map((id) => [key, id] as const));
  send('claims', [claims.map(([key]) => key), claims.map(([, id]) => id), claims.map(() => at)]);
  const { joins, reviews } = plan;
  send('merges', [
    joins.map(({ id }) => id),
    joins.map(({ survivor }) => survivor),
    joins.map(({ keys, arrival: { event, channel } }) => JSON.stringify({ identifiers: keys, event, channel })),
    joins.map(() => at),
  ]);
  send('edges', [joins.map(({ a }) => a), joins.map(({ b }) => b), joins.map(({ id }) => id)]);
  send('reviews', [
    reviews.map(() => newId()),
    reviews.map(({ a }) => a),
    reviews.map(({ b }) => b),
    reviews.map(({ kind }) => kind),
    reviews.map(({ key }) => key),
    reviews.map(() => at),
  ]);
}

async function storeIdentifiers(tx: Tx, { newIdentifiers }: Plan): Promise<void> {
  if (newIdentifiers.size === 0) return;
  const entries = [...newIdentifiers];
  const rows = await tx.queryText<{ key: string }>(
    `${text.identifiers} returning key`,
    [
      entries.map(([key]) => key),
      entries.map(([, { identity }]) => identity),
      entries.map(([, { channel }]) => channel),
      entries.map(([, { event }]) => event),
      entries.map(([, { at }]) => at.toISOString()),
    ],
    'identity.store.identifiers',
  );
  if (rows.length < entries.length) throw new Moved();
}

/** Identifiers that were there before and change. */
function touchedKeys({ rebound, shared, seen, newIdentifiers, freed }: Plan): string[] {
  const keys = new Set([...rebound.keys(), ...shared, ...seen.keys()]);
  // A new one has all of it but whether it is shared.
  return [...keys].filter((key) => shared.has(key) || (!newIdentifiers.has(key) && !freed.has(key)));
}
