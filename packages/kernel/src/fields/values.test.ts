import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ErrorCode, expectations, type FieldDefinition, type FieldType, type Json, message } from '@huike/schema';
import fc from 'fast-check';
import { context, fieldOf, parse, plainDefinitions } from './fixture.ts';
import { handlers, refuseRetired } from './index.ts';

const id = '01890a5d-ac96-774b-bcce-b302099a8057';
const other = '01890a5d-ac96-774b-bcce-b302099a8058';

/** What is written, and what is kept in the first column. */
const good: Partial<Record<FieldType, readonly (readonly [Json, Json])[]>> = {
  text: [
    ['  张三\u3000', '张三'],
    ['e\u0301', 'é'],
    ['a\r\n\tb', 'a b'],
    ['  ', null],
    ['', null],
    [42, '42'],
    ['😀'.repeat(255), '😀'.repeat(255)],
  ],
  longText: [['  一\r\n二\t ', '一\n二']],
  richText: [
    ['<p>好<b>x</b></p>', '<p>好<b>x</b></p>'],
    ['<p onclick="x()">a<script>alert(1)</script></p>', '<p>a</p>'],
    ['<img src=x onerror=alert(1)>', null],
    ['<p> &nbsp;<br></p>', null],
    [`<img src="/api/v1/files/${id}" onload="x">`, `<img src="/api/v1/files/${id}" />`],
    ['<a href="java&#10;script:alert(1)" style="x">k</a>', '<a>k</a>'],
    ['<a href="https://a.cn">k</a>', '<a href="https://a.cn" target="_blank" rel="noopener noreferrer">k</a>'],
    ['<style>p{}</style><iframe src="//x"></iframe><svg><script>1</script></svg>1 < 2', '1 &lt; 2'],
  ],
  number: [
    [1.5, 1.5],
    ['1.5', 1.5],
    [-0, 0],
    [1e300, 1e300],
  ],
  decimal: [
    ['12.30', '12.30'],
    [0.1, '0.1'],
    ['１２', '12'],
    ['0.1234567890125', '0.123456789013'],
    ['-0.0', '0.0'],
    [' ', null],
  ],
  percent: [
    ['12.5 %', '12.5'],
    ['12.5％', '12.5'],
    [12.5, '12.5'],
  ],
  date: [
    ['2024-02-29', '2024-02-29'],
    [' 0001-01-01 ', '0001-01-01'],
    ['9999-12-31', '9999-12-31'],
  ],
  dateTime: [
    ['2026-01-31T08:00:00+08:00', '2026-01-31T00:00:00+00:00'],
    ['2026-01-31 08:00', '2026-01-31T00:00:00+00:00'],
    ['2026-01-31', '2026-01-30T16:00:00+00:00'],
    ['2026-01-31T00:00:00.120Z', '2026-01-31T00:00:00.12+00:00'],
    ['2026-01-31T00:00:00.123456789Z', '2026-01-31T00:00:00.123456+00:00'],
    ['2026-01-31t00:00:00-0330', '2026-01-31T03:30:00+00:00'],
  ],
  boolean: [
    [true, true],
    ['否', false],
    ['TRUE', true],
  ],
  option: [
    [' gold ', 'gold'],
    ['old', 'old'],
    ['', null],
  ],
  options: [
    [
      ['gold', 'gold', 'old'],
      ['gold', 'old'],
    ],
    ['gold', ['gold']],
    [[], null],
  ],
  cascade: [
    [
      ['浙江', '杭州'],
      ['浙江', '杭州'],
    ],
    [
      ['北京', '北京'],
      ['北京', '北京'],
    ],
    [['浙江'], ['浙江']],
    [[], null],
  ],
  phone: [
    ['13812348000', '+8613812348000'],
    [13812348000, '+8613812348000'],
    ['+86 138-1234-8000', '+8613812348000'],
    ['１３８１２３４８０００', '+8613812348000'],
    ['\u202d13812348000\u202c', '+8613812348000'],
    ['0086 13812348000', '+8613812348000'],
    ['8613812348000', '+8613812348000'],
    ['(010) 1234-5678', '+861012345678'],
    ['0755-12345678 转 801', '+8675512345678'],
    ['010-12345678 ext. 801', '+861012345678'],
    ['400-820-8820', '+864008208820'],
    ['+1 (212) 555-1234', '+12125551234'],
    ['+852 9123 4567', '+85291234567'],
    ['tel:+86-138-1234-8000', '+8613812348000'],
    ['16612345678', '+8616612345678'],
  ],
  email: [
    [' Ann.Li@Example.COM ', 'ann.li@example.com'],
    ['ann＠例子.公司', 'ann@例子.公司'],
    ['a+b@c-d.co', 'a+b@c-d.co'],
  ],
  url: [
    ['https://例子.cn/路径?a=1#b', 'https://例子.cn/路径?a=1#b'],
    ['example.com:8080/x', 'https://example.com:8080/x'],
    ['mailto:a@b.cn', 'mailto:a@b.cn'],
    ['tel:+8613812348000', 'tel:+8613812348000'],
    ['HTTP://a.cn', 'HTTP://a.cn'],
  ],
  address: [
    [' 解放路 1 号 ', { street: '解放路 1 号' }],
    [
      { city: '杭州 ', province: '浙江', district: '' },
      { province: '浙江', city: '杭州' },
    ],
    [{ street: ' ' }, null],
  ],
  geo: [
    [
      { lng: 120.1, lat: -30 },
      { lng: 120.1, lat: -30 },
    ],
    [
      { lng: -0, lat: 1e-12 },
      { lng: 0, lat: 0 },
    ],
  ],
  relation: [
    [id.toUpperCase(), id],
    [{ id, name: 'x' }, id],
    ['', null],
  ],
  user: [[id, id]],
  department: [[id, id]],
  relations: [
    [
      [id, { id: other }, id],
      [id, other],
    ],
    [[], null],
  ],
  file: [
    [id, [id]],
    [[{ id, name: 'x', size: 1 }], [id]],
    [[], null],
  ],
  image: [
    [
      [id, other],
      [id, other],
    ],
  ],
};

