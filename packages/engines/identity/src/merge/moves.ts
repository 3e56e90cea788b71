import type { CatalogField, Repointed, Tx } from '@huike/kernel';
import { type Command, isJsonObject, type Json } from '@huike/schema';
import { recordsById } from '../record/records.ts';
import type { Stitching } from '../stitch/context.ts';
import { storeMoves } from './join.ts';

// References that merges turned from one customer's record to another's, and where they go when one is undone: each to
// whom it named at first, or whoever that is now.

interface Move {
  readonly object: string;
  readonly tag: number;
  readonly record: string;
  readonly from: string;
  readonly to: string;
  readonly had: boolean;
  readonly back: boolean;
}

/** Turns the references that stand at `places` and began with somebody who isn't read as that any more. */
export async function turnBack(
  { tx, writer, catalog }: Stitching,
  step: string,
  places: ReadonlySet<string>,
): Promise<void> {
  const moves = await movesOf(tx, [...places]);
  const survivors = await survivorsOf(tx, moves);
  const objects = new Map([...catalog.objects.values()].map((one) => [one.id, one]));
  for (const [id, ofObject] of Map.groupBy(moves, ({ object }) => object)) {
    const object = objects.get(id);
    if (object === undefined) continue;
    const fields = new Map([...object.fields.values()].map((field) => [field.tag, field]));
    const records = await recordsById(writer, object.name, [...new Set(ofObject.map(({ record }) => record))]);
    const commands: Command[] = [];
    const turned: (Repointed & { readonly step: string })[] = [];
    for (const [record, ofRecord] of Map.groupBy(ofObject, (move) => move.record)) {
      const values: Record<string, Json> = {};
      for (const [tag, some] of Map.groupBy(ofRecord, (move) => move.tag)) {
        const field = fields.get(tag);
        const now = records.get(record)?.[field?.name ?? ''];
        if (field === undefined || now === undefined) continue;
        const leaving = new Map<string, string>();
        const began = replay(some, field.type === 'relations');
        for (const [origin, place] of began) {
          const belongs = survivors.get(origin);
          if (belongs === undefined || belongs === place || !places.has(place)) continue;
          if (standsAt(field, now, place, record)) leaving.set(origin, belongs);
        }
        if (leaving.size === 0) continue;
        values[field.name] =
          field.type === 'relations' ? listWithout(now, began, leaving) : ([...leaving.values()][0] ?? null);
        for (const [from, to] of leaving) turned.push({ step, object: id, tag, record, from, to, had: false });
      }
      if (Object.keys(values).length > 0) commands.push({ op: 'update', object: object.name, id: record, values });
    }
    for (let at = 0; at < commands.length; at += 1_000) await writer.writePartial(commands.slice(at, at + 1_000));
    await storeMoves(tx, turned, true);
  }
}

/** Every move of the references that were once turned to one of the places, in their order. */
function movesOf(tx: Tx, places: readonly string[]): Promise<Move[]> {
  return tx.queryText<Move>(
    `select v.object, v.tag, v.record, v.from_record as "from", v.to_record as "to", v.had, v.back
from huike.merge_move v
where v.record in (select record from huike.merge_move where to_record = any($1))
order by v.step, v.had, v.from_record`,
    [places],
    'identity.movesOf',
  );
}

async function survivorsOf(tx: Tx, moves: readonly Move[]): Promise<Map<string, string>> {
  const ids = new Set(moves.flatMap(({ from, to }) => [from, to]));
  const rows = await tx.queryText<{ id: string; survivor: string }>(
    'select id, survivor from huike.identity where id = any($1)',
    [[...ids]],
    'identity.survivorsOf',
  );
  return new Map(rows.map(({ id, survivor }) => [id, survivor]));
}

/** Where a field's references stand by what was noted of them: whom each named at first, and whom it names. */
function replay(moves: readonly Move[], list: boolean): Map<string, string> {
  const places = new Map<string, string>();
  for (const { from, to, had, back } of moves) {
    if (back) {
      places.set(from, to);
      continue;
    }
    const there = [...places].flatMap(([origin, place]) => (place === from ? [origin] : []));
    // A single reference that stands elsewhere was turned by a person since: it begins anew.
    if (there.length === 0 && !list) places.clear();
    // It names the other one by itself too.
    if (had && ![...places.values()].includes(to)) places.set(to, to);
    for (const origin of there.length === 0 ? [from] : there) places.set(origin, to);
  }
  return places;
}

function standsAt(field: CatalogField, now: Json, place: string, record: string): boolean {
  if (field.type === 'relations') return idsIn(now).includes(place);
  // A record that referred to the one that became itself refers to nobody meanwhile.
  return isJsonObject(now) ? now.id === place : now === null && place === record;
}

function listWithout(now: Json, began: ReadonlyMap<string, string>, leaving: ReadonlyMap<string, string>): string[] {
  const left = new Set([...leaving.keys()].map((origin) => began.get(origin)));
  for (const [origin, place] of began) if (!leaving.has(origin)) left.delete(place);
  return [...new Set([...idsIn(now).filter((one) => !left.has(one)), ...leaving.values()])];
}

const idsIn = (list: Json): string[] =>
  Array.isArray(list) ? list.map((one) => (isJsonObject(one) ? String(one.id) : '')) : [];
