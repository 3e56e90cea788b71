// What is kept of imports: huike.import and its batches.
import { type Actor, type Origin, type Queryable, type SQL, sql } from '@huike/kernel';
import type { ErrorCode, ErrorParams } from '@huike/schema';
import type { Outcome, Reject } from './batch.ts';
import type { ImportSpec, Mapping, ValueMapping } from './spec.ts';
import type { Survey } from './survey.ts';
import type { Tally } from './tally.ts';

export type ImportState =
  | 'waiting'
  | 'running'
  | 'unconfirmed'
  | 'done'
  | 'failed'
  | 'cancelled'
  | 'undoing'
  | 'undone';

/** The spec as it is carried out. */
export type PlannedSpec = ImportSpec & { readonly mapping: Mapping; readonly values: ValueMapping };

export interface ImportRow {
  readonly id: string;
  readonly object: string;
  readonly file: string;
  readonly fileName: string;
  readonly spec: PlannedSpec;
  /** Who asked; null: the command line. */
  readonly userId: string | null;
  readonly origin: Origin;
  readonly state: ImportState;
  readonly progress: string | null;
  readonly survey: Survey | null;
  readonly done: number;
  readonly created: number;
  readonly updated: number;
  readonly matched: number;
  readonly rejected: number;
  readonly problems: Tally;
  readonly failure: Failure | null;
  readonly undo: UndoReport | null;
  readonly createdAt: string;
  readonly endedAt: string | null;
}

export interface Failure {
  readonly code: ErrorCode;
  readonly params: ErrorParams;
}

/** Who asks for something to be done later. */
export type Asker = Pick<ImportRow, 'userId' | 'origin'>;

/** What an undo did, and what it left alone. */
export interface UndoReport {
  readonly asker: Asker;
  readonly deleted: number;
  readonly restored: number;
  readonly kept: number;
  readonly problems: readonly {
    readonly code: ErrorCode;
    readonly params: ErrorParams;
    readonly count: number;
    /** Ids of some of the records. */
    readonly examples: readonly string[];
  }[];
}

const columns = sql`id, object, file, file_name as "fileName", spec, user_id as "userId", origin,
  state, progress, survey, done::float8 as done, created::float8 as created, updated::float8 as updated,
  matched::float8 as matched, rejected::float8 as rejected, problems, failure, undo, created_at as "createdAt",
  ended_at as "endedAt"`;

const json = (value: unknown): SQL => sql`${sql.value(value === null ? null : JSON.stringify(value))}::json`;

export interface NewImport {
  readonly id: string;
  readonly actor: Actor;
  readonly file: { readonly id: string; readonly name: string };
  readonly spec: PlannedSpec;
  readonly requestKey: string | null;
}

/** Where an actor's request came from. */
export function originOf(actor: Actor): Origin {
  return actor.kind === 'user' ? actor.origin : { ip: null, userAgent: null, requestId: null };
}

/** Adds an import. False when the actor's request was taken before. */
export async function addImport(db: Queryable, { id, actor, file, spec, requestKey }: NewImport): Promise<boolean> {
  const user = actor.kind === 'user' ? actor.id : null;
  const added = await db.execute(sql`
    insert into huike.import (id, object, file, file_name, spec, user_id, origin, request_key, progress)
    values (${sql.value(id)}, ${sql.value(spec.object)}, ${sql.value(file.id)}, ${sql.value(file.name)}, ${json(spec)},
      ${sql.value(user)}, ${json(originOf(actor))}, ${sql.value(requestKey)}, ${sql.value(id)})
    on conflict (user_id, request_key) where request_key is not null do nothing`);
  return added > 0;
}

/** The import that a request of the user began. */
export async function importOfRequest(db: Queryable, user: string, requestKey: string): Promise<ImportRow | null> {
  const [row] = await db.query<ImportRow>(
    sql`select ${columns} from huike.import where user_id = ${sql.value(user)} and request_key = ${sql.value(requestKey)}`,
  );
  return row ?? null;
}

export async function findImport(db: Queryable, id: string): Promise<ImportRow | null> {
  const [row] = await db.query<ImportRow>(sql`select ${columns} from huike.import where id = ${sql.value(id)}`);
  return row ?? null;
}

/** The newest first; of one user, or with null of all. `before` is the id of the last one on the page before. */
export function listImports(
  db: Queryable,
  user: string | null,
  page: { readonly before: string | null; readonly object: string | null; readonly limit: number },
): Promise<ImportRow[]> {
  const where: SQL[] = [sql`true`];
  if (user !== null) where.push(sql`user_id = ${sql.value(user)}`);
  if (page.before !== null) where.push(sql`id < ${sql.value(page.before)}::uuid`);
  if (page.object !== null) where.push(sql`object = ${sql.value(page.object)}`);
  return db.query<ImportRow>(
    sql`select ${columns} from huike.import where ${sql.join(where, ' and ')} order by id desc limit ${sql.value(page.limit)}`,
  );
}

