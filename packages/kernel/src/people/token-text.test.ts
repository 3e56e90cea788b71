import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isToken, makeToken } from './token-text.ts';

test('a token has a fixed shape whatever its bytes', () => {
  for (const bytes of [Buffer.alloc(32), Buffer.alloc(32, 255)]) {
    const token = makeToken('hk_', bytes);
    assert.match(token, /^hk_[0-9A-Za-z]{49}$/);
    assert.equal(isToken('hk_', token), true);
  }
  assert.notEqual(makeToken('hk_'), makeToken('hk_'));
});

test('a changed letter, another prefix and another length are seen without a database', () => {
  const token = makeToken('hk_');
  for (let at = 0; at < token.length; at++) {
    const bent = token.slice(0, at) + (token[at] === 'a' ? 'b' : 'a') + token.slice(at + 1);
    assert.equal(isToken('hk_', bent), false, `at ${at}`);
  }
  assert.equal(isToken('hw_', token), false);
  assert.equal(isToken('hk_', `${token}a`), false);
  assert.equal(isToken('hk_', ''), false);
});
