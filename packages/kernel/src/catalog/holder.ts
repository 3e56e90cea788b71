import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Database } from '../database/index.ts';
import { sql } from '../database/sql.ts';
import { loadCatalog } from './load.ts';
import type { Catalog } from './types.ts';

/** Who is told that the metadata moved: `NOTIFY` with the version. */
export const metadataChannel = 'huike_metadata';

const pollEvery = 30_000;
const longestWait = 10_000;

/**
 * The newest catalog that this process knows. It hears of a new version by `LISTEN`, and by asking now and then in
 * case the connection was lost meanwhile.
 */
export class CatalogHolder {
  readonly #db: Database;
  #catalog: Catalog;
  #loading: Promise<Catalog> | null = null;
  #listener: pg.Client | null = null;
  readonly #stop = new AbortController();
  readonly #watching: Promise<void>[] = [];

  private constructor(db: Database, catalog: Catalog) {
    this.#db = db;
    this.#catalog = catalog;
  }

  /** Loads the catalog and begins to listen. */
  static async open(db: Database): Promise<CatalogHolder> {
    const holder = new CatalogHolder(db, await loadCatalog(db));
    await holder.#listen().catch(() => {});
    holder.#watching.push(holder.#keepListening(), holder.#poll());
    return holder;
  }

  current(): Catalog {
    return this.#catalog;
  }

  /** Takes over the newest version; does nothing when `atLeast` is known already. */
  async reload(atLeast?: number): Promise<Catalog> {
    if (atLeast !== undefined && atLeast <= this.#catalog.version) return this.#catalog;
    // A load under way may have begun before the version that the caller saw: it is good if it brings that one.
    if (this.#loading !== null) {
      const loaded = await this.#loading;
      if (atLeast !== undefined && atLeast <= loaded.version) return loaded;
    }
    this.#loading ??= this.#load().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#listener?.end().catch(() => {});
    await Promise.all(this.#watching);
  }

  async #load(): Promise<Catalog> {
    const catalog = await loadCatalog(this.#db);
    // An index that was finished makes no new version, but a new state: the same version is taken over too.
    if (catalog.version >= this.#catalog.version) this.#catalog = catalog;
    return this.#catalog;
  }

  async #listen(): Promise<pg.Client> {
    const client = await this.#db.direct();
    client.on('notification', () => void this.reload().catch(() => {}));
    await client.query(`listen ${metadataChannel}`);
    this.#listener = client;
    // What happened before the ear was open.
    await this.#check();
    return client;
  }

  async #keepListening(): Promise<void> {
    for (let wait = 100; !this.#stop.signal.aborted; ) {
      const client = this.#listener ?? (await this.#listen().catch(() => null));
      if (client === null) {
        await this.#pause(wait);
        wait = Math.min(2 * wait, longestWait);
        continue;
      }
      wait = 100;
      await new Promise<void>((resolve) => {
        client.once('end', resolve);
        if (this.#stop.signal.aborted) resolve();
      });
      this.#listener = null;
    }
  }

  async #poll(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#pause(pollEvery);
      if (!this.#stop.signal.aborted) await this.#check().catch(() => {});
    }
  }

  async #check(): Promise<void> {
    const [row] = await this.#db.query<{ version: number }>(sql`select version from huike.metadata_version`);
    if (row !== undefined) await this.reload(row.version);
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stop.signal, ref: false }).catch(() => {});
  }
}
