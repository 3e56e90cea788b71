import { type Capability, errors, type JsonObject, type Label } from '@huike/schema';

// The pieces that descriptions of calls are put together from.

export type Schema = JsonObject;

export interface Call {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  readonly path: string;
  readonly tag: string;
  readonly name: string;
  readonly summary: Label;
  readonly open?: boolean;
  readonly parameters?: readonly JsonObject[];
  /** The JSON body; with `lines` also as NDJSON of `lines`. */
  readonly body?: Schema;
  readonly bodyOptional?: boolean;
  readonly lines?: Schema;
  /** A multipart body instead. */
  readonly form?: Schema;
  readonly status?: number;
  /** The JSON answer; none for 204. */
  readonly answer?: Schema;
  /** Other content than JSON, by its type. */
  readonly content?: JsonObject;
}

/** A call of the house itself. `for` names the capability that a caller needs to see it. */
export type FixedCall = Call & { readonly for?: Capability };

export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
export const parameter = (name: string): JsonObject => ({ $ref: `#/components/parameters/${name}` });

export const text: Schema = { type: 'string' };
export const shortText: Schema = { type: 'string', minLength: 1, maxLength: 100 };
export const id: Schema = { type: 'string', format: 'uuid' };
export const flag: Schema = { type: 'boolean' };
export const time: Schema = { type: 'string', format: 'date-time' };
export const whole = (minimum: number, maximum?: number): Schema => ({
  type: 'integer',
  minimum,
  ...(maximum === undefined ? {} : { maximum }),
});
export const list = (items: Schema): Schema => ({ type: 'array', items });
export const nullable = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });
export const anything: Schema = { type: 'object' };

/** An object with these properties; those with `?` at the end of their names may be missing. */
export function object(properties: Readonly<Record<string, Schema>>, more: JsonObject = {}): Schema {
  const required = Object.keys(properties).filter((name) => !name.endsWith('?'));
  const named = Object.entries(properties).map(([name, schema]) => [name.replace('?', ''), schema]);
  return {
    type: 'object',
    properties: Object.fromEntries(named),
    ...(required.length === 0 ? {} : { required }),
    ...more,
  };
}

/** A page of a list. */
export const page = (items: Schema, next: Schema): Schema =>
  object({ data: list(items), page: object({ next: nullable(next) }) });

export function queryParameter(name: string, schema: Schema, description?: string, required = false): JsonObject {
  return { name, in: 'query', required, schema, ...(description === undefined ? {} : { description }) };
}

function pathParameter(name: string, schema: Schema): JsonObject {
  return { name, in: 'path', required: true, schema };
}

/** The parameters that many calls have. */
export const parameters: JsonObject = {
  fields: queryParameter('fields', text, 'Names separated by commas; paths over relations such as owner.name'),
  filter: queryParameter('filter', text, 'A filter tree as JSON: {"field":"amount","op":"gte","value":100}'),
  sort: queryParameter('sort', text, 'Names separated by commas; - before one for descending'),
  limit: queryParameter('limit', whole(1, 500)),
  cursor: queryParameter('cursor', text, 'page.next of the page before'),
  skip: queryParameter('skip', whole(0, 10_000_000), 'Records to pass over; not with a cursor'),
  count: queryParameter('count', flag, 'Adds page.total'),
  deleted: queryParameter('deleted', { const: 'only' }, 'The recycle bin'),
  partial: queryParameter('partial', flag, 'Each record counts for itself'),
  id: pathParameter('id', id),
  ifMatch: { name: 'If-Match', in: 'header', schema: text, description: 'The version that the caller knows' },
  idempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
    description: 'A repetition has no further effect and gets the same answer',
  },
};

const issue = object({ path: text, code: { enum: Object.keys(errors) }, message: text });

/** The schemas that many calls share. */
export const shared: JsonObject = {
  Problem: object({
    type: text,
    title: text,
    status: whole(400, 599),
    code: { enum: Object.keys(errors) },
    detail: text,
    requestId: text,
    'errors?': list(issue),
  }),
  Written: object({ id, version: whole(0) }),
  WrittenMany: object({ data: list(ref('Written')) }),
  ItemResult: {
    oneOf: [object({ index: whole(0), id, version: whole(0) }), object({ index: whole(0), problem: ref('Problem') })],
  },
  ItemResults: object({ results: list(ref('ItemResult')) }),
  Filter: {
    description: 'A condition {field, op, value}, or {and: […]}, {or: […]}, {not: …}',
    type: 'object',
  },
};
