import type { CatalogField, CatalogObject, ReadingWriter, Repointed, Tx } from '@huike/kernel';
import { type Command, isJsonObject, type Json, type JsonObject } from '@huike/schema';
import { recordsById } from '../record/records.ts';
import type { Stitching } from '../stitch/context.ts';

// Records of customers that were found to be one: what referred to the one that goes refers to the one that stays, whose
// empty fields are filled; the one that goes waits in the bin for as long as the merge stands.

/** A merge of two customers: who goes and who stays. */
export interface Joining {
  /** Of the merge. */
  readonly id: string;
  readonly survivor: string;
  readonly loser: string;
}

/** Before and after, of the fields that were empty, or lists, when a merge was made: it filled them, or left them so. */
export type Filled = Readonly<Record<string, readonly [before: Json, after: Json]>>;

/** Customers whose records are joined at a time. */
const atOnce = 200;

/** Joins the records of customers that were merged, in the order of the merges. */
export async function joinRecords(
  context: Stitching,
  object: CatalogObject,
  joinings: readonly Joining[],
): Promise<void> {
  const filled = new Map<string, Filled>();
  for (const round of rounds(await withRecords(context, object, joinings)))
    for (let at = 0; at < round.length; at += atOnce)
      await joinSome(context, object, round.slice(at, at + atOnce), filled);
}

/** Most merges are of visitors, who have no record. */
async function withRecords(
  { writer }: Stitching,
  object: CatalogObject,
  joinings: readonly Joining[],
): Promise<Joining[]> {
  const losers = [...new Set(joinings.map(({ loser }) => loser))];
  const found = new Set((await recordsById(writer, object.name, losers, ['id'])).keys());
  return joinings.filter(({ survivor, loser }) => {
    if (!found.has(loser)) return false;
    // It has one from then on, whatever it had before.
    found.add(survivor);
    return true;
  });
}

/** Those that have nobody in common with each other go together. */
function rounds(joinings: readonly Joining[]): Joining[][] {
  const found: Joining[][] = [];
  const next = new Map<string, number>();
  for (const joining of joinings) {
    const { survivor, loser } = joining;
    const round = Math.max(next.get(survivor) ?? 0, next.get(loser) ?? 0);
    next.set(survivor, round + 1).set(loser, round + 1);
    const some = found[round];
    if (some === undefined) found.push([joining]);
    else some.push(joining);
  }
  return found;
}

async function joinSome(
  context: Stitching,
  object: CatalogObject,
  joinings: readonly Joining[],
  before: Map<string, Filled>,
): Promise<void> {
  const { tx, writer } = context;
  const records = await recordsById(
    writer,
    object.name,
    joinings.flatMap(({ survivor, loser }) => [survivor, loser]),
  );
  const ready: Joining[] = [];
  const commands: Command[] = [];
  for (const joining of joinings) {
    const { id, survivor, loser } = joining;
    const gone = records.get(loser);
    if (gone === undefined) continue;
    const stays = records.get(survivor) ?? (await bringOrMake(writer, object, survivor, gone));
    // A rule of the company's own is against it: the other record stays as it is, and nobody's events are held up.
    if (stays === null) continue;
    const filled = fill(object, stays, gone);
    const given = Object.entries(filled).flatMap(([name, [, after]]) =>
      after === null ? [] : [[name, after] as const],
    );
    if (given.length > 0)
      commands.push({ op: 'update', object: object.name, id: survivor, values: Object.fromEntries(given) });
    commands.push({ op: 'delete', object: object.name, id: loser });
    before.set(id, together(before.get(id) ?? {}, filled));
    ready.push(joining);
  }
  if (ready.length === 0) return;
  const turned = await writer.repoint(object, new Map(ready.map(({ loser, survivor }) => [loser, survivor])));
  await writer.writePartial(commands);
  const mergeOf = new Map(ready.map(({ id, loser }) => [loser, id]));
  await storeMoves(
    tx,
    turned.map((one) => ({ ...one, step: mergeOf.get(one.from) ?? '' })),
    false,
  );
  void tx.queryText(
    'update huike.merge m set filled = n.filled from unnest($1::uuid[], $2::jsonb[]) as n (id, filled) where m.id = n.id',
    [ready.map(({ id }) => id), ready.map(({ id }) => JSON.stringify(before.get(id) ?? {}))],
    'identity.filled',
  );
  await tx.queryText(
    'insert into huike.kept_record select * from unnest($1::uuid[]) on conflict do nothing',
    [ready.map(({ loser }) => loser)],
    'identity.keep',
  );
}

