import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeySet } from './keyset.ts';

test('what was added is there, and nothing else', () => {
  const set = new KeySet();
  for (let n = 0; n < 50_000; n++) {
    assert.equal(set.has(`k${n}`), false);
    set.add(`k${n}`);
    set.add(`k${n}`);
  }
  for (let n = 0; n < 50_000; n++) assert.ok(set.has(`k${n}`));
  assert.equal(set.has(''), false);
});
