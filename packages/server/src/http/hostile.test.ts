import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { newId } from '@huike/schema';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import { type Caller, type TestServer, testServer } from '../testing.ts';
import { visits } from '../visits.ts';

// Whatever comes in, the answer is a problem in the registry's words, never an unexpected one.

let database: TestDatabase;
let server: TestServer;
let admin: Caller;
let visit: string;

before(async () => {
  database = await testDatabase();
  server = await testServer(database, { metadata: visits });
  admin = server.admin;
  visit = String((await admin.post('records/visit', { subject: 'a', code: 'A', minutes: 1 })).get('id'));
});
after(async () => {
  assert.deepEqual(server.background, []);
  await server.close();
  await database.close();
});

async function refused(
  method: string,
  where: string,
  call: Parameters<Caller['call']>[2],
  statuses: readonly number[],
) {
  const answer = await admin.call(method, where, call);
  assert.ok(statuses.includes(answer.status), `${method} ${where}: ${answer.status} ${JSON.stringify(answer.body)}`);
  assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/, where);
  assert.notEqual(answer.get('code'), 'system.unexpected');
  return answer;
}

const json = { 'content-type': 'application/json' };

test('addresses and methods that are nowhere', async () => {
  for (const where of [
    'nothing',
    'records',
    'records/',
    'records/visit/x/y/z',
    'records//visit',
    '/api/v2/me',
    `records/${'x'.repeat(300)}`,
  ])
    await refused('GET', where, {}, [404]);
  for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS']) await refused(method, 'me', {}, [404]);
  await refused('GET', 'records/visit/%', {}, [400]);
  await refused('GET', 'records/visit/%ff', {}, [400, 404]);
  for (const object of [
    'constructor',
    '__proto__',
    'toString',
    'hasOwnProperty',
    '%00',
    '%F0%9F%98%80',
    'Visit',
    'visit%20',
    "visit';--",
  ])
    for (const where of [`records/${object}`, `records/${object}/${newId()}`, `records/${object}/export`])
      await refused('GET', where, {}, [404]);
  for (const id of ['x', '%00', '1', newId().toUpperCase(), `${newId()}0`, '00000000-0000-0000-0000-000000000000'])
    await refused('GET', `records/visit/${id}`, {}, [404]);
  assert.equal((await admin.raw('HEAD', 'records/visit')).status, 200);
});

