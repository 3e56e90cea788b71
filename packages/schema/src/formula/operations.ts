import type { Decimal } from '../decimal.ts';
import {
  dayText,
  Exact,
  type FormulaType,
  firstDay,
  keptText,
  lastDay,
  numberText,
  places,
  type Value,
  within,
} from './values.ts';

// What formulas can do. One row an operation: how it is written, what it takes and gives, and how it is computed in
// JavaScript; the kernel has the same rows in SQL. To add one, add it in both: the compiler asks for the second, and a
// property test holds the two equal.
//
// Empty values (null; an empty text is the same):
//
// | arithmetic, ROUND, ABS, dates            | empty when anything is empty                              |
// | division or remainder by zero            | empty                                                     |
// | a number beyond ±10^40, a year outside 1–9999 | empty                                                |
// | =, <>                                    | an empty value equals an empty value and nothing else     |
// | <, <=, >, >=, CONTAINS                   | false when either is empty                                |
// | IF, AND, OR, NOT                         | an empty condition counts as false                        |
// | &, CONCAT                                | what is empty is left out                                 |
// | MIN, MAX, COALESCE                       | what is empty is passed over                              |
// | LEN                                      | 0                                                         |
//
// Numbers are exact decimals: + and - keep every digit, products are rounded to 20 digits after the point, quotients
// to 40 and then to 20, halves away from zero; what is kept or put into a text is rounded to 12. Texts compare by code
// point, CONTAINS without regard to the case of A–Z; UPPER and LOWER change only those. A percent field counts as it
// is shown: 12.5 for 12.5 %.

/** `same`: all of them have one type, which is among `among`. `places`: a whole number written as such, -20 to 20. */
export type Param = FormulaType | 'same' | 'any' | 'places';

export interface Env {
  /** The viewer's calendar day, `YYYY-MM-DD`. */
  readonly today: string;
  /** ISO 8601 with an offset. */
  readonly now: string;
  /** The viewer's id; null for the system. */
  readonly user: string | null;
}

/** The same as the values of formulas. */
export interface EnvValues {
  readonly today: Value;
  readonly now: Value;
  readonly user: Value;
}

export interface Operation {
  /** A sign, or a function's name in capitals; null for what is put in between, such as the text of a number. */
  readonly name: string | null;
  readonly params: readonly Param[];
  /** How many of the last parameters may be left out. */
  readonly optional?: number;
  /** Any number of further arguments. */
  readonly rest?: Param;
  readonly among?: readonly FormulaType[];
  readonly returns: FormulaType | 'same';
  readonly run: (args: readonly Value[], env: EnvValues) => Value;
}

type Run = Operation['run'];

const isDecimal = (value: Value): value is Decimal => Exact.isDecimal(value);

const onNumber =
  (fn: (a: Decimal) => Decimal | null): Run =>
  ([a = null]) =>
    isDecimal(a) ? fn(a) : null;

const onNumbers =
  (fn: (a: Decimal, b: Decimal) => Decimal | null): Run =>
  ([a = null, b = null]) =>
    isDecimal(a) && isDecimal(b) ? fn(a, b) : null;

const onText =
  (fn: (text: string) => string | null): Run =>
  ([text = null]) =>
    typeof text === 'string' ? fn(text) : null;

const ofDay =
  (fn: (date: Date) => number): Run =>
  ([day = null]) =>
    typeof day === 'number' ? new Exact(fn(new Date(day * 86_400_000))) : null;

const shiftDay =
  (direction: 1 | -1): Run =>
  ([day = null, days = null]) => {
    if (typeof day !== 'number' || !isDecimal(days)) return null;
    const moved = days.trunc().times(direction).plus(day);
    return moved.gte(firstDay) && moved.lte(lastDay) ? moved.toNumber() : null;
  };

function compare(a: Value, b: Value): number | null {
  if (a === null || b === null) return null;
  if (isDecimal(a) && isDecimal(b)) return a.comparedTo(b);
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}

/** By code point: units of a surrogate pair (above U+FFFF) come after U+E000–U+FFFF. */
function compareText(a: string, b: string): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return (isSurrogate(x) ? x + 0x10000 : x) - (isSurrogate(y) ? y + 0x10000 : y);
  }
  return a.length - b.length;
}

