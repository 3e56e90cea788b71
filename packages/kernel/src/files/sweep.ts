// Files that nobody can reach go: never linked for a day, or without any link for 30 days.

import { failPoint } from '../database/failpoint.ts';
import type { Database, Queryable } from '../database/index.ts';
import { sql } from '../database/sql.ts';
import { defineJob, handleJob, type JobHandler } from '../jobs/index.ts';
import type { FileStore } from './store.ts';

const sweepJob = defineJob<null>('files.sweep', {
  maxAttempts: 3,
  timeoutMs: 30 * 60_000,
  schedule: { cron: '17 * * * *', payload: null },
});

export function fileJobs(store: FileStore): readonly JobHandler[] {
  return [handleJob(sweepJob, (_payload, job) => sweepFiles(job.database, store, job.signal))];
}

/**
 * First marks what can go, then removes what was marked an hour ago: a write that still saw the file unmarked has
 * committed its link by then, and the file stays. Bytes go before their row: no row that counts is ever without bytes,
 * and what a kill leaves is found again.
 */
export async function sweepFiles(database: Database, store: FileStore, signal?: AbortSignal): Promise<void> {
  await database.execute(sql`
    update huike.file f set state = 'removing', removing_at = now()
    where (state = 'receiving' and created_at < now() - interval '1 day')
      or (state = 'stored' and not exists (select from huike.file_link l where l.file_id = f.id)
        and case when unlinked_at is null then created_at < now() - interval '1 day'
          else unlinked_at < now() - interval '30 days' end)`);
  failPoint('files.marked');
  await database.execute(sql`
    update huike.file f set state = 'stored', removing_at = null
    where state = 'removing' and exists (select from huike.file_link l where l.file_id = f.id)`);
  while (signal?.aborted !== true) {
    const marked = await database.query<{ id: string; storageKey: string }>(sql`
      select id, storage_key as "storageKey" from huike.file
      where state = 'removing' and removing_at < now() - interval '1 hour' limit 100`);
    if (marked.length === 0) return;
    for (const { storageKey } of marked) {
      await store.remove(storageKey);
      failPoint('files.removed');
    }
    await database.execute(sql`
      delete from huike.file where state = 'removing' and id = any (${sql.value(marked.map(({ id }) => id))}::uuid[])`);
  }
}

export interface StoredFile {
  readonly id: string;
  readonly storageKey: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: Buffer;
}

/**
 * Every file whose bytes belong into a backup of the database as of `until` (default: now), by id. Bytes never change
 * under their key. Of a file that was given up meanwhile they may be gone.
 */
export async function* listStored(db: Queryable, until = 'infinity'): AsyncGenerator<StoredFile> {
  for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
    const rows = await db.query<StoredFile>(sql`
      select id, storage_key as "storageKey", size::float8 as size, sha256 from huike.file
      where sha256 is not null and created_at <= ${sql.value(until)}::timestamptz and id > ${sql.value(after)}::uuid
      order by id limit 1000`);
    yield* rows;
    const last = rows.at(-1);
    if (!last) return;
    after = last.id;
  }
}
