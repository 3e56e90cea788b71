import type { CatalogField, CatalogObject } from '@huike/kernel';
import { type Command, isJsonObject, type Json, problem, sameJson } from '@huike/schema';
import { syncRecords } from '../record/sync.ts';
import { readTraits } from '../record/traits.ts';
import { lockMembers } from '../stitch/lock.ts';
import type { Stitching } from '../stitch/stitch.ts';
import { edgesOf, lockRoots, type Member, membersOf, settle } from './cluster.ts';
import { type Filled, read } from './join.ts';

// Undoing a merge: its edges no longer count, and the cluster falls apart as far as no other edge holds it together. Both
// records and what referred to each come back; what came since goes with the identifier by which it came.

interface MergeRow {
  readonly survivor: string;
  readonly undoneAt: string | null;
  readonly filled: Filled;
}

interface Move {
  readonly object: string;
  readonly tag: number;
  readonly record: string;
  readonly from: string;
  readonly had: boolean;
}

/** Undoes a merge of a customer; the customers that it is now. Throws `merge.unknown`, `merge.undone`. */
export async function unmergeCustomers(
  context: Stitching,
  object: CatalogObject | null,
  id: string,
  merge: string,
  actor: string,
): Promise<string[]> {
  const { tx, now } = context;
  const root = (await lockRoots(tx, [id])).get(id);
  if (root === undefined) throw problem('customer.unknown');
  await lockMembers(tx, [root.id]);
  const members = await membersOf(tx, root.id);
  const [row] = await tx.queryText<MergeRow>(
    `select m.survivor, m.undone_at as "undoneAt", m.filled from huike.merge m
where m.id = $1 and exists (select from huike.identity_edge e where e.merge = m.id and e.a = any($2)) for update`,
    [merge, members.map((member) => member.id)],
    'identity.readMerge',
  );
  if (row === undefined) throw problem('merge.unknown');
  if (row.undoneAt !== null) throw problem('merge.undone');
  const before = object === null ? [] : await readTraits(tx, [root.id]);
  const moves = object === null ? [] : await movesOf(context, members);
  await tx.queryText(
    'update huike.merge set undone_at = $2, undone_by = $3 where id = $1',
    [merge, now.toISOString(), actor],
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
    await bringBack(context, object, parts);
    await turnBack(context, moves, root.id, roots);
    await unfill(context, object, roots.get(row.survivor) ?? row.survivor, row.filled);
    const known = new Set(members.filter((member) => member.known).map((member) => member.id));
    const said = parts.flatMap((part) => before.map((trait) => ({ ...trait, root: part })));
    await syncRecords(
      context,
      parts.filter((part) => known.has(part)),
      said,
    );
  }
  return parts;
}

/** Records that wait in the bin become records again. */
async function bringBack({ tx, writer }: Stitching, object: CatalogObject, parts: readonly string[]): Promise<void> {
  const kept = await tx.queryText<{ record: string }>(
    'delete from huike.kept_record where record = any($1) returning record',
    [parts],
    'identity.unkeep',
  );
  if (kept.length === 0) return;
  await writer.write(kept.map(({ record }) => ({ op: 'restore', object: object.name, id: record })));
}

/** The first move of each reference away from a member, by merges that count: where it belongs. */
async function movesOf({ tx }: Stitching, members: readonly Member[]): Promise<Move[]> {
  return tx.queryText<Move>(
    `select distinct on (v.object, v.tag, v.record) v.object, v.tag, v.record, v.from_record as "from", v.had
from huike.merge_move v join huike.merge m on m.id = v.merge
where v.from_record = any($1) and m.undone_at is null order by v.object, v.tag, v.record, m.at, m.id`,
    [members.map(({ id }) => id)],
    'identity.movesOf',
  );
}

/** References that still point to whom the merge turned them to go back to whom they were of. */
async function turnBack(
  { writer, catalog }: Stitching,
  moves: readonly Move[],
  was: string,
  roots: ReadonlyMap<string, string>,
): Promise<void> {
  const objects = new Map([...catalog.objects.values()].map((one) => [one.id, one]));
  const byObject = Map.groupBy(moves, ({ object }) => object);
  for (const [id, some] of byObject) {
    const object = objects.get(id);
    if (object === undefined) continue;
    const fields = new Map([...object.fields.values()].map((field) => [field.tag, field]));
    const records = await readAll(writer, object, [...new Set(some.map(({ record }) => record))]);
    const values = new Map<string, Record<string, Json>>();
    for (const { tag, record, from, had } of some) {
      const field = fields.get(tag);
      const belongs = roots.get(from);
      const now = records.get(record)?.[field?.name ?? ''];
      if (field === undefined || belongs === undefined || belongs === was || now === undefined) continue;
      const back = backTo(field, now, { was, belongs, had });
      if (back !== undefined) values.set(record, { ...values.get(record), [field.name]: back });
    }
    const commands = [...values].map(
      ([record, given]): Command => ({ op: 'update', object: object.name, id: record, values: given }),
    );
    for (let at = 0; at < commands.length; at += 1_000) await writer.writePartial(commands.slice(at, at + 1_000));
  }
}

function backTo(
  field: CatalogField,
  now: Json,
  { was, belongs, had }: { was: string; belongs: string; had: boolean },
): Json | undefined {
  if (field.type !== 'relations') return isJsonObject(now) && now.id === was ? belongs : undefined;
  const ids = Array.isArray(now) ? now.map((one) => (isJsonObject(one) ? String(one.id) : '')) : [];
  if (!ids.includes(was)) return undefined;
  return [...new Set([...ids.filter((one) => had || one !== was), belongs])];
}

/** Fields that the merge filled and nobody changed since are empty again. */
async function unfill({ writer }: Stitching, object: CatalogObject, id: string, filled: Filled): Promise<void> {
  if (Object.keys(filled).length === 0) return;
  const record = (await read(writer, object, [id])).get(id);
  if (record === undefined) return;
  const plain = (value: Json | undefined): Json => {
    if (isJsonObject(value) && typeof value.id === 'string') return value.id;
    return Array.isArray(value) ? value.map(plain) : (value ?? null);
  };
  const back = Object.entries(filled).filter(([name, [, after]]) => sameJson(plain(record[name]), after));
  if (back.length === 0) return;
  const values = Object.fromEntries(back.map(([name, [before]]) => [name, before]));
  await writer.writePartial([{ op: 'update', object: object.name, id, values }]);
}

async function readAll(writer: Stitching['writer'], object: CatalogObject, ids: readonly string[]) {
  const records = new Map<string, Awaited<ReturnType<typeof read>> extends Map<string, infer R> ? R : never>();
  for (let at = 0; at < ids.length; at += 500)
    for (const [id, record] of await read(writer, object, ids.slice(at, at + 500))) records.set(id, record);
  return records;
}
