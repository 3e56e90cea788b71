import { Problem, problem } from '@huike/schema';
import { type Access, type Actor, accessOf, type ObjectAccess } from '../access/index.ts';
import type { Catalog } from '../catalog/types.ts';
import { errorCode, type Queryable } from '../database/index.ts';
import { bind, type Run } from '../filter/slots.ts';
import type { Statement } from './plan.ts';

// Running compiled reads under the metadata they were compiled for: when that moved meanwhile, they are compiled anew.

/** Where the catalog of the newest known version is. */
export interface CatalogSource {
  current(): Catalog;
  /** Loads anew, at least up to a version when one is given. */
  reload(atLeast?: number): Promise<Catalog>;
}

export interface ReadContext {
  readonly db: Queryable;
  readonly catalogs: CatalogSource;
  readonly now: () => Date;
}

/** Every statement of a read answers with the metadata version under which it ran. */
interface Versioned {
  readonly version: string | number;
}

class StaleCatalog extends Error {
  readonly version: number;

  constructor(version: number) {
    super('the metadata moved');
    this.version = version;
  }
}

const attempts = 5;
/** Undefined column or table, or a plan whose columns changed: what a statement of older metadata meets. */
const staleCodes: ReadonlySet<string> = new Set(['42703', '42P01', '0A000']);
/** Text that isn't a value of its type: only a cursor made by hand brings it so far. */
const dataException = /^22/;

/**
 * Runs a read with the catalog and the actor's access, again when the metadata moved under it.
 * Throws `object.unknown` unless the actor may read the object.
 */
export async function reading<T>(
  context: ReadContext,
  actor: Actor,
  name: string,
  run: (access: Access, object: ObjectAccess, catalog: Catalog) => Promise<T>,
): Promise<T> {
  return withCatalog(context, async (catalog) => {
    const access = accessOf(catalog, actor);
    const object = access.object(name);
    if (object === null) throw problem('object.unknown', { object: name.slice(0, 60) });
    return run(access, object, catalog);
  });
}

export async function withCatalog<T>(context: ReadContext, run: (catalog: Catalog) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const catalog = context.catalogs.current();
    try {
      return await run(catalog);
    } catch (error) {
      const stale = error instanceof StaleCatalog || staleCodes.has(errorCode(error));
      if (!stale || attempt === attempts) throw error;
      await context.catalogs.reload(error instanceof StaleCatalog ? error.version : undefined);
    }
  }
}

/** The rows of a compiled statement. Throws when the metadata is no longer the catalog's. */
export async function execute<Row extends object>(
  context: ReadContext,
  statement: Statement,
  run: Run,
): Promise<Row[]> {
  try {
    const rows = await context.db.queryText<Row & Versioned>(
      statement.text,
      bind(statement.values, run),
      statement.name,
    );
    const version = rows[0]?.version;
    if (version !== undefined && Number(version) !== run.catalog.version) throw new StaleCatalog(Number(version));
    return rows;
  } catch (error) {
    if (!(error instanceof Problem) && dataException.test(errorCode(error)) && run.after.length > 0)
      throw problem('query.cursor');
    throw error;
  }
}
