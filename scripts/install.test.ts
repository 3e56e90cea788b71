import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { addressOf, folderWith, startModule } from './fixture.ts';
import { hash, reasonToInstall } from './install.mjs';

const machine = { os: 'linux', cpu: 'x64', libc: () => 'glibc' };
const packages = {
  '': { version: '1.0.0' },
  'apps/one': { version: '1.0.0' },
  'node_modules/@huike/one': { link: true },
  'node_modules/pg': { version: '8.0.0', integrity: 'sha512-pg' },
  'node_modules/native-linux-x64': { version: '1.0.0', optional: true, os: ['linux'], cpu: ['x64'], libc: ['glibc'] },
  'node_modules/native-linux-x64-musl': {
    version: '1.0.0',
    optional: true,
    os: ['linux'],
    cpu: ['x64'],
    libc: ['musl'],
  },
  'node_modules/native-darwin-arm64': { version: '1.0.0', optional: true, os: ['darwin'], cpu: ['arm64'] },
  'node_modules/anywhere': { version: '1.0.0', optional: true },
};
const lock = JSON.stringify({ packages });
const { 'node_modules/pg': pg, 'node_modules/native-linux-x64': native } = packages;
const installed = { packages: { 'node_modules/pg': pg, 'node_modules/native-linux-x64': native } };
const state = { lock, recorded: hash(lock), installed, present: () => true, machine };

test('nothing is installed while all is as the lock file says', () => {
  assert.equal(reasonToInstall(state), undefined);
});

test('what was installed by hand serves when it is what the lock file says', () => {
  assert.equal(reasonToInstall({ ...state, recorded: undefined }), undefined);
  assert.equal(reasonToInstall({ ...state, recorded: 'other' }), undefined);
});

test('an installation is due when nothing is installed, something is missing or the lock file is another', () => {
  assert.ok(reasonToInstall({ ...state, installed: undefined }));
  assert.ok(
    reasonToInstall({ ...state, present: (folder) => folder !== 'node_modules/pg' })?.includes('node_modules/pg'),
  );
  const newer = { packages: { ...packages, 'node_modules/pg': { ...pg, version: '8.0.1' } } };
  assert.ok(reasonToInstall({ ...state, lock: JSON.stringify(newer) }));
  const otherContent = { packages: { ...packages, 'node_modules/pg': { ...pg, integrity: 'sha512-other' } } };
  assert.ok(reasonToInstall({ ...state, lock: JSON.stringify(otherContent) }));
});

test('a native package for this machine, left out by an npm on an old Node, is missed', () => {
  const without = { packages: { 'node_modules/pg': pg } };
  assert.ok(reasonToInstall({ ...state, recorded: undefined, installed: without }));
  const onMac = { os: 'darwin', cpu: 'x64', libc: () => assert.fail('no C library is asked for') };
  assert.equal(reasonToInstall({ ...state, recorded: undefined, installed: without, machine: onMac }), undefined);
});

/** A checkout with one dependency, which lies beside it as an archive: nothing is fetched. */
function checkout(t: TestContext): string {
  const folder = folderWith(t, {
    'package.json': '{"name":"root","version":"1.0.0","private":true}',
    'v1/package/package.json': '{"name":"dep","version":"1.0.0"}',
    'v2/package/package.json': '{"name":"dep","version":"2.0.0"}',
  });
  for (const version of ['v1', 'v2']) {
    execFileSync('tar', ['czf', `${version}.tgz`, '-C', version, 'package'], { cwd: folder });
  }
  depend(folder, 'v1');
  return folder;
}

function depend(folder: string, version: 'v1' | 'v2') {
  const own = { name: 'root', version: '1.0.0', private: true, dependencies: { dep: `file:${version}.tgz` } };
  const dep = { version: version === 'v1' ? '1.0.0' : '2.0.0', resolved: `file:${version}.tgz` };
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(own));
  const whole = {
    name: 'root',
    version: '1.0.0',
    lockfileVersion: 3,
    requires: true,
    packages: { '': own, 'node_modules/dep': dep },
  };
  writeFileSync(path.join(folder, 'package-lock.json'), JSON.stringify(whole, null, 2));
}

const ensure = `
import { ensureInstalled } from ${addressOf('install.mjs')};
import { command } from ${addressOf('say.mjs')};
const [root, ordinary] = process.argv.slice(1);
if (ordinary && process.getuid() === 0) { process.setgid(65534); process.setuid(65534); }
await command(() => ensureInstalled(root));
`;

function versionOf(folder: string): string {
  return JSON.parse(readFileSync(path.join(folder, 'node_modules/dep/package.json'), 'utf8')).version;
}

test('it installs once, and again only when something is missing or changed', async (t) => {
  const folder = checkout(t);
  const again = async () => (await startModule(ensure, [folder]).ended).output;
  assert.match(await again(), /Installing \(not installed yet\)[\s\S]*Installed in/);
  assert.equal(versionOf(folder), '1.0.0');
  assert.equal(await again(), '');
  rmSync(path.join(folder, 'node_modules/dep'), { recursive: true });
  assert.match(await again(), /Installing \(node_modules\/dep is missing\)/);
  depend(folder, 'v2');
  assert.match(await again(), /Installing \(package-lock.json has changed\)/);
  assert.equal(versionOf(folder), '2.0.0');
  assert.equal(await again(), '');
});

test('of two at once, one installs and the other waits for it', async (t) => {
  const folder = checkout(t);
  const ends = await Promise.all([startModule(ensure, [folder]).ended, startModule(ensure, [folder]).ended]);
  assert.deepEqual(
    ends.map(({ code }) => code),
    [0, 0],
  );
  assert.equal(ends.filter(({ output }) => output.includes('Installing')).length, 1);
  assert.equal(versionOf(folder), '1.0.0');
});

test('an installation that is killed with all its processes is done again', async (t) => {
  const folder = checkout(t);
  await startModule(ensure, [folder]).ended;
  depend(folder, 'v2');
  const killed = startModule(ensure, [folder]);
  await killed.said('Installing');
  killed.killAll();
  await killed.ended;
  const { code } = await startModule(ensure, [folder]).ended;
  assert.equal(code, 0);
  assert.equal(versionOf(folder), '2.0.0');
});

test('a failing npm is told, and nothing looks installed', async (t) => {
  const folder = checkout(t);
  rmSync(path.join(folder, 'v1.tgz'));
  const { code, output } = await startModule(ensure, [folder]).ended;
  assert.equal(code, 1);
  assert.match(output, /The installation failed \(npm ended with \d+\)/);
  assert.equal(existsSync(path.join(folder, 'node_modules/.huike-install')), false);
});

test('an ordinary user runs what another installed, and is told when that does not serve', async (t) => {
  const folder = checkout(t);
  await startModule(ensure, [folder]).ended;
  rmSync(path.join(folder, 'node_modules/.huike-install'));
  const folders = ['', 'node_modules', '.cache'].map((name) => path.join(folder, name));
  for (const each of folders) chmodSync(each, 0o555);
  try {
    assert.deepEqual(await startModule(ensure, [folder, 'ordinary']).ended, { code: 0, signal: null, output: '' });
    chmodSync(folder, 0o755);
    depend(folder, 'v2');
    chmodSync(folder, 0o555);
    const { code, output } = await startModule(ensure, [folder, 'ordinary']).ended;
    assert.equal(code, 1);
    assert.match(output, /cannot be written \(EACCES\)/);
  } finally {
    for (const each of folders) chmodSync(each, 0o755);
  }
});
