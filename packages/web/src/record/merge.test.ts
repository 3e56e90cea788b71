import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeChanges, same } from './merge.ts';

const before = { name: '甲', phone: '1', level: null, owner: { id: 'u1', name: '张三' } };

test('changes of different fields go together', () => {
  const latest = { ...before, phone: '2' };
  assert.deepEqual(mergeChanges(before, latest, { name: '乙' }), { clear: { name: '乙' }, clashes: [] });
});

test('a change of the same field into another value is for a person to decide', () => {
  const latest = { ...before, name: '丙' };
  assert.deepEqual(mergeChanges(before, latest, { name: '乙', level: 'a' }), {
    clear: { level: 'a' },
    clashes: [{ field: 'name', before: '甲', mine: '乙', theirs: '丙' }],
  });
});

test('who both changed it alike have nothing to decide', () => {
  assert.deepEqual(mergeChanges(before, { ...before, name: '乙' }, { name: '乙' }), { clear: {}, clashes: [] });
});

test('values are compared by what they mean', () => {
  assert.ok(same(undefined, null));
  assert.ok(same({ id: 'u1', name: '张三' }, { id: 'u1', name: 'Zhang San' }));
  assert.ok(!same({ id: 'u1', name: '张三' }, { id: 'u2', name: '张三' }));
  assert.ok(same({ amount: '1', currency: 'CNY' }, { currency: 'CNY', amount: '1' }));
  assert.ok(!same([{ id: 'r1', qty: 1 }], [{ id: 'r1', qty: 2 }]));
});
