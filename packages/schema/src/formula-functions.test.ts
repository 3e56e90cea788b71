import assert from 'node:assert/strict';
import { test } from 'node:test';
import { message, Problem } from './errors.ts';
import {
  checkFormula,
  type Env,
  evaluate,
  type FormulaFieldType,
  functionNames,
  isStored,
  parseFormula,
} from './formula.ts';
import type { Json } from './json.ts';

const types: Readonly<Record<string, FormulaFieldType>> = { fee: 'number', name: 'text', due: 'date', at: 'dateTime' };
const row: Readonly<Record<string, Json>> = {
  fee: '12.30',
  name: '张三 Ann',
  due: '2026-01-31',
  at: '2026-01-31T17:05:09+00:00',
};
const env: Env = { today: '2026-02-03', now: '2026-02-01T00:00:00Z', user: null, zone: 'Asia/Shanghai' };
const typedOf = (text: string) => checkFormula(parseFormula(text), (path) => types[path] ?? null);
const valueOfFormula = (text: string) => evaluate(typedOf(text), (path) => row[path] ?? null, env);

/** As Excel has them, where Excel has them. */
const cases: readonly (readonly [string, Json])[] = [
  ['2^3^2', '64'],
  ['-2^2', '4'],
  ['2^-1', '0.5'],
  ['50% + 10%%', '0.501'],
  ['7 % 4', '3'],
  ['200*5%', '10'],
  ['+3 - +2', '1'],
  ['0.1 + 0.2 = 0.3', true],
  ["IFS(fee > 100, 'A', fee > 10, 'B', TRUE, 'C')", 'B'],
  ['IFS(fee > 100, 1)', null],
  ["SWITCH(2, 1, 'a', 2, 'b')", 'b'],
  ["SWITCH(name, 'x', 1, 9)", '9'],
  ["SWITCH(due, '2026-01-31', 'end', 'else')", 'end'],
  ["CHOOSE(2.9, 'a', 'b', 'c')", 'b'],
  ['CHOOSE(4, 1, 2, 3)', null],
  ['XOR(TRUE, TRUE, TRUE)', true],
  ['AND(TRUE(), NOT(FALSE()))', true],
  ['ISNUMBER(fee) & ISNUMBER(name) & ISTEXT(name) & ISLOGICAL(fee = 1)', 'truefalsetruetrue'],
  ['ISEVEN(-2.5) & ISODD(3)', 'truetrue'],
  ['IFERROR(fee / 0, 7)', '7'],
  ["IFBLANK('', 'none')", 'none'],
  ["COUNTA(fee, '', at) & COUNTBLANK(fee, '', at)", '21'],
  ["TEXTJOIN('-', TRUE, 'a', '', 'b') & TEXTJOIN('-', FALSE, 'a', '', 'b')", 'a-ba--b'],
  ["LEFT(name) & RIGHT(name) & MID(name, 2, 3) & MID('abc', 0, 1)", '张n三 A'],
  ["TRIM('  a  b ') & '|' & CLEAN('a\t\nb')", 'a b|ab'],
  ["PROPER('this is a TITLE')", 'This Is A Title'],
  ["ASC('ＡＢ１２３　') & DBCS('a1')", 'AB123 ａ１'],
  ["REPLACE('abcdefghijk', 6, 5, '*')", 'abcde*k'],
  ["SUBSTITUTE('Quarter 1, 2011', '1', '2', 3)", 'Quarter 1, 2012'],
  ["SUBSTITUTE('Sales Data', 'Sales', 'Cost')", 'Cost Data'],
  ["FIND('M', 'Miriam McGovern', 3) & SEARCH('m', 'Miriam McGovern', 3)", '86'],
  ["FIND('x', 'abc')", null],
  ["FIND('三', '😀三')", '2'],
  ["EXACT('Word', 'word')", false],
  ["STARTSWITH(name, '张') & ENDSWITH(name, 'ANN')", 'truetrue'],
  ["REPT('*-', 3) & LEN(REPT('a', -1))", '*-*-*-0'],
  ["VALUE(' 1,234.50 ') + VALUE('50%')", '1235'],
  ["VALUE('x')", null],
  ["CHAR(65) & UNICHAR(24352) & CODE('张') & UNICODE('A')", 'A张2435265'],
  ["CODE('张')", '24352'],
  [
    "TEXT(1234.567, '#,##0.00') & ' ' & TEXT(0.285, '0.0%') & ' ' & TEXT(7, '000') & ' ' & TEXT(-0.001, '0.00')",
    '1,234.57 28.5% 007 0.00',
  ],
  ["TEXT(due, 'yyyy年m月d日') & TEXT(at, ' yyyy-mm-dd hh:mm:ss')", '2026年1月31日 2026-02-01 01:05:09'],
  ['ROUNDUP(3.2, 0) & ROUNDUP(-3.14159, 1) & ROUNDUP(31415.92654, -2)', '4-3.231500'],
  ['ROUNDDOWN(-3.14159, 1) & TRUNC(8.9) & INT(-8.9)', '-3.18-9'],
  ['CEILING(2.5, 1) & CEILING(-2.5, -2) & CEILING(-2.5, 2) & CEILING(0.234, 0.01)', '3-4-20.24'],
  ['CEILING(2.5, -2)', null],
  ['FLOOR(3.7, 2) & FLOOR(-2.5, -2) & FLOOR(-2.5, 2) & FLOOR(1.58, 0.1)', '2-2-41.5'],
  ['MROUND(10, 3) & MROUND(-10, -3) & MROUND(1.3, 0.2)', '9-91.4'],
  ['MROUND(5, -2)', null],
  ['EVEN(1.5) & EVEN(-1) & ODD(1.5) & ODD(-2) & ODD(0)', '2-23-31'],
  ['MOD(3, 2) & MOD(-3, 2) & MOD(3, -2) & MOD(-3, -2)', '11-1-1'],
  ['QUOTIENT(-10, 3) & SIGN(-4) & GCD(24, 36)', '-3-112'],
  ['POWER(98.6, 3.2)', '2401077.222069577'.slice(0, 14)],
  ['SQRT(16) & LOG10(1000) & LOG(8, 2) & ROUND(LN(86), 7) & ROUND(EXP(1), 8)', '4334.45434732.71828183'],
  ['SQRT(-1)', null],
  ['0^0', null],
  ["SUM(1, fee, VALUE('')) & AVERAGE(1, 2, VALUE('')) & COUNT(1, VALUE('')) & PRODUCT(2, 3)", '13.31.516'],
  ['DATE(2026, 14, 1) & DATE(2026, 1, 35) & DATE(2026, 1, -15)', '2027-02-012026-02-042025-12-16'],
  ['EDATE(due, 1) & EOMONTH(due, -1) & EDATE(DATE(2024, 2, 29), -12)', '2026-02-282025-12-312023-02-28'],
  ['WEEKDAY(DATE(2008, 2, 14)) & WEEKDAY(DATE(2008, 2, 14), 2) & WEEKDAY(DATE(2008, 2, 14), 3)', '543'],
  ['WEEKNUM(DATE(2012, 3, 9)) & WEEKNUM(DATE(2012, 3, 9), 2) & ISOWEEKNUM(DATE(2012, 3, 9))', '101110'],
  ["DATEDIF(DATE(2001, 6, 1), DATE(2002, 8, 15), 'D') & DATEDIF(DATE(2001, 6, 1), DATE(2002, 8, 15), 'YD')", '44075'],
  ["DATEDIF(DATE(2001, 1, 1), DATE(2003, 1, 1), 'Y') & DATEDIF(due, DATE(2026, 3, 1), 'MD')", '21'],
  ['DAYS(DATE(2021, 3, 15), DATE(2021, 2, 1)) & DAYS360(DATE(2011, 1, 1), DATE(2011, 12, 31))', '42360'],
  ['NETWORKDAYS(DATE(2012, 10, 1), DATE(2013, 3, 1)) & NETWORKDAYS(DATE(2013, 3, 1), DATE(2012, 10, 1))', '110-110'],
  [
    'WORKDAY(DATE(2008, 10, 1), 151) & WORKDAY(DATE(2026, 2, 1), -1) & WORKDAY(DATE(2026, 1, 31), 1)',
    '2009-04-302026-01-302026-02-02',
  ],
  ["DATEVALUE('2026年1月5日') & DATEVALUE('2011/8/22') & DATEVALUE(at)", '2026-01-052011-08-222026-02-01'],
  ["DATEVALUE('2026-02-29')", null],
  ["TIMEVALUE('2:24') & TIME(27, 0, 0)", '0.10.125'],
  ['YEAR(at) & QUARTER(at) & DAY(at) & HOUR(at) & MINUTE(at) & SECOND(at)', '202611159'],
];

