import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isJsonObject, type Json, type JsonObject, newId } from '@huike/schema';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import fc from 'fast-check';
import { type Caller, type TestServer, testServer } from '../testing.ts';
import { visits } from '../visits.ts';

// Every call that the server describes, with values that fit, nearly fit, or don't fit at all: never a 5xx, never a hang.

let database: TestDatabase;
let server: TestServer;
let callers: readonly Caller[];
let ids: readonly string[];

const atOnce = 10;
const runs = process.env.HUIKE_LONG === '1' ? 2_000 : 50;
const patience = 60_000;

before(async () => {
  database = await testDatabase();
  server = await testServer(database, { metadata: visits });
  const { admin } = server;
  const token = async (caller: Caller) =>
    server.withToken(String((await caller.post('tokens', { name: 'fuzz', scopes: ['*'] })).get('token')));
  const second = await server.addUser({ roles: ['administrator'] });
  const rep = await server.addUser({ roles: ['rep', 'operating', 'auditing'] });
  const place = await admin.post('records/place', { name: '门店', code: 'F1' });
  const visit = await admin.post('records/visit', { subject: '拜访', code: 'F1', place: place.get('id') });
  callers = [await token(second), await token(second), await token(rep), server.stranger];
  ids = [place.get('id'), visit.get('id'), rep.id, second.id].map(String);
});
after(async () => {
  await server.close();
  await database.close();
});

/** One described call. */
interface Call {
  readonly method: string;
  readonly path: string;
  readonly operation: JsonObject;
}

interface Request {
  readonly method: string;
  readonly where: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | FormData | null;
  readonly caller: number;
}

const part = (of: Json | undefined, ...steps: readonly string[]): Json => {
  let at: Json = of ?? null;
  for (const step of steps) at = isJsonObject(at) ? (at[step] ?? null) : null;
  return at;
};
const items = (of: Json | undefined): readonly Json[] => (Array.isArray(of) ? of : []);

function callsOf(doc: JsonObject): Call[] {
  return Object.entries(Object(doc.paths)).flatMap(([path, methods]) =>
    Object.entries(Object(methods)).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation: isJsonObject(operation) ? operation : {},
    })),
  );
}

const odd: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json[]>(
    null,
    true,
    '',
    '\0',
    '\ud800',
    '__proto__',
    'constructor',
    -1,
    0,
    1e308,
    2 ** 53,
    '9'.repeat(400),
    [],
    {},
    [[]],
    '%',
    '\\',
    '1e999',
    '2026-02-30',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.jsonValue({ maxDepth: 4 }).map((value): Json => JSON.parse(JSON.stringify(value))),
);

/** Values for a schema: most fit, some don't. */
function valueFor(doc: JsonObject, schema: Json, depth = 0): fc.Arbitrary<Json> {
  const fits = fitting(doc, isJsonObject(schema) ? schema : {}, depth);
  return fc.oneof({ weight: 8, arbitrary: fits }, { weight: 1, arbitrary: odd });
}

function fitting(doc: JsonObject, schema: JsonObject, depth: number): fc.Arbitrary<Json> {
  if (depth > 6) return fc.constant(null);
  if (typeof schema.$ref === 'string')
    return fitting(doc, Object(part(doc, ...schema.$ref.slice(2).split('/'))), depth + 1);
  const choices = [...items(schema.oneOf), ...items(schema.anyOf)];
  if (choices.length > 0) return fc.oneof(...choices.map((one) => valueFor(doc, one, depth + 1)));
  if (schema.allOf !== undefined) return fitting(doc, Object(items(schema.allOf)[0]), depth + 1);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...items(schema.enum));
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'object':
      return objectOf(doc, schema, depth);
    case 'array':
      return fc.array(valueFor(doc, schema.items ?? {}, depth + 1), { maxLength: 4 }).map((list): Json => list);
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.oneof(fc.integer({ min: 0, max: 500 }), fc.integer());
    case 'number':
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case 'null':
      return fc.constant(null);
    default:
      return textOf(schema);
  }
}

