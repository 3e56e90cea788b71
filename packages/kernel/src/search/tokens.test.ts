import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readings } from './pinyin.ts';
import { type SearchKind, searchQuery, searchTokens, tsqueryText, tsvectorText } from './tokens.ts';

const runs = { numRuns: process.env.HUIKE_LONG ? 20_000 : 300 };

/** What PostgreSQL does with the lexemes and the query, in a line each. */
function finds(kind: SearchKind, value: string, query: string): boolean {
  const lexemes = searchTokens('3', kind, value);
  const { words } = searchQuery(['3'], query);
  const has = (lexeme: string, prefix: boolean) =>
    lexemes.some((one) => (prefix ? one.startsWith(lexeme) : one === lexeme));
  return (
    words.length > 0 &&
    words.every(({ anyOf }) => anyOf.some(({ allOf }) => allOf.every((term) => has(term.lexeme, term.prefix))))
  );
}

const found: readonly (readonly [SearchKind, string, ...string[]])[] = [
  [
    'title',
    '张三',
    '张三',
    '张',
    '三',
    'zhangsan',
    'zhang',
    'zhangs',
    'zs',
    'san',
    'ZHANG SAN',
    '張三',
    '张s',
    '张san',
  ],
  ['title', '曾志伟', 'zengzhiwei', 'cengzhiwei', 'zzw', 'czw'],
  ['title', '单田芳', 'shantianfang', 'dantian', 'stf', 'dtf'],
  ['title', '仇英', 'qiuying', 'chouying', 'qy'],
  ['title', '查良镛', 'zhaliangyong', 'chaliangyong'],
  ['title', '解晓东', 'xiexiaodong', 'jiexiaodong'],
  ['title', '区楚良', 'ouchuliang', 'quchuliang', 'ocl', 'qcl'],
  ['title', '尉迟恭', 'yuchigong', 'ycg'],
  ['title', '万俟卨', 'moqixie', 'mqx'],
  ['title', '长孙无忌', 'zhangsunwuji', 'zswj'],
  ['title', '张乐', 'zhangle', 'zhangyue', 'zy', 'zl'],
  ['title', '吕布', 'lvbu', 'lubu', 'lübu', 'lb'],
  ['title', '重庆银行', 'chongqing', 'yinhang', 'cqyh'],
  ['title', '張學友', '张学友', '学友', 'zhangxueyou', '張學友'],
  ['title', '张学友', '張學友', '學友'],
  ['title', '王 小明', '王小明', '小明', '王 小明', 'wangxiaoming'],
  ['title', '阿卜杜拉·买买提', '阿卜杜拉买买提', '买买提', 'maimaiti'],
  ['title', '𠮷野家', '𠮷野', '野家', '𠮷'],
  [
    'title',
    '北京华为技术有限公司',
    '华为',
    '为技',
    '北京华为技术',
    'huawei',
    'hwjs',
    'bjhw',
    'huawei jishu',
    '华为 北京',
  ],
  ['title', '北京华为技术有限公司', 'beijinghuaweijishuyouxiangongsi', 'gongsi', '司'],
  ['title', '华为技术（北京）有限公司', '华为技术(北京)', '技术北京'],
  ['title', "Jean-Pierre O'Brien", 'jean', 'PIERRE', 'obrien', "o'b", 'O’Brien', 'brien', 'jean-pierre', 'pie'],
  ['title', 'Zoë Müller-Łuczak', 'zoe', 'Zoë', 'muller', 'MÜLLER', 'luczak'],
  ['title', 'ＡＢＣ（中国）１２３', 'abc', '中国', '123', 'ＡＢＣ'],
  ['title', 'iPhone 15 Pro', 'iphone15', 'iphone 15', 'pro', '15'],
  ['title', 'iPhone15 手机', 'iphone 15', '手机', 'sj', '15'],
  ['title', '🌸', '🌸'],
  ['title', '🌸小花', '小花', 'xiaohua'],
  ['title', '株式会社トヨタ', 'トヨタ', '会社'],
  ['title', '삼성전자', '삼성', '전자'],
  ['text', '客户反映 5G 套餐资费过高，要求回访', '套餐', '5g', '回访', '要求回访', 'taocan'],
  [
    'phone',
    '+86 138-0013-8000',
    '13800138000',
    '+8613800138000',
    '138 0013 8000',
    '138-0013',
    '8000',
    '0138000',
    '1380',
  ],
  ['phone', '+86 138-0013-8000', '8613800138000', '+86 138 0013 8000', '008613800138000', '13800'],
  ['phone', '13800138000', '+86 138 0013 8000', '8613800138000', '38000'],
  [
    'phone',
    '+861088886666',
    '010-88886666',
    '88886666',
    '01088886666',
    '010 8888 6666',
    '6666',
    '8888 6666',
    '+86 10 8888 6666',
  ],
  ['phone', '010-88886666转812', '88886666', '6666', '812', '010-8888'],
  ['phone', '(415) 555-0100', '4155550100', '415-555', '0100', '5550100'],
  ['phone', '+14155550100', '4155550100', '415555', '+1 415 555 0100', '0100'],
  ['phone', '13800138000/13911112222', '13911112222', '2222', '8000'],
  [
    'email',
    'Zhang.San@Corp.Example.com',
    'zhang.san@corp.example.com',
    'zhang.s',
    'zhangsan',
    'san',
    'example.com',
    '@corp.example',
  ],
  ['email', 'Zhang.San@Corp.Example.com', '@example.com', 'corp', 'ZHANG.SAN@'],
  [
    'code',
    'HT-2026-0012',
    'HT-2026-0012',
    'ht-2026',
    'ht20260012',
    '0012',
    '12',
    '2026-0012',
    '20260012',
    'ht 0012',
    'HT2026',
  ],
  ['code', '91110108MA01ABCD5X', '91110108ma', 'CD5X', '91110108MA01ABCD5X'],
  ['code', '4401820260105000123', '000123', '440182026'],
  [
    'url',
    'https://www.example.com/shop/a?id=7',
    'example.com',
    'www.example.com',
    'https://www.example.com/shop',
    'shop',
    'example',
  ],
];

