import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ErrorCode, filterLimits, type Json, Problem } from '@huike/schema';
import { parseConstantFilter, parseFilter, stepsOf } from './tree.ts';

function refusedAs(code: ErrorCode, input: unknown): Problem {
  let found: unknown;
  assert.throws(
    () => parseFilter(input, []),
    (error) => {
      found = error;
      return error instanceof Problem && error.code === code;
    },
    `${code} expected`,
  );
  assert.ok(found instanceof Problem);
  return found;
}

const leaf = { field: 'a', op: 'empty' };

/** A filter of so many levels. */
function nested(depth: number, wrap: (inner: Json) => Json): Json {
  let filter: Json = leaf;
  for (let level = 1; level < depth; level++) filter = wrap(filter);
  return filter;
}

test('values are taken out, and the tree is the same for all values', () => {
  const of = (value: Json) => {
    const values: Json[] = [];
    const tree = parseFilter(
      { or: [{ field: 'a', op: 'eq', value }, { not: { field: 'b.c', op: 'in', value: [value, 1] } }] },
      values,
    );
    return { tree: JSON.stringify(tree), values };
  };
  assert.equal(of('x').tree, of("'; drop table x").tree);
  assert.deepEqual(of('x').values, ['x', ['x', 1]]);
});

test('equal to null is empty', () => {
  assert.deepEqual(parseFilter({ field: 'a', op: 'eq', value: null }, []), { path: ['a'], op: 'empty' });
  assert.deepEqual(parseFilter({ field: 'a', op: 'ne', value: null }, []), { path: ['a'], op: 'notEmpty' });
  refusedAs('query.invalid', { field: 'a', op: 'eq' });
});

test('constants stay in the tree', () => {
  const filter = { field: 'r', op: 'some', value: { and: [{ field: 'a', op: 'eq', value: 'x' }] } };
  assert.deepEqual(parseConstantFilter(filter), {
    path: ['r'],
    op: 'some',
    inner: { and: [{ path: ['a'], op: 'eq', constant: 'x' }] },
  });
});

test('depth is bounded, and found out early', () => {
  const { depth, nesting } = filterLimits;
  const wraps: [number, (inner: Json) => Json][] = [
    [depth, (inner) => ({ and: [inner] })],
    [depth, (inner) => ({ or: [inner] })],
    [depth, (inner) => ({ not: inner })],
    [nesting + 1, (inner) => ({ field: 'r', op: 'some', value: inner })],
    [nesting + 1, (inner) => ({ field: 'r', op: 'every', value: inner })],
  ];
  for (const [levels, wrap] of wraps) {
    parseFilter(nested(levels, wrap), []);
    for (const more of [levels + 1, 1_000, 100_000]) refusedAs('request.tooDeep', nested(more, wrap));
  }
});

test('conditions and values are bounded', () => {
  parseFilter({ and: Array.from({ length: filterLimits.nodes - 1 }, () => leaf) }, []);
  refusedAs('request.tooMany', { and: Array.from({ length: filterLimits.nodes }, () => leaf) });
  refusedAs('request.tooMany', { or: Array.from({ length: 1_000_000 }, () => leaf) });
  const many = (count: number) => ({ field: 'a', op: 'in', value: Array.from({ length: count }, () => 1) });
  parseFilter(many(filterLimits.values), []);
  refusedAs('request.tooMany', many(filterLimits.values + 1));
  refusedAs('request.tooMany', { or: [many(filterLimits.values / 2), many(filterLimits.values / 2 + 1)] });
});

test('relations that are followed are bounded, in paths and in filters of related records', () => {
  const along = (count: number) => ({ and: Array.from({ length: count }, () => ({ field: 'a.b.c', op: 'empty' })) });
  parseFilter(along(filterLimits.relations / 2), []);
  refusedAs('request.tooMany', along(filterLimits.relations / 2 + 1));
  const within = (count: number) => ({
    or: Array.from({ length: count }, () => ({ field: 'a', op: 'none', value: leaf })),
  });
  parseFilter(within(filterLimits.relations), []);
  refusedAs('request.tooMany', within(filterLimits.relations + 1));
});

test('what has no meaning is refused', () => {
  const wrong: unknown[] = [
    ...[null, undefined, 7, 'x', true, [], [[]], () => 1, new Date(0), Symbol.iterator],
    ...[{}, { and: {} }, { and: leaf }, { and: [null] }, { or: 'x' }, { not: null }, { not: [] }, { and: [], or: [] }],
    ...[{ field: 'a' }, { op: 'eq' }, { field: 7, op: 'eq', value: 1 }, { field: ['a'], op: 'eq', value: 1 }],
    ...[
      { ...leaf, extra: 1 },
      { field: 'a', op: 'EQ', value: 1 },
      { field: 'a', op: '=', value: 1 },
    ],
    ...[
      { field: 'a', op: '__proto__', value: 1 },
      { field: 'a', op: 'constructor', value: 1 },
    ],
    ...[
      { field: 'a', op: 'eq; drop', value: 1 },
      { field: 'a', op: ['eq'], value: 1 },
    ],
    ...[
      { field: 'r', op: 'some' },
      { field: 'r', op: 'some', value: 7 },
      { field: 'r', op: 'every', value: [leaf] },
    ],
    JSON.parse('{"__proto__": {"field": "a", "op": "empty"}}'),
    JSON.parse('{"field": "a", "op": "empty", "__proto__": 1}'),
    JSON.parse('{"constructor": [], "and": []}'),
  ];
  for (const input of wrong) refusedAs('query.invalid', input);
});

test('a name that no field can have answers like one that no field has, in few words', () => {
  const names = [
    ...['', '.', 'a.', '.a', 'a..b', '-a', 'A', '1', 'a b', 'a"b', "a'b", 'a;b', 'a\0b', 'a~b', '~search', '"a"'],
    ...['__proto__', 'a.__proto__', '客户', 'ａ', '𠮷', '\ud800', 'a\u200b', 'a*', 'a->b', 'a::text', 'a.b.c.d.e.f.g'],
    ...['a'.repeat(49), 'a.'.repeat(100_000), 'x'.repeat(10_000_000), '𠮷'.repeat(1_000_000)],
  ];
  for (const name of names) {
    const { params } = refusedAs('field.unknown', { field: name, op: 'empty' });
    assert.ok(String(params.field).length <= 100 && String(params.field).isWellFormed(), name.slice(0, 50));
    assert.throws(() => stepsOf(name), Problem);
  }
  assert.deepEqual(stepsOf('a.bC.constructor'), ['a', 'bC', 'constructor']);
});
