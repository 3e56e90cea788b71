import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { addressOf, folderWith, startModule } from './fixture.ts';
import { withLock } from './lock.mjs';

const worker = `
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { withLock } from ${addressOf('lock.mjs')};
const [lock, log, pause] = process.argv.slice(1);
await withLock(lock, async () => {
  appendFileSync(log, 'in ');
  console.log('holding');
  await sleep(Number(pause));
  appendFileSync(log, 'out ');
});
`;

test('several processes take turns', async (t) => {
  const folder = folderWith(t, {});
  const [lock, log] = [path.join(folder, 'cache', 'lock'), path.join(folder, 'log')];
  const ends = await Promise.all(Array.from({ length: 4 }, () => startModule(worker, [lock, log, '30']).ended));
  assert.deepEqual(
    ends.map(({ code }) => code),
    [0, 0, 0, 0],
  );
  assert.equal(readFileSync(log, 'utf8'), 'in out '.repeat(4));
  assert.equal(existsSync(lock), false);
});

test('a lock whose holder was killed opens, for one of those who wait', async (t) => {
  const folder = folderWith(t, {});
  const [lock, log] = [path.join(folder, 'lock'), path.join(folder, 'log')];
  const first = startModule(worker, [lock, path.join(folder, 'first'), '60000']);
  await first.said('holding');
  const waiting = Array.from({ length: 3 }, () => startModule(worker, [lock, log, '30']));
  await Promise.all(waiting.map(({ said }) => said(`Another process (${first.child.pid})`)));
  first.killAll();
  await Promise.all(waiting.map(({ ended }) => ended));
  assert.equal(readFileSync(log, 'utf8'), 'in out '.repeat(3));
});

test('a lock stays shut while a child of its killed holder lives', async (t) => {
  const lock = path.join(folderWith(t, {}), 'lock');
  const child = startModule('console.log("up"); setInterval(() => {}, 1000);');
  await child.said('up');
  const holder = startModule(
    `import { withLock } from ${addressOf('lock.mjs')};
     await withLock(process.argv[1], async (hold) => { hold(${child.child.pid}); console.log('holding'); await new Promise((resolve) => setTimeout(resolve, 60000)); });`,
    [lock],
  );
  await holder.said('holding');
  holder.killAll();
  await holder.ended;
  let entered = false;
  const entering = withLock(lock, async () => {
    entered = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 600));
  assert.equal(entered, false);
  child.killAll();
  await entering;
  assert.equal(entered, true);
});

test('what a kill may leave behind does not shut the lock: an empty file, or the number of a process that is another now', async (t) => {
  const lock = path.join(folderWith(t, {}), 'lock');
  const leftovers = process.platform === 'linux' ? ['', `${process.pid}:1`] : [''];
  for (const leftover of leftovers) {
    writeFileSync(lock, leftover);
    assert.equal(await withLock(lock, async () => 'done'), 'done');
  }
});

test('the lock opens when the work fails', async (t) => {
  const lock = path.join(folderWith(t, {}), 'lock');
  await assert.rejects(
    withLock(lock, () => Promise.reject(new Error('no'))),
    /no/,
  );
  assert.equal(existsSync(lock), false);
});
