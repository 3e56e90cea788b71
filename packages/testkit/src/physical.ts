// Whether what stands in the database is what the metadata says.
import assert from 'node:assert/strict';
import { type Catalog, type CatalogObject, type Queryable, sql, type Table, tableOf } from '@huike/kernel';

interface Aside {
  readonly object_id: string;
  readonly object_name: string;
  readonly tag: number | null;
  readonly columns: readonly (readonly [string, string])[];
  readonly links: readonly (readonly [string, string])[];
}

/**
 * Compares every table, column, type, collation, index and link table of the schema `data` with the catalog and with
 * what is set aside: nothing may be missing and nothing left over.
 */
export async function assertPhysical(catalog: Catalog, db: Queryable): Promise<void> {
  const aside = await db.query<Aside>(sql`select object_id, object_name, tag, columns, links from huike.set_aside`);
  const tasks = await db.query<{ name: string }>(sql`select name from huike.metadata_task where kind = 'index'`);
  const unfinished = new Set(tasks.map(({ name }) => name));
  const tables = [...catalog.objects.values()].map((object) => tableOf(object));

  const deletedTables = aside
    .filter(({ tag }) => tag === null)
    .map(({ object_id, object_name }) => `${object_name}~${object_id.slice(-12)}`);
  const links = [
    ...tables.flatMap((table) => [...table.links.values()]),
    ...aside.flatMap((one) => one.links.map(([now]) => now)),
  ];
  const expected = [...tables.map(({ name }) => name), ...deletedTables, ...links];
  assert.deepEqual(await tableNames(db), expected.toSorted(), 'tables');

  const columns = await readColumns(db);
  const indexes = await readIndexes(db);
  for (const table of tables) {
    const waiting = aside
      .filter((one) => one.object_id === table.id && one.tag !== null)
      .flatMap((one) => one.columns.map(([now]) => now));
    const found = new Map(columns.get(table.name));
    for (const name of waiting) assert.ok(found.delete(name), `${table.name}.${name} waits to be restored`);
    assert.deepEqual(Object.fromEntries([...found].toSorted()), columnsOf(table), `columns of ${table.name}`);
    const wanted = table.indexes
      .filter(({ name }) => !unfinished.has(name))
      .map(({ name, unique }) => `${name} ${unique}`);
    const there = (indexes.get(table.name) ?? []).filter((name) => !unfinished.has(name.split(' ')[0] ?? ''));
    assert.deepEqual(there, [...wanted, `${table.id.slice(-12)}.id true`].toSorted(), `indexes of ${table.name}`);
  }
  assertTags(catalog);
}

/** Tags are unique in their object, and the columns of one object don't meet. */
function assertTags(catalog: Catalog): void {
  for (const object of catalog.objects.values()) {
    const tags = [...object.fields.values()].map(({ tag }) => tag);
    assert.equal(new Set(tags).size, tags.length, `tags of ${object.name}`);
    const names = tableOf(object).columns.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length, `column names of ${object.name}`);
  }
}

const spelled: Readonly<Record<string, string>> = {
  int4: 'integer',
  int8: 'bigint',
  float8: 'double precision',
  timestamptz: 'timestamp with time zone',
};

function columnsOf(table: Table): Readonly<Record<string, string>> {
  const entries = table.columns.map(({ name, sqlType }) => {
    const [, type = '', collation = '', required = ''] = /^([\w[\]]+)( collate "C")?( not null)?$/.exec(sqlType) ?? [];
    return [name, `${spelled[type] ?? type}${collation}${required}`] as const;
  });
  return Object.fromEntries(entries.toSorted());
}

async function tableNames(db: Queryable): Promise<string[]> {
  const rows = await db.query<{ name: string }>(
    sql`select relname as name from pg_class where relnamespace = 'data'::regnamespace and relkind = 'r'`,
  );
  return rows.map(({ name }) => name).toSorted();
}

async function readColumns(db: Queryable): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
  const rows = await db.query<{ table: string; name: string; type: string }>(sql`
    select c.relname as table, a.attname as name,
      format_type(a.atttypid, a.atttypmod) || case when l.collname = 'C' then ' collate "C"' else '' end
        || case when a.attnotnull then ' not null' else '' end as type
    from pg_attribute a join pg_class c on c.oid = a.attrelid left join pg_collation l on l.oid = a.attcollation
    where c.relnamespace = 'data'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped`);
  const byTable = new Map<string, Map<string, string>>();
  for (const { table, name, type } of rows) {
    byTable.set(table, (byTable.get(table) ?? new Map<string, string>()).set(name, type));
  }
  return byTable;
}

async function readIndexes(db: Queryable): Promise<ReadonlyMap<string, string[]>> {
  const rows = await db.query<{ table: string; index: string }>(sql`
    select t.relname as table, i.relname || ' ' || x.indisunique as index
    from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
    where t.relnamespace = 'data'::regnamespace and x.indisvalid`);
  const byTable = new Map<string, string[]>();
  for (const { table, index } of rows) byTable.set(table, [...(byTable.get(table) ?? []), index].toSorted());
  return byTable;
}

/**
 * Puts records straight into an object's table, with values in every column, for tests of what lies under the write
 * path. Values differ from record to record. Returns the ids.
 */
export async function insertRows(db: Queryable, object: CatalogObject, count: number): Promise<string[]> {
  const table = tableOf(object);
  const rows = Array.from({ length: count }, () => {
    const index = samples++;
    return Object.fromEntries(table.columns.map(({ name, sqlType }) => [name, sampleValue(name, sqlType, index)]));
  });
  const name = sql.identifier('data', table.name);
  const made = await db.query<{ id: string }>(
    sql`insert into ${name} select (json_populate_record(null::${name}, r)).* from json_array_elements(${sql.value(JSON.stringify(rows))}::json) r returning "id"`,
  );
  return made.map(({ id }) => id);
}

let samples = 0;

function sampleValue(name: string, sqlType: string, index: number): string | number | boolean | null | object {
  const type = sqlType.split(' ')[0];
  if (name === 'deletedAt' || name === '~deletion' || name === '~search') return null;
  switch (type) {
    case 'uuid':
      return crypto.randomUUID();
    case 'uuid[]':
      return [crypto.randomUUID()];
    case 'text[]':
      return ['new', `值${index}`];
    case 'int4':
    case 'int8':
      return index + 1;
    case 'float8':
      return index + 0.5;
    case 'numeric':
      return `${index}.25`;
    case 'boolean':
      return index % 2 === 0;
    case 'date':
      return '2026-01-31';
    case 'timestamptz':
      return new Date(1_770_000_000_000 + index * 1_000).toISOString();
    case 'jsonb':
      return { n: index };
    default:
      return `${name} "值" ${index}`;
  }
}
