import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPersonalView, personalViewIssues, type View, viewPaths } from './views.ts';

const whole = {
  object: 'deal',
  title: '我的看板',
  layout: 'kanban',
  fields: ['name', 'owner.department'],
  columns: [{ field: 'amount', width: 140, total: 'sum' }],
  frozen: 1,
  filter: { field: 'stage', op: 'in', value: ['new'] },
  sort: ['-amount'],
  group: 'stage',
  limits: [{ value: 'new', most: 20 }],
  date: 'closes',
  colors: [{ filter: { field: 'amount', op: 'gt', value: '1' }, color: 'red' }],
};

test('a personal view has every part that a shared one has, and neither a name nor roles', () => {
  assert.ok(isPersonalView(whole));
  assert.ok(isPersonalView({ object: 'deal', title: 'x' }));
  for (const wrong of [
    null,
    [],
    { ...whole, name: 'x' },
    { ...whole, roles: ['rep'] },
    { ...whole, title: '   ' },
    { ...whole, title: 'x'.repeat(101) },
    { ...whole, object: 'Not a name' },
    { ...whole, layout: 'pie' },
    { ...whole, frozen: 1.5 },
    { ...whole, columns: [{ field: 'amount', width: 5 }] },
    { ...whole, columns: [{ field: 'amount', total: 'median' }] },
    { ...whole, colors: [{ filter: {}, color: 'red; background: url(x)' }] },
    { ...whole, limits: [{ value: 'new', most: 0 }] },
    { ...whole, sort: ['a', 'b', 'c', 'd', 'e', 'f'] },
  ]) {
    assert.ok(!isPersonalView(wrong), JSON.stringify(wrong));
    assert.ok(personalViewIssues(wrong).length > 0);
  }
});

test('every path that a view names is found, with its place', () => {
  const { title: _, ...shape } = whole;
  const view = { ...shape, name: 'board' } satisfies Omit<View, 'layout' | 'columns'> & object;
  assert.deepEqual(
    viewPaths({ ...view, layout: 'kanban', columns: [{ field: 'amount', total: 'sum' }] }).map(
      ({ path, at }) => `${at} ${path}`,
    ),
    [
      '/fields/0 name',
      '/fields/1 owner.department',
      '/columns/0/field amount',
      '/sort/0 amount',
      '/group stage',
      '/date closes',
    ],
  );
});
