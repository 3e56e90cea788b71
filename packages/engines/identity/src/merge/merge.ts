import type { CatalogObject } from '@huike/kernel';
import { newId, problem } from '@huike/schema';
import { syncRecords } from '../record/sync.ts';
import type { Stitching } from '../stitch/context.ts';
import { lockMembers } from '../stitch/lock.ts';
import { beats } from '../stitch/snapshot.ts';
import { lockRoots, type Member } from './cluster.ts';
import { joinRecords } from './join.ts';

// Merging by decision: of a person, or of the batch match.

export interface Decision {
  readonly source: 'match' | 'person';
  /** Who decided, as in the log. */
  readonly actor: string;
  readonly reason: string | null;
  /** What it rests on. */
  readonly evidence: unknown;
}

export interface Merged {
  readonly mergeId: string;
  /** Whose id the customer has from now on. */
  readonly id: string;
}

/** Records that nobody tracked yet become identities of their own, as old as their ids. */
export async function adopt({ tx, now }: Stitching, records: readonly string[]): Promise<void> {
  await tx.queryText(
    `insert into huike.identity (id, survivor, known, since)
select id, id, true, since from unnest($1::uuid[], $2::timestamptz[]) as n (id, since) order by id on conflict do nothing`,
    [records, records.map((id) => new Date(Math.min(madeAt(id), now.getTime())).toISOString())],
    'identity.adopt',
  );
}

/** The milliseconds that a UUIDv7 begins with. */
const madeAt = (id: string) => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);

/**
 * Joins customers. `allowed` are those that the decision was found to be allowed for. Throws `merge.same` when they are
 * one already, `customer.unknown` when one isn't there, `write.busy` when one has become another's meanwhile.
 */
export async function mergeCustomers(
  context: Stitching,
  object: CatalogObject | null,
  ids: readonly string[],
  decision: Decision,
  allowed?: ReadonlySet<string>,
): Promise<Merged> {
  const { tx, now } = context;
  const roots = await lockRoots(tx, ids);
  const found = ids.map((id) => roots.get(id));
  const members = new Map<string, Member>();
  for (const member of found) {
    if (member === undefined) throw problem('customer.unknown');
    if (allowed?.has(member.id) === false) throw problem('write.busy');
    members.set(member.id, member);
  }
  if (members.size < 2) throw problem('merge.same');
  if (object !== null && (await areInBin(context, object, [...members.keys()]))) throw problem('customer.unknown');
  const [first, ...others] = [...members.values()].sort((a, b) => (beats(a, b) ? -1 : 1));
  if (first === undefined) throw problem('customer.unknown');

  const merge = newId();
  const { source, actor, reason, evidence } = decision;
  await tx.queryText(
    'insert into huike.merge (id, survivor, source, actor, reason, evidence, at) values ($1, $2, $3, $4, $5, $6, $7)',
    [merge, first.id, source, actor, reason, JSON.stringify(evidence), now.toISOString()],
    'identity.merge',
  );
  // The edges are between those that were named: whoever they are of later, these belong together.
  const [one, ...rest] = [...new Set(ids)];
  for (const other of rest) {
    void tx.queryText(
      'insert into huike.identity_edge (a, b, merge) values ($1, $2, $3) on conflict do nothing',
      [one ?? '', other, merge],
      'identity.edge',
    );
  }
  await lockMembers(
    tx,
    others.map(({ id }) => id),
  );
  await tx.queryText(
    'update huike.identity set survivor = $1 where survivor = any($2)',
    [first.id, others.map(({ id }) => id)],
    'identity.absorb',
  );
  if (object !== null) {
    await joinRecords(
      context,
      object,
      others.map(({ id }) => ({ id: merge, survivor: first.id, loser: id })),
    );
    if (first.known) await syncRecords(context, [first.id], []);
  }
  return { mergeId: merge, id: first.id };
}

async function areInBin({ writer }: Stitching, { name }: CatalogObject, ids: readonly string[]): Promise<boolean> {
  const filter = { field: 'id', op: 'in' as const, value: [...ids] };
  const { data } = await writer.list(name, { fields: ['id'], filter, sort: ['id'], limit: 1, deleted: 'only' });
  return data !== '[]';
}
