import { shortId } from '../catalog/resolve.ts';
import { type SQL, sql } from '../database/sql.ts';
import type { Table, TableColumn, TableIndex } from './table.ts';

// From the tables that are there to the tables that are wanted, as statements. All of them can run in a transaction.

/** What becomes of a table's parts that are there no more: kept under another name, or dropped since it is computed. */
export interface Fate {
  /** Tags of fields that were deleted: their columns and links are set aside. */
  readonly deleted: ReadonlySet<number>;
  /** Tags of computed fields whose values have another type now: their columns are made anew. */
  readonly recomputed: ReadonlySet<number>;
  /** Set-aside columns that come back, as [now, then] names, and link tables likewise. */
  readonly restored: readonly (readonly [string, string])[];
  readonly restoredLinks: readonly (readonly [string, string])[];
}

export interface Change {
  readonly statements: readonly SQL[];
  /** Indexes to make, after the statements. */
  readonly indexes: readonly TableIndex[];
  /** Columns that came anew to a table with rows, by the field's tag. */
  readonly added: readonly TableColumn[];
}

const dataTable = (name: string): SQL => sql.identifier('data', name);

/** The types that columns have. Written out, so that no string finds its way into a statement. */
const types: Readonly<Record<string, SQL>> = {
  uuid: sql`uuid`,
  'uuid not null': sql`uuid not null`,
  'int4 not null': sql`int4 not null`,
  'timestamptz not null': sql`timestamptz not null`,
  tsvector: sql`tsvector`,
  'text collate "C"': sql`text collate "C"`,
  'text[] collate "C"': sql`text[] collate "C"`,
  'uuid[]': sql`uuid[]`,
  numeric: sql`numeric`,
  float8: sql`float8`,
  int8: sql`int8`,
  int4: sql`int4`,
  boolean: sql`boolean`,
  date: sql`date`,
  timestamptz: sql`timestamptz`,
  jsonb: sql`jsonb`,
};

function typeOf(column: TableColumn): SQL {
  const type = types[column.sqlType];
  if (type === undefined) throw new Error(`column ${column.name} has the unknown type ${column.sqlType}`);
  return type;
}

/** The name under which a deleted field's column waits. */
export function asideColumn(column: TableColumn, field: string): string {
  return column.suffix === '' ? `${field}~${column.tag}` : `${field}~${column.tag}~${column.suffix}`;
}

/** The name under which a deleted object's table waits. */
export function asideTable(name: string, id: string): string {
  return `${name}~${shortId(id)}`;
}

/** The name under which a link table waits while its field or object is deleted. */
export function asideLink(id: string, tag: number): string {
  return `links~${shortId(id)}~${tag}`;
}

export function createTable(table: Table): Change {
  const columns = table.columns.map((column) => sql`${sql.identifier(column.name)} ${typeOf(column)}`);
  const key = sql`constraint ${sql.identifier(`${shortId(table.id)}.id`)} primary key ("id")`;
  return {
    statements: [
      sql`create table ${dataTable(table.name)} (${sql.join([...columns, key], ', ')}) with (fillfactor = 90)`,
      ...[...table.links].flatMap(([tag, name]) => createLink(table.id, tag, name)),
    ],
    indexes: table.indexes,
    added: [],
  };
}

function createLink(id: string, tag: number, name: string): SQL[] {
  const prefix = `${shortId(id)}.${tag}`;
  return [
    sql`create table ${dataTable(name)} ("source" uuid not null, "target" uuid not null, constraint ${sql.identifier(`${prefix}.link`)} primary key ("source", "target"))`,
    sql`create index ${sql.identifier(`${prefix}.target`)} on ${dataTable(name)} ("target")`,
  ];
}

/** Sets a whole object aside. Its indexes stay with it. */
export function setTableAside(table: Table): SQL[] {
  return [
    renameTable(table.name, asideTable(table.name, table.id)),
    ...[...table.links].map(([tag, name]) => renameTable(name, asideLink(table.id, tag))),
  ];
}

export function restoreTable(table: Pick<Table, 'id' | 'name' | 'links'>): SQL[] {
  return [
    renameTable(asideTable(table.name, table.id), table.name),
    ...[...table.links].map(([tag, name]) => renameTable(asideLink(table.id, tag), name)),
  ];
}

function renameTable(from: string, to: string): SQL {
  return sql`alter table ${dataTable(from)} rename to ${sql.identifier(to)}`;
}

