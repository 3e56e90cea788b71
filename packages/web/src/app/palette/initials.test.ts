import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initials, matches } from './initials.ts';

test('Chinese goes by the initials of its pinyin', () => {
  assert.equal(initials('客户'), 'kh');
  assert.equal(initials('联系人'), 'lxr');
  assert.equal(initials('重点客户'), 'zdkh');
  assert.equal(initials('地址'), 'dz');
  assert.equal(initials('新建任务'), 'xjrw');
  assert.equal(initials('欧阳娜娜'), 'oynn');
  assert.equal(initials('安娜在上海'), 'anzsh');
  assert.equal(initials('未来科技2号'), 'wlkj2h');
  assert.equal(initials('Key customers'), 'kc');
});

test('what begins alike comes before what only has it within, and initials come last', () => {
  assert.equal(matches('客户', '客'), 4);
  assert.equal(matches('重点客户', '客'), 3);
  assert.equal(matches('客户', 'kh'), 2);
  assert.equal(matches('重点客户', 'kh'), 1);
  assert.equal(matches('重点客户', 'h'), 0);
  assert.equal(matches('Customers', 'CUST'), 4);
  assert.equal(matches('任务', 'kh'), 0);
  assert.equal(matches('任务', ' '), 1);
});