function objectOf(doc: JsonObject, schema: JsonObject, depth: number): fc.Arbitrary<Json> {
  const properties = Object.entries(Object(schema.properties));
  const required = items(schema.required).map(String);
  // A filter is any object to the document: here it is one that may well mean something.
  if (properties.length === 0) return fc.oneof(filter, fc.dictionary(fc.string({ maxLength: 8 }), odd, { maxKeys: 3 }));
  const values = Object.fromEntries(properties.map(([name, one]) => [name, valueFor(doc, one as Json, depth + 1)]));
  return fc.record(values, { requiredKeys: required.filter((name) => name in values) }).map((one): Json => one);
}

const names = [
  'id',
  'subject',
  'code',
  'fee',
  'mobile',
  'minutes',
  'day',
  'at',
  'done',
  'place',
  'place.name',
  'others',
  'stage',
  'owner',
  'createdAt',
  'name',
  'lines',
  'photos',
];
const condition = fc.record({
  field: fc.constantFrom(...names),
  op: fc.constantFrom(
    'eq',
    'ne',
    'lt',
    'gte',
    'in',
    'contains',
    'startsWith',
    'empty',
    'between',
    'within',
    'some',
    'none',
    'every',
  ),
  value: fc.oneof(
    fc.string({ maxLength: 5 }),
    fc.integer(),
    fc.array(fc.string({ maxLength: 3 }), { maxLength: 3 }),
    fc.constant({ last: 7, unit: 'day' }),
    odd,
  ),
});
const { filter } = fc.letrec<{ filter: Json }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4 },
    condition.map((one): Json => one),
    fc.array(tie('filter'), { maxLength: 3 }).map((and): Json => ({ and })),
    fc.array(tie('filter'), { maxLength: 3 }).map((or): Json => ({ or })),
    tie('filter').map((not): Json => ({ not })),
  ),
}));

function textOf(schema: JsonObject): fc.Arbitrary<Json> {
  if (schema.format === 'uuid') return fc.oneof(fc.constantFrom(...ids), fc.uuid(), fc.constant(newId()));
  if (schema.format === 'date-time') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  return fc.oneof(
    fc.constantFrom(
      ...names,
      'visit',
      'place',
      '12.30',
      '13800138000',
      '2026-01-05',
      '2026-01-05T08:00:00+08:00',
      'a@example.com',
      '客户',
      'F1',
      '1',
    ),
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    filter.map((one) => JSON.stringify(one)),
  );
}

