import assert from 'node:assert/strict';
import { test } from 'node:test';
import { message } from './errors.ts';

test('what was expected is told in the language of the message', () => {
  const params = { expected: 'a date such as 2026-01-31', field: 'due' };
  assert.equal(message('value.type', params, 'en'), 'Expected a date such as 2026-01-31');
  assert.equal(message('value.type', params, 'zh'), '应为日期，例如 2026-01-31');
  const each = { ...params, expected: `an array, each ${params.expected}` };
  assert.match(message('query.value', each, 'zh'), /应为 数组，每项为日期/);
});