test('functions give what Excel gives', () => {
  for (const [text, expected] of cases) {
    const found = valueOfFormula(text);
    if (text.startsWith('POWER')) assert.ok(String(found).startsWith(String(expected)), `${text}: ${found}`);
    else assert.deepEqual(found, expected, text);
  }
});

test('every function occurs among these', () => {
  const tried = cases.map(([text]) => text).join(' ');
  const elsewhere = [
    'TODAY',
    'NOW',
    'USER',
    'OR',
    'IF',
    'CONCAT',
    'CONCATENATE',
    'COALESCE',
    'ISBLANK',
    'CONTAINS',
    'UPPER',
    'LOWER',
    'ABS',
    'MIN',
    'MAX',
    'MONTH',
    'PI',
  ];
  for (const name of functionNames) assert.ok(elsewhere.includes(name) || tried.includes(`${name}(`), name);
});

test('what is wrong with a function is told at its place', () => {
  const wrong: readonly (readonly [string, number, RegExp])[] = [
    ["TEXT(fee, 'abc')", 11, /应为引号内的格式，如 0\.00/],
    ['TEXT(due, name)', 11, /应为引号内的格式/],
    ["TEXT(due, 'hh:mm')", 11, /yyyy-mm-dd/],
    ['IFS(fee > 1, 2, fee > 3)', 1, /每个条件都需要一个值/],
    ["SWITCH(fee, 'a', 1)", 13, /应为数字，而不是文本/],
    ['EDATE(name, 1)', 7, /应为日期/],
    ['HOUR(due)', 6, /应为时间/],
    ['LEFT(name, name)', 12, /应为数字/],
    ['2 ^ name', 5, /应为数字/],
    ['fee %', 0, /^$/],
  ];
  for (const [text, position, zh] of wrong) {
    if (position === 0) {
      assert.equal(valueOfFormula(text), '0.123');
      continue;
    }
    assert.throws(
      () => typedOf(text),
      (error) => {
        assert.ok(error instanceof Problem);
        assert.equal(error.params.position, position, text);
        assert.match(message(error.code, error.params, 'zh').split('：').slice(1).join('：'), zh);
        return true;
      },
    );
  }
});

test('what depends on the viewer’s clock is not stored', () => {
  const isTime = (name: string) => name === 'at';
  const stored = (text: string) => isStored(parseFormula(text), undefined, isTime);
  assert.equal(stored('YEAR(due)'), true);
  assert.equal(stored('at > at'), true);
  for (const text of ['YEAR(at)', 'HOUR(at)', "TEXT(at, 'hh')", "IF(at = '', 1, YEAR('2026-01-01T08:00:00Z'))"]) {
    assert.equal(stored(text), false, text);
  }
  assert.equal(stored("YEAR('2026-01-01T08:00:00Z')"), false);
});
