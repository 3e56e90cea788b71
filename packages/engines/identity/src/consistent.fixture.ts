import assert from 'node:assert/strict';
import type { World } from './fixture.ts';
import { beats, type Rank } from './stitch/snapshot.ts';

// For tests: what must hold of the whole database at any time between two transactions, written plainly.

interface Row extends Rank {
  readonly survivor: string;
  readonly since: Date;
}

/** Customers are what the edges that count say, each with its best identity in front, and records follow them. */
export async function assertConsistent({ rows }: Pick<World, 'rows'>): Promise<void> {
  const found = await rows<{ id: string; survivor: string; known: boolean; since: string }>(
    'select id, survivor, known, since from huike.identity',
  );
  const identities = new Map<string, Row>(found.map((row) => [row.id, { ...row, since: new Date(row.since) }]));
  const edges = await rows<{ a: string; b: string }>(
    'select a, b from huike.identity_edge e join huike.merge m on m.id = e.merge where m.undone_at is null',
  );
  const parts = partsOf([...identities.keys()], edges);
  for (const part of parts) {
    const members = part.map((id) => identities.get(id)).filter((row) => row !== undefined);
    const [best] = members.toSorted((a, b) => (beats(a, b) ? -1 : 1));
    for (const member of members)
      assert.equal(member.survivor, best?.id, `${member.id} of ${part.length} is read as another than the best`);
  }
  const wrong = async (what: string, text: string) => assert.deepEqual(await rows(text), [], what);
  await wrong(
    "an identifier is nobody's",
    'select key from huike.identifier i where not exists (select from huike.identity n where n.id = i.identity)',
  );
  await wrong(
    "an interaction is nobody's",
    'select x.id from huike.interaction x where not exists (select from huike.identity n where n.id = x.customer)',
  );
  await wrong('an interaction is there twice', 'select id from huike.interaction group by id having count(*) > 1');
  await wrong(
    'a known customer has no record, or who was merged has one',
    `select n.id, n.known, n.survivor, m.id is not null as record from huike.identity n
left join data.member m on m.id = n.id and m."deletedAt" is null
where (m.id is not null) <> (n.known and n.survivor = n.id)`,
  );
  await wrong(
    "who waits in the bin isn't who was merged",
    `select n.id, k.record from huike.identity n full join huike.kept_record k on k.record = n.id
where (k.record is not null) <> (n.id is not null and n.survivor <> n.id and exists (select from data.member m where m.id = n.id))`,
  );
  await wrong(
    'a rollup is wrong',
    `select m.id, m.spent, p.sum from data.member m left join (
  select member, sum(amount) from data.purchase where "deletedAt" is null group by 1
) p on p.member = m.id where m."deletedAt" is null and coalesce(m.spent, 0) <> coalesce(p.sum, 0)`,
  );
}

function partsOf(ids: readonly string[], edges: readonly { readonly a: string; readonly b: string }[]): string[][] {
  const near = new Map<string, string[]>(ids.map((id) => [id, []]));
  for (const { a, b } of edges) {
    near.get(a)?.push(b);
    near.get(b)?.push(a);
  }
  const seen = new Set<string>();
  return ids.flatMap((id) => {
    if (seen.has(id)) return [];
    const part = [id];
    seen.add(id);
    for (const one of part)
      for (const next of near.get(one) ?? []) {
        if (seen.has(next)) continue;
        seen.add(next);
        part.push(next);
      }
    return [part];
  });
}
