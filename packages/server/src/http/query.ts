import {
  dateUnits,
  type GroupBy,
  type GroupQuery,
  isJsonObject,
  type Json,
  type JsonObject,
  type ListQuery,
  type Measure,
  measureFunctions,
} from '@huike/schema';
import { type Address, flag, names, param } from './address.ts';
import { invalid, malformed } from './wrong.ts';

// Queries as they come over HTTP, in the address or in a body, into the kernel's typed ones. What the parts mean
// (fields, filter, operators) is checked by the read path.

/** A list query from an address's parameters. Throws `query.invalid`. */
export function listFromAddress(address: Address): ListQuery {
  const limit = param(address, 'limit', 20);
  const skip = param(address, 'skip', 20);
  return {
    ...fieldsFromAddress(address),
    ...optional('filter', filterIn(param(address, 'filter', 100_000))),
    ...optional('sort', names(address, 'sort')),
    ...optional('limit', limit === undefined ? undefined : numberIn(limit)),
    ...optional('cursor', param(address, 'cursor')),
    ...optional('skip', skip === undefined ? undefined : numberIn(skip)),
    ...(flag(address, 'count') ? { count: true } : {}),
  };
}

/** The fields that a reader of one record asks for. */
export function fieldsFromAddress(address: Address): Pick<ListQuery, 'fields' | 'deleted'> {
  return { ...optional('fields', names(address, 'fields')), ...deletedOf(param(address, 'deleted')) };
}

/** A query in a body: one that groups when it has `group` or `measures`. */
export function queryFromBody(body: unknown): { readonly list: ListQuery } | { readonly group: GroupQuery } {
  if (!isJsonObject(body)) throw malformed('', 'a query is an object', '查询应为对象');
  if (present(body.group) || present(body.measures)) return { group: groupOf(body) };
  return {
    list: {
      ...optional('fields', texts(body.fields, 'fields')),
      ...optional('filter', asFilter(body.filter)),
      ...optional('sort', texts(body.sort, 'sort')),
      ...optional('limit', asNumber(body.limit, 'limit')),
      ...optional('cursor', asText(body.cursor, 'cursor')),
      ...optional('skip', asNumber(body.skip, 'skip')),
      ...(body.count === true ? { count: true } : {}),
      ...deletedOf(body.deleted),
    },
  };
}

function groupOf(body: JsonObject): GroupQuery {
  return {
    group: list(body.group, 'group').map(groupBy),
    measures: list(body.measures, 'measures').map(measure),
    ...optional('filter', asFilter(body.filter)),
    ...optional('sort', texts(body.sort, 'sort')),
    ...optional('limit', asNumber(body.limit, 'limit')),
  };
}

function groupBy(item: Json): GroupBy {
  if (typeof item === 'string') return item;
  const { field, by, timeZone } = isJsonObject(item) ? item : {};
  const unit = dateUnits.find((one) => one === by);
  if (typeof field !== 'string' || unit === undefined)
    throw invalid('group', 'a field name or {field, by}', '应为字段名或 {field, by}');
  return { field, by: unit, ...optional('timeZone', asText(timeZone, 'group')) };
}

function measure(item: Json): Measure {
  const { fn, field, as } = isJsonObject(item) ? item : {};
  const known = measureFunctions.find((one) => one === fn);
  if (typeof as !== 'string' || known === undefined)
    throw invalid('measures', `{fn, field, as}, fn is one of ${measureFunctions.join(', ')}`, '应为 {fn, field, as}');
  return { fn: known, as, ...optional('field', asText(field, 'measures')) };
}

const present = (value: Json | undefined): value is Json => value !== undefined && value !== null;

function optional<K extends string, T>(key: K, value: T | undefined): { readonly [P in K]?: T } {
  // A computed key of a generic type: the object has exactly that key, or none.
  return (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: T };
}

function asText(value: Json | undefined, name: string): string | undefined {
  if (!present(value)) return undefined;
  if (typeof value === 'string') return value;
  throw invalid(name, 'a text', '应为文本');
}

function asNumber(value: Json | undefined, name: string): number | undefined {
  if (!present(value)) return undefined;
  if (typeof value === 'number') return value;
  throw invalid(name, 'a number', '应为数字');
}

/** A number in an address; what isn't one is refused as a limit is, by the read path. */
function numberIn(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}

function list(value: Json | undefined, name: string): readonly Json[] {
  if (!present(value)) return [];
  if (Array.isArray(value)) return value;
  throw invalid(name, 'an array', '应为数组');
}

function texts(value: Json | undefined, name: string): readonly string[] | undefined {
  if (!present(value)) return undefined;
  if (typeof value === 'string') return value.split(',').filter(Boolean);
  return list(value, name).map((item) => {
    if (typeof item === 'string') return item;
    throw invalid(name, 'an array of texts', '应为文本数组');
  });
}

function deletedOf(value: Json | undefined): { readonly deleted?: 'only' } {
  if (!present(value)) return {};
  if (value === 'only') return { deleted: 'only' };
  throw invalid('deleted', '"only"', '只能是“only”');
}

function filterIn(text: string | undefined): JsonObject | undefined {
  if (text === undefined || text === '') return undefined;
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid('filter', 'JSON', '应为 JSON');
  }
  return asFilter(value);
}

/** The read path checks every node; here it only has to be an object. */
function asFilter(value: Json | undefined): JsonObject | undefined {
  if (!present(value)) return undefined;
  if (isJsonObject(value)) return value;
  throw invalid('filter', 'an object', '应为对象');
}
