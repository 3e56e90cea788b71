import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cleanName, disposition, fileHeaders, parseRange } from './index.ts';

test('only pictures and plain text are shown; pages, drawings and documents are saved', () => {
  const how = (type: string) => disposition(type, 'a').split(';')[0];
  for (const type of ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'text/plain; charset=gb18030', 'IMAGE/PNG'])
    assert.equal(how(type), 'inline', type);
  for (const type of [
    'image/svg+xml',
    'text/html; charset=utf-8',
    'application/pdf',
    'application/xml',
    'text/csv',
    '',
  ])
    assert.equal(how(type), 'attachment', type);
  const headers = fileHeaders({ type: 'image/png', name: 'a.png' });
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.match(headers['content-security-policy'] ?? '', /^sandbox; default-src 'none'/);
});

test('a name goes into a header in both spellings, whatever it holds', () => {
  assert.equal(
    disposition('application/pdf', '合同 "终稿" 100%.pdf'),
    `attachment; filename="__ ____ 100_.pdf"; filename*=UTF-8''%E5%90%88%E5%90%8C%20%22%E7%BB%88%E7%A8%BF%22%20100%25.pdf`,
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (name) => {
      const header = disposition('image/png', name);
      assert.match(header, /^inline; filename="[ !#$&-[\]-~]*"; filename\*=UTF-8''[A-Za-z0-9%_.~-]*$/);
      assert.equal(decodeURIComponent(header.split("''")[1] ?? ''), name.toWellFormed());
    }),
  );
});

test('names lose what could harm, and keep what people wrote', () => {
  const cases = [
    ['报价单（最终版）.xlsx', '报价单（最终版）.xlsx'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\张三\\照片.JPG', '照片.JPG'],
    ['a\u202Egpj.exe', 'agpj.exe'],
    ['a\r\nSet-Cookie: x.txt', 'aSet-Cookie: x.txt'],
    ['  .htaccess ', 'htaccess'],
    ['..', 'file'],
    ['', 'file'],
    ['///', 'file'],
    ['\ud800.txt', '\ufffd.txt'],
    ['👨‍👩‍👧.png', '👨‍👩‍👧.png'],
    [`${'名'.repeat(300)}.docx`, `${'名'.repeat(195)}.docx`],
    [`${'x'.repeat(300)}`, 'x'.repeat(200)],
  ] as const;
  for (const [name, clean] of cases) assert.equal(cleanName(name), clean);
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (name) => {
      const clean = cleanName(name);
      const length = [...clean].length;
      assert.ok(length > 0 && length <= 200 && clean.isWellFormed(), clean);
      assert.doesNotMatch(clean, /[/\\\p{Cc}\u202a-\u202e\u2066-\u2069]|^\.|^\s|\s$/u);
      assert.equal(cleanName(clean), clean);
    }),
  );
});

test('one range is understood, several are not, and one outside is told apart', () => {
  const cases = [
    ['bytes=0-3', 10, { start: 0, end: 3 }],
    ['bytes=4-', 10, { start: 4, end: 9 }],
    ['bytes=-3', 10, { start: 7, end: 9 }],
    ['bytes=-30', 10, { start: 0, end: 9 }],
    ['bytes=8-30', 10, { start: 8, end: 9 }],
    ['bytes=10-', 10, 'outside'],
    ['bytes=-0', 10, 'outside'],
    ['bytes=0-', 0, 'outside'],
    ['bytes=5-2', 10, null],
    ['bytes=0-1,3-4', 10, null],
    ['bytes=-', 10, null],
    ['lines=1-2', 10, null],
    [undefined, 10, null],
  ] as const;
  for (const [header, size, range] of cases) assert.deepEqual(parseRange(header, size), range);
});
