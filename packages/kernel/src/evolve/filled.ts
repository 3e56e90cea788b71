import { resolveCatalog, type Source } from '../catalog/resolve.ts';
import type { Queryable } from '../database/index.ts';
import { sql } from '../database/sql.ts';
import { columnName, linkName } from './table.ts';

/** Whether an object has records, or one of its fields values. */
export async function filled(db: Queryable, source: Source, object: string, field?: string): Promise<boolean> {
  const found = resolveCatalog(source).objects.get(object);
  if (found === undefined) return false;
  const table = sql.identifier('data', found.table);
  const one = field === undefined ? undefined : found.fields.get(field);
  if (field !== undefined && one === undefined) return false;
  let any = sql`select 1 from ${table}`;
  if (one?.type === 'relations') any = sql`select 1 from ${sql.identifier('data', linkName(one))}`;
  else if (one !== undefined) {
    const columns = one.handler.columns(one).map(({ suffix }) => sql.identifier(columnName(one, suffix)));
    // Computed values are no data of anyone's.
    if (columns.length === 0 || one.computed !== null) return false;
    any = sql`select 1 from ${table} where num_nonnulls(${sql.join(columns, ', ')}) > 0`;
  }
  const [row] = await db.query<{ filled: boolean }>(sql`select exists (${any}) as filled`);
  return row?.filled === true;
}
