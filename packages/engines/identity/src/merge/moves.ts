import type { CatalogObject } from '@huike/kernel';
import { type Command, isJsonObject, type Json, type JsonObject } from '@huike/schema';
import type { Stitching } from '../stitch/stitch.ts';
import type { PastMerge } from './cluster.ts';
import { read } from './join.ts';

// References that merges turned from one customer's record to another's, and where they go when one is undone.

export interface Move {
  readonly object: string;
  readonly tag: number;
  readonly record: string;
  readonly from: string;
  readonly to: string;
  /** Of a list that had both. */
  readonly had: boolean;
  readonly merge: PastMerge;
}

/** The moves of merges, in their order. */
export async function movesOf({ tx }: Stitching, merges: readonly PastMerge[]): Promise<Move[]> {
  const byId = new Map(merges.map((merge) => [merge.id, merge]));
  const rows = await tx.queryText<Omit<Move, 'merge'> & { merge: string }>(
    `select merge, object, tag, record, from_record as "from", to_record as "to", had
from huike.merge_move where merge = any($1) order by merge, had, from_record`,
    [[...byId.keys()]],
    'identity.movesOf',
  );
  return rows.flatMap((row) => {
    const merge = byId.get(row.merge);
    return merge === undefined ? [] : [{ ...row, merge }];
  });
}

/** References that still point to whom merges turned them to go to whom they were of, or whoever that is now. */
export async function turnBack(
  { writer, catalog }: Stitching,
  moves: readonly Move[],
  was: string,
  roots: ReadonlyMap<string, string>,
): Promise<void> {
  const objects = new Map([...catalog.objects.values()].map((one) => [one.id, one]));
  for (const [id, ofObject] of Map.groupBy(moves, (move) => move.object)) {
    const object = objects.get(id);
    if (object === undefined) continue;
    const fields = new Map([...object.fields.values()].map((field) => [field.tag, field]));
    const records = await readAll(writer, object, [...new Set(ofObject.map(({ record }) => record))]);
    const commands = [...Map.groupBy(ofObject, ({ record }) => record)].flatMap(([record, some]): Command[] => {
      const values: Record<string, Json> = {};
      for (const [tag, ofField] of Map.groupBy(some, (move) => move.tag)) {
        const field = fields.get(tag);
        const now = records.get(record)?.[field?.name ?? ''];
        if (field === undefined || now === undefined) continue;
        const back =
          field.type === 'relations' ? listBack(now, ofField, was, roots) : oneBack(now, ofField, was, roots);
        if (back !== undefined) values[field.name] = back;
      }
      return Object.keys(values).length === 0 ? [] : [{ op: 'update', object: object.name, id: record, values }];
    });
    for (let at = 0; at < commands.length; at += 1_000) await writer.writePartial(commands.slice(at, at + 1_000));
  }
}

/** Whom a reference named by itself when merges that count turned it, and who stands in it only for others. */
function named(moves: readonly Move[]): {
  readonly first: readonly Move[];
  readonly names: Set<string>;
  readonly turned: Set<string>;
} {
  const first: Move[] = [];
  const names = new Set<string>();
  const turned = new Set<string>();
  for (const [index, move] of moves.entries()) {
    // Of those that earlier merges had turned by then, also such as were undone since.
    const by = moves.slice(0, index).filter(({ merge }) => merge === move.merge || inForce(merge, move.merge));
    const stoodFor = (one: string) => by.some(({ to, had }) => to === one && !had);
    if (move.merge.undo !== null) continue;
    if (!stoodFor(move.from)) {
      names.add(move.from);
      first.push(move);
    }
    if (move.had && !stoodFor(move.to)) names.add(move.to);
    if (!move.had && !names.has(move.to)) turned.add(move.to);
  }
  return { first, names, turned };
}

/** Whether one merge counted when another was made. */
const inForce = (one: PastMerge, other: PastMerge) => one.undo === null || one.undo > other.id;

function oneBack(
  now: Json,
  moves: readonly Move[],
  was: string,
  roots: ReadonlyMap<string, string>,
): string | undefined {
  // The last, since a person may have turned it in between.
  const first = named(moves).first.at(-1);
  const belongs = roots.get(first?.from ?? '');
  if (first === undefined || belongs === undefined || belongs === was) return undefined;
  // A record that referred to the one that became itself refers to nobody meanwhile.
  const still = isJsonObject(now) ? now.id === was : now === null && first.record === first.to;
  return still ? belongs : undefined;
}

function listBack(
  now: Json,
  moves: readonly Move[],
  was: string,
  roots: ReadonlyMap<string, string>,
): string[] | undefined {
  const ids = Array.isArray(now) ? now.map((one) => (isJsonObject(one) ? String(one.id) : '')) : [];
  if (!ids.includes(was)) return undefined;
  const { names, turned } = named(moves);
  const belong = [...names].flatMap((one) => roots.get(one) ?? []);
  const stays = !turned.has(was) || belong.includes(was);
  const back = [...new Set([...ids.filter((one) => stays || one !== was), ...belong])];
  return back.length === ids.length && back.every((one) => ids.includes(one)) ? undefined : back;
}

async function readAll(
  writer: Stitching['writer'],
  object: CatalogObject,
  ids: readonly string[],
): Promise<Map<string, JsonObject>> {
  const records = new Map<string, JsonObject>();
  for (let at = 0; at < ids.length; at += 500)
    for (const [id, record] of await read(writer, object, ids.slice(at, at + 500))) records.set(id, record);
  return records;
}