test('good values are kept in their one form', () => {
  for (const [type, values] of Object.entries(good)) {
    for (const [written, kept] of values) {
      const parsed = parse(definitionOf(type), written);
      assert.deepEqual(parsed.ok ? parsed.columns[''] : parsed.failure, kept, `${type}: ${JSON.stringify(written)}`);
    }
  }
});

function definitionOf(type: string): FieldDefinition {
  const definition = Object.values(plainDefinitions).find((each) => each.type === type);
  if (definition === undefined) throw new Error(`no type ${type}`);
  return definition;
}

const bad: Partial<Record<FieldType, readonly (readonly [Json, ErrorCode])[]>> = {
  text: [
    ['a\0b', 'value.characters'],
    ['\ud800', 'value.characters'],
    ['\u0007', 'value.characters'],
    ['\uffff', 'value.characters'],
    ['x'.repeat(256), 'value.tooLong'],
    [{}, 'value.type'],
    [1.5, 'value.type'],
    [true, 'value.type'],
  ],
  longText: [['x'.repeat(100_001), 'value.tooLong']],
  richText: [
    ['&#xFFFE;', 'value.characters'],
    ['<p>x</p>'.repeat(100_000), 'value.tooLong'],
    [1.5, 'value.type'],
  ],
  number: [
    ['x', 'value.type'],
    ['1e5', 'value.type'],
    [true, 'value.type'],
    ['9'.repeat(400), 'value.type'],
  ],
  decimal: [
    [0.1 + 0.2, 'value.type'],
    ['1,234', 'value.type'],
    ['100000000000000000000', 'value.range'],
    [[], 'value.type'],
  ],
  money: [
    [{ amount: '1', currency: 'GBP' }, 'value.noRate'],
    [{ amount: '1', currency: 'yuan' }, 'value.type'],
    [{ amount: '1', currency: 1 }, 'value.type'],
    [{ amount: 'x', currency: 'CNY' }, 'value.type'],
    [{ amount: '1', rate: '2' }, 'value.type'],
    ['1000000000000000000', 'value.range'],
    [true, 'value.type'],
  ],
  percent: [['5%%', 'value.type']],
  date: [
    ['2026-02-29', 'value.type'],
    ['2026-1-31', 'value.type'],
    ['0000-01-01', 'value.type'],
    ['10000-01-01', 'value.type'],
    ['2026-13-01', 'value.type'],
    ['2026-01-31T00:00:00Z', 'value.type'],
    [20260131, 'value.type'],
  ],
  dateTime: [
    ['2026-01-31T24:00:00Z', 'value.type'],
    ['2026-01-31T23:59:60Z', 'value.type'],
    ['2026-01-31T08:00:00+25:00', 'value.type'],
    ['0001-01-01T00:00:00+08:00', 'value.type'],
    ['9999-12-31T23:59:59-01:00', 'value.type'],
    ['2026-02-30T00:00:00Z', 'value.type'],
    ['tomorrow', 'value.type'],
    [0, 'value.type'],
  ],
  boolean: [
    [1, 'value.type'],
    ['yes please', 'value.type'],
    ['__proto__', 'value.type'],
  ],
  option: [
    ['silver', 'value.option'],
    ['__proto__', 'value.option'],
    [1, 'value.type'],
  ],
  options: [
    [['gold', 'silver'], 'value.option'],
    [[1], 'value.type'],
    [{}, 'value.type'],
  ],
  cascade: [
    [['杭州'], 'value.option'],
    [['浙江', '杭州', 'x'], 'value.option'],
    [['浙江', ''], 'value.type'],
    ['浙江', 'value.type'],
  ],
  phone: [
    ['12345', 'value.type'],
    ['12345678', 'value.type'],
    ['12345678901234', 'value.type'],
    ['138123480001', 'value.type'],
    ['call 13812348000', 'value.type'],
    ['+999 1234567', 'value.type'],
    ['1381234800a', 'value.type'],
    [1.5, 'value.type'],
  ],
  email: [
    ['ann', 'value.type'],
    ['ann@host', 'value.type'],
    ['a b@c.cn', 'value.type'],
    ['a@b@c.cn', 'value.type'],
    [`${'x'.repeat(65)}@c.cn`, 'value.type'],
    ['a@-.cn', 'value.type'],
  ],
  url: [
    ['javascript:alert(1)', 'value.type'],
    ['java\tscript:alert(1)', 'value.type'],
    [' \u0001javascript:alert(1)', 'value.type'],
    ['data:text/html,x', 'value.type'],
    ['//x.cn', 'value.type'],
    ['file:///etc', 'value.type'],
    ['just words', 'value.type'],
    [`https://a.cn/${'x'.repeat(2000)}`, 'value.type'],
  ],
  address: [
    [{ planet: 'x' }, 'value.type'],
    [{ city: 'x'.repeat(61) }, 'value.tooLong'],
    [{ city: {} }, 'value.type'],
    [[], 'value.type'],
  ],
  geo: [
    [{ lng: 181, lat: 0 }, 'value.range'],
    [{ lng: 0, lat: -91 }, 'value.range'],
    [{ lng: 0 }, 'value.type'],
    [{ lng: '1', lat: 1 }, 'value.type'],
    [{ lng: 0, lat: 0, alt: 1 }, 'value.type'],
  ],
  relation: [
    ['x', 'value.type'],
    [{ id: 1 }, 'value.type'],
    [`{${id}}`, 'value.type'],
    [[id], 'value.type'],
  ],
  relations: [
    [id, 'value.type'],
    [[id, null], 'value.type'],
  ],
  file: [
    [['x'], 'value.type'],
    [Array.from({ length: 21 }, (_, i) => id.slice(0, -2) + String(i + 10)), 'value.tooMany'],
  ],
};