const isSurrogate = (unit: number) => unit >= 0xd800 && unit <= 0xdfff;

const ordered =
  (holds: (order: number) => boolean): Run =>
  ([a = null, b = null]) => {
    const order = compare(a, b);
    return order !== null && holds(order);
  };

const equal: Run = ([a = null, b = null]) => (a === null || b === null ? a === b : compare(a, b) === 0);

const best =
  (isBetter: (order: number) => boolean): Run =>
  (args) => {
    let found: Value = null;
    for (const arg of args) {
      if (arg === null) continue;
      const order = compare(arg, found);
      if (order === null || isBetter(order)) found = arg;
    }
    return found;
  };

const concat: Run = (args) => keptText(args.filter((arg) => typeof arg === 'string').join(''));

const part =
  (fn: (characters: readonly string[], count: number) => readonly string[]): Run =>
  ([text = null, count = null]) => {
    if (typeof text !== 'string' || !isDecimal(count)) return null;
    const whole = Exact.max(0, Exact.min(count.trunc(), 1_000_000)).toNumber();
    return keptText(fn([...text], whole).join(''));
  };

const upper = (text: string) => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
const lower = (text: string) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

function round(value: Decimal, digits: Decimal): Decimal {
  const scale = digits.toNumber();
  if (scale >= 0) return value.toDecimalPlaces(scale);
  const unit = new Exact(10).pow(-scale);
  return value.div(unit).toDecimalPlaces(0).times(unit);
}

const orderable = ['number', 'text', 'date', 'dateTime'] as const;
const any = ['number', 'text', 'boolean', 'date', 'dateTime', 'id'] as const;
const pair = ['same', 'same'] as const;

