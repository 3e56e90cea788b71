import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { currencyScale, parseDecimal, roundDecimal } from './decimal.ts';

test('decimals are read exactly or not at all', () => {
  const cases: readonly (readonly [unknown, string | null])[] = [
    ['12.30', '12.30'],
    ['+007', '7'],
    ['-0', '0'],
    ['-0.00', '0.00'],
    [' １２．５ ', '12.5'],
    [0.1, '0.1'],
    [1e-7, '0.0000001'],
    [123456789012345, '123456789012345'],
    [0.1 + 0.2, null],
    [2 ** 53, null],
    [Number.NaN, null],
    [Number.POSITIVE_INFINITY, null],
    ['1e3', null],
    ['1,234', null],
    ['.5', null],
    ['5.', null],
    ['--1', null],
    ['', null],
    ['0x10', null],
    [null, null],
    [true, null],
    ['9'.repeat(101), null],
  ];
  for (const [value, expected] of cases) assert.equal(parseDecimal(value), expected, String(value));
});

test('halves are rounded away from zero', () => {
  const cases: readonly (readonly [string, number, string])[] = [
    ['2.5', 0, '3'],
    ['-2.5', 0, '-3'],
    ['2.4999', 0, '2'],
    ['0.005', 2, '0.01'],
    ['-0.004', 2, '0.00'],
    ['1', 2, '1.00'],
    ['99999999999999999999.995', 2, '100000000000000000000.00'],
  ];
  for (const [value, scale, expected] of cases) assert.equal(roundDecimal(value, scale), expected, value);
});

test('rounding keeps a decimal within half a unit', () => {
  const decimals = fc.tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: 0, max: 12 }));
  fc.assert(
    fc.property(decimals, fc.integer({ min: 0, max: 12 }), ([units, written], scale) => {
      const digits = String(units < 0n ? -units : units).padStart(written + 1, '0');
      const point = digits.length - written;
      const text = `${units < 0n ? '-' : ''}${digits.slice(0, point)}${written > 0 ? `.${digits.slice(point)}` : ''}`;
      const rounded = BigInt(roundDecimal(text, scale).replace('.', ''));
      // |rounded × 10^-scale − units × 10^-written| ≤ half of 10^-scale, all times 2 × 10^24.
      const difference = rounded * 10n ** BigInt(24 - scale) * 2n - units * 10n ** BigInt(24 - written) * 2n;
      assert.ok((difference < 0n ? -difference : difference) <= 10n ** BigInt(24 - scale));
    }),
  );
});

test('currencies have the minor units of ISO 4217', () => {
  assert.deepEqual(['CNY', 'JPY', 'KWD', 'CLF', 'XXX'].map(currencyScale), [2, 0, 3, 4, 2]);
});