/** What one merge filled from several, one after the other. */
function together(first: Filled, second: Filled): Filled {
  const all = { ...first, ...second };
  for (const [name, [before, after]] of Object.entries(first)) all[name] = [before, second[name]?.[1] ?? after];
  return all;
}

/** The record of who stays, who has none: out of the bin, or made of the other's. Null when that is refused. */
async function bringOrMake(
  writer: ReadingWriter,
  object: CatalogObject,
  id: string,
  gone: JsonObject,
): Promise<JsonObject | null> {
  const name = object.name;
  for (const command of [
    { op: 'restore', object: name, id },
    { op: 'create', object: name, id, values: valuesOf(object, gone) },
  ] satisfies Command[]) {
    const [result] = await writer.writePartial([command]);
    if (result !== undefined && !('problem' in result))
      return (await recordsById(writer, object.name, [id])).get(id) ?? null;
  }
  return null;
}

/** Notes references that were turned in a step; those that an undoing turned `back` with where they began. */
export async function storeMoves(
  tx: Tx,
  turned: readonly (Repointed & { readonly step: string })[],
  back: boolean,
): Promise<void> {
  if (turned.length === 0) return;
  await tx.queryText(
    `insert into huike.merge_move (step, object, tag, record, from_record, to_record, had, back)
select n.*, $8 from unnest($1::uuid[], $2::uuid[], $3::int[], $4::uuid[], $5::uuid[], $6::uuid[], $7::boolean[]) as n
on conflict do nothing`,
    [
      turned.map(({ step }) => step),
      turned.map(({ object }) => object),
      turned.map(({ tag }) => tag),
      turned.map(({ record }) => record),
      turned.map(({ from }) => from),
      turned.map(({ to }) => to),
      turned.map(({ had }) => had),
      back,
    ],
    'identity.moves',
  );
}

/** What the survivor lacks and the other has; lists are joined. */
function fill(object: CatalogObject, stays: JsonObject, gone: JsonObject): Filled {
  const filled: Record<string, readonly [Json, Json]> = {};
  for (const field of writable(object)) {
    const [mine, theirs] = [asWritten(field, stays[field.name]), asWritten(field, gone[field.name])];
    // Nobody refers to oneself.
    const given = theirs === stays.id ? null : theirs;
    if (mine === null) filled[field.name] = [null, given];
    else if (field.type === 'relations' && Array.isArray(mine) && Array.isArray(theirs)) {
      const both = [...new Set([...mine, ...theirs])];
      if (both.length > mine.length) filled[field.name] = [mine, both];
    }
  }
  return filled;
}

function valuesOf(object: CatalogObject, record: JsonObject): JsonObject {
  const values: Record<string, Json> = {};
  for (const field of writable(object)) {
    const value = asWritten(field, record[field.name]);
    if (value !== null) values[field.name] = value;
  }
  return values;
}

/** Fields that can be given; nested rows and files stay where they are. */
function* writable(object: CatalogObject): Generator<CatalogField> {
  for (const field of object.fields.values()) {
    if (field.system || field.type === 'table' || field.type === 'file' || field.type === 'image') continue;
    if (field.definition !== null && 'unique' in field.definition && field.definition.unique === true) continue;
    if (field.handler.parse !== null || field.type === 'relations') yield field;
  }
}

/** A value that was read, as it would be written. */
function asWritten(field: CatalogField, value: Json | undefined): Json {
  if (value === undefined || value === null) return null;
  if (field.target === null) return value;
  const id = (one: Json) => (isJsonObject(one) ? (one.id ?? null) : one);
  return Array.isArray(value) ? value.map(id) : id(value);
}
