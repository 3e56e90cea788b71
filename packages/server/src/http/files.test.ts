import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { newId } from '@huike/schema';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import { type Caller, type TestServer, testServer } from '../testing.ts';
import { visits } from '../visits.ts';

let database: TestDatabase;
let server: TestServer;

before(async () => {
  database = await testDatabase();
  server = await testServer(database, { metadata: visits, environment: { HUIKE_MAX_FILE: '2M' } });
});
after(async () => {
  await server.close();
  await database.close();
});

const png = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='),
  (sign) => sign.charCodeAt(0),
);

function form(...files: readonly (readonly [name: string, content: BlobPart])[]): FormData {
  const body = new FormData();
  for (const [name, content] of files) body.append('file', new Blob([content], { type: 'text/html' }), name);
  return body;
}

async function upload(caller: Caller, name: string, content: BlobPart): Promise<string> {
  const answer = await caller.post('files', form([name, content]));
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return String(answer.get('id'));
}

test('a file comes back as it was, typed by its content, and harmless', async () => {
  const user = await server.addUser({ roles: ['rep'] });
  const made = await user.post('files', form(['现场照片.png', png]));
  assert.deepEqual(made.body, { id: made.get('id'), name: '现场照片.png', type: 'image/png', size: png.length });
  const answer = await user.raw('GET', `files/${made.get('id')}`);
  assert.equal(answer.status, 200);
  assert.deepEqual(new Uint8Array(await answer.arrayBuffer()), png);
  const header = (name: string) => answer.headers.get(name);
  assert.equal(header('content-type'), 'image/png');
  assert.equal(header('x-content-type-options'), 'nosniff');
  assert.match(header('content-security-policy') ?? '', /^sandbox; default-src 'none'/);
  assert.equal(
    header('content-disposition'),
    `inline; filename="____.png"; filename*=UTF-8''${encodeURIComponent('现场照片.png')}`,
  );
  assert.equal(header('content-length'), String(png.length));

  const page = await upload(user, 'page.html', '<script>alert(1)</script>');
  const html = await user.raw('GET', `files/${page}`);
  assert.match(html.headers.get('content-disposition') ?? '', /^attachment/);
  await html.arrayBuffer();

  const part = await user.raw('GET', `files/${made.get('id')}`, { headers: { range: 'bytes=1-3' } });
  assert.deepEqual(
    [part.status, part.headers.get('content-range'), await part.text()],
    [206, `bytes 1-3/${png.length}`, 'PNG'],
  );
  const outside = await user.get(`files/${made.get('id')}`, { range: 'bytes=5000-' });
  assert.deepEqual([outside.status, outside.get('code')], [416, 'file.range']);
  const head = await user.raw('HEAD', `files/${made.get('id')}`);
  assert.deepEqual([head.status, head.headers.get('content-length')], [200, String(png.length)]);
});

test('whoever may read a field that shows a file may read the file, and nobody else', async () => {
  const owner = await server.addUser({ roles: ['rep'] });
  const other = await server.addUser({ roles: ['rep'] });
  const looker = await server.addUser({ roles: ['looker'] });
  const id = await upload(owner, 'a.png', png);
  const sees = async (caller: Caller) => (await caller.raw('GET', `files/${id}`)).status;
  assert.deepEqual(
    [await sees(owner), await sees(other), await sees(looker), await sees(server.admin)],
    [200, 404, 404, 404],
  );
  assert.equal((await other.post('records/visit', { subject: 'theft', photos: [id] })).status, 422);
  const visit = await owner.post('records/visit', { subject: 'shown', photos: [id] });
  assert.equal(visit.status, 201, JSON.stringify(visit.body));
  assert.deepEqual(
    [await sees(owner), await sees(other), await sees(looker), await sees(server.admin)],
    [200, 404, 200, 200],
  );
  const read = await owner.get(`records/visit/${visit.get('id')}`);
  assert.deepEqual(read.get('photos'), [{ id, name: 'a.png', type: 'image/png', size: png.length }]);
  for (const where of [newId(), 'x', '%00']) {
    const answer = await owner.get(`files/${where}`);
    assert.deepEqual([answer.status, answer.get('code')], [404, 'file.unknown']);
  }
});

test('several at once, none, too large, cut off', async () => {
  const user = await server.addUser({ roles: ['rep'] });
  const several = await user.post('files', form(['a.txt', 'a'], ['b.txt', 'b']));
  assert.deepEqual(
    (several.get('data') as { name: string }[]).map(({ name }) => name),
    ['a.txt', 'b.txt'],
  );
  assert.equal((await user.post('files', form())).status, 400);
  const large = await user.post('files', form(['large.bin', new Uint8Array(2 * 1024 * 1024 + 1)]));
  assert.deepEqual([large.status, large.get('code')], [413, 'request.tooLarge']);
  const cut = await user.post('files', '--x\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nhalf', {
    'content-type': 'multipart/form-data; boundary=x',
  });
  assert.equal(cut.status, 400);
  const abort = new AbortController();
  const arrives = once(server.app.server, 'request');
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const sink = writable.getWriter();
  const begun = user.raw('POST', 'files', {
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
    body: readable,
    signal: abort.signal,
  });
  await sink.write(
    new TextEncoder().encode('--x\r\ncontent-disposition: form-data; name="file"; filename="gone"\r\n\r\nhalf'),
  );
  const [, response] = await arrives;
  abort.abort();
  await assert.rejects(begun);
  if (!response.closed) await once(response, 'close');
  const empty = await user.post('files', form(['empty.txt', '']));
  assert.equal(empty.status, 201);
  // What the caller left half-way is removed after the connection is gone.
  while ((await server.kernel.db.queryText(`select from huike.file where state = 'receiving'`, [])).length > 0)
    await sleep(5);
  const kept = await server.kernel.db.queryText<{ name: string }>(
    `select name from huike.file where name in ('large.bin', 'a', 'gone')`,
    [],
  );
  assert.deepEqual(kept, []);
  const names = await server.kernel.db.queryText<{ key: string }>('select storage_key as key from huike.file', []);
  const files = await readdir(path.join(server.dataFolder, 'files'), { recursive: true, withFileTypes: true });
  assert.equal(files.filter((one) => one.isFile()).length, names.length, 'nothing is left of what failed');
  const scoped = server.withToken(
    String((await user.post('tokens', { name: 'f', scopes: ['files:read'] })).get('token')),
  );
  assert.equal((await scoped.post('files', form(['a.txt', 'a']))).status, 403);
});
