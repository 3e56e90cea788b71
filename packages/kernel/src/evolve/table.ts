import { indexName, shortId } from '../catalog/resolve.ts';
import type { CatalogField, CatalogObject } from '../catalog/types.ts';
import { type SQL, sql } from '../database/sql.ts';

// What stands in the database for an object: its table's columns, link tables and indexes.

export interface TableColumn {
  /** Of the field; 0 for the columns that no field shows. */
  readonly tag: number;
  readonly suffix: string;
  readonly name: string;
  readonly sqlType: string;
}

export interface TableIndex {
  /** In the database. */
  readonly name: string;
  /** What follows `create … index … on` the table: the method, columns and condition. */
  readonly on: SQL;
  readonly unique: boolean;
  /** Of the declared fields in it: a new field of an old name is another field. */
  readonly tags: readonly number[];
  /** The declared index or the field that it is for; null for those every object has. */
  readonly subject: string | null;
}

export interface Table {
  readonly id: string;
  readonly name: string;
  readonly columns: readonly TableColumn[];
  /** Link tables of `relations` fields, by the field's tag. */
  readonly links: ReadonlyMap<number, string>;
  readonly indexes: readonly TableIndex[];
}

const systemTypes: Readonly<Record<string, string>> = {
  id: 'uuid not null',
  version: 'int4 not null',
  createdAt: 'timestamptz not null',
  updatedAt: 'timestamptz not null',
};

/** Columns that no field shows: which delete took the record, and its search lexemes. */
const hidden: readonly TableColumn[] = [
  { tag: 0, suffix: 'deletion', name: '~deletion', sqlType: 'uuid' },
  { tag: 0, suffix: 'search', name: '~search', sqlType: 'tsvector' },
];

/** The name of a column of a field. */
export function columnName(field: CatalogField, suffix: string): string {
  return suffix === '' ? field.column : `${field.column}~${suffix}`;
}

/** The name of a link table. */
export function linkName(field: CatalogField): string {
  return `${field.object.table}.${field.name}`;
}

/** Whether a field has a second column that sorts as Chinese is sorted. */
export function hasSortKey(field: CatalogField): boolean {
  return field.handler.columns(field).some(({ suffix }) => suffix === 'sort');
}

/** The table that an object of the catalog needs. */
export function tableOf(object: CatalogObject): Table {
  const fields = [...object.fields.values()];
  const links = fields.filter((field) => field.type === 'relations');
  return {
    id: object.id,
    name: object.table,
    columns: [...fields.flatMap(columnsOf), ...hidden],
    links: new Map(links.map((field) => [field.tag, linkName(field)])),
    indexes: [...baseIndexes(object), ...fields.flatMap(fieldIndexes), ...declaredIndexes(object)],
  };
}

function columnsOf(field: CatalogField): TableColumn[] {
  return field.handler.columns(field).map(({ suffix, sqlType }) => ({
    tag: field.tag,
    suffix,
    name: columnName(field, suffix),
    sqlType: (field.system ? systemTypes[field.name] : undefined) ?? sqlType,
  }));
}

const living = sql`where "deletedAt" is null`;
const gone = sql`where "deletedAt" is not null`;

/**
 * The newest first; the newest of an owner or of a department, which is how a scope reads; the recycle bin and what
 * one delete took; the search lexemes.
 */
function baseIndexes(object: CatalogObject): TableIndex[] {
  const index = (what: string, on: SQL): TableIndex => ({
    name: `${shortId(object.id)}.${what}`,
    on,
    unique: false,
    tags: [],
    subject: null,
  });
  return [
    index('created', sql`("createdAt" nulls first, "id") ${living}`),
    index('owner', sql`("owner", "createdAt" nulls first, "id") ${living}`),
    index('department', sql`("department", "createdAt" nulls first, "id") ${living}`),
    index('deleted', sql`("deletedAt") ${gone}`),
    index('deletion', sql`("~deletion") ${gone}`),
    index('search', sql`using gin ("~search")`),
  ];
}

function fieldIndexes(field: CatalogField): TableIndex[] {
  const prefix = `${shortId(field.object.id)}.${field.tag}`;
  const column = sql.identifier(field.column);
  const tags = [field.tag];
  const indexes: TableIndex[] = [];
  if (field.system) return indexes;
  if (field.type === 'relation' || field.type === 'user' || field.type === 'department') {
    indexes.push({ name: prefix, on: sql`(${column})`, unique: false, tags, subject: field.name });
  }
  if (isUnique(field)) {
    indexes.push({ name: `${prefix}.unique`, on: sql`(${column}) ${living}`, unique: true, tags, subject: field.name });
  }
  return indexes;
}

/** Whether no two living records may share a value of the field. */
export function isUnique(field: CatalogField): boolean {
  return field.definition !== null && 'unique' in field.definition && field.definition.unique === true;
}

/** Declared ones: in the order in which `read` sorts, with the id behind, so that a page can go on from a record. */
function declaredIndexes(object: CatalogObject): TableIndex[] {
  const row = sql.identifier(object.table);
  return object.indexes.flatMap((index): TableIndex[] => {
    const parts: SQL[] = [];
    const tags: number[] = [];
    for (const name of index.fields) {
      const field = object.fields.get(name.replace(/^-/, ''));
      const comparable = field?.handler.comparable;
      if (!field || !comparable || field.computed === 'virtual') return [];
      const value = index.unique ? comparable.expression : (comparable.sort ?? comparable.expression);
      tags.push(field.tag);
      const order = name.startsWith('-') ? sql`desc nulls last` : sql`asc nulls first`;
      parts.push(sql`(${value(field, row)}) ${order}`);
    }
    const id = index.fields.at(-1)?.startsWith('-') ? sql`"id" desc` : sql`"id"`;
    const columns = sql.join(index.unique ? parts : [...parts, id], ', ');
    const on = sql`(${columns}) ${living}`;
    return [{ name: indexName(object.id, index.name), on, unique: index.unique, tags, subject: index.name }];
  });
}