test('bad values are refused with words in Chinese and English', () => {
  for (const [type, values] of Object.entries(bad)) {
    for (const [written, code] of values) {
      const parsed = parse(definitionOf(type), written);
      const what = `${type}: ${JSON.stringify(written).slice(0, 100)}`;
      assert.ok(!parsed.ok, what);
      const { failure } = parsed;
      assert.equal(failure.code, code, what);
      const [zh, en] = [message(code, failure.params ?? {}, 'zh'), message(code, failure.params ?? {}, 'en')];
      assert.match(zh, /\p{Script=Han}/u);
      assert.doesNotMatch(en, /^\p{Script=Han}|undefined|\{(min|max|limit|day|value|expected)\}/u);
      assert.doesNotMatch(zh, /undefined|\{(min|max|limit|day|value|expected)\}/u);
    }
  }
});

test('what a filter value should be is told in Chinese too', () => {
  for (const handler of Object.values(handlers)) {
    if (handler.comparable !== null) assert.ok(handler.comparable.expected in expectations, handler.type);
  }
});

test('declared limits hold', () => {
  const check = (definition: FieldDefinition, value: Json, expected: Json) => {
    const parsed = parse(definition, value);
    assert.deepEqual(parsed.ok ? parsed.columns[''] : parsed.failure, expected, JSON.stringify([definition, value]));
  };
  check({ name: 'f', type: 'text', maxLength: 2 }, '张三丰', { code: 'value.tooLong', params: { limit: 2 } });
  check({ name: 'f', type: 'decimal', scale: 2 }, '2.005', '2.01');
  check({ name: 'f', type: 'decimal', scale: 2 }, '2', '2.00');
  check({ name: 'f', type: 'percent', scale: 0 }, '-2.5%', '-3');
  check({ name: 'f', type: 'decimal', min: 0 }, '-0.01', { code: 'value.min', params: { min: 0 } });
  check({ name: 'f', type: 'number', max: 5 }, 5.1, { code: 'value.max', params: { max: 5 } });
  check({ name: 'f', type: 'money', min: 0, max: 10 }, '10.004', '10.00');
  check({ name: 'f', type: 'money', min: 0, max: 10 }, '10.005', { code: 'value.range', params: { min: 0, max: 10 } });
  check({ name: 'f', type: 'file', maxFiles: 1 }, [id, other], { code: 'value.tooMany', params: { limit: 1 } });
});