/** Moves an import from one of the states to another. Null when it is in none of them. */
export async function moveImport(
  db: Queryable,
  id: string,
  from: readonly ImportState[],
  to: ImportState,
  news: {
    readonly failure?: Failure;
    readonly progress?: string;
    readonly spec?: PlannedSpec;
    readonly undo?: UndoReport;
  } = {},
): Promise<ImportRow | null> {
  const ends = ['done', 'failed', 'cancelled'].includes(to);
  const sets: SQL[] = [sql`state = ${sql.value(to)}`];
  if (ends) sets.push(sql`ended_at = now()`);
  if (news.failure !== undefined) sets.push(sql`failure = ${json(news.failure)}`);
  if (news.progress !== undefined) sets.push(sql`progress = ${sql.value(news.progress)}`);
  if (news.undo !== undefined) sets.push(sql`undo = ${json(news.undo)}`);
  if (news.spec !== undefined) sets.push(sql`spec = ${json(news.spec)}`);
  const [row] = await db.query<ImportRow>(sql`
    update huike.import set ${sql.join(sets, ', ')}
    where id = ${sql.value(id)} and state = any(${sql.value([...from])}::text[]) returning ${columns}`);
  return row ?? null;
}

export async function saveSurvey(db: Queryable, id: string, survey: Survey): Promise<void> {
  await db.execute(sql`update huike.import set survey = ${json(survey)} where id = ${sql.value(id)}`);
}

/** A dry run that was cut off begins anew. */
export async function forgetBatches(db: Queryable, id: string): Promise<void> {
  await db.execute(sql`
    with gone as (delete from huike.import_batch where import = ${sql.value(id)})
    update huike.import set done = 0, created = 0, updated = 0, matched = 0, rejected = 0, problems = '[]'
    where id = ${sql.value(id)}`);
}

/**
 * Notes a batch in the transaction in which it is written. False when another process has done it: then nothing of
 * this one may stay.
 */
export async function saveBatch(
  db: Queryable,
  id: string,
  batch: { readonly first: number; readonly rows: number; readonly outcome: Outcome; readonly problems: Tally },
): Promise<boolean> {
  const { first, rows, outcome, problems } = batch;
  const { records, rejects, created, updated, matched } = outcome;
  const saved = await db.execute(sql`
    with moved as (
      update huike.import set done = ${sql.value(first + rows)}, created = created + ${sql.value(created)},
        updated = updated + ${sql.value(updated)}, matched = matched + ${sql.value(matched)},
        rejected = rejected + ${sql.value(rejects.length)}, problems = ${json(problems)}
      where id = ${sql.value(id)} and done = ${sql.value(first)} and state = 'running' returning id
    )
    insert into huike.import_batch (import, first, records, versions, created, rejects)
    select id, ${sql.value(first)}, ${sql.value(records.map((one) => one.id))}::uuid[],
      ${sql.value(records.map((one) => one.version))}::int[], ${sql.value(records.map((one) => one.created))}::boolean[],
      ${json(rejects)}
    from moved`);
  return saved > 0;
}

/** The rows that were not imported, in the order of the file. */
export async function* rejectsOf(db: Queryable, id: string): AsyncGenerator<Reject> {
  for (let after = -1; ; ) {
    const batches = await db.query<{ first: number; rejects: readonly Reject[] }>(sql`
      select first::float8 as first, rejects from huike.import_batch
      where import = ${sql.value(id)} and first > ${sql.value(after)} order by first limit 20`);
    for (const { rejects } of batches) yield* rejects;
    const last = batches.at(-1);
    if (last === undefined) return;
    after = last.first;
  }
}

/** What the columns of files with this header were mapped to; null when none came yet. */
export function recallMapping(db: Queryable, object: string, header: string): Promise<Mapping | null> {
  return recall<Mapping>(db, object, header);
}

/** What the values in files with this header were taken for; null when nothing was said of them. */
export function recallValues(db: Queryable, object: string, header: string): Promise<ValueMapping | null> {
  return recall<ValueMapping>(db, object, valuesOf(header));
}

export function rememberMapping(db: Queryable, object: string, header: string, mapping: Mapping): Promise<void> {
  return remember(db, object, header, mapping);
}

export function rememberValues(db: Queryable, object: string, header: string, values: ValueMapping): Promise<void> {
  return remember(db, object, valuesOf(header), values);
}

const valuesOf = (header: string) => `${header} values`;

async function recall<T extends Mapping | ValueMapping>(
  db: Queryable,
  object: string,
  header: string,
): Promise<T | null> {
  const [row] = await db.query<{ mapping: T }>(
    sql`select mapping from huike.import_mapping where object = ${sql.value(object)} and header = ${sql.value(header)}`,
  );
  return row?.mapping ?? null;
}

async function remember(db: Queryable, object: string, header: string, mapping: Mapping | ValueMapping): Promise<void> {
  await db.execute(sql`
    insert into huike.import_mapping (object, header, mapping)
    values (${sql.value(object)}, ${sql.value(header)}, ${json(mapping)})
    on conflict (object, header) do update set mapping = excluded.mapping, used_at = now()`);
}
