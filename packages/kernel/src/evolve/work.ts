import { newId } from '@huike/schema';
import type { CatalogObject } from '../catalog/types.ts';
import type { Queryable, Tx } from '../database/index.ts';
import { sql } from '../database/sql.ts';
import { defineJob, enqueue } from '../jobs/index.ts';
import { createIndex } from './ddl.ts';
import { fillAll } from './fill.ts';
import type { Prepared } from './prepare.ts';
import { tableOf } from './table.ts';

// Work on tables that were there before: at once where they are small, after the commit where they are large.

/** What a change left for after its commit; by itself every ten minutes, for what failed or was cut off. */
export const tasksJob = defineJob<null>('metadata.tasks', {
  timeoutMs: 6 * 3_600_000,
  schedule: { cron: '*/10 * * * *', payload: null },
});

/** Above this an index would keep writers waiting for too long. */
const largeTable = 50_000;

/** Does the work on small tables in the transaction, and leaves tasks for the large ones. */
export async function startWork(tx: Tx, prepared: Prepared): Promise<void> {
  const { after, work, fills } = prepared;
  await forgetTasks(tx, prepared);
  const objects = [
    ...work.map(({ object }) => object),
    ...fills.flatMap(({ object, sources }) => [object, ...sources]),
  ];
  const large = await largeTables(tx, objects);
  const tasks = [];
  // A fill that waits for another's values waits with it.
  const waiting = new Set<string>();
  for (const { object, part, sources } of fills) {
    if (large.has(object.id) || sources.some(({ id }) => large.has(id) || waiting.has(id))) {
      waiting.add(object.id);
      tasks.push({ id: newId(), object_id: object.id, kind: 'fill', name: part, subject: part });
      continue;
    }
    await holdWriters(tx, [object, ...sources]);
    await fillAll(tx, after, object, part);
  }
  for (const { object, indexes } of work) {
    if (!large.has(object.id)) {
      await tx.pipeline(indexes.map((index) => createIndex(object.table, index)));
      continue;
    }
    for (const { name, subject } of indexes) {
      tasks.push({ id: newId(), object_id: object.id, kind: 'index', name, subject: subject ?? name });
    }
  }
  if (tasks.length === 0) return;
  await tx.execute(
    sql`insert into huike.metadata_task (id, object_id, kind, name, subject) select id, object_id, kind, name, subject from json_to_recordset(${sql.value(JSON.stringify(tasks))}::json) as t(id uuid, object_id uuid, kind text, name text, subject text) on conflict (object_id, kind, name) do update set state = 'building', attempts = 0, reason = null, done_to = null, rows_done = 0`,
  );
  const [queue] = await tx.query<{ there: boolean }>(
    sql`select to_regclass('graphile_worker._private_jobs') is not null as there`,
  );
  // Before the queue is there, the first look at the schedule finds the tasks.
  if (queue?.there === true) await enqueue(tx, [tasksJob.with(null, { key: 'all' })]);
}

/**
 * Waits for those who write the objects' records under the metadata as it was, and keeps others off until the end of
 * the transaction: what they add would be missed.
 */
export async function holdWriters(tx: Tx, objects: readonly CatalogObject[]): Promise<void> {
  const tables = objects.map(({ table }) => table).toSorted();
  const names = tables.map((table) => sql.identifier('data', table));
  await tx.execute(sql`lock table ${sql.join(names, ', ')} in share mode`);
}

/** Tasks for what isn't wanted any more. */
async function forgetTasks(tx: Tx, { after }: Prepared): Promise<void> {
  const tasks = await tx.query<{ id: string; object_id: string; kind: string; name: string }>(
    sql`select id, object_id, kind, name from huike.metadata_task`,
  );
  const byId = new Map([...after.objects.values()].map((object) => [object.id, object]));
  const stale = tasks.filter(({ object_id, kind, name }) => {
    const object = byId.get(object_id);
    return !object || (kind === 'index' && !tableOf(object).indexes.some((index) => index.name === name));
  });
  if (stale.length === 0) return;
  await tx.execute(
    sql`delete from huike.metadata_task where id = any(${sql.value(stale.map(({ id }) => id))}::uuid[])`,
  );
}

/** The ids of the objects, of those given, that have many records. */
export async function largeTables(db: Queryable, objects: readonly CatalogObject[]): Promise<ReadonlySet<string>> {
  if (objects.length === 0) return new Set();
  const names = objects.map(({ table }) => table);
  // A table that was never analysed has no estimate: a record takes some 100 bytes at the least.
  const rows = await db.query<{ name: string }>(
    sql`select c.relname as name from pg_class c where c.relnamespace = 'data'::regnamespace and c.relname = any(${sql.value(names)}::name[]) and greatest(c.reltuples, pg_relation_size(c.oid) / 100) > ${sql.value(largeTable)}::float8`,
  );
  const large = new Set(rows.map(({ name }) => name));
  return new Set(objects.filter(({ table }) => large.has(table)).map(({ id }) => id));
}
