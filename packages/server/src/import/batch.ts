// One batch of drafts: related records are found, drafts become commands, and what became of them is told row by row.
import type { CatalogField, Refused, Writer, Written } from '@huike/kernel';
import { type Command, isId, type Json, type Problem } from '@huike/schema';
import type { Wanted } from './convert.ts';
import type { Draft, RowFault, WantedRecords } from './draft.ts';
import type { Duplicates, Original } from './duplicates.ts';
import type { Finder, Found } from './finder.ts';
import type { MappedColumn } from './mapping.ts';
import type { Rehearsal } from './rehearsal.ts';
import { isRelated, type Scene } from './targets.ts';

/** A row that was not imported, and why. */
export interface Reject {
  readonly line: number;
  readonly faults: readonly RowFault[];
}

/** A record that the import wrote, with the version that it got. */
export interface WrittenRecord {
  readonly id: string;
  readonly version: number;
  readonly created: boolean;
}

export interface Outcome {
  readonly created: number;
  readonly updated: number;
  readonly matched: number;
  readonly rejects: readonly Reject[];
  /** Of rows that came in: what a person should know of them. */
  readonly notes: readonly Reject[];
  readonly records: readonly WrittenRecord[];
}

export interface BatchContext {
  readonly scene: Scene;
  readonly columns: readonly MappedColumn[];
  readonly finder: Finder;
  /** Of a dry run: what the batches before would have written. */
  readonly rehearsal: Rehearsal | null;
  /** Null: no row is taken for another. */
  readonly duplicates: Duplicates | null;
}

/** A batch that is ready to be written. */
export interface Prepared {
  readonly drafts: readonly Draft[];
  readonly commands: readonly Command[];
  /** The draft of each command. */
  readonly places: readonly Draft[];
  /** Drafts whose record a batch before would have made. */
  readonly rehearsed: ReadonlySet<Draft>;
  /** Rows that are there already and are left at that. */
  readonly skipped: ReadonlyMap<Draft, Original>;
}

/** Finds what the drafts refer to and makes commands of those without faults. */
export async function prepare(context: BatchContext, drafts: readonly Draft[]): Promise<Prepared> {
  const { scene } = context;
  await findRelated(context, drafts);
  for (const draft of drafts) if (draft.faults.length > 0) findFurther(context, draft);
  const ids = await findKeys(context, drafts);
  const rehearsed = new Set(drafts.filter((draft) => context.rehearsal?.meets(draft) === true));
  const repeated = await findRepeated(context, drafts, ids, rehearsed);
  const action = scene.dedupe?.action;
  if (action === 'reject') for (const draft of repeated.keys()) draft.faults.push(duplicateFault(context));
  // What an earlier batch of a dry run would have made can't be updated: it would be.
  const isSkipped = (original: Original | undefined) =>
    original !== undefined && (action === 'skip' || (action === 'update' && original === 'rehearsed'));
  const skipped = new Map([...repeated].filter(([, original]) => isSkipped(original)));
  for (const draft of drafts) if (!rehearsed.has(draft) && !repeated.has(draft)) context.rehearsal?.refuseTaken(draft);
  const places = drafts.filter((draft) => draft.faults.length === 0 && !skipped.has(draft));
  const commands = places.map((draft) => commandOf(scene, draft, ids, repeated.get(draft)));
  return { drafts, places, rehearsed, skipped, commands };
}

/** What else is wrong with a row that isn't written anyway: it is mended once, not once for each of its faults. */
function findFurther({ scene: { catalog }, columns, finder }: BatchContext, { values, faults }: Draft): void {
  const { company } = catalog;
  const context = { catalog, company, now: finder.now(), timeZone: company.timeZone };
  // The parts of an address are one value.
  const told = new Set<CatalogField>();
  for (const { name: column, target } of columns) {
    const { field } = target;
    const value = isRelated(field) ? null : (values[field.name] ?? null);
    const known = value === null || told.has(field) || faults.some((fault) => fault.column === column);
    told.add(field);
    const parsed = known ? undefined : field.handler.parse?.(value, field, context);
    if (parsed?.ok === false) {
      const { code, params = {} } = parsed.failure;
      faults.push({ column, code, params });
    }
  }
}

