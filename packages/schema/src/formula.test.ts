import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { message, Problem } from './errors.ts';
import {
  checkFormula,
  dependencies,
  type Env,
  evaluate,
  type FormulaFieldType,
  formulaFieldType,
  formulaLimits,
  functionNames,
  isStored,
  parseFormula,
  typeOf,
} from './formula.ts';
import type { Json } from './json.ts';

const types: Readonly<Record<string, FormulaFieldType>> = {
  fee: 'number',
  score: 'double',
  name: 'text',
  due: 'date',
  at: 'dateTime',
  ok: 'boolean',
  owner: 'id',
  'owner.department.name': 'text',
};
const resolve = (path: string) => (path.startsWith('gone.') ? 'inactive' : (types[path] ?? null));
const row: Readonly<Record<string, Json>> = {
  fee: '12.30',
  score: 0.1,
  name: '张三 Ann',
  due: '2026-01-31',
  at: '2026-01-31T00:00:00.5+00:00',
  ok: true,
};
const env: Env = { today: '2026-02-03', now: '2026-02-01T00:00:00Z', user: null };
const valueFrom = (text: string) =>
  evaluate(checkFormula(parseFormula(text), resolve), (path) => row[path] ?? null, env);

test('formulas have the values that a person expects', () => {
  const cases: readonly (readonly [string, Json])[] = [
    ['1 + 2 * 3 - 8 / 4 % 3', '5'],
    ['-2.5 + -(-1)', '-1.5'],
    ['(1 + 2) * 3', '9'],
    ['fee * 3', '36.9'],
    ['1 / 3', '0.333333333333'],
    ['2 / 3 * 3', '2'],
    ['score * 3', '0.3'],
    ['fee / 0', null],
    ['ROUND(2.675, 2) & "/" & ROUND(-2.5, 0) & "/" & ROUND(1250, -2)', '2.68/-3/1300'],
    ["name & '：' & fee & '，' & due & ok & owner", '张三 Ann：12.3，2026-01-31true'],
    ['"say ""hi""" & \'it\'\'s\'', 'say "hi"it\'s'],
    ['LEFT(name, 2) & RIGHT(name, 1) & LEN(name)', '张三n6'],
    ['UPPER(name) & LOWER(name)', '张三 ANN张三 ann'],
    ["CONTAINS(name, 'ANN')", true],
    ["IF(due < '2026-02-01', '早', '晚')", '早'],
    ['due + 1.9 & "/" & (due - 31)', '2026-02-01/2025-12-31'],
    ['TODAY() - due', '3'],
    ['NOW() - at', '0.999994212963'],
    ["YEAR(due) & '-' & MONTH(due) & '-' & DAY(due)", '2026-1-31'],
    ['MIN(3, fee, score)', '0.1'],
    ['MAX(due, TODAY())', '2026-02-03'],
    ['ISBLANK(owner) = TRUE', true],
    ['owner = USER()', true],
    ["owner <> '' ", false],
    ["'' = owner.department.name", true],
    ['IF(fee > 100, 1)', null],
    ['COALESCE("", name)', '张三 Ann'],
    ['AND(ok, OR(false, NOT(fee < 0)))', true],
    ['IF（ok，“好”，‘坏’）', '好'],
    ['1≤2', true],
    ["gone.name & 'x'", 'x'],
    ['ABS(-3)', '3'],
    ["CONCAT(name, '', 1)", '张三 Ann1'],
  ];
  for (const [text, expected] of cases) {
    assert.deepEqual(valueFrom(text), expected, text);
  }
});

