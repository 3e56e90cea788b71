import type { Tx } from '@huike/kernel';
import { lockCustomers } from '../stitch/lock.ts';
import { beats, type Rank } from '../stitch/snapshot.ts';
import type { Filled } from './join.ts';

// Clusters: the identities that are one customer, and the edges that hold them together.

export interface Member extends Rank {
  readonly survivor: string;
}

/** A merge that joined identities of the customer, whether it still counts or not. */
export interface PastMerge {
  readonly id: string;
  readonly survivor: string;
  /** When it was undone, as an id among those of merges. */
  readonly undo: string | null;
  readonly filled: Filled;
}

interface MemberRow {
  readonly id: string;
  readonly survivor: string;
  readonly known: boolean;
  readonly since: string;
}

const toMember = ({ id, survivor, known, since }: MemberRow): Member => ({
  id,
  survivor,
  known,
  since: new Date(since),
});

/** Locks the customers that identities belong to, and follows them until nothing moves; the customer of each. */
export async function lockRoots(tx: Tx, identities: readonly string[]): Promise<Map<string, Member>> {
  const locked = new Set<string>();
  for (;;) {
    const rows = await tx.queryText<MemberRow>(
      `select n.id as of, s.id, s.survivor, s.known, s.since from huike.identity n
join huike.identity s on s.id = n.survivor where n.id = any($1)`,
      [identities],
      'identity.roots',
    );
    const roots = new Map(rows.map((row) => [String(Reflect.get(row, 'of')), toMember(row)]));
    const ids = new Set([...roots.values()].map((root) => root.id));
    if (ids.isSubsetOf(locked)) return roots;
    await lockCustomers(tx, [...ids], locked);
  }
}

/** Every identity of a customer, itself included. */
export async function membersOf(tx: Tx, root: string): Promise<Member[]> {
  const rows = await tx.queryText<MemberRow>(
    'select id, survivor, known, since from huike.identity where survivor = $1 order by id',
    [root],
    'identity.members',
  );
  return rows.map(toMember);
}

/** The edges between members that still count. */
export function edgesOf(tx: Tx, members: readonly Member[]): Promise<{ a: string; b: string }[]> {
  return tx.queryText<{ a: string; b: string }>(
    `select e.a, e.b from huike.identity_edge e join huike.merge m on m.id = e.merge
where e.a = any($1) and m.undone_at is null`,
    [members.map(({ id }) => id)],
    'identity.edges',
  );
}

/** The customer of each member, by the edges that are left. */
export function settle(
  members: readonly Member[],
  edges: readonly { readonly a: string; readonly b: string }[],
): Map<string, string> {
  const parent = new Map(members.map(({ id }) => [id, id]));
  const ranks = new Map<string, Rank>(members.map((member) => [member.id, member]));
  const find = (id: string): string => {
    let root = id;
    for (let up = parent.get(root); up !== undefined && up !== root; up = parent.get(root)) root = up;
    parent.set(id, root);
    return root;
  };
  for (const { a, b } of edges) {
    const [one, other] = [ranks.get(find(a)), ranks.get(find(b))];
    if (one === undefined || other === undefined || one.id === other.id) continue;
    const [survivor, loser] = beats(other, one) ? [other, one] : [one, other];
    parent.set(loser.id, survivor.id);
  }
  return new Map(members.map(({ id }) => [id, find(id)]));
}
