import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Json } from './json.ts';
import { merge, sameJson } from './merge.ts';

const json = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Json>(null, true, 1, 'a', 'b'),
    fc.dictionary(fc.constantFrom('a', 'b', 'type', 'filter'), tie('value'), { maxKeys: 3, noNullPrototype: true }),
    fc.uniqueArray(fc.record({ name: fc.constantFrom('x', 'y', 'z'), a: fc.nat({ max: 2 }) }), {
      selector: (part) => part.name,
    }),
  ),
})).value;

/** As JSON comes from a file: generated objects may have no prototype, which deepEqual minds. */
const plain = json.map((value): Json => JSON.parse(JSON.stringify(value)));

test('what only one side changed arrives; what both changed alike is no clash', () => {
  fc.assert(
    fc.property(plain, plain, (one, other) => {
      assert.deepEqual(merge(one, other, one), { value: other, clashes: [] }, 'shipped only');
      assert.deepEqual(merge(one, one, other), { value: other, clashes: [] }, 'the customer only');
      assert.deepEqual(merge(one, other, other), { value: other, clashes: [] }, 'both alike');
    }),
  );
});

test('merging again changes nothing more', () => {
  fc.assert(
    fc.property(plain, plain, plain, (before, now, current) => {
      const once = merge(before, now, current);
      const twice = merge(now, now, once.value);
      assert.ok(sameJson(twice.value, once.value));
      assert.deepEqual(twice.clashes, []);
    }),
  );
});

const visit = (fields: Json, more: Record<string, Json> = {}) => ({ name: 'visit', ...more, fields });
const text = (name: string, more: Record<string, Json> = {}) => ({ name, type: 'text', ...more });

test('edits of different parts of an object meet', () => {
  const before = visit([text('a'), text('b'), text('c')], { label: { zh: '拜访', en: 'Visit' } });
  const now = visit([text('a', { maxLength: 9 }), text('new'), text('b')], { label: { zh: '走访', en: 'Visit' } });
  const current = visit([text('own'), text('c'), text('b', { required: true }), text('a', { required: true })], {
    label: { zh: '拜访', en: 'Call' },
  });
  const { value, clashes } = merge(before, now, current);
  assert.deepEqual(clashes, []);
  assert.deepEqual(
    value,
    visit([text('own'), text('b', { required: true }), text('a', { required: true, maxLength: 9 }), text('new')], {
      label: { zh: '走访', en: 'Call' },
    }),
  );
});

test('where both edited, the customer stays and the clash names the place', () => {
  const filter = (value: string) => ({ field: 'stage', op: 'eq', value });
  const before = { name: 'mine', filter: filter('a'), sort: ['x'] };
  const { value, clashes } = merge(
    before,
    { name: 'mine', filter: filter('b'), sort: ['y'] },
    { name: 'mine', filter: { and: [filter('a'), filter('c')] }, sort: ['x'] },
  );
  assert.deepEqual(value, { name: 'mine', filter: { and: [filter('a'), filter('c')] }, sort: ['y'] });
  assert.deepEqual(
    clashes.map(({ path }) => path),
    [['filter']],
  );
});

test('what the customer removed stays away; what was edited is not removed', () => {
  assert.deepEqual(merge(text('a'), text('a', { help: 1 }), undefined), {
    value: undefined,
    clashes: [{ path: [], shipped: text('a', { help: 1 }), kept: undefined }],
  });
  assert.deepEqual(merge(text('a'), undefined, text('a', { required: true })).value, text('a', { required: true }));
  assert.deepEqual(merge(text('a'), undefined, text('a')), { value: undefined, clashes: [] });
});