test('what must be found is found', () => {
  const missed = found.flatMap(([kind, value, ...queries]) =>
    queries.filter((query) => !finds(kind, value, query)).map((query) => `${kind} ${value}: ${query}`),
  );
  assert.deepEqual(missed, []);
});

test('what is not there is not found', () => {
  const hits = (
    [
      ['title', '张三', '李四', '三张', 'sanzhang', 'zz', 'angsan', '张三丰', '', '   '],
      ['title', '重庆银行', 'zhongqing', 'yinxing'],
      ['title', '北京华为技术有限公司', '京为', '华为公司', 'weihua'],
      ['phone', '13800138000', '0013', '8001', '139', '800 '],
      ['code', 'HT-2026-0012', '0013', '2025'],
      ['email', 'zhang.san@example.com', 'li.si@example.com', 'ample'],
    ] as const
  ).flatMap(([kind, value, ...queries]) => queries.filter((query) => finds(kind, value, query)));
  assert.deepEqual(hits, []);
});

test('words of one query may match in different fields', () => {
  const { words } = searchQuery(['3', '5'], '张三 8000');
  assert.deepEqual(
    words.map(({ anyOf }) => [...new Set(anyOf.map(({ tag }) => tag))]),
    [
      ['3', '5'],
      ['3', '5'],
    ],
  );
  assert.equal(tsqueryText(searchQuery(['3', '5'], '张三')), `(('3:张三') | ('5:张三'))`);
});

test('the whole value is a lexeme of its own', () => {
  assert.ok(searchTokens('3', 'title', ' 张三 ').includes('3=张三'));
  assert.deepEqual(searchQuery(['3'], '張三').exact, ['3=张三']);
  assert.ok(searchTokens('3', 'title', 'ACME  Inc').includes(searchQuery(['3'], 'acme inc').exact[0] ?? ''));
  const phone = searchTokens('3', 'phone', '+86 138 0013 8000');
  for (const text of ['13800138000', '+8613800138000', '138-0013-8000']) {
    assert.ok(
      searchQuery(['3'], text).exact.some((lexeme) => phone.includes(lexeme)),
      text,
    );
  }
  assert.ok(!searchTokens('3', 'text', '长'.repeat(100)).some((lexeme) => lexeme.startsWith('3=')));
});

