import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Problem } from '@huike/schema';
import { turns } from './turns.ts';

test('so many at a time, in their order, and no more than the queue holds', async () => {
  const inTurn = turns(2, 3);
  const done: number[] = [];
  const open: (() => void)[] = [];
  let most = 0;
  let now = 0;
  const work = (number: number) =>
    inTurn(async () => {
      most = Math.max(most, ++now);
      await new Promise<void>((resolve) => open.push(resolve));
      now--;
      done.push(number);
    });
  const all = [1, 2, 3, 4, 5, 6].map(work);
  await assert.rejects(all[5] ?? assert.fail(), (error) => error instanceof Problem && error.status === 429);
  while (done.length < 5) {
    open.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(all.slice(0, 5));
  assert.deepEqual(done, [1, 2, 3, 4, 5]);
  assert.equal(most, 2);
});

test('a work that fails gives its turn on', async () => {
  const inTurn = turns(1, 5);
  const failed = inTurn(() => Promise.reject(new Error('no')));
  const next = inTurn(() => Promise.resolve('yes'));
  await assert.rejects(failed, /no/);
  assert.equal(await next, 'yes');
  assert.equal(await inTurn(() => Promise.resolve('again')), 'again');
});
