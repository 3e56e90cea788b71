import type pg from 'pg';
import { metadataChannel } from '../catalog/holder.ts';
import { loadCatalog } from '../catalog/load.ts';
import type { Catalog, CatalogObject } from '../catalog/types.ts';
import { type Database, errorCode, failPoint, type Queryable } from '../database/index.ts';
import { type SQL, sql } from '../database/sql.ts';
import { createIndex } from './ddl.ts';
import { type FillPart, fillBatch } from './fill.ts';
import { sourcesOf } from './moved.ts';
import { tableOf } from './table.ts';
import { holdWriters } from './work.ts';

// Work that a change of metadata left for after its commit. Every task can be stopped at any moment and begun again.

export interface MetadataTask {
  readonly id: string;
  readonly objectId: string;
  readonly object: string;
  readonly kind: 'index' | 'fill';
  /** The index or field that it is for. */
  readonly subject: string;
  readonly state: 'building' | 'failed';
  readonly attempts: number;
  /** Why it failed, as PostgreSQL says it. */
  readonly reason: string | null;
  readonly rowsDone: number;
}

const columns = sql`t.id, t.object_id as "objectId", o.name as object, t.kind, t.name, t.subject, t.state, t.attempts, t.reason, t.rows_done::float8 as "rowsDone"`;

/** The tasks that aren't done, in the order of their making. */
export async function metadataTasks(db: Queryable): Promise<readonly MetadataTask[]> {
  return db.query<MetadataTask>(
    sql`select ${columns} from huike.metadata_task t join huike.object o on o.id = t.object_id order by t.at, t.id`,
  );
}

// Any fixed number: with a task's own it makes the lock that its worker holds.
const lockSpace = 4_811_202;

/**
 * Does every task that nobody else is doing. A task that fails is left `failed` with its reason, and is tried again by
 * the next call. Returns how many are done.
 */
export async function runMetadataTasks(db: Database, signal?: AbortSignal): Promise<number> {
  const client = await db.direct();
  let done = 0;
  try {
    await client.query('set statement_timeout = 0');
    for (const task of await metadataTasks(db)) {
      if (signal?.aborted) break;
      // The lock is the connection's: it ends with the process.
      const lock = await client.query('select pg_try_advisory_lock($1, hashtext($2)) as mine', [lockSpace, task.id]);
      if (lock.rows[0]?.mine !== true) continue;
      try {
        if (await runTask(db, client, task, signal)) done++;
      } finally {
        await client.query('select pg_advisory_unlock($1, hashtext($2))', [lockSpace, task.id]);
      }
    }
  } finally {
    await client.end();
  }
  return done;
}

async function runTask(db: Database, client: pg.Client, task: MetadataTask, signal?: AbortSignal): Promise<boolean> {
  const id = sql`${sql.value(task.id)}::uuid`;
  const [current] = await db.query<{ name: string }>(
    sql`update huike.metadata_task set attempts = attempts + 1 where id = ${id} returning name`,
  );
  if (current === undefined) return false;
  failPoint('evolve.task');
  try {
    const whole =
      task.kind === 'index'
        ? await buildIndex(db, client, task, current.name)
        : await fillObject(db, task, partOf(current.name), signal);
    if (!whole) return false;
    failPoint('evolve.built');
    await db.execute(sql`delete from huike.metadata_task where id = ${id}`);
  } catch (error) {
    const reason = reasonOf(error);
    await db.execute(
      sql`update huike.metadata_task set state = 'failed', reason = ${sql.value(reason)} where id = ${id}`,
    );
    await notify(db);
    return false;
  }
  await notify(db);
  return true;
}

function reasonOf(error: unknown): string {
  const detail = error instanceof Error && 'detail' in error && typeof error.detail === 'string' ? error.detail : '';
  const message = error instanceof Error ? error.message : String(error);
  return errorCode(error) === '23505' && detail !== '' ? detail : message;
}

/** Catalogs tell whether an index is there, so they are loaded anew. */
async function notify(db: Queryable): Promise<void> {
  await db.query(sql`select pg_notify(${sql.value(metadataChannel)}, version::text) from huike.metadata_version`);
}

function partOf(name: string): FillPart {
  return name === 'formulas' || name === 'rollups' ? name : 'keys';
}

function objectOf(catalog: Catalog, task: MetadataTask): CatalogObject | undefined {
  return [...catalog.objects.values()].find((object) => object.id === task.objectId);
}

async function buildIndex(db: Database, client: pg.Client, task: MetadataTask, name: string): Promise<boolean> {
  const object = objectOf(await loadCatalog(db), task);
  const index = object && tableOf(object).indexes.find((one) => one.name === name);
  if (object === undefined || index === undefined) return true;
  const run = (statement: SQL) => client.query(sql.compile(statement).text);
  const found = await client.query(
    `select i.indisvalid as valid from pg_index i join pg_class c on c.oid = i.indexrelid
     where c.relnamespace = 'data'::regnamespace and c.relname = $1`,
    [name],
  );
  if (found.rows[0]?.valid === true) return true;
  // What a build that was cut off leaves behind is of no use.
  const drop = sql`drop index concurrently if exists ${sql.identifier('data', name)}`;
  if (found.rows.length > 0) await run(drop);
  try {
    await run(createIndex(object.table, index, true));
  } catch (error) {
    await run(drop);
    throw error;
  }
  return true;
}

async function fillObject(db: Database, task: MetadataTask, part: FillPart, signal?: AbortSignal): Promise<boolean> {
  let catalog = await loadCatalog(db);
  const id = sql`${sql.value(task.id)}::uuid`;
  // Whoever began to write under the metadata as it was has ended after this.
  const object = objectOf(catalog, task);
  if (object === undefined) return true;
  await db.transaction((tx) => holdWriters(tx, [object, ...sourcesOf(catalog, object)]), { lockTimeout: 60_000 });
  for (;;) {
    if (signal?.aborted) return false;
    const object = objectOf(catalog, task);
    if (object === undefined) return true;
    const result = await db.transaction(async (tx) => {
      const [now] = await tx.query<{ version: number }>(sql`select version from huike.metadata_version for share`);
      if (now?.version !== catalog.version) return 'moved';
      const [state] = await tx.query<{ done_to: string | null }>(
        sql`select done_to from huike.metadata_task where id = ${id} for update`,
      );
      if (state === undefined) return 'done';
      const { last, rows } = await fillBatch(tx, catalog, object, part, state.done_to);
      if (last === null) return 'done';
      failPoint('evolve.fill');
      await tx.execute(
        sql`update huike.metadata_task set done_to = ${sql.value(last)}::uuid, rows_done = rows_done + ${sql.value(rows)}::int where id = ${id}`,
      );
      return 'more';
    });
    if (result === 'done') return true;
    if (result === 'moved') catalog = await loadCatalog(db);
  }
}
