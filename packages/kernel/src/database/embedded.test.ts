import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Problem } from '@huike/schema';
import { killPostgres, startScript, type TestProcess } from '@huike/testkit';
import { serverCredentials } from './binaries.ts';
import { startEmbedded } from './embedded.ts';
import { openDatabase } from './pool.ts';
import { isRunning, processId } from './processes.ts';
import { sql } from './sql.ts';

let base: string;
before(() => {
  base = mkdtempSync(path.join(os.tmpdir(), 'huike-embedded-'));
  chmodSync(base, 0o755);
});
after(() => rmSync(base, { recursive: true, force: true }));

const owner = (dataFolder: string) => startScript(path.join(import.meta.dirname, 'fixtures/owner.ts'), [dataFolder]);

async function ready(process: TestProcess): Promise<{ pid: number; adopted: boolean; url: string }> {
  const [, pid, adopted, url] = await process.says(/ready (\d+) (\w+) (\S+)/);
  return { pid: Number(pid), adopted: adopted === 'true', url: url ?? '' };
}

const fails = (code: string) => (error: unknown) => error instanceof Problem && error.code === code;

test('a first start: durable, checked, sorted by code point, reached by its owner only, worked in as an ordinary role', async () => {
  const dataFolder = path.join(base, 'first');
  const server = await startEmbedded({ dataFolder });
  const db = await openDatabase({ url: server.url });
  const [settings] = await db.query(sql`
    select current_setting('fsync') as fsync, current_setting('data_checksums') as checksums, rolsuper as super,
      current_setting('synchronous_commit') as commit, datlocprovider as provider, datlocale as locale,
      current_setting('full_page_writes') as pages, pg_encoding_to_char(encoding) as encoding
    from pg_roles, pg_database where rolname = current_user and datname = current_database()`);
  assert.deepEqual(settings, {
    fsync: 'on',
    checksums: 'on',
    super: false,
    commit: 'on',
    pages: 'on',
    provider: 'b',
    locale: 'C.UTF-8',
    encoding: 'UTF8',
  });
  const cluster = path.join(dataFolder, 'postgres');
  assert.equal(statSync(cluster).mode & 0o777, 0o700);
  assert.ok(existsSync(path.join(cluster, '.s.PGSQL.5432')));
  await db.close();
  const id = processId(server.pid()) ?? '';
  await server.stop();
  assert.equal(isRunning(id), false);
  assert.ok(!existsSync(path.join(cluster, 'postmaster.pid')));
});

test('two first starts at once share one server, and the last owner stops it', async () => {
  const dataFolder = path.join(base, 'two');
  const [one, two] = [owner(dataFolder), owner(dataFolder)];
  const [first, second] = [await ready(one), await ready(two)];
  assert.equal(first.pid, second.pid);
  assert.deepEqual([first.adopted, second.adopted].sort(), [false, true]);
  const id = processId(first.pid) ?? '';
  assert.deepEqual(await one.signal('SIGTERM'), { code: 0, signal: null });
  assert.equal(isRunning(id), true);
  assert.deepEqual(await two.signal('SIGTERM'), { code: 0, signal: null });
  assert.equal(isRunning(id), false);
});

test('the orphan of a killed owner is adopted, and stopped by the one who adopted it', async () => {
  const dataFolder = path.join(base, 'orphan');
  const killed = owner(dataFolder);
  const { pid } = await ready(killed);
  await killed.kill();
  const id = processId(pid) ?? '';
  assert.equal(isRunning(id), true);
  const server = await startEmbedded({ dataFolder });
  assert.equal(server.adopted, true);
  assert.equal(server.pid(), pid);
  await server.stop();
  assert.equal(isRunning(id), false);
});

test('two owners in one process: the first stop leaves it to the second', async () => {
  const dataFolder = path.join(base, 'twice');
  const one = await startEmbedded({ dataFolder });
  const two = await startEmbedded({ dataFolder });
  const id = processId(one.pid()) ?? '';
  await one.stop();
  assert.equal(isRunning(id), true);
  await two.stop();
  assert.equal(isRunning(id), false);
});

test('a killed server is started again under its owner, with every committed row', async () => {
  const dataFolder = path.join(base, 'killed');
  const server = await startEmbedded({ dataFolder });
  const db = await openDatabase({ url: server.url });
  await db.execute(sql`create table kept (n int)`);
  await db.execute(sql`insert into kept values (1)`);
  const before = server.pid();
  killPostgres(before);
  let rows: object[] | undefined;
  while (!rows) rows = await db.query(sql`select n from kept`).catch(() => undefined);
  assert.deepEqual(rows, [{ n: 1 }]);
  assert.notEqual(server.pid(), before);
  await db.close();
  await server.stop();
});

