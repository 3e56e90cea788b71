import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { defineJob, enqueue, handleJob, JobRunner, sealAll } from '@huike/kernel';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import { type TestServer, testServer } from '../testing.ts';
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

test('probes and metrics answer anybody', async () => {
  const { stranger } = server;
  assert.deepEqual((await stranger.get('/livez')).body, { status: 'ok' });
  const ready = await stranger.get('/readyz');
  assert.deepEqual([ready.status, ready.get('status'), ready.get('checks', 'database')], [200, 'ok', { ok: true }]);
  await server.admin.get('records/visit?limit=1');
  const metrics = String((await stranger.get('/metrics')).body);
  assert.match(
    metrics,
    /huike_http_request_seconds_count\{method="GET",route="\/api\/v1\/records\/:object",status="200"\} \d+/,
  );
  assert.match(metrics, /huike_jobs\{state="dead"\} 0/);
  assert.match(metrics, /process_cpu_user_seconds_total/);
});

test('headers keep a browser safe', async () => {
  const answer = await server.stranger.get('/livez');
  const header = (name: string) => answer.headers.get(name) ?? '';
  assert.match(header('content-security-policy'), /^default-src 'self';.*frame-ancestors 'none'/);
  assert.doesNotMatch(header('content-security-policy'), /script-src|unsafe-eval/);
  assert.equal(header('x-content-type-options'), 'nosniff');
  assert.equal(header('referrer-policy'), 'same-origin');
  assert.equal(answer.headers.get('strict-transport-security'), null);
  const api = await server.admin.get('me');
  assert.equal(api.headers.get('cache-control'), 'no-store');
});

test('auditors see who did what; of values only what they may read', async () => {
  const { admin } = server;
  const auditor = await server.addUser({ roles: ['auditing'] });
  const reader = await server.addUser({ roles: ['auditing', 'rep'] });
  const hidden = await admin.post('records/visit', { subject: '秘密', mobile: '13800138000', fee: '5' });
  const own = await reader.post('records/visit', { subject: '自己的' });
  await admin.patch(`records/visit/${own.get('id')}`, { mobile: '13800138000', fee: '7' });
  await sealAll(server.kernel.db);
  const all = await auditor.get('changes?limit=500');
  assert.equal(all.status, 200);
  const entries = all.get('data') as { seq: number; op: string; record: string; fields: string[]; changes: object[] }[];
  assert.deepEqual(
    entries.map(({ seq }) => seq),
    entries.map((_, n) => n + 1),
  );
  assert.equal(all.get('page', 'last'), entries.length);
  assert.equal(all.get('page', 'next'), null);
  const entry = entries.find(({ record, op }) => record === hidden.get('id') && op === 'create');
  assert.deepEqual([entry?.changes, entry?.fields.includes('mobile')], [[], true]);
  assert.doesNotMatch(JSON.stringify(entry), /秘密|13800138000/);
  assert.ok(entries.some(({ op }) => op === 'signIn'));
  const seen = (await reader.get('changes?limit=500')).get('data') as {
    record: string;
    version: number;
    changes: object[];
  }[];
  const mine = seen.filter(({ record }) => record === own.get('id'));
  assert.deepEqual(mine[1]?.changes, [{ field: 'mobile', before: null, after: '138****8000' }]);
  assert.deepEqual(seen.find(({ record }) => record === hidden.get('id'))?.changes, []);

  const page = await auditor.get('changes?after=2&limit=3');
  assert.deepEqual(
    (page.get('data') as { seq: number }[]).map(({ seq }) => seq),
    [3, 4, 5],
  );
  assert.equal(page.get('page', 'next'), 5);
  const other = await server.addUser({ roles: ['operating'] });
  assert.equal((await other.get('changes')).status, 403);
  assert.equal((await other.get('changes/verify')).status, 403);
});

