import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Cluster } from './cluster.ts';

const patience = 120_000;

/** Waits until the database has nothing to do on account of what was written: changes to seal, jobs to run. */
export async function quiet(cluster: Cluster, database: string): Promise<void> {
  const client = new pg.Client(cluster.urlOf(database));
  await client.connect();
  try {
    for (const begun = Date.now(); Date.now() - begun < patience; await sleep(20)) {
      const { rows } = await client.query(
        `select exists (select from huike.change_pending)
           or exists (select from graphile_worker._private_jobs where run_at < now()) as busy`,
      );
      if (rows[0]?.busy === false) return;
    }
    throw new Error(`${database} is still at work after ${patience / 1000} s`);
  } finally {
    await client.end();
  }
}