test('money keeps its currency, the rate of its day and its value in the company currency', () => {
  const columns = (value: Json) => {
    const parsed = parse({ name: 'f', type: 'money' }, value);
    return parsed.ok ? parsed.columns : parsed.failure;
  };
  assert.deepEqual(columns('12.3'), { '': '12.30', currency: 'CNY', rate: '1', base: '12.30' });
  assert.deepEqual(columns(12.345), { '': '12.35', currency: 'CNY', rate: '1', base: '12.35' });
  // It is still January in Shanghai.
  assert.deepEqual(columns({ amount: '10', currency: 'usd' }), {
    '': '10.00',
    currency: 'USD',
    rate: '7.1234',
    base: '71.23',
  });
  assert.deepEqual(columns({ amount: '1000.5', currency: 'JPY' }), {
    '': '1001',
    currency: 'JPY',
    rate: '0.0481',
    base: '48.15',
  });
  assert.deepEqual(columns({ amount: null, currency: 'USD' }), { '': null, currency: null, rate: null, base: null });
  assert.deepEqual(columns({ amount: '1', currency: 'EUR' }), {
    code: 'value.noRate',
    params: { currency: 'EUR', day: '2026-01-31' },
  });
  const tomorrow = { ...context, now: new Date('2026-01-31T16:00:00Z') };
  const field = fieldOf({ name: 'f', type: 'money' });
  const later = field.handler.parse?.({ amount: '1', currency: 'EUR' }, field, tomorrow);
  assert.deepEqual(later, { ok: true, columns: { '': '1.00', currency: 'EUR', rate: '8', base: '8.00' } });
});

