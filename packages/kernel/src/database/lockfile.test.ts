import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { startScript } from '@huike/testkit';
import { withLock } from './lockfile.ts';
import { isRunning, processId } from './processes.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'huike-lock-'));
after(() => rmSync(folder, { recursive: true }));

test('one process at a time, also when holders are killed', async () => {
  const start = () => startScript(path.join(import.meta.dirname, 'fixtures/locker.ts'), [folder]);
  const killings = process.env.HUIKE_LONG ? 100 : 8;
  let output = '';
  const running = [start(), start(), start(), start()];
  for (let i = 0; i < killings; i++) {
    const victim = running.shift();
    assert.ok(victim);
    await victim.says(/round 2\./);
    await victim.killWithin(20);
    output += victim.output;
    running.push(start());
  }
  for (const process of running) {
    await process.says(/round 3\./);
    await process.kill();
    output += process.output;
  }
  assert.doesNotMatch(output, /violated/);
  assert.ok(readdirSync(path.join(folder, 'lock')).filter((name) => name.startsWith('lock.')).length < 10);
});

test('a failure inside gives the lock back, and one process waits for itself too', async () => {
  const lock = path.join(folder, 'own');
  await assert.rejects(
    withLock(lock, async () => {
      throw new Error('inside');
    }),
    /inside/,
  );
  let inside = 0;
  const enter = () =>
    withLock(lock, async () => {
      assert.equal(++inside, 1);
      await new Promise(setImmediate);
      inside--;
    });
  await Promise.all([enter(), enter(), enter()]);
});

test('a process is told from a later one with its pid', async () => {
  const me = processId(process.pid) ?? '';
  assert.equal(isRunning(me), true);
  assert.equal(isRunning(`${me}0`), false);
  assert.equal(isRunning(me.replace(/^\d+/, '999999999')), false);
  assert.match(me, /^\d+-[A-Za-z0-9.]+$/);
});
