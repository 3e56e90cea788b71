import assert from 'node:assert/strict';
import { test } from 'node:test';
import { did, type History, nothingDone, redo, undo } from './history.ts';

test('steps are taken back from the last, done again, and a new one ends what was taken back', () => {
  let history: History<string> = nothingDone;
  for (const step of ['a', 'b', 'c']) history = did(history, step);
  const first = undo(history);
  assert.equal(first?.step, 'c');
  const second = undo(first?.history ?? nothingDone);
  assert.equal(second?.step, 'b');
  const again = redo(second?.history ?? nothingDone);
  assert.equal(again?.step, 'b');
  history = did(again?.history ?? nothingDone, 'd');
  assert.equal(redo(history), null);
  assert.deepEqual(history.done, ['a', 'b', 'd']);
  assert.equal(undo(nothingDone), null);
});

test('only the last steps are kept', () => {
  let history: History<number> = nothingDone;
  for (let step = 0; step < 500; step++) history = did(history, step);
  assert.equal(history.done.length, 200);
  assert.equal(history.done[0], 300);
});