/** Carries out a prepared batch within a transaction. */
export async function carryOut(context: BatchContext, prepared: Prepared, writer: Writer): Promise<Outcome> {
  const { drafts, commands, places, rehearsed, skipped } = prepared;
  const results = commands.length === 0 ? [] : await writer.writePartial(commands);
  const refused = new Map<Draft, RowFault[]>();
  const told = new Map<string, Written>();
  let [created, updated, matched] = [0, 0, 0];
  for (const result of results) {
    const draft = places[result.index];
    if (draft === undefined) continue;
    if ('problem' in result) {
      refused.set(draft, faultsOf(context, result));
      continue;
    }
    // Two rows of one new key are one record: the second one meets the first.
    const again = told.has(result.id) || rehearsed.has(draft);
    told.set(result.id, result);
    if (result.op === 'create' && !again) created++;
    else {
      matched++;
      if (result.op !== 'none') updated++;
    }
  }
  for (const [draft, original] of skipped) {
    if (draft.faults.length > 0) continue;
    // The row that it repeats didn't come in: then neither did this one.
    const gone = typeof original === 'object' && 'draft' in original && refused.has(original.draft);
    if (gone) refused.set(draft, [duplicateFault(context)]);
    else matched++;
  }
  const rejects = drafts.flatMap((draft): Reject[] => {
    const faults = draft.faults.length > 0 ? draft.faults : (refused.get(draft) ?? []);
    return faults.length === 0 ? [] : [{ line: draft.line, faults }];
  });
  const records = [...told.values()]
    .filter(({ op }) => op !== 'none')
    .map(({ id, version, op }) => ({ id, version, created: op === 'create' }));
  const kept = places.filter((draft) => !refused.has(draft));
  context.rehearsal?.remember(kept);
  context.duplicates?.remember(kept);
  const notes = kept.flatMap(({ line, notes: faults }) => (faults.length === 0 ? [] : [{ line, faults }]));
  return { created, updated, matched, rejects, notes, records };
}

const duplicateFault = ({ scene, columns }: BatchContext): RowFault => {
  const [field] = scene.dedupe?.fields ?? [];
  const column = columns.find(({ target }) => target.field === field)?.name ?? null;
  return { column, code: 'import.duplicate', params: {} };
};

/** Rows without a fault that would make a record which is there already, by the rule of the import. */
async function findRepeated(
  { duplicates }: BatchContext,
  drafts: readonly Draft[],
  ids: ReadonlyMap<Draft, string>,
  rehearsed: ReadonlySet<Draft>,
): Promise<ReadonlyMap<Draft, Original>> {
  if (duplicates === null) return new Map();
  return duplicates.find(
    drafts.filter((draft) => draft.faults.length === 0 && !ids.has(draft) && !rehearsed.has(draft)),
  );
}

function commandOf(
  { rights, mode, key }: Scene,
  draft: Draft,
  ids: ReadonlyMap<Draft, string>,
  original: Original | undefined,
): Command {
  const object = rights.object.name;
  const { values } = draft;
  const made =
    typeof original !== 'object' ? undefined : 'id' in original ? original.id : { $ref: refOf(original.draft) };
  const id = ids.get(draft) ?? made;
  if (id !== undefined) return { op: 'update', object, id, values };
  const ref = refOf(draft);
  if (mode === 'upsert' && key !== null && key.name !== 'id')
    return { op: 'upsert', object, key: key.name, values, ref };
  return { op: 'create', object, values, ref };
}

const refOf = ({ line }: Draft) => `line${line}`;

/** Which records the rows mean, where that must be known beforehand. What isn't found becomes a fault. */
async function findKeys(
  { scene, finder, columns }: BatchContext,
  drafts: readonly Draft[],
): Promise<Map<Draft, string>> {
  const { key, mode } = scene;
  const ids = new Map<Draft, string>();
  if (key === null || (mode === 'upsert' && key.name !== 'id')) return ids;
  const column = columns.find(({ target }) => target.field === key)?.name ?? null;
  const found = await finder.find(
    key,
    drafts.map((draft) => draft.key).filter((text) => text !== ''),
  );
  for (const draft of drafts) {
    const one = found.get(draft.key);
    if (typeof one === 'object') ids.set(draft, one.id);
    // With mode upsert, a row without an id is a new record.
    else if (draft.key === '') {
      if (mode === 'update') draft.faults.push({ column, code: 'value.required', params: {} });
    } else
      draft.faults.push({ column, code: 'import.noMatch', params: { field: key.name, text: draft.key.slice(0, 60) } });
  }
  return ids;
}