test('retired options stay where they are and come nowhere else', () => {
  const retired = (definition: FieldDefinition, value: Json) => {
    const parsed = parse(definition, value);
    return parsed.ok ? (parsed.retired ?? []) : null;
  };
  assert.deepEqual(retired(plainDefinitions.option, 'old'), ['old']);
  assert.deepEqual(retired(plainDefinitions.options, ['gold', 'old']), ['old']);
  assert.deepEqual(retired(plainDefinitions.cascade, ['浙江', '旧市']), ['旧市']);
  assert.deepEqual(retired(plainDefinitions.option, 'gold'), []);
  assert.equal(refuseRetired(['old'], { '': 'old' }), null);
  assert.equal(refuseRetired(['old'], { '': ['old', 'gold'] }), null);
  assert.equal(refuseRetired(['old'], { '': 'older' })?.code, 'value.option');
  assert.equal(refuseRetired(['old'], null)?.code, 'value.option');
});

test('filter values and fragments are read like values', () => {
  const read = (type: FieldType, value: Json) =>
    handlers[type].comparable?.parse(value, fieldOf(plainDefinitions[type]), context) ?? null;
  assert.equal(read('phone', '138 1234 8000'), '+8613812348000');
  assert.equal(read('email', 'Ann@X.cn'), 'ann@x.cn');
  assert.equal(read('money', '12.5'), '12.5');
  assert.equal(read('dateTime', '2026-01-31 08:00'), '2026-01-31T00:00:00+00:00');
  assert.equal(read('boolean', 'false'), false);
  assert.equal(read('number', '-0'), 0);
  assert.equal(read('option', 'unheard of'), 'unheard of');
  assert.equal(read('relation', id.toUpperCase()), id);
  for (const type of ['phone', 'email', 'money', 'date', 'dateTime', 'relation', 'number', 'percent'] as const) {
    assert.equal(read(type, 'no such value'), null, type);
  }
  const fragment = handlers.phone.comparable?.fragment;
  assert.equal(fragment?.('138 12', 'startsWith'), '+8613812');
  assert.equal(fragment?.('+1212', 'startsWith'), '+1212');
  assert.equal(fragment?.('80-00', 'endsWith'), '8000');
  assert.equal(fragment?.('x', 'contains'), null);
});

test('whatever JSON is written, it is kept or refused, never thrown', () => {
  const json: fc.Arbitrary<Json> = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value))),
    fc.string({ unit: 'binary', maxLength: 50 }),
    fc.double(),
    fc.constantFrom(id, 'gold', '2026-01-31', '13812348000', '12.5', ['gold'], [id], { amount: '1', currency: 'USD' }),
    fc.record({ amount: fc.jsonValue(), currency: fc.jsonValue() }).map((value) => JSON.parse(JSON.stringify(value))),
  );
  const writable = Object.values(plainDefinitions).filter(({ type }) => handlers[type].parse !== null);
  fc.assert(
    fc.property(json, (value) => {
      for (const definition of writable) {
        if (value === null) continue;
        const parsed = parse(definition, value);
        if (parsed.ok) present(definition, parsed.columns);
        handlers[definition.type].comparable?.parse(value, fieldOf(definition), context);
      }
    }),
    { numRuns: process.env.HUIKE_LONG ? 20_000 : 500 },
  );
});

function present(definition: FieldDefinition, columns: Parameters<(typeof handlers)['text']['present']>[0]): Json {
  const field = fieldOf(definition);
  return field.handler.present(columns, field);
}