export const operations = {
  add: { name: '+', params: ['number', 'number'], returns: 'number', run: onNumbers((a, b) => a.plus(b)) },
  addDays: { name: '+', params: ['date', 'number'], returns: 'date', run: shiftDay(1) },
  subtract: { name: '-', params: ['number', 'number'], returns: 'number', run: onNumbers((a, b) => a.minus(b)) },
  subtractDays: { name: '-', params: ['date', 'number'], returns: 'date', run: shiftDay(-1) },
  /** Days from the second date to the first. */
  daysBetween: {
    name: '-',
    params: ['date', 'date'],
    returns: 'number',
    run: ([a = null, b = null]) => (typeof a === 'number' && typeof b === 'number' ? new Exact(a - b) : null),
  },
  /** Days between two times, with their fraction. */
  timeBetween: {
    name: '-',
    params: ['dateTime', 'dateTime'],
    returns: 'number',
    run: ([a = null, b = null]) =>
      typeof a === 'bigint' && typeof b === 'bigint'
        ? divide(new Exact(String(a - b)), new Exact(86_400_000_000))
        : null,
  },
  multiply: {
    name: '*',
    params: ['number', 'number'],
    returns: 'number',
    run: onNumbers((a, b) => within(a.times(b).toDecimalPlaces(places))),
  },
  divide: { name: '/', params: ['number', 'number'], returns: 'number', run: onNumbers(divide) },
  /** The remainder has the sign of the dividend. */
  remainder: {
    name: '%',
    params: ['number', 'number'],
    returns: 'number',
    run: onNumbers((a, b) => (b.isZero() ? null : a.mod(b))),
  },
  negate: { name: 'negate', params: ['number'], returns: 'number', run: onNumber((a) => a.negated()) },
  equal: { name: '=', params: pair, among: any, returns: 'boolean', run: equal },
  unequal: { name: '<>', params: pair, among: any, returns: 'boolean', run: (args, env) => equal(args, env) === false },
  less: { name: '<', params: pair, among: orderable, returns: 'boolean', run: ordered((order) => order < 0) },
  atMost: { name: '<=', params: pair, among: orderable, returns: 'boolean', run: ordered((order) => order <= 0) },
  more: { name: '>', params: pair, among: orderable, returns: 'boolean', run: ordered((order) => order > 0) },
  atLeast: { name: '>=', params: pair, among: orderable, returns: 'boolean', run: ordered((order) => order >= 0) },
  join: { name: '&', params: ['any'], rest: 'any', returns: 'text', run: concat },
  concat: { name: 'CONCAT', params: ['any'], rest: 'any', returns: 'text', run: concat },
  if: {
    name: 'IF',
    params: ['boolean', 'same', 'same'],
    optional: 1,
    among: any,
    returns: 'same',
    run: ([condition, yes = null, no = null]) => (condition === true ? yes : no),
  },
  and: {
    name: 'AND',
    params: ['boolean'],
    rest: 'boolean',
    returns: 'boolean',
    run: (args) => args.every((arg) => arg === true),
  },
  or: { name: 'OR', params: ['boolean'], rest: 'boolean', returns: 'boolean', run: (args) => args.includes(true) },
  not: { name: 'NOT', params: ['boolean'], returns: 'boolean', run: ([arg]) => arg !== true },
  isBlank: { name: 'ISBLANK', params: ['same'], among: any, returns: 'boolean', run: ([arg = null]) => arg === null },
  coalesce: {
    name: 'COALESCE',
    params: ['same'],
    rest: 'same',
    among: any,
    returns: 'same',
    run: (args) => args.find((arg) => arg !== null) ?? null,
  },
  round: { name: 'ROUND', params: ['number', 'places'], returns: 'number', run: onNumbers(round) },
  abs: { name: 'ABS', params: ['number'], returns: 'number', run: onNumber((a) => a.abs()) },
  min: {
    name: 'MIN',
    params: ['same'],
    rest: 'same',
    among: ['number', 'date', 'dateTime'],
    returns: 'same',
    run: best((order) => order < 0),
  },
  max: {
    name: 'MAX',
    params: ['same'],
    rest: 'same',
    among: ['number', 'date', 'dateTime'],
    returns: 'same',
    run: best((order) => order > 0),
  },
  length: {
    name: 'LEN',
    params: ['text'],
    returns: 'number',
    run: ([text]) => new Exact(typeof text === 'string' ? [...text].length : 0),
  },
  upper: { name: 'UPPER', params: ['text'], returns: 'text', run: onText(upper) },
  lower: { name: 'LOWER', params: ['text'], returns: 'text', run: onText(lower) },
  left: { name: 'LEFT', params: ['text', 'number'], returns: 'text', run: part((all, count) => all.slice(0, count)) },
  right: {
    name: 'RIGHT',
    params: ['text', 'number'],
    returns: 'text',
    run: part((all, count) => all.slice(Math.max(0, all.length - count))),
  },
  contains: {
    name: 'CONTAINS',
    params: ['text', 'text'],
    returns: 'boolean',
    run: ([text, sought]) =>
      typeof text === 'string' && typeof sought === 'string' && lower(text).includes(lower(sought)),
  },
  year: { name: 'YEAR', params: ['date'], returns: 'number', run: ofDay((date) => date.getUTCFullYear()) },
  month: { name: 'MONTH', params: ['date'], returns: 'number', run: ofDay((date) => date.getUTCMonth() + 1) },
  day: { name: 'DAY', params: ['date'], returns: 'number', run: ofDay((date) => date.getUTCDate()) },
  today: { name: 'TODAY', params: [], returns: 'date', run: (_, env) => env.today },
  now: { name: 'NOW', params: [], returns: 'dateTime', run: (_, env) => env.now },
  user: { name: 'USER', params: [], returns: 'id', run: (_, env) => env.user },
  numberText: {
    name: null,
    params: ['number'],
    returns: 'text',
    run: ([a = null]) => (isDecimal(a) ? numberText(a) : null),
  },
  booleanText: {
    name: null,
    params: ['boolean'],
    returns: 'text',
    run: ([a]) => (typeof a === 'boolean' ? String(a) : null),
  },
  dateText: {
    name: null,
    params: ['date'],
    returns: 'text',
    run: ([a]) => (typeof a === 'number' ? dayText(a) : null),
  },
  idText: { name: null, params: ['id'], returns: 'text', run: ([a]) => (typeof a === 'string' ? a : null) },
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof operations;

function divide(a: Decimal, b: Decimal): Decimal | null {
  return b.isZero()
    ? null
    : within(
        a
          .div(b)
          .toDecimalPlaces(2 * places)
          .toDecimalPlaces(places),
      );
}
