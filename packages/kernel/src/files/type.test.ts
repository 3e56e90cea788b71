import assert from 'node:assert/strict';
import { test } from 'node:test';
import { typeOf } from './index.ts';

const png = Buffer.from('89504e470d0a1a0a0000000d4948445200000001000000010806000000', 'hex');
const zip = Buffer.from('504b0304140000000000000000000000000000000000000000000500000061', 'hex');
const cfb = Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(512)]);
const gbk = Buffer.from('d0d5c3fb2cb5e7bbb00ad5c5c8fd2c31333830303133383030300a', 'hex'); // 姓名,电话 / 张三,…

test('a file is what its content says, whatever its name', async () => {
  const cases = [
    [png, 'a.html', 'image/png'],
    [Buffer.from('GIF89a<script>alert(1)</script>'), 'a.html', 'image/gif'],
    [Buffer.from('%PDF-1.7\n'), 'a.txt', 'application/pdf'],
    [Buffer.from('<html><script>'), 'a.png', 'text/html'],
    [Buffer.from('\ufeff  <!-- x --> <ScRiPt src=x>'), 'a.txt', 'text/html'],
    [Buffer.from('hello <img src=x onerror=alert(1)>'), 'a.txt', 'text/html'],
    [Buffer.from('<?xml version="1.0"?><!-- x --><svg xmlns="http://www.w3.org/2000/svg"/>'), 'a.xml', 'image/svg+xml'],
    [Buffer.from('<svg onload=alert(1)>'), 'a.jpg', 'image/svg+xml'],
    [Buffer.from('\ufeff<html>', 'utf16le'), 'a.txt', 'text/html'],
    [Buffer.from('<?xml version="1.0"?><a/>'), 'a.txt', 'application/xml'],
    [Buffer.from('<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">'), 'a.xml', 'text/html'],
    [zip, 'a.zip', 'application/zip'],
    [zip, 'a.xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
    [zip, 'a.html', 'application/zip'],
    [cfb, 'a.xls', 'application/vnd.ms-excel'],
    [Buffer.from('a,b\n1,2\n'), 'a.csv', 'text/csv; charset=utf-8'],
    [gbk, '客户.csv', 'text/csv; charset=gb18030'],
    [Buffer.from('你好，1 < 2'), 'a.txt', 'text/plain; charset=utf-8'],
    [Buffer.from('\ufeff你好', 'utf16le'), 'a.txt', 'text/plain; charset=utf-16le'],
    [Buffer.from('{"a":1}'), 'a.json', 'application/json; charset=utf-8'],
    [Buffer.from('{"a":1}'), 'a.html', 'text/plain; charset=utf-8'],
    [Buffer.from([0, 1, 2, 3, 250, 251]), 'a.txt', 'application/octet-stream'],
    [Buffer.alloc(0), 'a.html', 'text/plain; charset=utf-8'],
    [Buffer.from('张'.repeat(2000)).subarray(0, 4100), 'a.txt', 'text/plain; charset=utf-8'],
  ] as const;
  for (const [head, name, type] of cases)
    assert.equal(await typeOf(head, name), type, `${name} ${head.subarray(0, 30)}`);
});