test('the log verifies, and tells when somebody changed it', async () => {
  const auditor = await server.addUser({ roles: ['auditing'] });
  await sealAll(server.kernel.db);
  const good = await auditor.get('changes/verify');
  assert.deepEqual(good.get('faults'), []);
  const head = good.get('head') as { block: number; seq: number; hash: string };
  assert.equal(
    (await auditor.get(`changes/verify?block=${head.block}&seq=${head.seq}&hash=${head.hash}`)).get('faults', 0),
    null,
  );
  assert.equal((await auditor.get(`changes/verify?block=${head.block}`)).status, 400);
  assert.notEqual(
    (await auditor.get(`changes/verify?block=${head.block}&seq=${head.seq}&hash=${'0'.repeat(64)}`)).get('faults', 0),
    null,
  );
  await server.kernel.db.queryText(`update huike.change set actor = 'nobody' where seq = 3`, []);
  const bad = await auditor.get('changes/verify');
  assert.deepEqual(bad.get('faults', 0, 'kind'), 'altered');
  assert.deepEqual(bad.get('faults', 0, 'seq'), 3);
});

test('dead jobs are looked at, replayed and discarded by those who run the server', async () => {
  const operator = await server.addUser({ roles: ['operating'] });
  let broken = true;
  const done: string[] = [];
  const type = defineJob<string>('test.fails', { maxAttempts: 1 });
  const handler = handleJob(type, async (payload) => {
    if (broken) throw new Error(`cannot do ${payload}`);
    done.push(payload);
  });
  const { db } = server.kernel;
  const runner = await JobRunner.start({ database: db, handlers: [handler] });
  try {
    await enqueue(
      db,
      ['a', 'b', 'c'].map((payload) => type.with(payload)),
    );
    const dead = async () =>
      (await operator.get('jobs/dead')).get('data') as { id: string; payload: string; reason: string }[];
    while ((await dead()).length < 3);
    const jobs = await dead();
    assert.deepEqual(jobs.map(({ payload }) => payload).sort(), ['a', 'b', 'c']);
    assert.match(jobs[0]?.reason ?? '', /cannot do/);
    const page = await operator.get('jobs/dead?limit=2');
    assert.equal(
      (await operator.get(`jobs/dead?limit=2&before=${page.get('page', 'next')}`)).get('data', 0, 'id'),
      jobs[2]?.id,
    );
    assert.equal((await operator.get('jobs')).get('dead'), 3);
    broken = false;
    const ids = (payloads: string) => jobs.filter(({ payload }) => payloads.includes(payload)).map(({ id }) => id);
    assert.deepEqual((await operator.post('jobs/dead/replay', { ids: ids('ab') })).body, { replayed: 2 });
    assert.deepEqual((await operator.post('jobs/dead/discard', { ids: ids('c') })).body, { discarded: 1 });
    while (done.length < 2) await operator.get('jobs');
    assert.deepEqual(done.sort(), ['a', 'b']);
    assert.deepEqual(await dead(), []);
    assert.deepEqual((await operator.post('jobs/dead/replay', { ids: ids('abc') })).body, { replayed: 0 });
    const events = await db.queryText<{ op: string; actor: string }>(
      `select op, actor from (select op, actor from huike.change union all select op, actor from huike.change_pending) c where op like 'jobs%' order by op`,
      [],
    );
    assert.deepEqual(events, [
      { op: 'jobsDiscarded', actor: operator.id },
      { op: 'jobsReplayed', actor: operator.id },
    ]);
    const rep = await server.addUser({ roles: ['rep'] });
    for (const [method, where] of [
      ['GET', 'jobs'],
      ['GET', 'jobs/dead'],
      ['POST', 'jobs/dead/replay'],
      ['POST', 'jobs/dead/discard'],
    ] as const)
      assert.equal(
        (await rep.call(method, where, method === 'POST' ? { body: { ids: ['1'] } } : {})).status,
        403,
        where,
      );
  } finally {
    await runner.stop();
  }
});