test('what is wrong is told with its place, in Chinese and English', () => {
  const cases: readonly (readonly [string, number, RegExp, RegExp])[] = [
    ['', 1, /ends too early/, /不完整/],
    ['fee >', 6, /ends too early/, /不完整/],
    ['foo + 1', 1, /no field "foo"/, /没有可用于公式的字段“foo”/],
    ['1 + Foo(1)', 5, /no function FOO/, /没有函数 FOO/],
    ['name + 1', 6, /"\+" does not take text and number/, /“\+”不能用于文本与数字/],
    ['(1', 3, /"\)" is missing/, /缺少“\)”/],
    ['1 1', 3, /"1" has no meaning here/, /此处不能有“1”/],
    ['fee $ 1', 5, /"\$" has no meaning/, /此处不能有“\$”/],
    ["name = 'x", 8, /no closing quote/, /缺少结束引号/],
    ["'\0'", 1, /cannot be kept/, /无法保存/],
    ['ROUND(fee, score)', 12, /whole number/, /整数/],
    ['ROUND(fee)', 1, /ROUND takes 2 values, not 1/, /ROUND 需要 2 个值，而不是 1 个/],
    ["IF(ok, 1, 'x')", 11, /expected number but found text/, /应为数字，而不是文本/],
    ["due = '2026-02-30'", 7, /expected date/, /应为日期/],
    ['name & at', 8, /no text/, /不能转为文本/],
    ['owner < owner', 7, /does not take/, /不能用于/],
    ['0.000000000000000000001', 1, /too long/, /过长/],
    [`${'('.repeat(200)}1`, 101, /deeper than 100/, /超过 100 层/],
    [`1${'+1'.repeat(200)}`, 200, /deeper than 100/, /超过 100 层/],
    [`MAX(1${',1'.repeat(2000)})`, 2005, /more than 1000 parts/, /超过 1000 个部分/],
    ['x'.repeat(10_001), 10_000, /at most 10000/, /最多 10000/],
  ];
  for (const [text, position, en, zh] of cases) {
    try {
      checkFormula(parseFormula(text), resolve);
      assert.fail(`${text} was accepted`);
    } catch (error) {
      assert.ok(error instanceof Problem, text);
      assert.equal(error.code, 'metadata.formula');
      assert.equal(error.params.position, position, text);
      assert.match(message(error.code, error.params, 'en'), en);
      assert.match(message(error.code, error.params, 'zh'), zh);
    }
  }
});

test('a formula must give what its field declares', () => {
  const returns = (text: string, declared: 'text' | 'number' | 'decimal' | 'date') =>
    checkFormula(parseFormula(text), resolve, declared);
  assert.equal(returns('fee', 'number').type, 'number');
  assert.equal(
    evaluate(returns('fee * 2', 'number'), (path) => row[path] ?? null, env),
    24.6,
  );
  assert.equal(returns("''", 'date').type, 'date');
  assert.throws(() => returns('fee', 'text'), /expected text but found number/);
  assert.equal(typeOf(parseFormula('due - due'), resolve), 'number');
});

test('a long text may have many parts, though nesting is limited', () => {
  const text = Array.from({ length: 400 }, () => 'fee').join('&');
  assert.equal(valueFrom(text), '12.3'.repeat(400));
});

test('dependencies are told once each, and what moves is not stored', () => {
  const formula = parseFormula('owner.department.name & fee & fee');
  assert.deepEqual(dependencies(formula), ['owner.department.name', 'fee']);
  assert.equal(isStored(formula), false);
  assert.equal(isStored(parseFormula('fee * 2')), true);
  assert.equal(
    isStored(parseFormula('fee * 2'), (field) => field !== 'fee'),
    false,
  );
  for (const moving of ['TODAY()', 'now()', 'IF(ok, USER(), owner)']) {
    assert.equal(isStored(parseFormula(moving)), false, moving);
  }
});

test('fields stand in formulas by their type', () => {
  assert.equal(formulaFieldType('createdAt'), 'dateTime');
  assert.equal(formulaFieldType({ name: 'x', type: 'money' }), 'number');
  assert.equal(formulaFieldType({ name: 'x', type: 'formula', expression: '1', returns: 'number' }), 'double');
  const rollup = { name: 'x', type: 'rollup', from: 'a', via: 'b', fn: 'max', of: 'c' } as const;
  assert.equal(formulaFieldType(rollup, { name: 'c', type: 'date' }), 'date');
  assert.equal(formulaFieldType({ name: 'x', type: 'richText' }), null);
  assert.ok(functionNames.includes('IF') && !functionNames.includes('negate') && !functionNames.includes('+'));
});

test('whatever is written, it is a formula or a Problem', () => {
  const words = [
    'fee',
    'name',
    'IF',
    'ROUND',
    '(',
    ')',
    ',',
    '+',
    '-',
    '/',
    '&',
    '<=',
    "'",
    '"x"',
    '1',
    '2.5',
    '%',
    '“',
    '”',
    '.',
    '张',
    '\ud800',
  ];
  const text = fc.oneof(
    fc.array(fc.constantFrom(...words), { maxLength: 30 }).map((parts) => parts.join(' ')),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.string({ unit: 'grapheme-ascii', maxLength: 40 }),
  );
  fc.assert(
    fc.property(text, (written) => {
      try {
        evaluate(checkFormula(parseFormula(written), resolve), (path) => row[path] ?? null, env);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        const { position } = error.params;
        assert.ok(Number(position) >= 1 && Number(position) <= Math.min(written.length, formulaLimits.length) + 1);
      }
    }),
    { numRuns: process.env.HUIKE_LONG ? 200_000 : 3_000 },
  );
});
