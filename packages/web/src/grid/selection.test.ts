import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, contains, isSingle, moveOf, moveSelection, nextCell, rectangleOf } from './selection.ts';

const bounds = { rows: 100, columns: 5, page: 20 };

test('the keyboard walks within the grid', () => {
  assert.deepEqual(moveSelection(at(0, 0), 'up', bounds, false), at(0, 0));
  assert.deepEqual(moveSelection(at(0, 0), 'right', bounds, false), at(0, 1));
  assert.deepEqual(moveSelection(at(95, 2), 'pageDown', bounds, false), at(99, 2));
  assert.deepEqual(moveSelection(at(5, 2), 'pageUp', bounds, false), at(0, 2));
  assert.deepEqual(moveSelection(at(5, 2), 'last', bounds, false), at(99, 4));
  assert.deepEqual(moveSelection(at(5, 2), 'home', bounds, false), at(5, 0));
});

test('with shift the selection grows from where it began, to either side', () => {
  const down = moveSelection(moveSelection(at(3, 3), 'down', bounds, true), 'left', bounds, true);
  assert.deepEqual(rectangleOf(down), { top: 3, bottom: 4, left: 2, right: 3 });
  const up = moveSelection(down, 'top', bounds, true);
  assert.deepEqual(rectangleOf(up), { top: 0, bottom: 3, left: 2, right: 3 });
  assert.ok(contains(rectangleOf(up), 0, 2));
  assert.ok(!contains(rectangleOf(up), 4, 2));
  assert.ok(isSingle(moveSelection(up, 'down', bounds, false)));
});

test('tab goes on to the next row, and out at the ends', () => {
  assert.deepEqual(nextCell(at(0, 4), bounds, false), at(1, 0));
  assert.deepEqual(nextCell(at(1, 0), bounds, true), at(0, 4));
  assert.equal(nextCell(at(0, 0), bounds, true), null);
  assert.equal(nextCell(at(99, 4), bounds, false), null);
});

test('keys and what they mean', () => {
  assert.equal(moveOf('ArrowDown', false), 'down');
  assert.equal(moveOf('ArrowDown', true), 'bottom');
  assert.equal(moveOf('Home', true), 'first');
  assert.equal(moveOf('a', false), null);
});
