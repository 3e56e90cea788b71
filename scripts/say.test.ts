import assert from 'node:assert/strict';
import { test } from 'node:test';
import { language, text } from './say.mjs';

test('the locale decides the language, in the order that the system gives it', () => {
  assert.equal(language({ LANG: 'zh_CN.UTF-8' }), 'zh');
  assert.equal(language({ LANG: 'en_US.UTF-8', LC_ALL: 'zh_TW.UTF-8' }), 'zh');
  assert.equal(language({ LANG: 'zh_CN.UTF-8', LC_ALL: 'C' }), 'en');
  assert.equal(language({ LANG: 'zh_CN.UTF-8', LC_ALL: '' }), 'zh');
  assert.equal(language({}), 'en');
});

test('parameters stand in the text', () => {
  assert.equal(text('installed', { seconds: 3 }, 'en'), 'Installed in 3 s');
  assert.equal(text('installed', { seconds: 3 }, 'zh'), '依赖已装好，用时 3 秒');
});
