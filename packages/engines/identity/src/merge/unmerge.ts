import type { CatalogObject } from '@huike/kernel';
import { newId, problem } from '@huike/schema';
import { customerKeys, syncRecords } from '../record/sync.ts';
import { readTraits, type StoredTrait } from '../record/traits.ts';
import type { Stitching } from '../stitch/context.ts';
import { lockMembers } from '../stitch/lock.ts';
import { edgesOf, lockRoots, type Member, membersOf, type PastMerge, settle } from './cluster.ts';
import { fieldsBack } from './fields.ts';
import { turnBack } from './moves.ts';

// Undoing a merge: its edges no longer count, and the cluster falls apart as far as no other edge holds it together. Both
// records and what referred to each come back; what came since goes with the identifier by which it came.

/**
 * Undoes a merge of a customer; the customers that it is now. `customer` is whom the identity was found to be of. Throws
 * `merge.unknown`, `merge.undone`, `write.busy` when it has become another's meanwhile.
 */
export async function unmergeCustomers(
  context: Stitching,
  object: CatalogObject | null,
  { id, customer }: { readonly id: string; readonly customer: string },
  merge: string,
  actor: string,
): Promise<string[]> {
  const { tx, now } = context;
  const root = (await lockRoots(tx, [id])).get(id);
  if (root === undefined) throw problem('customer.unknown');
  if (root.id !== customer) throw problem('write.busy');
  await lockMembers(tx, [root.id]);
  const members = await membersOf(tx, root.id);
  const merges = await mergesOf(context, members);
  const undone = merges.find((one) => one.id === merge);
  if (undone === undefined) throw problem('merge.unknown');
  if (undone.undo !== null) throw problem('merge.undone');
  const said = object === null ? [] : await saidOf(context, object, root.id);
  const step = newId();
  await tx.queryText(
    'update huike.merge set undone_at = $2, undone_by = $3, undo = $4 where id = $1',
    [merge, now.toISOString(), actor, step],
    'identity.undo',
  );
  const roots = settle(members, await edgesOf(tx, members));
  await tx.queryText(
    `update huike.identity i set survivor = n.survivor
from unnest($1::uuid[], $2::uuid[]) as n (id, survivor) where i.id = n.id and i.survivor <> n.survivor`,
    [[...roots.keys()], [...roots.values()]],
    'identity.part',
  );
  const parts = [...new Set(roots.values())];
  if (object !== null) {
    const back = await bringBack(context, object, parts);
    await turnBack(context, step, new Set([root.id, ...back]));
    await fieldsBack(context, object, { merges, undone, roots, back, said });
    const known = new Set(members.filter((member) => member.known).map((member) => member.id));
    await syncRecords(
      context,
      parts.filter((part) => known.has(part)),
      parts.flatMap((part) => said.map((trait) => ({ ...trait, root: part }))),
    );
  }
  return parts;
}

function mergesOf({ tx }: Stitching, members: readonly Member[]): Promise<PastMerge[]> {
  return tx.queryText<PastMerge>(
    `select m.id, m.survivor, m.undo, m.filled from huike.merge m where m.id in (
  select merge from huike.identity_edge where a = any($1) union select merge from huike.identity_edge where b = any($1)
) order by m.id for no key update`,
    [members.map(({ id }) => id)],
    'identity.pastMerges',
  );
}

/** All that channels say of the customer as it is now: traits, and the identifiers that fields hold. */
async function saidOf(context: Stitching, object: CatalogObject, root: string): Promise<StoredTrait[]> {
  return [...(await readTraits(context.tx, [root])), ...(await customerKeys(context, object, root))];
}

/** Records that wait in the bin become records again; which. */
async function bringBack(
  { tx, writer }: Stitching,
  object: CatalogObject,
  parts: readonly string[],
): Promise<ReadonlySet<string>> {
  const kept = await tx.queryText<{ record: string }>(
    'delete from huike.kept_record where record = any($1) returning record',
    [parts],
    'identity.unkeep',
  );
  // Somebody may have taken one out of the bin by hand.
  if (kept.length > 0)
    await writer.writePartial(kept.map(({ record }) => ({ op: 'restore', object: object.name, id: record })));
  return new Set(kept.map(({ record }) => record));
}
