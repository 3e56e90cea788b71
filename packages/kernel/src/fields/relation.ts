import { isId, isJsonObject, type Json } from '@huike/schema';
import type { CatalogField, Comparable, FieldHandler, Parsed } from '../catalog/types.ts';
import { type SQL, sql } from '../database/sql.ts';
import { column, isBlank, nothing, operatorSets, plain, refused, stored, wrongType } from './common.ts';
import { mask } from './mask.ts';

// References to other records and to files. Here they are ids; that the record exists and may be referred to is
// checked by the write, and what the viewer sees of it is told by the read.

const idSchema = { type: 'string', format: 'uuid' };

/** An id, or an object with one such as the read answers. Null when it isn't one. */
export function readId(value: Json): string | null {
  const id = isJsonObject(value) ? value.id : value;
  const text = typeof id === 'string' && id.length <= 100 ? id.trim().toLowerCase() : null;
  return isId(text) ? text : null;
}

/** Ids of an array, each once, in their order; null when it is something else. */
function readIds(value: Json): string[] | null {
  if (!Array.isArray(value)) return null;
  const ids = value.map((item: Json) => readId(item));
  return ids.every((id) => id !== null) ? [...new Set(ids)] : null;
}

export const comparedId: Comparable = { type: 'uuid', expression: column, parse: readId, expected: 'an id' };

function toOne(type: 'user' | 'department' | 'relation'): FieldHandler {
  return {
    type,
    columns: () => [{ suffix: '', sqlType: 'uuid' }],
    parse: (value) => {
      if (isBlank(value)) return nothing;
      const id = readId(value);
      return id === null ? wrongType('an id') : stored({ '': id });
    },
    ...plain,
    operators: operatorSets.relation,
    comparable: comparedId,
    mask,
    search: null,
    jsonSchema: () => {
      const lookup = {
        type: 'object',
        properties: { field: { type: 'string' }, value: {} },
        required: ['field', 'value'],
        additionalProperties: false,
      };
      const byLookup = { type: 'object', properties: { lookup }, required: ['lookup'], additionalProperties: false };
      return {
        in: { oneOf: [idSchema, byLookup] },
        out: { type: 'object', properties: { id: idSchema }, required: ['id'] },
      };
    },
  };
}

export const user = toOne('user');
export const department = toOne('department');
export const relation = toOne('relation');

const mostLinks = 1000;

/** Many to many: rows of a link table. The ids stand under the suffix '' though there is no column. */
export const relations: FieldHandler = {
  type: 'relations',
  columns: () => [],
  parse: (value) => {
    if (isBlank(value)) return nothing;
    const ids = readIds(value);
    if (ids === null) return wrongType('an array of ids');
    if (ids.length > mostLinks) return refused('value.tooMany', { limit: mostLinks });
    return ids.length === 0 ? nothing : stored({ '': ids });
  },
  output: (field, row) => {
    const links = sql.identifier('data', `${field.object.table}.${field.name}`);
    return sql`(select json_agg(l."target" order by l."target") from ${links} l where l."source" = ${row}."id")`;
  },
  present: plain.present,
  operators: operatorSets.relations,
  comparable: null,
  mask: () => sql`'****'`,
  search: null,
  jsonSchema: () => ({
    in: { type: 'array', items: idSchema, maxItems: mostLinks },
    out: { type: 'array', items: { type: 'object', properties: { id: idSchema }, required: ['id'] } },
  }),
};

/** Rows of an object of their own. Written as nested records by the write path, answered by the read. */
export const table: FieldHandler = {
  type: 'table',
  columns: () => [],
  parse: null,
  output: (field, row) => {
    if (field.target === null || field.inverse === null) return sql`null::json`;
    const inner = sql.identifier('data', field.target.table);
    const parent = sql`t.${sql.identifier(field.inverse.column)}`;
    return sql`(select json_agg(t."id" order by t."position", t."id") from ${inner} t where ${parent} = ${row}."id" and t."deletedAt" is null)`;
  },
  present: plain.present,
  operators: operatorSets.relations,
  comparable: null,
  mask: () => sql`'****'`,
  search: null,
  jsonSchema: (field) => {
    const inner = innerFields(field).map(({ name, handler, ...rest }) => ({
      name,
      required: rest.required,
      ...handler.jsonSchema({ name, handler, ...rest }),
    }));
    const written = inner.filter((each) => each.in !== null);
    const required = written.filter((each) => each.required).map(({ name }) => name);
    return {
      in: {
        type: 'array',
        items: {
          type: 'object',
          properties: { id: idSchema, ...Object.fromEntries(written.map((each) => [each.name, each.in])) },
          required,
          additionalProperties: false,
        },
      },
      out: {
        type: 'array',
        items: {
          type: 'object',
          properties: { id: idSchema, ...Object.fromEntries(inner.map((each) => [each.name, each.out])) },
        },
      },
    };
  },
};

/** The fields of the rows: those declared inside the table field. */
function innerFields(field: CatalogField): CatalogField[] {
  const fields = [...(field.target?.fields.values() ?? [])];
  return fields.filter((inner) => !inner.system && inner !== field.inverse && inner.name !== 'position');
}

const defaultFiles = 20;

function files(type: 'file' | 'image'): FieldHandler {
  const limitOf = ({ definition }: CatalogField) =>
    definition?.type === type ? (definition.maxFiles ?? defaultFiles) : defaultFiles;
  return {
    type,
    columns: () => [{ suffix: '', sqlType: 'uuid[]' }],
    parse: (value, field): Parsed => {
      if (isBlank(value)) return nothing;
      const ids = readIds(Array.isArray(value) ? value : [value]);
      if (ids === null) return wrongType('an array of ids');
      if (ids.length > limitOf(field)) return refused('value.tooMany', { limit: limitOf(field) });
      return ids.length === 0 ? nothing : stored({ '': ids });
    },
    output: (field, row): SQL => {
      const described = sql`json_build_object('id', f.id, 'name', f.name, 'type', f.type, 'size', f.size)`;
      return sql`(select json_agg(${described} order by a.n) from unnest(${column(field, row)}) with ordinality a(id, n) join huike.file f on f.id = a.id)`;
    },
    present: (columns) => {
      const ids = columns[''] ?? null;
      return Array.isArray(ids) ? ids.map((id: Json) => ({ id })) : null;
    },
    operators: operatorSets.existence,
    comparable: null,
    mask,
    search: null,
    jsonSchema: (field) => {
      const described = {
        type: 'object',
        properties: { id: idSchema, name: { type: 'string' }, type: { type: 'string' }, size: { type: 'integer' } },
        required: ['id', 'name', 'type', 'size'],
      };
      return {
        in: { type: 'array', items: idSchema, maxItems: limitOf(field) },
        out: { type: 'array', items: described },
      };
    },
  };
}

export const file = files('file');
export const image = files('image');
