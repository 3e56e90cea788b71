import type { CatalogObject } from '@huike/kernel';
import { isJsonObject, type Json, type JsonObject, sameJson } from '@huike/schema';
import { recordsById } from '../record/records.ts';
import type { StoredTrait } from '../record/traits.ts';
import type { Stitching } from '../stitch/context.ts';
import type { PastMerge } from './cluster.ts';
import type { Filled } from './join.ts';

// Fields that were empty before a merge, and hold what came by it, are empty again when it is undone.

export interface Parting {
  readonly merges: readonly PastMerge[];
  readonly undone: PastMerge;
  readonly roots: ReadonlyMap<string, string>;
  /** Records that came back. */
  readonly back: ReadonlySet<string>;
  /** What channels said of the customer as it was: of what came by the merge, they may have said more since. */
  readonly said: readonly StoredTrait[];
}

export async function fieldsBack(context: Stitching, object: CatalogObject, parting: Parting): Promise<void> {
  const { merges, undone, roots, back } = parting;
  const root = roots.get(undone.survivor) ?? undone.survivor;
  if (root === undone.survivor) await unfill(context, object, root, undone.filled, parting);
  else await unfill(context, object, root, passedOn(undone.filled, root, merges), parting);
  // A record that was in the bin while a merge of its own was undone.
  for (const { survivor, undo, filled } of merges)
    if (undo !== null && back.has(survivor)) await unfill(context, object, survivor, filled, parting);
}

/** What of it went on to another record, since that one was merged in its turn. */
function passedOn(filled: Filled, root: string, merges: readonly PastMerge[]): Filled {
  const on = new Set(
    merges
      .filter(({ survivor, undo }) => survivor === root && undo === null)
      .flatMap((merge) => Object.keys(merge.filled)),
  );
  return Object.fromEntries(Object.entries(filled).filter(([name]) => on.has(name)));
}

async function unfill(
  { writer }: Stitching,
  object: CatalogObject,
  id: string,
  filled: Filled,
  { said }: Parting,
): Promise<void> {
  if (Object.keys(filled).length === 0) return;
  const record = (await recordsById(writer, object.name, [id])).get(id);
  if (record === undefined) return;
  const values: Record<string, Json> = {};
  for (const [name, [before, after]] of Object.entries(filled)) {
    const now = plain(record[name]);
    if (now === null) continue;
    const byChannel = before === null && said.some(({ field, value }) => field === name && sameJson(value, now));
    if (byChannel || sameJson(now, after)) values[name] = before;
  }
  if (Object.keys(values).length > 0) await writer.writePartial([{ op: 'update', object: object.name, id, values }]);
}

/** A value as it would be written: of what is related, the id. */
function plain(value: JsonObject[string] | undefined): Json {
  if (isJsonObject(value) && typeof value.id === 'string') return value.id;
  return Array.isArray(value) ? value.map(plain) : (value ?? null);
}