async function findRelated(context: BatchContext, drafts: readonly Draft[]): Promise<void> {
  const texts = new Map<CatalogField, Set<string>>();
  for (const { wanted } of drafts) {
    for (const { records } of wanted) {
      for (const { by, text } of records) if (by !== 'id') texts.set(by, (texts.get(by) ?? new Set()).add(text));
    }
  }
  const found = new Map<CatalogField, ReadonlyMap<string, Found>>();
  for (const [by, wanted] of texts) found.set(by, await context.finder.find(by, wanted));
  const own = ownRecords(context, drafts, found);
  for (const draft of drafts) for (const wanted of draft.wanted) settle(context, draft, wanted, found, own);
}

type References = ReadonlyMap<CatalogField, ReadonlyMap<string, string>>;

/** References to the rows of this very batch, for relations of an object to itself. */
function ownRecords(
  { scene, finder }: BatchContext,
  drafts: readonly Draft[],
  found: ReadonlyMap<CatalogField, unknown>,
): References {
  if (scene.mode === 'update') return new Map();
  const own = [...found.keys()].filter((by) => by.object.name === scene.rights.object.name);
  return new Map(
    own.map((by) => {
      const refs = new Map<string, string>();
      for (const draft of drafts) {
        const value = textOf(draft.values[by.name]);
        const normal = value === null || draft.faults.length > 0 ? null : finder.normal(by, value);
        if (normal !== null && !refs.has(normal)) refs.set(normal, refOf(draft));
      }
      return [by, refs];
    }),
  );
}

const textOf = (value: Json | undefined) => (typeof value === 'string' ? value : null);

function settle(
  { finder, rehearsal, scene }: BatchContext,
  draft: Draft,
  { field, column, many, records }: WantedRecords,
  found: ReadonlyMap<CatalogField, ReadonlyMap<string, Found>>,
  own: References,
): void {
  const values: Json[] = [];
  for (const { by, text } of records) {
    const one = by === 'id' ? (isId(text) ? { id: text } : 'none') : (found.get(by)?.get(text) ?? 'none');
    const normal = by === 'id' ? null : finder.normal(by, text);
    const ref = by === 'id' || normal === null ? undefined : own.get(by)?.get(normal);
    if (typeof one === 'object') values.push(one.id);
    else if (one === 'none' && ref !== undefined) values.push({ $ref: ref });
    // What a batch before would have made is there in the real run.
    else if (one === 'none' && by !== 'id' && normal !== null && rehearsal?.made(by, normal) === true) continue;
    else if (one === 'none' && scene.orphans === 'empty') draft.notes.push(notFound(column, { by, text }, one, field));
    else draft.faults.push(notFound(column, { by, text }, one, field));
  }
  if (values.length > 0 && draft.faults.length === 0) draft.values[field] = many ? values : (values[0] ?? null);
}

function notFound(column: string, { by, text }: Wanted, found: Found, field: string): RowFault {
  const object = by === 'id' ? field : by.object.name;
  const code = found === 'several' ? 'import.severalRecords' : 'import.noRecord';
  return { column, code, params: { object, text: text.slice(0, 60) } };
}

/** What the write refused, by column. */
function faultsOf({ columns, scene }: BatchContext, { problem, index }: Refused): RowFault[] {
  const columnOf = (field: string) => columns.find(({ target }) => target.field.name === field)?.name ?? null;
  const own = `/${index}/`;
  const issues = problem.issues.filter(({ path }) => path.startsWith(own));
  if (problem.code === 'write.invalid' && issues.length > 0) {
    return issues.map(({ path, code, params = {} }) => {
      const field = path.slice(own.length).split('/')[0] ?? '';
      const column = columnOf(field);
      // A required field that has no column at all.
      const missing = column === null && scene.rights.object.fields.has(field);
      return { column: missing ? field : column, code, params };
    });
  }
  return [wholeFault(problem, columnOf)];
}

function wholeFault({ code, params }: Problem, columnOf: (field: string) => string | null): RowFault {
  return { column: typeof params.field === 'string' ? columnOf(params.field) : null, code, params };
}
