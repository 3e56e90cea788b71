import { type GroupQuery, isJsonObject, type Json, type JsonObject, type ListQuery, problem } from '@huike/schema';

// Queries as they come over HTTP, in the address or in a body, into the kernel's typed ones. What the parts mean
// (fields, filter, operators) is checked by the read path.

/** A list query from an address's parameters. Throws `request.malformed` or `query.invalid`. */
export function listFromAddress(params: Readonly<Record<string, unknown>>): ListQuery {
  const { fields, filter, sort, limit, cursor, count, deleted } = params;
  return {
    ...optional('fields', textOf(fields, 'fields')?.split(',').filter(Boolean)),
    ...optional('filter', filterOf(filter)),
    ...optional('sort', textOf(sort, 'sort')?.split(',').filter(Boolean)),
    ...optional('limit', limit === undefined ? undefined : Number(textOf(limit, 'limit'))),
    ...optional('cursor', textOf(cursor, 'cursor')),
    ...(count === 'true' ? { count: true } : {}),
    ...deletedOf(deleted),
  };
}

/** The fields a reader of one record asks for. */
export function fieldsFromAddress(params: Readonly<Record<string, unknown>>): Pick<ListQuery, 'fields' | 'deleted'> {
  const { fields, deleted } = listFromAddress({ fields: params['fields'], deleted: params['deleted'] });
  return { ...optional('fields', fields), ...optional('deleted', deleted) };
}

/** A query in a body: one that groups when it has `group` or `measures`. */
export function queryFromBody(body: unknown): { readonly list: ListQuery } | { readonly group: GroupQuery } {
  if (!isJsonObject(body)) throw problem('request.malformed', { detail: 'the query is an object' });
  if (body['group'] !== undefined || body['measures'] !== undefined) return { group: groupOf(body) };
  const { filter, limit, count, deleted, cursor } = body;
  return {
    list: {
      ...optional('fields', texts(body['fields'], 'fields')),
      ...optional('filter', filter === undefined || filter === null ? undefined : asFilter(filter)),
      ...optional('sort', texts(body['sort'], 'sort')),
      ...optional('limit', limit === undefined ? undefined : numberOf(limit, 'limit')),
      ...optional('cursor', textOf(cursor, 'cursor')),
      ...(count === true ? { count: true } : {}),
      ...deletedOf(deleted),
    },
  };
}

function groupOf(body: JsonObject): GroupQuery {
  const { filter, limit } = body;
  return {
    group: list(body['group'], 'group').map((by): GroupQuery['group'][number] => {
      if (typeof by === 'string') return by;
      if (!isJsonObject(by)) throw malformed('group', 'a field name or {field, by}');
      const { field, by: span, timeZone } = by;
      if (
        typeof field !== 'string' ||
        (span !== 'day' && span !== 'week' && span !== 'month' && span !== 'quarter' && span !== 'year')
      )
        throw malformed('group', 'a field name or {field, by}');
      return { field, by: span, ...optional('timeZone', textOf(timeZone, 'timeZone')) };
    }),
    measures: list(body['measures'], 'measures').map((measure) => {
      if (!isJsonObject(measure)) throw malformed('measures', '{fn, field, as}');
      const { fn, field, as } = measure;
      if (typeof as !== 'string' || !isMeasure(fn)) throw malformed('measures', '{fn, field, as}');
      return { fn, as, ...optional('field', textOf(field, 'field')) };
    }),
    ...optional('filter', filter === undefined || filter === null ? undefined : asFilter(filter)),
    ...optional('sort', texts(body['sort'], 'sort')),
    ...optional('limit', limit === undefined ? undefined : numberOf(limit, 'limit')),
  };
}

type MeasureName = GroupQuery['measures'][number]['fn'];

function isMeasure(value: Json | undefined): value is MeasureName {
  return (
    value === 'count' ||
    value === 'countDistinct' ||
    value === 'sum' ||
    value === 'avg' ||
    value === 'min' ||
    value === 'max'
  );
}

function malformed(path: string, detail: string) {
  return problem('query.invalid', { path: `/${path}`, detail });
}

function optional<K extends string, T>(key: K, value: T | undefined): { readonly [P in K]?: T } {
  // A computed key of a generic type: the object has exactly that key, or none.
  return (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: T };
}

function textOf(value: unknown, name: string): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  throw malformed(name, 'one text value');
}

function numberOf(value: Json, name: string): number {
  if (typeof value === 'number') return value;
  throw malformed(name, 'a number');
}

function list(value: Json | undefined, name: string): readonly Json[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value;
  throw malformed(name, 'an array');
}

function texts(value: Json | undefined, name: string): readonly string[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value.split(',').filter(Boolean);
  return list(value, name).map((item) => (typeof item === 'string' ? item : fail(name)));
}

function fail(name: string): never {
  throw malformed(name, 'an array of texts');
}

function deletedOf(value: unknown): { readonly deleted?: 'only' } {
  if (value === undefined) return {};
  if (value === 'only') return { deleted: 'only' };
  throw malformed('deleted', '"only"');
}

function filterOf(text: unknown): ListQuery['filter'] | undefined {
  const json = textOf(text, 'filter');
  if (json === undefined || json === '') return undefined;
  try {
    return asFilter(JSON.parse(json));
  } catch (error) {
    if (error instanceof SyntaxError) throw malformed('filter', 'JSON');
    throw error;
  }
}

/** The read path checks every node; here it only has to be an object. */
function asFilter(value: unknown): JsonObject {
  if (!isJsonObject(value)) throw malformed('filter', 'an object');
  return value;
}
