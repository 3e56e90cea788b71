import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { bytesOf, type Encoding, hasMarks, suggestText, TextReader, withoutMarks } from './encoding.ts';

const runs = { numRuns: process.env.HUIKE_LONG ? 5_000 : 200 };

/** Reads the bytes in pieces of the sizes given, over and over. */
function read(bytes: Buffer, sizes: readonly number[] = [bytes.length]): { text: string; encoding: Encoding } {
  const reader = new TextReader();
  let text = '';
  for (let from = 0, i = 0; from < bytes.length; i++) {
    const size = Math.max(1, sizes[i % sizes.length] ?? 1);
    text += reader.push(bytes.subarray(from, from + size));
    from += size;
  }
  text += reader.end();
  return { text, encoding: reader.encoding };
}

const sizes = fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1, maxLength: 5 });
const chinese = fc.constantFrom(...'姓名电话公司北京华为技术有限公司张三李四，。省市区县客户备注金额');
const textOf = (character: fc.Arbitrary<string>) => {
  const signs = fc.constantFrom('a', ',', '1', '"', '；');
  const line = fc
    .array(fc.oneof({ arbitrary: character, weight: 4 }, signs), { minLength: 1, maxLength: 40 })
    .map((all) => all.join(''));
  return fc.array(line, { minLength: 3, maxLength: 60 }).map((lines) => `姓名,电话\n${lines.join('\r\n')}\n`);
};
const chineseText = textOf(chinese);
/** With characters of four bytes, which GBK lacks. */
const wideText = textOf(fc.oneof({ arbitrary: chinese, weight: 9 }, fc.constantFrom('😀', '𠮷', 'é')));

const encodings: readonly (readonly [string, Encoding, (text: string) => Buffer])[] = [
  ['UTF-8', 'utf-8', (text) => Buffer.from(text)],
  ['UTF-8 with BOM', 'utf-8', (text) => Buffer.from(`\ufeff${text}`)],
  ['GB18030', 'gb18030', (text) => iconv.encode(text, 'gb18030')],
  ['GBK', 'gb18030', (text) => iconv.encode(text, 'gbk')],
  ['UTF-16LE with BOM', 'utf-16le', (text) => Buffer.from(`\ufeff${text}`, 'utf16le')],
  ['UTF-16BE with BOM', 'utf-16be', (text) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
];
for (const [name, encoding, encode] of encodings) {
  test(`${name} is found and decoded, however it is cut`, () => {
    fc.assert(
      fc.property(name === 'GBK' ? chineseText : wideText, sizes, fc.boolean(), (short, cuts, long) => {
        // Bytes are held back until the encoding is sure; only a long text is decoded in pieces.
        const text = long ? short.repeat(Math.ceil(90_000 / short.length)) : short;
        assert.deepEqual(read(encode(text), cuts), { text, encoding });
      }),
      runs,
    );
  });
}

test('UTF-16 without a mark is found by its zeros', () => {
  const text = '姓名,电话,金额\r\n'.concat(
    ...Array.from({ length: 200 }, (_, i) => `张三${i},13800138000,${i}.50\r\n`),
  );
  const bytes = Buffer.from(text, 'utf16le');
  assert.deepEqual(read(bytes, [1000]), { text, encoding: 'utf-16le' });
  assert.deepEqual(read(bytes.swap16(), [1000]), { text, encoding: 'utf-16be' });
});

test('characters of four bytes and rare ones survive GB18030', () => {
  const text = `姓名,备注\n${'𠮷野家,€①㐂😀ḿ\n'.repeat(50)}${'北京公司,备注\n'.repeat(200)}`;
  assert.deepEqual(read(iconv.encode(text, 'gb18030'), [7, 1, 100]), { text, encoding: 'gb18030' });
});

test('GBK that begins after megabytes of ASCII is still found', () => {
  const ascii = 'id,name\n'.repeat(300_000);
  const bytes = Buffer.concat([Buffer.from(ascii), iconv.encode('1,张三\n2,北京\n', 'gbk')]);
  const { text, encoding } = read(bytes, [65_536]);
  assert.equal(encoding, 'gb18030');
  assert.equal(text, `${ascii}1,张三\n2,北京\n`);
});

test('a few broken bytes do not turn UTF-8 into something else, and are kept', () => {
  const bytes = Buffer.concat([Buffer.from('姓名,城市\n'.repeat(50)), Buffer.from('Jos\xe9,M\xfcnchen\n', 'latin1')]);
  const { text, encoding } = read(bytes, [100]);
  assert.equal(encoding, 'utf-8');
  const [jose = '', munich = ''] = text.split('\n').at(-2)?.split(',') ?? [];
  assert.equal(withoutMarks(jose), 'Jos\ufffd');
  assert.deepEqual(bytesOf(jose, encoding), Buffer.from('Jos\xe9', 'latin1'));
  assert.deepEqual(suggestText(munich, encoding), { text: 'München', encoding: 'windows-1252' });
});

test('Western letters alone are not taken for Chinese', () => {
  const bytes = Buffer.from(
    'name,city\nJos\xe9,M\xe1laga\nAndr\xe9s,C\xf3rdoba\n\xc9tienne,\xc0 c\xf4t\xe9\n',
    'latin1',
  );
  const { text, encoding } = read(bytes);
  assert.equal(encoding, 'utf-8');
  assert.equal(suggestText(text, encoding).text, 'name,city\nJosé,Málaga\nAndrés,Córdoba\nÉtienne,À côté\n');
});

test('a GBK cell in a UTF-8 file is suggested as Chinese', () => {
  const bytes = Buffer.concat([Buffer.from('姓名,城市\n'.repeat(500)), iconv.encode('张三丰', 'gbk')]);
  const { text, encoding } = read(bytes);
  assert.equal(encoding, 'utf-8');
  assert.deepEqual(suggestText(text.split('\n').at(-1) ?? '', encoding), { text: '张三丰', encoding: 'gb18030' });
});

test('NUL never comes through as text', () => {
  const { text } = read(Buffer.from('a,b\n1\u00002,张\n'));
  assert.ok(!text.includes('\0') && hasMarks(text));
  assert.equal(withoutMarks(text), 'a,b\n1\ufffd2,张\n');
});

test('no byte is ever lost: the text gives back what was read', () => {
  const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
  const mixed = fc
    .array(
      fc.oneof(
        chinese.map((one) => Buffer.from(one)),
        bytes,
      ),
      { maxLength: 30 },
    )
    .map(Buffer.concat);
  fc.assert(
    fc.property(mixed, sizes, (raw, cuts) => {
      const { text, encoding } = read(raw, cuts);
      const bom = { 'utf-8': 'efbbbf', 'utf-16le': 'fffe', 'utf-16be': 'feff', gb18030: '84319533' }[encoding];
      const back = bytesOf(text, encoding).toString('hex');
      // Some pairs of GB18030 are written in two ways; what they mean is the same.
      if (encoding === 'gb18030') {
        assert.equal(iconv.decode(Buffer.from(back, 'hex'), encoding), iconv.decode(bytesOf(text, encoding), encoding));
      } else
        assert.ok(
          [back, bom + back].includes(raw.toString('hex')),
          `${encoding}: ${raw.toString('hex')} became ${back}`,
        );
    }),
    runs,
  );
});
