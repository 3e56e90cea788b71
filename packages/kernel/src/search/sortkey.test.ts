import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pinyinSortKey } from './sortkey.ts';

const runs = { numRuns: process.env.HUIKE_LONG ? 20_000 : 500 };
const byKey = (a: string, b: string) => {
  // As PostgreSQL compares under collation "C": by the bytes of UTF-8.
  return Buffer.compare(Buffer.from(pinyinSortKey(a)), Buffer.from(pinyinSortKey(b)));
};

test('signs, digits, then Latin letters and pinyin side by side, then other scripts', () => {
  const sorted = ['(甲)', '007', '3M', '阿里', 'Amy', 'apple', '白起', 'Bob', '曾志伟', '赵云', 'Zoo', 'яблоко'];
  assert.deepEqual([...sorted].reverse().sort(byKey), sorted);
});

test('surnames are read as surnames, words as words', () => {
  const sorted = [
    '安宁',
    '单位有限公司',
    '葛优',
    '刘备',
    '欧阳修',
    '区长',
    '仇英',
    '单雄信',
    '尉迟恭',
    '岳飞',
    '查良镛',
    '曾巩',
    '长孙无忌',
  ];
  const order = [
    '安宁',
    '单位有限公司',
    '葛优',
    '刘备',
    '区长',
    '欧阳修',
    '仇英',
    '单雄信',
    '尉迟恭',
    '岳飞',
    '曾巩',
    '查良镛',
    '长孙无忌',
  ];
  assert.deepEqual(sorted.sort(byKey), order);
});

test('characters first, syllables whole: all 张 together, 西安 before 先, 路 before 吕 before 乱', () => {
  const sorted = ['路', '吕', '乱', '西安', '先', '张', '张三', '张伟', '章二'];
  assert.deepEqual([...sorted].reverse().sort(byKey), sorted);
});

test('case and width decide last', () => {
  const sorted = ['ab', 'AB', 'ab c', 'abc', 'ABC', 'ａｂｃ', 'abcd'];
  assert.deepEqual([...sorted].reverse().sort(byKey), sorted);
});

const anything = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 200 }).map((codes) => String.fromCharCode(...codes)),
  fc
    .array(fc.constantFrom('张', '行', '😀', '\0', '\ud800', ' ', 'Ａ', 'a', '𠮷', '0'), { maxLength: 200 })
    .map((all) => all.join('')),
);

test('any string has a key of at most 120 units that PostgreSQL can store', () => {
  fc.assert(
    fc.property(anything, (text) => {
      const key = pinyinSortKey(text);
      assert.ok(key.length <= 120 && key.isWellFormed() && !key.includes('\0'));
      assert.equal(pinyinSortKey(text), key);
    }),
    runs,
  );
  assert.ok(pinyinSortKey('张'.repeat(5_000_000)).length <= 120);
});

const names = [...'赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜'].flatMap((surname) =>
  ['伟', '芳', '秀英', '敏', '静', '建国', '志强', '丽', '磊', '晓明', '雨欣', '浩然', '海燕', '文', '国'].map(
    (given) => surname + given,
  ),
);

test('short texts that differ have keys that differ', () => {
  const short = fc
    .array(fc.constantFrom(...'张章李a A1(行吕é'), { maxLength: 5 })
    .map((all) => all.join('').trim().replace(/ +/g, ' '));
  fc.assert(
    fc.property(short, short, (a, b) => assert.equal(byKey(a, b) === 0, a === b, `${a} | ${b}`)),
    runs,
  );
});

test('names come in the order of the Chinese collation of Unicode', (t) => {
  const collator = new Intl.Collator('zh-CN-u-co-pinyin');
  let pairs = 0;
  let agree = 0;
  for (const [i, a] of names.entries()) {
    for (const b of names.slice(i + 1)) {
      pairs++;
      if (Math.sign(collator.compare(a, b)) === byKey(a, b)) agree++;
    }
  }
  t.diagnostic(`${agree} of ${pairs} pairs (${((100 * agree) / pairs).toFixed(2)} %)`);
  assert.ok(agree / pairs > 0.995);
});