test('parameters of every odd kind', async () => {
  const odd = [
    'limit=1000000000',
    'limit=0',
    'limit=-1',
    'limit=1.5',
    'limit=',
    'limit=abc',
    'limit=1&limit=2',
    'limit=NaN',
    'limit=1e400',
    'limit=0x10',
    'cursor=x',
    'cursor=W10',
    'cursor=%00',
    `cursor=${'A'.repeat(9000)}`,
    'cursor=a&cursor=b',
    `cursor=${Buffer.from(JSON.stringify(['-createdAt', 'x', 'y'])).toString('base64url')}`,
    `cursor=${Buffer.from(JSON.stringify(['-createdAt', '2026-99-99', visit])).toString('base64url')}`,
    `cursor=${Buffer.from(JSON.stringify(['-createdAt', null, 'x'])).toString('base64url')}`,
    'fields=nothing',
    'fields=constructor',
    'fields=constructor.name',
    'fields=__proto__.x',
    'fields=place.',
    'fields=.',
    'fields=place.name.x',
    'fields=subject.x',
    'fields=subject&fields=code',
    `fields=${'subject,'.repeat(600)}`,
    `fields=${'place.'.repeat(50)}name`,
    'sort=nothing',
    'sort=-',
    'sort=photos',
    'sort=others',
    'sort=lines',
    'sort=subject,subject,subject,code,code,code',
    'sort=place.name.x',
    'sort=%00',
    'filter=',
    'filter=[',
    'filter=7',
    'filter=[]',
    'filter=null',
    'filter={}',
    'filter={"and":7}',
    'filter={"and":[7]}',
    'filter={"or":[]}&filter={}',
    'deleted=yes',
    'deleted=only&deleted=only',
    'count=maybe',
    '__proto__=x',
    'constructor=x',
    '%00=%00',
  ];
  for (const query of odd) {
    const answer = await admin.get(`records/visit?${query}`);
    assert.ok([200, 400].includes(answer.status), `${query}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }
  assert.equal(Object.hasOwn(Object, 'x'), false, 'a path must not reach the prototype');
  for (const query of [
    'limit=1000000000',
    'limit=1&limit=2',
    'cursor=x',
    'fields=constructor',
    'sort=nothing',
    'filter=[',
  ])
    await refused('GET', `records/visit?${query}`, {}, [400]);
  await refused('PUT', 'records/visit?key=code&key=code', { body: { code: 'A' } }, [400]);
  await refused('PUT', 'records/visit?key=constructor', { body: { code: 'A' } }, [400]);
  await refused('GET', 'search?q=%00', {}, [400]);
  await refused('GET', `search?q=${'a'.repeat(600)}`, {}, [400]);
  await refused('GET', 'search?q=a&objects=nothing', {}, [404]);
  await refused('GET', 'events?objects=', {}, [400]);
  await refused('GET', 'events?objects=visit&objects=place', {}, [400]);
  await refused('GET', 'changes?after=-1', {}, [400]);
  await refused('GET', 'changes?after=99999999999999999999', {}, [400]);
  assert.equal((await admin.get('changes?after=9007199254730000')).status, 200);
  await refused('GET', `records/visit/${visit}/changes?before=0`, {}, [400]);
  await refused('GET', 'records/visit/export?format=pdf', {}, [400]);
  await refused('GET', 'jobs/dead?before=x', {}, [400]);
});

test('filters made by hand', async () => {
  const values = [
    null,
    true,
    7,
    1e308,
    -0,
    'x',
    '\0',
    '\ud800',
    'a'.repeat(20_000),
    [],
    {},
    ['x'],
    [[1]],
    { last: 1e9, unit: 'day' },
    { this: 'x' },
    { last: -1, unit: 'day' },
    '2026-02-30',
    '99999-01-01',
    '0001-01-01',
    '-4713-01-01',
    '1e999',
    '٣',
    '9'.repeat(500),
    visit,
    '%',
    '\\',
  ];
  const fields = [
    'id',
    'version',
    'subject',
    'fee',
    'mobile',
    'minutes',
    'day',
    'at',
    'done',
    'place',
    'others',
    'stage',
    'photos',
    'lines',
    'owner',
    'createdAt',
    'place.name',
    'nothing',
    'constructor',
    '',
  ];
  const ops = [
    'eq',
    'ne',
    'lt',
    'gte',
    'in',
    'notIn',
    'contains',
    'startsWith',
    'empty',
    'between',
    'within',
    'some',
    'every',
    'x',
    'constructor',
  ];
  for (const field of fields) {
    const answers = await Promise.all(
      ops.flatMap((op) =>
        [...values, [values[5] ?? '', 1], [null, null]].map(async (value) => {
          const filter = { field, op, value };
          return { filter, answer: await admin.post('records/visit/query', { filter, limit: 1 }) };
        }),
      ),
    );
    for (const { filter, answer } of answers)
      assert.ok(
        [200, 400].includes(answer.status),
        `${JSON.stringify(filter).slice(0, 200)}: ${answer.status} ${JSON.stringify(answer.body)}`,
      );
  }
  let deep: object = { field: 'done', op: 'eq', value: true };
  for (let n = 0; n < 40; n++) deep = { not: deep };
  await refused('POST', 'records/visit/query', { body: { filter: { ...deep } } }, [400]);
  const wide = { or: Array.from({ length: 2000 }, () => ({ field: 'done', op: 'eq', value: true })) };
  await refused('POST', 'records/visit/query', { body: { filter: wide } }, [400]);
});

test('queries in bodies of every shape', async () => {
  const bodies = [
    7,
    'x',
    null,
    [],
    [7],
    { fields: 7 },
    { fields: [7] },
    { fields: ['\0'] },
    { fields: ['\ud800'] },
    { sort: {} },
    { sort: [[]] },
    { limit: '5' },
    { limit: 1e9 },
    { limit: -1 },
    { cursor: 7 },
    { cursor: '\0' },
    { filter: 'x' },
    { filter: [] },
    { group: 7 },
    { group: [7] },
    { group: [{}] },
    { group: ['nothing'] },
    { group: ['photos'] },
    { group: ['\0'] },
    { group: [{ field: 'at', by: 'x' }] },
    { group: [{ field: 'subject', by: 'day' }] },
    { group: [{ field: 'at', by: 'day', timeZone: 'x' }] },
    { group: [{ field: 'at', by: 'day', timeZone: '\0' }] },
    { group: Array.from({ length: 20 }, () => 'stage') },
    { measures: [{ fn: 'x', as: 'a' }] },
    { measures: [{ fn: 'sum', as: 'a' }] },
    { measures: [{ fn: 'sum', field: 'subject', as: 'a' }] },
    { measures: [{ fn: 'count', as: '\0' }] },
    { measures: [{ fn: 'count', as: 'constructor' }] },
    { measures: [{ fn: 'count', as: 'a"b' }] },
    {
      measures: [
        { fn: 'count', as: 'n' },
        { fn: 'count', as: 'n' },
      ],
    },
    { group: ['stage'], measures: [{ fn: 'count', as: 'n' }], sort: ['x'] },
    { group: ['stage'], measures: [{ fn: 'count', as: 'n' }], limit: 1e9 },
    { group: [], measures: [] },
  ];
  for (const body of bodies) {
    const answer = await admin.call('POST', 'records/visit/query', { headers: json, body: JSON.stringify(body) });
    assert.ok(
      [200, 400].includes(answer.status),
      `${JSON.stringify(body)}: ${answer.status} ${JSON.stringify(answer.body)}`,
    );
  }
});

test('bodies that are no JSON, too large, too deep, or mean something to JavaScript', async () => {
  for (const body of ['', '{', '[1,', 'nul', '\u{feff}7', '{"a":1}}', '"x', 'NaN', "{'a':1}"])
    await refused('POST', 'records/visit', { headers: json, body }, [400]);
  await refused(
    'POST',
    'records/visit',
    { headers: json, body: new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]) },
    [400],
  );
  await refused('POST', 'records/visit', { headers: json, body: `{"subject":"${'x'.repeat(11_000_000)}"}` }, [413]);
  await refused('POST', 'records/visit', { headers: json, body: '['.repeat(5_000_000) + ']'.repeat(5_000_000) }, [400]);
  await refused('POST', 'records/visit', { headers: json, body: `${'{"a":'.repeat(200)}1${'}'.repeat(200)}` }, [400]);
  await refused('POST', 'records/visit', { headers: json, body: '{"__proto__":{"subject":"x"}}' }, [400]);
  await refused(
    'POST',
    'records/visit',
    { headers: json, body: '{"constructor":{"prototype":{"subject":"x"}},"subject":"x"}' },
    [422],
  );
  await refused('POST', 'records/visit', { body: Array.from({ length: 5001 }, () => ({})) }, [400]);
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'text/html',
    'multipart/form-data',
    'application/xml',
    'nonsense',
    'application/json/x',
  ])
    await refused('POST', 'records/visit', { headers: { 'content-type': type }, body: '{"subject":"x"}' }, [400, 415]);
});

test('values of the wrong kind at every field', async () => {
  const values = [
    null,
    true,
    7,
    -1,
    1e308,
    'x',
    '',
    '\0',
    '\ud800',
    'a'.repeat(200_000),
    [],
    {},
    [[]],
    ['x'],
    { lookup: 7 },
    { lookup: { field: 'code', value: 'none' } },
    { lookup: { field: 'constructor', value: {} } },
    { $ref: 'x' },
    { amount: '1', currency: 'XXX' },
    { amount: [], currency: {} },
    '1e400',
    '9'.repeat(400),
    '2026-02-30',
    newId(),
    [newId()],
    [{ item: 7 }],
    [{ count: 'x' }],
    [{ id: newId() }],
    [null],
  ];
  const fields = [
    'subject',
    'code',
    'fee',
    'mobile',
    'minutes',
    'day',
    'at',
    'done',
    'remark',
    'place',
    'others',
    'stage',
    'photos',
    'lines',
    'owner',
    'department',
    'id',
    'version',
    'createdAt',
    'deletedAt',
    'nothing',
    'constructor',
    'toString',
  ];
  for (const field of fields) {
    const answers = await Promise.all(
      values.map(async (value) => ({ value, answer: await admin.patch(`records/visit/${visit}`, { [field]: value }) })),
    );
    for (const { value, answer } of answers)
      assert.ok(
        [200, 400, 403, 409, 412, 422].includes(answer.status),
        `${field} ${JSON.stringify(value).slice(0, 100)}: ${answer.status} ${JSON.stringify(answer.body)}`,
      );
  }
});

test('other bodies of the wrong kind', async () => {
  const bodies = [
    7,
    'x',
    null,
    [],
    {},
    { id: 7 },
    { id: '\0' },
    [{ id: visit, version: 'x' }],
    [{ id: visit, version: 1e10 }],
  ];
  const places = [
    ['PATCH', 'records/visit'],
    ['DELETE', 'records/visit'],
    ['POST', 'batch'],
    ['POST', 'tokens'],
    ['POST', 'writeKeys'],
    ['POST', 'setup'],
    ['POST', 'auth/sign-in'],
    ['POST', 'me/password'],
    ['POST', 'me/second-factor/confirm'],
    ['POST', 'metadata/plan'],
    ['POST', 'metadata/apply'],
    ['POST', 'metadata/restore'],
    ['POST', 'metadata/undo'],
    ['POST', 'jobs/dead/replay'],
    ['POST', 'jobs/dead/discard'],
    ['POST', `records/visit/${visit}/unmask`],
    ['POST', `records/visit/${visit}/restore`],
    ['PUT', `records/visit/${visit}/team`],
    ['POST', 'files'],
  ] as const;
  for (const [method, where] of places)
    for (const body of bodies) {
      const answer = await admin.call(method, where, { body });
      assert.ok(
        answer.status < 500,
        `${method} ${where} ${JSON.stringify(body)}: ${answer.status} ${JSON.stringify(answer.body)}`,
      );
    }
  await refused('POST', 'metadata/undo', { body: { version: 999_999 } }, [409]);
  await refused('POST', 'metadata/restore', { body: { id: newId() } }, [409]);
});

test('headers of the wrong kind', async () => {
  for (const value of ['x', '-1', '', '1.5', '99999999999', '"', 'W/"1"x', '1, 2'])
    await refused('PATCH', `records/visit/${visit}`, { headers: { 'if-match': value }, body: { done: true } }, [400]);
  await refused(
    'POST',
    'records/visit',
    { headers: { 'idempotency-key': 'k'.repeat(256) }, body: { subject: 'x' } },
    [400],
  );
  for (const value of ['x', 'zh', '*', 'en;q=x', ';;;', ',,,', 'en-'.repeat(400)])
    assert.equal((await admin.get('me', { 'accept-language': value })).status, 200);
  for (const value of ['x', '-1', '1e99', '9'.repeat(100)]) {
    const answer = await admin.raw('GET', 'events?objects=visit', { headers: { 'last-event-id': value } });
    assert.equal(answer.status, 200);
    await answer.body?.cancel();
  }
});

test('what is no HTTP at all', async () => {
  const port = Number(new URL(server.address).port);
  for (const text of [
    '\0\0\0\0\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    `GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`,
    'POST /api/v1/batch HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
  ]) {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(text);
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk);
    const answer = Buffer.concat(chunks).toString();
    assert.match(answer, /^HTTP\/1\.1 4\d\d /);
    assert.match(answer, /application\/problem\+json/);
  }
  assert.equal((await admin.get('me')).status, 200);
});