function requestOf(doc: JsonObject, { method, path, operation }: Call): fc.Arbitrary<Request> {
  const parameters = items(operation.parameters).map((one) => {
    const known = isJsonObject(one) && typeof one.$ref === 'string' ? part(doc, ...one.$ref.slice(2).split('/')) : one;
    return isJsonObject(known) ? known : {};
  });
  const value = (parameter: JsonObject) =>
    valueFor(doc, parameter.schema ?? {}).map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
  const of = (place: string) => parameters.filter((parameter) => parameter.in === place);
  const record = (place: string, all: boolean) =>
    fc.record(
      Object.fromEntries(of(place).map((one) => [String(one.name), value(one)])),
      all ? {} : { requiredKeys: [] },
    );
  const content = Object(part(operation.requestBody ?? null, 'content'));
  const json = content['application/json']?.schema;
  const lines = content['application/x-ndjson']?.schema;
  const form = content['multipart/form-data']?.schema;
  const bodies: fc.Arbitrary<{ readonly type: string; readonly text: string } | FormData | null>[] = [];
  if (json !== undefined) {
    bodies.push(valueFor(doc, json).map((one) => ({ type: 'application/json', text: JSON.stringify(one) })));
    bodies.push(fc.string({ maxLength: 30 }).map((text) => ({ type: 'application/json', text })));
  }
  if (lines !== undefined) {
    const line = fc.oneof(
      valueFor(doc, lines).map((one) => JSON.stringify(one)),
      fc.string({ maxLength: 20 }),
    );
    bodies.push(
      fc.array(line, { maxLength: 5 }).map((all) => ({ type: 'application/x-ndjson', text: all.join('\n') })),
    );
  }
  if (form !== undefined) bodies.push(valueFor(doc, form).map(formOf));
  const headers = fc.record(
    {
      'if-match': fc.constantFrom('1', '"2"', 'x', '*'),
      'idempotency-key': fc.constantFrom('a', 'b', 'c'),
      'accept-language': fc.constantFrom('en', 'zh-CN', 'x'),
      range: fc.constantFrom('bytes=0-1', 'bytes=-1', 'x'),
      'last-event-id': fc.constantFrom('0', '5', 'x'),
    },
    { requiredKeys: [] },
  );
  return fc
    .record({
      inPath: record('path', true),
      query: record('query', false),
      headers,
      body: bodies.length === 0 ? fc.constant(null) : fc.oneof(...bodies),
      caller: fc.nat({ max: 3 }),
    })
    .map(({ inPath, query, body, ...rest }) => ({
      ...rest,
      method,
      where: `/api/v1${filled(path, inPath)}${queryString(query)}`,
      headers: { ...(body !== null && 'type' in body ? { 'content-type': body.type } : {}), ...rest.headers },
      body: body !== null && 'type' in body ? body.text : body,
    }));
}

function formOf(value: Json): FormData {
  const form = new FormData();
  for (const [name, one] of Object.entries(Object(value)))
    if (name === 'file') form.append(name, new Blob([String(one)]), 'data.csv');
    else form.append(name, typeof one === 'string' ? one : JSON.stringify(one));
  return form;
}

const encode = (text: string) => encodeURIComponent(text.toWellFormed());
type Texts = Readonly<Record<string, string | undefined>>;
const filled = (path: string, values: Texts) =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => encode(values[name] ?? '') || 'x');
const queryString = (values: Texts) => {
  const pairs = Object.entries(values).map(([name, value]) => `${name}=${encode(value ?? '')}`);
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
};

test(`${runs * atOnce} requests made from the document`, async () => {
  const { body } = await server.admin.get('/api/openapi.json');
  const doc = isJsonObject(body) ? body : {};
  const calls = callsOf(doc);
  assert.ok(calls.length > 80);
  const request = fc.constantFrom(...calls).chain((call) => requestOf(doc, call));
  const statuses = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: atOnce, maxLength: atOnce }), async (requests) => {
      const answers = await Promise.all(requests.map(send));
      for (const [index, { status, text, type }] of answers.entries()) {
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        assert.ok(status < 500, `${status} ${text} ${JSON.stringify(requests[index])}`);
        if (status >= 400) assert.match(type, /^application\/problem\+json/, JSON.stringify(requests[index]));
      }
    }),
    { numRuns: runs, endOnFailure: false },
  );
  const done = [...statuses].filter(([status]) => status < 400).reduce((sum, [, count]) => sum + count, 0);
  assert.ok(done > (runs * atOnce) / 20, `too few meant anything: ${JSON.stringify([...statuses])}`);
  assert.deepEqual(server.background, []);
});

async function send({ method, where, headers, body, caller }: Request) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(new Error(`no answer: ${method} ${where}`)), patience);
  try {
    const who = callers[caller] ?? server.stranger;
    const response = await who.raw(method, where, {
      headers,
      signal: abort.signal,
      ...(body === null ? {} : { body }),
    });
    const type = response.headers.get('content-type') ?? '';
    // A stream of events has no end.
    if (type.startsWith('text/event-stream')) {
      await response.body?.cancel();
      return { status: response.status, type, text: '' };
    }
    return { status: response.status, type, text: await response.text() };
  } finally {
    clearTimeout(timer);
  }
}