const han = fc.constantFrom(...'张王李曾单仇查解区尉迟吕绿乐行长重朝北京上海华为技术有限公司銀行學龍𠮷科技');
const hanText = fc.array(han, { minLength: 2, maxLength: 14 }).map((characters) => characters.join(''));

test('any two or more neighbouring Chinese characters are found', () => {
  fc.assert(
    fc.property(hanText, fc.nat(), fc.nat(), (value, a, b) => {
      const characters = [...value];
      const from = a % (characters.length - 1);
      const length = 2 + (b % (characters.length - from - 1));
      assert.ok(finds('title', value, characters.slice(from, from + length).join('')));
    }),
    runs,
  );
});

test('pinyin and initials are found from any character on, in either reading of the first doubtful one', () => {
  fc.assert(
    fc.property(
      hanText.filter((text) => !text.includes('𠮷')),
      fc.nat(),
      fc.nat(),
      fc.nat(),
      (value, a, b, c) => {
        const characters = [...value];
        const from = a % characters.length;
        const of = readings(characters).slice(from, from + 1 + (b % (characters.length - from)));
        const doubtful = of.findIndex((each) => each.length > 1);
        const read = of.map((each, i) => (i === doubtful ? (each[c % each.length] ?? '') : (each[0] ?? '')));
        assert.ok(finds('title', value, read.join('')), read.join(''));
        assert.ok(
          finds('title', value, read.map((each) => each.slice(0, 1)).join('')),
          `initials of ${read.join(' ')}`,
        );
      },
    ),
    runs,
  );
});

test('the beginning and the last four or more digits of a phone are found, with and without +86', () => {
  const mobile = fc.stringMatching(/^1[3-9]\d{9}$/);
  fc.assert(
    fc.property(mobile, fc.boolean(), fc.integer({ min: 4, max: 11 }), (number, plus, length) => {
      const value = plus ? `+86${number}` : number;
      assert.ok(finds('phone', value, number.slice(-length)));
      assert.ok(finds('phone', value, number.slice(0, length)));
      assert.ok(finds('phone', value, `+86${number}`));
    }),
    runs,
  );
});

const anything = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 300 }).map((codes) => String.fromCharCode(...codes)),
  fc
    .array(fc.constantFrom('张', '行', '😀', '\0', '\ud800', "'", '\\', ' ', 'Ａ', 'ﷺ', 'é', '0', '@', '.', '-'), {
      maxLength: 400,
    })
    .map((all) => all.join('')),
);
const kinds = fc.constantFrom<SearchKind>('text', 'title', 'phone', 'email', 'code', 'url');

test('any string is safe, and what comes of it is bounded', () => {
  fc.assert(
    fc.property(kinds, anything, (kind, value) => {
      const lexemes = searchTokens('12', kind, value);
      assert.ok(lexemes.length <= 200);
      for (const lexeme of lexemes) {
        assert.ok(lexeme.length <= 64 && lexeme.isWellFormed() && !lexeme.includes('\0'), JSON.stringify(lexeme));
        assert.ok(lexeme.startsWith('12') && ':=~'.includes(lexeme.charAt(2)));
      }
      assert.equal(new Set(lexemes).size, lexemes.length);
      const query = searchQuery(['12'], value);
      assert.ok(query.words.length <= 12);
      assert.ok(tsqueryText(query).isWellFormed());
    }),
    runs,
  );
});

test('a lexeme is never cut inside a character', () => {
  for (let length = 50; length < 70; length++) {
    const lexemes = searchTokens('3', 'url', `${'x'.repeat(length)}😀`);
    assert.ok(lexemes.every((lexeme) => lexeme.isWellFormed()));
  }
});

test('ten megabytes take no longer than a page', () => {
  for (const value of [
    '张'.repeat(5_000_000),
    'a'.repeat(10_000_000),
    '\ud800'.repeat(5_000_000),
    '1 '.repeat(5_000_000),
  ]) {
    for (const kind of ['text', 'title', 'phone', 'email', 'code', 'url'] as const) {
      assert.ok(searchTokens('3', kind, value).length <= 200);
    }
    searchQuery(['3'], value);
  }
});

test('the text of a tsvector is escaped', () => {
  assert.equal(tsvectorText(["3:o'b", '3:a\\b', '3:x\0y']), `'3:o''b' '3:a\\\\b' '3:xy'`);
});