test('a crash left a pid that another program has now', async () => {
  const dataFolder = path.join(base, 'reused');
  const pidFile = path.join(dataFolder, 'postgres', 'postmaster.pid');
  const first = await startEmbedded({ dataFolder });
  const other = await startEmbedded({ dataFolder: path.join(base, 'other') });
  const text = readFileSync(pidFile, 'utf8');
  const lockFile = path.join(dataFolder, 'postgres', '.s.PGSQL.5432.lock');
  const lockText = readFileSync(lockFile, 'utf8');
  await first.stop();
  // This very process, and another PostgreSQL.
  for (const pid of [process.pid, other.pid()]) {
    writeFileSync(pidFile, text.replace(/^\d+/, String(pid)));
    writeFileSync(lockFile, lockText.replace(/^\d+/, String(pid)));
    const server = await startEmbedded({ dataFolder });
    assert.equal(server.adopted, false);
    await server.stop();
  }
  assert.ok(isRunning(processId(other.pid()) ?? ''));
  await other.stop();
});

test('a first start that was killed in the middle is begun anew', async () => {
  const dataFolder = path.join(base, 'half');
  mkdirSync(path.join(dataFolder, 'postgres.draft', 'base'), { recursive: true });
  writeFileSync(path.join(dataFolder, 'postgres.draft', 'PG_VERSION'), '18\n');
  const server = await startEmbedded({ dataFolder });
  assert.equal(server.adopted, false);
  await server.stop();
});

test('a path too long for a socket', async () => {
  const dataFolder = path.join(base, 'long-'.repeat(20));
  const server = await startEmbedded({ dataFolder });
  const db = await openDatabase({ url: server.url });
  assert.deepEqual(await db.query(sql`select 1 as one`), [{ one: 1 }]);
  await db.close();
  const sockets = new URL(server.url.replace('@/', '@x/')).searchParams.get('host') ?? '';
  assert.ok(sockets.length < 80);
  assert.equal(statSync(sockets).mode & 0o777, 0o700);
  const again = await startEmbedded({ dataFolder });
  assert.equal(again.adopted, true);
  await again.stop();
  await server.stop();
  rmSync(sockets, { recursive: true });
});

test('a data folder of another major version is refused with the way out', async () => {
  const dataFolder = path.join(base, 'older');
  await (await startEmbedded({ dataFolder })).stop();
  writeFileSync(path.join(dataFolder, 'postgres', 'PG_VERSION'), '17\n');
  await assert.rejects(
    startEmbedded({ dataFolder }),
    (error) => fails('database.major')(error) && /restore/.test(String(error)),
  );
});

if (process.getuid?.() !== 0) console.log('left out: starting as root (this is not root)');
else {
  test('root’s data folder that no other user can reach: the cluster lies elsewhere, and the folder says where', async () => {
    const closed = path.join(base, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    const dataFolder = path.join(closed, 'data');
    const server = await startEmbedded({ dataFolder });
    const elsewhere = readFileSync(path.join(dataFolder, 'postgres.location'), 'utf8').trim();
    assert.equal(path.dirname(elsewhere), '/var/lib/huike');
    const db = await openDatabase({ url: server.url });
    await db.execute(sql`create table kept (n int)`);
    await db.close();
    await server.stop();
    assert.equal(statSync(closed).mode & 0o777, 0o700);
    const again = await startEmbedded({ dataFolder });
    const same = await openDatabase({ url: again.url });
    assert.deepEqual(await same.query(sql`select * from kept`), []);
    await same.close();
    await again.stop();
    rmSync(elsewhere, { recursive: true });
    await assert.rejects(startEmbedded({ dataFolder }), fails('database.lostFolder'));
  });

  test('an ordinary user starts it, root starts it too, under that user, and then the user again', async () => {
    const { uid = 0, gid = 0 } = serverCredentials();
    const home = path.join(base, 'ordinary');
    mkdirSync(home);
    chownSync(home, uid, gid);
    const dataFolder = path.join(home, 'data');
    const file = path.join(import.meta.dirname, 'fixtures/owner.ts');
    const ordinary = startScript(file, [dataFolder], { uid, gid });
    const { pid } = await ready(ordinary);
    assert.equal(Number(execFileSync('stat', ['-c', '%u', `/proc/${pid}`], { encoding: 'utf8' })), uid);
    assert.deepEqual(await ordinary.signal('SIGTERM'), { code: 0, signal: null });
    const server = await startEmbedded({ dataFolder });
    assert.equal(Number(execFileSync('stat', ['-c', '%u', `/proc/${server.pid()}`], { encoding: 'utf8' })), uid);
    await server.stop();
    const again = startScript(file, [dataFolder], { uid, gid });
    await ready(again);
    assert.deepEqual(await again.signal('SIGTERM'), { code: 0, signal: null });
  });

  test('a data folder where nothing can be written is refused with the reason', async () => {
    const { uid = 0, gid = 0 } = serverCredentials();
    const refused = startScript(path.join(import.meta.dirname, 'fixtures/owner.ts'), ['/var/huike-data'], { uid, gid });
    await refused.says(/database\.folder/);
  });

  test('someone else’s data folder is refused', async () => {
    const { uid = 0, gid = 0 } = serverCredentials();
    const home = path.join(base, 'foreign');
    mkdirSync(path.join(home, 'data', 'postgres'), { recursive: true, mode: 0o700 });
    for (const folder of [home, path.join(home, 'data')]) chownSync(folder, uid, gid);
    const refused = startScript(path.join(import.meta.dirname, 'fixtures/owner.ts'), [path.join(home, 'data')], {
      uid,
      gid,
    });
    await refused.says(/database\.folder/);
    assert.equal((await refused.ended).code, 1);
  });
}
