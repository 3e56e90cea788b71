import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Filter } from '@huike/schema';
import type { FieldInfo, ObjectInfo } from '../../data/api.ts';
import { asFilter, both, groupOf, isComplete, replaced, withItem } from './model.ts';
import { filterWords, namedRecords, type Speaker } from './words.ts';

const field = (name: string, zh: string, type: FieldInfo['type'], more: Partial<FieldInfo> = {}): FieldInfo => ({
  ...{ name, label: { zh, en: name }, type, system: false, required: false, right: 'edit' },
  ...more,
});
const object = (name: string, fields: readonly FieldInfo[]): ObjectInfo => ({
  ...{ name, label: { zh: name, en: name }, title: 'name', icon: null, app: null, traits: [], fields },
  may: { create: true, update: true, delete: true, export: true },
});
const stage = field('stage', '阶段', 'option', {
  options: [
    { value: 'new', label: { zh: '新建', en: 'New' } },
    { value: 'won', label: { zh: '成交', en: 'Won' } },
  ],
});
const user = object('user', [field('name', '姓名', 'text'), field('department', '部门', 'text')]);
const deal = object('deal', [
  field('name', '名称', 'text'),
  field('amount', '金额', 'money'),
  field('closes', '预计成交', 'date'),
  field('big', '大单', 'boolean'),
  field('owner', '负责人', 'user', { target: 'user' }),
  field('helpers', '协作人', 'relations', { target: 'user' }),
  stage,
]);
const speaker = (language: 'zh' | 'en'): Speaker => ({
  language,
  objects: [user, deal],
  nameOf: (id) => (id === 'u1' ? '张伟' : id),
});
const say = (filter: Filter | null, language: 'zh' | 'en' = 'zh') => filterWords(filter, deal, speaker(language));

test('a filter reads as a salesperson would say it, in both languages', () => {
  const filter: Filter = {
    and: [
      { field: 'stage', op: 'in', value: ['new', 'won'] },
      {
        or: [
          { field: 'amount', op: 'gte', value: '10000' },
          { field: 'big', op: 'eq', value: true },
        ],
      },
      { field: 'closes', op: 'within', value: { this: 'quarter' } },
      { field: 'owner', op: 'in', value: ['u1'] },
    ],
  };
  assert.equal(
    say(filter),
    '阶段 是 新建、成交 且 (金额 不低于 10000 或 大单 是 是) 且 预计成交 在 本季度 且 负责人 是 张伟',
  );
  assert.equal(
    say(filter, 'en'),
    'stage is New, Won and (amount is at least 10000 or big is yes) and closes is in this quarter and owner is 张伟',
  );
});

test('relations, paths, spans and negation', () => {
  assert.equal(say({ field: 'owner.department', op: 'eq', value: '华东' }), '负责人 › 部门 等于 “华东”');
  assert.equal(
    say({ field: 'helpers', op: 'some', value: { field: 'name', op: 'contains', value: '王' } }),
    '协作人 有一个满足 (姓名 包含 “王”)',
  );
  assert.equal(say({ field: 'closes', op: 'within', value: { last: 7, unit: 'day' } }), '预计成交 在 最近 7 天');
  assert.equal(
    say({ field: 'closes', op: 'within', value: { next: 1, unit: 'month' } }, 'en'),
    'closes is in the next 1 month',
  );
  assert.equal(say({ not: { field: 'name', op: 'empty' } }), '不满足(名称 为空)');
  assert.equal(say({ field: 'amount', op: 'between', value: ['1', '2'] }), '金额 介于 1 和 2');
  assert.equal(say(null), '全部');
});

test('the records that a filter names are found where they are named', () => {
  const filter: Filter = {
    or: [
      { field: 'owner', op: 'in', value: ['u1'] },
      { field: 'helpers', op: 'some', value: { field: 'name', op: 'eq', value: 'x' } },
    ],
  };
  assert.deepEqual(
    [...namedRecords(filter, deal, [user, deal])].map(([name, ids]) => [name, [...ids]]),
    [['user', ['u1']]],
  );
});

test('conditions are added, replaced and removed, and groups stay what they are', () => {
  const one: Filter = { field: 'name', op: 'notEmpty' };
  const two: Filter = { field: 'big', op: 'eq', value: true };
  assert.deepEqual(withItem(null, one), one);
  assert.deepEqual(withItem(one, two), { and: [one, two] });
  assert.deepEqual(withItem({ or: [one, two] }, one), { or: [one, two, one] });
  assert.deepEqual(replaced({ and: [one, two] }, 0, null), two);
  assert.equal(replaced(one, 0, null), null);
  assert.deepEqual(both({ or: [one, two] }, null, two), { and: [{ or: [one, two] }, two] });
  assert.deepEqual(groupOf({ or: [one] }), { join: 'or', items: [one] });
  assert.equal(asFilter({ and: [{ field: 1 }] }), null);
  assert.equal(isComplete({ field: 'x', op: 'in', value: [] }), false);
  assert.equal(isComplete({ field: 'x', op: 'between', value: ['1', ''] }), false);
  assert.equal(isComplete({ field: 'x', op: 'empty' }), true);
});
