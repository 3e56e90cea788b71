import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Filter } from './filter.ts';
import { filterMatches, filterPaths } from './filter-matches.ts';

// What a form holds while it is edited, which no record in the database has: the test of leaks holds the rest equal to SQL.

function meets(type: string, value: unknown, op: string, other?: unknown): boolean {
  const filter = { field: 'a', op, value: other } as Filter;
  const now = new Date('2026-03-31T16:30:00Z');
  const subject = { typeOf: (path: string) => (path === 'a' ? type : undefined), valueOf: () => value };
  return filterMatches(filter, { ...subject, now, timeZone: 'Asia/Shanghai', currency: 'CNY' });
}

test('what is typed compares as it will be kept', () => {
  assert.ok(meets('text', '  x ', 'eq', 'x'));
  assert.ok(!meets('text', '10', 'eq', '10.0'));
  assert.ok(meets('decimal', '10', 'eq', '10.0'));
  assert.ok(meets('decimal', '0.10', 'gt', 1e-7));
  assert.ok(meets('decimal', '-2', 'lt', '-1.5'));
  assert.ok(meets('decimal', '123456789012345678901', 'gt', '123456789012345678900'));
  assert.ok(meets('percent', '12.5 %', 'eq', '12.50'));
  assert.ok(meets('phone', '138 0013 8000', 'eq', '+8613800138000'));
  assert.ok(meets('email', 'A@Example.com', 'eq', 'a@example.com'));
  assert.ok(meets('money', { amount: '5.00', currency: 'CNY' }, 'eq', '5'));
  assert.ok(meets('money', '5', 'gte', '5'));
  assert.ok(!meets('money', { amount: '5', currency: 'USD' }, 'gt', '1'), 'only the server knows the rate');
  assert.ok(meets('user', { id: 'AB', name: 'x' }, 'eq', 'ab'));
  assert.ok(meets('user', 'ab', 'in', ['cd', 'ab']));
  assert.ok(meets('boolean', true, 'eq', '是'));
  assert.ok(meets('options', ['b', 'a'], 'eq', ['a', 'b']));
  assert.ok(!meets('options', ['a'], 'eq', ['a', 'b']));
  assert.ok(meets('address', { city: '成都', province: '四川' }, 'contains', '川成'));
});

test('what is unset meets nothing but its absence', () => {
  for (const nothing of [undefined, null, '', '  ', []]) {
    assert.ok(meets('text', nothing, 'empty'));
    assert.ok(!meets('text', nothing, 'contains', ''));
    assert.ok(meets('text', nothing, 'ne', 'x'));
    assert.ok(meets('text', nothing, 'eq', null));
  }
  assert.ok(!meets('date', 'not yet', 'lt', '2026-01-01'));
  assert.ok(meets('boolean', false, 'notEmpty'));
});

test('times without an offset are of the clock on the wall', () => {
  assert.ok(meets('dateTime', '2026-04-01 00:30', 'eq', '2026-03-31T16:30:00Z'));
  assert.ok(meets('dateTime', '2026-03-31T16:30:00Z', 'within', { this: 'day' }));
  assert.ok(!meets('dateTime', '2026-03-31T15:30:00Z', 'within', { this: 'month' }));
  assert.ok(meets('date', '2026-03-31', 'within', { last: 2, unit: 'day' }));
});

test('the fields that a filter asks about, each time', () => {
  const filter: Filter = { or: [{ field: 'a', op: 'empty' }, { not: { and: [{ field: 'b', op: 'eq', value: 1 }] } }] };
  assert.deepEqual(filterPaths(filter), ['a', 'b']);
});
