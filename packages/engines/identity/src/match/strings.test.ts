import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { editDistance, jaroWinkler, withinOneEdit } from './strings.ts';

const units = (text: string) => Uint16Array.from(text, (sign) => sign.charCodeAt(0));
const onBoth =
  <T>(of: (a: Uint16Array, i: number, n: number, b: Uint16Array, j: number, m: number) => T) =>
  (one: string, other: string) =>
    of(units(`x${one}`), 1, one.length, units(`yz${other}`), 2, other.length);
const distance = onBoth(editDistance);

/** By the book: optimal string alignment over a whole matrix. */
function plainDistance(one: string, other: string): number {
  const rows = Array.from({ length: one.length + 1 }, (_, i) =>
    Array.from({ length: other.length + 1 }, (_, j) => (i === 0 ? j : i)),
  );
  const cell = (i: number, j: number) => rows[i]?.[j] ?? 0;
  for (let i = 1; i <= one.length; i++)
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1] ? 0 : 1;
      let least = Math.min(cell(i - 1, j) + 1, j === 0 ? i : cell(i, j - 1) + 1, cell(i - 1, j - 1) + same);
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1])
        least = Math.min(least, cell(i - 2, j - 2) + 1);
      const row = rows[i];
      if (row) row[j] = least;
    }
  return cell(one.length, other.length);
}

const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd'), maxLength: 14 });

test('edit distance is that of the book, and within one edit means that', () => {
  fc.assert(
    fc.property(text, text, (one, other) => {
      const expected = plainDistance(one, other);
      assert.equal(distance(one, other), expected);
      assert.equal(onBoth(withinOneEdit)(one, other), expected <= 1);
      for (const limit of [1, 3, 6]) {
        const limited = editDistance(units(one), 0, one.length, units(other), 0, other.length, limit);
        if (expected <= limit) assert.equal(limited, expected);
        else assert.ok(limited > limit);
      }
    }),
  );
});

test('Jaro-Winkler of the examples of its papers', () => {
  const likeness = onBoth(jaroWinkler);
  for (const [one, other, expected] of [
    ['martha', 'marhta', 0.961],
    ['dwayne', 'duane', 0.84],
    ['dixon', 'dicksonx', 0.813],
    ['same', 'same', 1],
    ['abc', 'xyz', 0],
  ] as const)
    assert.ok(Math.abs(likeness(one, other) - expected) < 0.001, `${one} ${other} ${likeness(one, other)}`);
});
