import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, type ProcessId, processId, startEmbedded } from '@huike/kernel';
import { startScript, type TestDatabase, type TestProcess, testDatabase } from '@huike/testkit';
import { type Caller, callerAt, password } from './testing.ts';
import { visits } from './visits.ts';

// The product as people start it: real processes, the embedded database, signals and kill -9.

const cli = path.join(import.meta.dirname, 'cli.ts');
let folder: string;
let database: TestDatabase;

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'huike-cli-'));
  database = await testDatabase();
});
after(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

const none = {
  DATABASE_URL: '',
  HUIKE_SEED: '',
  HUIKE_ADMIN_EMAIL: '',
  HUIKE_ADMIN_PASSWORD: '',
  HUIKE_TLS_CERT: '',
  HUIKE_TLS_KEY: '',
};
type Environment = Readonly<Record<string, string>>;

function huike(args: readonly string[], env: Environment = {}): TestProcess {
  return startScript(cli, args, { env: { ...none, LC_ALL: 'en_GB.UTF-8', HUIKE_LOG: 'warn', ...env } });
}

/** Runs a command to its end. */
async function run(
  args: readonly string[],
  env: Environment = {},
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = huike(args, env);
  const { code } = await child.ended;
  return { code, output: child.output };
}

async function started(env: Environment): Promise<{ readonly child: TestProcess; readonly address: string }> {
  const child = huike(['start'], { PORT: '0', ...env });
  const [, address = ''] = await child.says(/Huike is ready: (\S+)/);
  return { child, address };
}

async function signIn(address: string): Promise<Caller> {
  const answer = await callerAt(address, {}).post('auth/sign-in', { email: 'admin@example.com', password });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return callerAt(address, { cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '', 'x-huike': '1' });
}

test('the command line explains itself, in Chinese and English', async () => {
  const [help, zh, bare, unknown] = await Promise.all([
    run(['--help']),
    run(['--help'], { LC_ALL: 'zh_CN.UTF-8' }),
    run([]),
    run(['nonsense']),
  ]);
  assert.equal(help.code, 0);
  for (const command of ['start', 'import', 'export', 'match', 'apply', 'backup', 'restore', 'token', 'seed'])
    assert.match(help.output, new RegExp(`^  ${command} `, 'm'));
  assert.match(zh.output, /^用法：huike <命令>/);
  assert.deepEqual([bare.code, unknown.code], [2, 2]);
  assert.match(unknown.output, /There is no command "nonsense"/);
  const each = await Promise.all(
    ['start', 'export', 'apply', 'token', 'seed'].map((command) => run([command, '--help'])),
  );
  for (const { code, output } of each) {
    assert.equal(code, 0);
    assert.match(output, /^huike \w+/);
  }
  const wrong = await Promise.all(
    [['start', 'x'], ['apply'], ['export', 'visit'], ['token'], ['seed', '--what']].map((args) => run(args)),
  );
  assert.deepEqual(
    wrong.map(({ code }) => code),
    [2, 2, 2, 2, 2],
  );
});

test('what makes no sense is told in a line', async () => {
  const [port, tls, seed, url, log] = await Promise.all([
    run(['start'], { PORT: 'x' }),
    run(['start'], { HUIKE_TLS_CERT: '/nowhere' }),
    run(['start'], { HUIKE_SEED: 'everything' }),
    run(['start'], { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/x', LC_ALL: 'zh_CN.UTF-8' }),
    run(['seed'], { HUIKE_LOG: 'loud' }),
  ]);
  for (const { code } of [port, tls, seed, url, log]) assert.equal(code, 1);
  assert.match(port.output, /^PORT is a number/);
  assert.match(tls.output, /^HUIKE_TLS_CERT and HUIKE_TLS_KEY/);
  assert.match(seed.output, /^HUIKE_SEED/);
  assert.match(url.output, /无法连接数据库/);
  assert.match(log.output, /^HUIKE_LOG/);
});

test('from nothing to a company, through SIGTERM, kill -9 and commands beside the server', async () => {
  const data = { HUIKE_DATA: path.join(folder, 'data') };
  const first = await started(data);
  const [, code = ''] = await first.child.says(/One-time code: (\S+)/);
  const setup = await callerAt(first.address, {}).post('setup', {
    code,
    name: '管理员',
    email: 'admin@example.com',
    password,
  });
  assert.equal(setup.status, 201, JSON.stringify(setup.body));
  const admin = await signIn(first.address);

  // Commands join the database that runs.
  const document = path.join(folder, 'visits.json');
  await writeFile(document, JSON.stringify(visits));
  const plan = await run(['apply', document], data);
  assert.equal(plan.code, 1);
  assert.match(plan.output, /create objects visit[\s\S]*add --yes/);
  assert.equal((await admin.get('records/visit')).status, 404);
  const applied = await run(['apply', document, '--yes'], data);
  assert.deepEqual(
    [applied.code, /Applied: the metadata is at version \d+/.test(applied.output)],
    [0, true],
    applied.output,
  );
  assert.equal((await run(['apply', document, '--yes'], data)).output.trim(), 'There is nothing to change');
  while ((await admin.get('records/visit')).status !== 200) await sleep(10);
  const made = await admin.post('records/visit', { subject: '命令行', code: 'CLI1' });
  assert.equal(made.status, 201);

  const token = await run(['token', 'admin@example.com', '--name', 'cli', '--scopes', 'records:visit:read'], data);
  assert.equal(token.code, 0, token.output);
  const bearer = callerAt(first.address, { authorization: `Bearer ${token.output.trim()}` });
  assert.equal((await bearer.get('records/visit')).get('data', 0, 'subject'), '命令行');
  assert.equal((await bearer.post('records/visit', { subject: 'x' })).status, 403);
  assert.deepEqual((await run(['token', 'nobody@example.com'], data)).code, 1);

  const out = path.join(folder, 'visits.csv');
  const exported = await run(['export', 'visit', '--out', out, '--fields', 'subject,code'], data);
  assert.equal(exported.code, 0, exported.output);
  assert.equal(await readFile(out, 'utf8'), '\ufeffSubject,code\r\n命令行,CLI1\r\n');
  assert.equal((await run(['export', 'nothing', '--out', out], data)).code, 1);

  const loses = path.join(folder, 'loses.json');
  await writeFile(loses, JSON.stringify({ objects: [{ name: 'visit', fields: [{ name: 'code', type: 'number' }] }] }));
  const lost = await run(['apply', loses, '--yes'], data);
  assert.equal(lost.code, 1, lost.output);

  const { pid } = first.child;
  assert.deepEqual(await first.child.signal('SIGTERM'), { code: 0, signal: null });
  assert.match(first.child.output, /Stopping/);
  assert.equal(processId(pid), undefined);

  const second = await started(data);
  assert.doesNotMatch(second.child.output, /One-time code/);
  const again = callerAt(second.address, {});
  assert.equal((await again.get('/readyz')).status, 200);
  const back = await signIn(second.address);
  assert.equal((await back.get(`records/visit/${made.get('id')}`)).get('subject'), '命令行');
  const last = await back.post('records/visit', { subject: 'before kill -9' });
  assert.equal(last.status, 201);
  await second.child.kill();

  const third = await started(data);
  const survivor = await signIn(third.address);
  assert.equal((await survivor.get(`records/visit/${last.get('id')}`)).get('subject'), 'before kill -9');
  assert.deepEqual(await third.child.signal('SIGINT'), { code: 0, signal: null });
  // Nothing of it runs any more: whoever asks now has to start it.
  const embedded = await startEmbedded({ dataFolder: data.HUIKE_DATA });
  assert.equal(embedded.adopted, false);
  await embedded.stop();
});

test('a second signal ends it at once, and its database with it', async () => {
  const data = {
    HUIKE_DATA: path.join(folder, 'second'),
    HUIKE_ADMIN_EMAIL: 'admin@example.com',
    HUIKE_ADMIN_PASSWORD: password,
  };
  const { child, address } = await started(data);
  const admin = await signIn(address);
  assert.equal((await admin.post('metadata/apply', JSON.parse(JSON.stringify(visits)))).status, 200);
  const embedded = await startEmbedded({ dataFolder: data.HUIKE_DATA });
  const postgres: ProcessId | undefined = processId(embedded.pid());
  assert.ok(postgres !== undefined && embedded.adopted);
  await embedded.stop(); // Or the database would stay, for us.
  // A request that goes on for as long as the caller sends.
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const line = new TextEncoder().encode('{"subject":"half of a stream"}\n'.repeat(500));
  const sent = writable.getWriter().write(line);
  const answer = await admin.raw('POST', 'records/visit', {
    headers: { 'content-type': 'application/x-ndjson' },
    body: readable,
  });
  await sent;
  child.signal('SIGINT');
  await child.says(/Stopping/);
  // A signal that comes twice at once, to the group and through npm, counts as one.
  const asking = setInterval(() => child.signal('SIGINT'), 100);
  assert.deepEqual(await child.ended, { code: 1, signal: null });
  clearInterval(asking);
  await assert.rejects(answer.text());
  while (isRunning(postgres)) await sleep(10);
});

test('a port that is taken is told, or passed where nobody asked for it', async () => {
  const env = { DATABASE_URL: database.url, HUIKE_DATA: path.join(folder, 'ports') };
  const holder = createServer();
  const port = await new Promise<number>((resolve) => {
    holder.listen(0, '0.0.0.0', () => {
      const address = holder.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  const taken = await run(['start'], { ...env, PORT: String(port) });
  assert.equal(taken.code, 1);
  assert.match(taken.output, new RegExp(`Port ${port} is taken: choose another`));
  await new Promise((resolve) => holder.close(resolve));

  // Whoever has 3000 already, it is taken.
  const standard = createServer();
  await new Promise<void>((resolve) => {
    standard.once('error', () => resolve());
    standard.listen(3000, '0.0.0.0', () => resolve());
  });
  const { child, address } = await started({ ...env, PORT: '' });
  assert.match(child.output, /Port 3000 is taken, trying the next/);
  assert.notEqual(new URL(address).port, '3000');
  await child.signal('SIGTERM');
  standard.close();
});

test('sample data comes once, also when two ask at once, and nobody of it can sign in', async () => {
  const env = { DATABASE_URL: database.url, HUIKE_DATA: path.join(folder, 'seed') };
  const both = await Promise.all([run(['seed'], env), run(['seed'], env)]);
  assert.deepEqual(
    both.map(({ code }) => code),
    [0, 0],
    JSON.stringify(both),
  );
  assert.deepEqual(both.filter(({ output }) => /Sample data is in: 12 people/.test(output)).length, 1);
  const { child, address } = await started({
    ...env,
    HUIKE_SEED: 'demo',
    HUIKE_ADMIN_EMAIL: 'admin@example.com',
    HUIKE_ADMIN_PASSWORD: password,
  });
  const admin = await signIn(address);
  const { objects } = (await admin.get('metadata')).body as { objects: { name: string; traits: string[] }[] };
  const customer = objects.find(({ traits }) => traits.includes('customer'))?.name ?? '';
  assert.equal((await admin.get(`records/${customer}?count=true&limit=1`)).get('page', 'total'), 200);
  assert.equal((await admin.get('records/user?count=true')).get('page', 'total'), 13);
  const someone = await callerAt(address, {}).post('auth/sign-in', { email: 'demo1@example.com', password });
  assert.equal(someone.status, 401);
  await child.signal('SIGTERM');
});
