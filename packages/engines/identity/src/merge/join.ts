import type { CatalogField, CatalogObject, ReadingWriter, Repointed, Tx } from '@huike/kernel';
import { type Command, isJsonObject, type Json, type JsonObject } from '@huike/schema';

// Records of customers that were found to be one: what referred to the one that goes refers to the one that stays, whose
// empty fields are filled; the one that goes waits in the bin for as long as the merge stands.

/** A merge of two customers: who goes and who stays. */
export interface Joining {
  /** Of the merge. */
  readonly id: string;
  readonly survivor: string;
  readonly loser: string;
}

export interface JoinContext {
  readonly tx: Tx;
  readonly writer: ReadingWriter;
}

/** Before and after, of the fields that were empty, or lists, when a merge was made: it filled them, or left them so. */
export type Filled = Readonly<Record<string, readonly [before: Json, after: Json]>>;

/** Joins the records of customers that were merged, one merge after the other. */
export async function joinRecords(
  context: JoinContext,
  object: CatalogObject,
  joinings: readonly Joining[],
): Promise<void> {
  // A merge of two who both have a record is rare: most join a visitor who has none.
  const filled = new Map<string, Filled>();
  for (const joining of joinings)
    filled.set(joining.id, await joinTwo(context, object, joining, filled.get(joining.id) ?? {}));
}

/** Returns what the merge filled, with what it had filled before. */
async function joinTwo(
  { tx, writer }: JoinContext,
  object: CatalogObject,
  joining: Joining,
  before: Filled,
): Promise<Filled> {
  const { id, survivor, loser } = joining;
  const records = await read(writer, object, [survivor, loser]);
  const gone = records.get(loser);
  if (gone === undefined) return before;
  const stays = records.get(survivor) ?? (await bringOrMake(writer, object, survivor, gone));
  // A rule of the company's own is against it: the other record stays as it is, and nobody's events are held up.
  if (stays === null) return before;
  const turned = await writer.repoint(object, new Map([[loser, survivor]]));
  const filled = fill(object, stays, gone);
  const values = Object.fromEntries(
    Object.entries(filled).flatMap(([name, [, after]]) => (after === null ? [] : [[name, after] as const])),
  );
  const commands: Command[] = [
    ...(Object.keys(values).length > 0 ? [{ op: 'update' as const, object: object.name, id: survivor, values }] : []),
    { op: 'delete', object: object.name, id: loser },
  ];
  await writer.writePartial(commands);
  const all = { ...filled };
  for (const [name, [first]] of Object.entries(before)) {
    const [, after] = filled[name] ?? before[name] ?? [];
    if (after !== undefined) all[name] = [first, after];
  }
  await note(tx, id, turned, all);
  await tx.queryText('insert into huike.kept_record values ($1) on conflict do nothing', [loser], 'identity.keep');
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
    if (result !== undefined && !('problem' in result)) return (await read(writer, object, [id])).get(id) ?? null;
  }
  return null;
}

/** Notes references that were turned in a step; those that an undoing turned `back` with where they began. */
export async function storeMoves(tx: Tx, step: string, turned: readonly Repointed[], back: boolean): Promise<void> {
  if (turned.length === 0) return;
  await tx.queryText(
    `insert into huike.merge_move (step, object, tag, record, from_record, to_record, had, back)
select $1, n.*, $8 from unnest($2::uuid[], $3::int[], $4::uuid[], $5::uuid[], $6::uuid[], $7::boolean[]) as n
on conflict do nothing`,
    [
      step,
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

async function note(tx: Tx, merge: string, turned: readonly Repointed[], filled: Filled): Promise<void> {
  await storeMoves(tx, merge, turned, false);
  await tx.queryText(
    'update huike.merge set filled = filled || $2::jsonb where id = $1',
    [merge, JSON.stringify(filled)],
    'identity.filled',
  );
}

/** Whole records by id, of those that are there. */
export async function read(
  writer: ReadingWriter,
  object: CatalogObject,
  ids: readonly string[],
): Promise<Map<string, JsonObject>> {
  const { data } = await writer.list(object.name, {
    filter: { field: 'id', op: 'in', value: [...ids] },
    sort: ['id'],
    limit: ids.length,
  });
  const found: Json = JSON.parse(data);
  return new Map(
    (Array.isArray(found) ? found : []).flatMap((one) =>
      isJsonObject(one) && typeof one.id === 'string' ? [[one.id, one] as const] : [],
    ),
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
