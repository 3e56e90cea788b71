import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { maskText } from './mask.ts';

test('masks show what is agreed and no more', () => {
  const cases = [
    ['phone', '+8613812348000', '138****8000'],
    ['phone', '13812348000', '138****8000'],
    ['phone', '+12125551234', '+1****1234'],
    ['phone', '+85291234567', '+852****4567'],
    ['phone', '+861012345678', '+86****5678'],
    ['phone', '+8695588', '****'],
    ['phone', '138-1234-8000', '****'],
    ['email', 'jane@example.com', 'j***@example.com'],
    ['email', 'j@example.com', '***@example.com'],
    ['email', 'jane', '****'],
    ['idNumber', '110101199003071234', '110***********1234'],
    ['idNumber', '11010119900307123X', '110***********123X'],
    ['idNumber', '110101900307123', '110********7123'],
    ['idNumber', 'E12345678', '****'],
    ['bankAccount', '6222 0212 3456 1234', '****1234'],
    ['bankAccount', '1234', '****'],
    ['name', '张三丰', '张*'],
    ['name', '😀😀', '😀*'],
    ['name', '张', '****'],
    ['all', 'anything', '****'],
  ] as const;
  for (const [kind, value, shown] of cases) assert.equal(maskText(kind, value), shown, `${kind} ${value}`);
  fc.assert(
    fc.property(fc.stringMatching(/^\+?[0-9 -]{1,25}$/), (value) => {
      for (const kind of ['phone', 'bankAccount', 'idNumber'] as const) {
        assert.ok(maskText(kind, value).replace(/\D/g, '').length <= 7);
      }
    }),
  );
});
