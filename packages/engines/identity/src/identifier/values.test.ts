import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IdentifierForm } from '@huike/schema';
import fc from 'fast-check';
import { isChecked, readValue, standsForNobody } from './values.ts';

const runs = process.env.HUIKE_LONG === '1' ? 20_000 : 500;
const forms: readonly IdentifierForm[] = ['phone', 'email', 'creditCode', 'nationalId', 'lower', 'exact'];

test('one spelling for each value', () => {
  const spellings: readonly (readonly [IdentifierForm, string, string | null])[] = [
    ['phone', '13812345678', '+8613812345678'],
    ['phone', ' 138-1234 5678 ', '+8613812345678'],
    ['phone', '+86 138 1234 5678', '+8613812345678'],
    ['phone', '0086 13812345678', '+8613812345678'],
    ['phone', '１３８１２３４５６７８', '+8613812345678'],
    ['phone', '(010) 6552 9988', '+861065529988'],
    ['phone', 'tel:+1-212-555-0123', '+12125550123'],
    // As it is pasted from an address book: with marks that nobody sees.
    ['phone', '\u202d13812345678\u202c', '+8613812345678'],
    ['phone', '138123456', null],
    ['phone', '张三', null],
    ['email', ' Zhang.San@Example.COM ', 'zhang.san@example.com'],
    ['email', 'ｚｈａｎｇ＠example.com', 'zhang@example.com'],
    ['email', 'zhang\u200b@example.com', 'zhang@example.com'],
    ['email', 'zhang', null],
    ['email', 'a@b', null],
    ['creditCode', '91350100m000100y43', '91350100M000100Y43'],
    ['creditCode', '9135 0100-M000100Y43', '91350100M000100Y43'],
    ['creditCode', '91350100M000100Y4', null],
    ['creditCode', '91350100I000100Y43', null],
    ['nationalId', '11010519491231002x', '11010519491231002X'],
    ['nationalId', 'S1234567D', 'S1234567D'],
    ['nationalId', '12', null],
    ['lower', ' AbC-1 ', 'abc-1'],
    ['exact', ' AbC-1 ', 'AbC-1'],
    ['exact', 'ＡｂＣ', 'AbC'],
    ['exact', '', null],
    ['exact', '   ', null],
    ['exact', 'a\0b', null],
    ['exact', 'a\nb', null],
    ['exact', '\ud800', null],
    ['exact', 'x'.repeat(513), null],
    ['exact', 'x'.repeat(512), 'x'.repeat(512)],
  ];
  for (const [form, given, expected] of spellings)
    assert.equal(readValue(form, given), expected, `${form} ${given.slice(0, 30)}`);
});

test('check signs of GB 32100-2015 and GB 11643-1999', () => {
  // Of the standards themselves, and of well-known companies' published registrations.
  const fits: readonly (readonly [IdentifierForm, string])[] = [
    ['creditCode', '91350100M000100Y43'],
    ['creditCode', '914403001922038216'],
    ['creditCode', '9144030071526726XG'],
    ['nationalId', '11010519491231002X'],
    ['nationalId', '440524188001010014'],
  ];
  for (const [form, code] of fits) {
    assert.ok(isChecked(form, code), code);
    for (let at = 0; at < code.length; at++) {
      const other = code[at] === '1' ? '2' : '1';
      const wrong = code.slice(0, at) + other + code.slice(at + 1);
      assert.ok(!isChecked(form, wrong), `${wrong} is ${code} with another sign`);
    }
  }
  // The sign fits, but nobody was born on that day.
  assert.ok(!isChecked('nationalId', '110105194902310023'));
  assert.ok(!isChecked('nationalId', 'S1234567D'));
  assert.ok(isChecked('exact', '1'));
});

test('what stands for nobody, and what is real', () => {
  const nobody: readonly (readonly [IdentifierForm, string])[] = [
    ...['null', 'NULL', 'undefined', 'guest', 'Guest', '游客', '测试', 'N/A', '0', '0000', '------', 'xxxxxx'].map(
      (value) => ['exact', value] as const,
    ),
    ['lower', '00000000-0000-0000-0000-000000000000'],
    ['lower', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
    ['lower', '00:00:00:00:00:00'],
    ['nationalId', '000000000000000000'],
    ...['13800138000', '13900139000', '13800000000', '11111111111', '+86 138 0013 8000'].map(
      (value) => ['phone', value] as const,
    ),
    ...['noreply@example.com', 'no-reply@shop.cn', 'guest@example.com', 'null@null.com'].map(
      (value) => ['email', value] as const,
    ),
  ];
  for (const [form, given] of nobody) {
    const value = readValue(form, given);
    assert.ok(value === null || standsForNobody(form, value), `${form} ${given}`);
  }
  const real: readonly (readonly [IdentifierForm, string])[] = [
    ...['1', '100', '10', 'a', 'guest1', 'nullable', '0010', 'test-7', '王'].map((value) => ['exact', value] as const),
    ...['13812345678', '13888888888', '18600000001', '010-65529988'].map((value) => ['phone', value] as const),
    ...['a@example.com', 'test@example.com', 'nobody.knows@example.com', 'nancy@example.com'].map(
      (value) => ['email', value] as const,
    ),
    ['lower', '00000000-0000-0000-0000-000000000001'],
    ['nationalId', '11010519491231002X'],
  ];
  for (const [form, given] of real) {
    const value = readValue(form, given);
    assert.ok(value !== null && !standsForNobody(form, value), `${form} ${given}`);
  }
});

test('whatever comes: no throw, one spelling that stays, nothing that the database refuses', () => {
  const given = fc.oneof(fc.string({ unit: 'binary', maxLength: 600 }), fc.string({ unit: 'grapheme' }), fc.string());
  fc.assert(
    fc.property(fc.constantFrom(...forms), given, (form, text) => {
      const value = readValue(form, text);
      if (value === null) return;
      assert.ok(value !== '' && value.length <= 512 && value.isWellFormed() && !value.includes('\0'));
      assert.equal(readValue(form, value), value);
      assert.equal(typeof standsForNobody(form, value), 'boolean');
      assert.equal(typeof isChecked(form, value), 'boolean');
    }),
    { numRuns: runs },
  );
});
