import assert from 'node:assert/strict';
import { test } from 'node:test';
import { elementHeight, placeAt, revealing, rowsAt, type Scroll, scrolledTo, tallest } from './window.ts';

const million = { total: 36 * 1_000_000, viewport: 800 };
const top: Scroll = { physical: 0, virtual: 0 };

test('a short list scrolls as it is', () => {
  const extent = { total: 36_000, viewport: 800 };
  assert.equal(elementHeight(extent), 36_000);
  assert.deepEqual(scrolledTo(top, 5_000, extent), { physical: 5_000, virtual: 5_000 });
  assert.equal(scrolledTo(top, 99_999, extent).virtual, 35_200);
});

test('a long list keeps the height that a browser can make, and both ends can be reached', () => {
  assert.equal(elementHeight(million), tallest);
  const end = tallest - million.viewport;
  assert.equal(scrolledTo(top, end, million).virtual, million.total - million.viewport);
  assert.equal(scrolledTo({ physical: end, virtual: 30_000_000 }, 0, million).virtual, 0);
});

test('a small scroll moves each row by as much, wherever the list stands', () => {
  let at = placeAt(18_000_000, million);
  const first = at.virtual;
  for (let step = 1; step <= 500; step++) {
    at = scrolledTo(at, at.physical + 100, million);
    assert.equal(at.virtual, first + 100 * step);
  }
  // It drifted from the place that stands for it; settling moves the element, not the rows.
  const settled = placeAt(at.virtual, million);
  assert.notEqual(settled.physical, at.physical);
  assert.equal(settled.virtual, at.virtual);
});

test('a large scroll goes in proportion', () => {
  const half = scrolledTo(top, (tallest - million.viewport) / 2, million);
  assert.ok(Math.abs(half.virtual - (million.total - million.viewport) / 2) < 1);
});

test('every virtual place comes back from the element’s place within a row', () => {
  for (let row = 0; row < 1_000_000; row += 99_991) {
    const { physical, virtual } = placeAt(row * 36, million);
    const back = scrolledTo({ physical: -1_000_000, virtual: 0 }, physical, million);
    assert.ok(Math.abs(back.virtual - virtual) <= 18, `${row}: ${back.virtual} for ${virtual}`);
  }
});

test('rows in sight', () => {
  assert.deepEqual(rowsAt(0, 800, 36, 1_000, 5), { from: 0, to: 28 });
  assert.deepEqual(rowsAt(360, 800, 36, 1_000, 0), { from: 10, to: 33 });
  assert.deepEqual(rowsAt(35_200, 800, 36, 1_000, 5), { from: 972, to: 1_000 });
  assert.deepEqual(rowsAt(5_000, 800, 36, 0, 5), { from: 0, to: 0 });
});

test('a row is brought in sight by the shortest way', () => {
  assert.equal(revealing(5, 36, 360, 800), 180);
  assert.equal(revealing(15, 36, 360, 800), 360);
  assert.equal(revealing(40, 36, 360, 800), 41 * 36 - 800);
});
