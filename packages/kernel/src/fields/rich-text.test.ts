import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse } from './fixture.ts';
import { plainText } from './rich-text.ts';

test('rich text that was made safe stays as it is, and its words can be taken out', () => {
  const parts = fc.constantFrom(
    ...[
      '<p>',
      '</p>',
      '<b',
      '>',
      '<a href="',
      'javascript:',
      'https://x.cn',
      '"',
      '<img src=',
      '&lt;',
      '&amp;',
      '<!--',
      '-->',
    ],
    ...[
      '<script>',
      '</script>',
      '<svg/onload=',
      'alert(1)',
      '<table><td>',
      ' ',
      '文',
      '<noscript><p title="',
      '<math>',
      '\u0301',
    ],
  );
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 20 }), (written) => {
      const once = parse({ name: 'f', type: 'richText' }, written.join(''));
      assert.ok(once.ok);
      const kept = once.columns[''] ?? null;
      const twice = parse({ name: 'f', type: 'richText' }, kept ?? '');
      assert.deepEqual(twice, once);
      assert.doesNotMatch(String(kept), /<script|onload|<svg|<math|<noscript|href="javascript/i);
    }),
    { numRuns: process.env.HUIKE_LONG ? 50_000 : 1_000 },
  );
  assert.equal(plainText('<p>一&amp;二</p><p>三&lt;b&gt;</p>'), '一&二 三<b>');
});