/** Brings one table to what is wanted. */
export function alterTable(before: Table, after: Table, fate: Fate): Change {
  const was = new Map(before.columns.map((column) => [`${column.tag} ${column.suffix}`, column]));
  const is = new Map(after.columns.map((column) => [`${column.tag} ${column.suffix}`, column]));
  const names = new Set(after.columns.map(({ name }) => name));
  const restored = new Set(fate.restored.map(([, name]) => name));
  const anew = (column: TableColumn) => fate.recomputed.has(column.tag);
  const removed = [...was].filter(([key, column]) => !is.has(key) || anew(column)).map(([, column]) => column);
  const added = [...is]
    .filter(([key, column]) => (!was.has(key) || anew(column)) && !restored.has(column.name))
    .map(([, column]) => column);
  const retyped = [...is].flatMap(([key, column]) => {
    const old = was.get(key);
    return old !== undefined && old.sqlType !== column.sqlType && !anew(column) ? [{ old, column }] : [];
  });

  const table = dataTable(before.name);
  const renames: SQL[] = [];
  const actions: SQL[] = [];
  for (const column of removed) {
    const name = sql.identifier(column.name);
    if (!fate.deleted.has(column.tag)) actions.push(sql`drop column ${name}`);
    else {
      const field = column.suffix === '' ? column.name : column.name.slice(0, -column.suffix.length - 1);
      renames.push(sql`alter table ${table} rename column ${name} to ${sql.identifier(asideColumn(column, field))}`);
    }
  }
  for (const [from, to] of fate.restored) {
    renames.push(sql`alter table ${table} rename column ${sql.identifier(from)} to ${sql.identifier(to)}`);
    // What was kept of a title, when the field is none any more.
    if (!names.has(to)) actions.push(sql`drop column ${sql.identifier(to)}`);
  }
  for (const { old, column } of retyped) {
    const name = sql.identifier(column.name);
    actions.push(sql`alter column ${name} type ${typeOf(column)} using ${converted(old, column)}`);
  }
  for (const column of added) actions.push(sql`add column ${sql.identifier(column.name)} ${typeOf(column)}`);

  const indexes = changedIndexes(before, after);
  const statements = [
    ...indexes.dropped.map(({ name }) => sql`drop index if exists ${dataTable(name)}`),
    ...renames,
    ...(actions.length === 0 ? [] : [sql`alter table ${table} ${sql.join(actions, ', ')}`]),
    ...linkStatements(before, after, fate),
  ];
  return { statements, indexes: indexes.made, added };
}

/** A value of the old type in the new one. Only type changes that lose nothing come here. */
function converted(old: TableColumn, column: TableColumn): SQL {
  const value = sql.identifier(old.name);
  if (column.sqlType.includes('[]') && !old.sqlType.includes('[]')) {
    return sql`case when ${value} is not null then array[${value}] end`;
  }
  return sql`${value}::${typeOf(column)}`;
}

function linkStatements(before: Table, after: Table, fate: Fate): SQL[] {
  const statements: SQL[] = [];
  for (const [tag, name] of before.links) {
    if (!after.links.has(tag)) statements.push(renameTable(name, asideLink(before.id, tag)));
  }
  const restored = new Set(fate.restoredLinks.map(([, name]) => name));
  for (const [from, to] of fate.restoredLinks) statements.push(renameTable(from, to));
  for (const [tag, name] of after.links) {
    if (!before.links.has(tag) && !restored.has(name)) statements.push(...createLink(after.id, tag, name));
  }
  return statements;
}

/** PostgreSQL itself rebuilds the indexes of a column whose type it changes. */
function changedIndexes(before: Table, after: Table) {
  const text = (index: TableIndex) => `${index.unique} ${index.tags.join()} ${sql.compile(index.on).text}`;
  const was = new Map(before.indexes.map((index) => [index.name, text(index)]));
  const is = new Map(after.indexes.map((index) => [index.name, text(index)]));
  return {
    dropped: before.indexes.filter((index) => is.get(index.name) !== was.get(index.name)),
    made: after.indexes.filter((index) => was.get(index.name) !== is.get(index.name)),
  };
}

/** The statement that makes an index. */
export function createIndex(table: string, index: TableIndex, concurrently = false): SQL {
  const unique = index.unique ? sql`unique ` : sql.blank;
  const how = concurrently ? sql`concurrently ` : sql.blank;
  return sql`create ${unique}index ${how}${sql.identifier(index.name)} on ${dataTable(table)} ${index.on}`;
}
