import type { Decimal as Library } from 'decimal.js';
import type { Decimal } from '../../decimal.ts';
import { compare, isDecimal, type Operation, onNumber, onNumbers, type Run } from '../operation.ts';
import {
  divide,
  Exact,
  finished,
  largestExponent,
  places,
  power,
  startingWith,
  type Value,
  within,
} from '../values.ts';

type Rounding = Library.Rounding;

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

/** To so many digits; before the point where they are negative. */
const toPlaces =
  (mode: Rounding) =>
  (value: Decimal, digits: Decimal): Decimal => {
    const scale = digits.toNumber();
    if (scale >= 0) return value.toDecimalPlaces(scale, mode);
    const unit = new Exact(10).pow(-scale);
    return value.div(unit).toDecimalPlaces(0, mode).times(unit);
  };

/** To a multiple of a step, by the rounding of the exact quotient. */
const toMultiple =
  (mode: Rounding) =>
  (value: Decimal, step: Decimal): Decimal | null =>
    within(value.div(step).toDecimalPlaces(0, mode).times(step));

const ceiling = (value: Decimal, step: Decimal) =>
  step.isZero() ? step : value.gt(0) && step.lt(0) ? null : toMultiple(Exact.ROUND_CEIL)(value, step);
const floor = (value: Decimal, step: Decimal) =>
  step.isZero() || (value.gt(0) && step.lt(0)) ? null : toMultiple(Exact.ROUND_FLOOR)(value, step);
const mround = (value: Decimal, step: Decimal) =>
  step.isZero() || value.isZero()
    ? new Exact(0)
    : value.gt(0) !== step.gt(0)
      ? null
      : toMultiple(Exact.ROUND_HALF_UP)(value, step);

function mod(a: Decimal, b: Decimal): Decimal | null {
  if (b.isZero()) return null;
  const rest = a.mod(b);
  return rest.isZero() || rest.gt(0) === b.gt(0) ? rest : rest.plus(b);
}

function exp(a: Decimal): Decimal | null {
  if (a.abs().gt(largestExponent)) return a.gt(0) ? null : new Exact(0);
  return finished(startingWith(a).exp());
}

function log(a: Decimal, base: Decimal): Decimal | null {
  const [value, of] = [startingWith(a), startingWith(base)];
  return !value.gt(0) || !of.gt(0) || of.eq(1) ? null : finished(value.ln().div(of.ln()));
}

const even = (a: Decimal) => toPlaces(Exact.ROUND_UP)(a.div(2), new Exact(0)).times(2);

function odd(a: Decimal): Decimal {
  const size = a.abs().plus(1).div(2).toDecimalPlaces(0, Exact.ROUND_CEIL).times(2).minus(1);
  return a.lt(0) ? size.negated() : size;
}

function gcd(a: Decimal, b: Decimal): Decimal {
  let [x, y] = [a.trunc().abs(), b.trunc().abs()];
  while (!y.isZero()) [x, y] = [y, x.mod(y)];
  return x;
}

const numbers = (args: readonly Value[]) => args.filter(isDecimal);
const sum = (args: readonly Value[]) => numbers(args).reduce((a, b) => a.plus(b), new Exact(0));
const times = (a: Decimal | null, b: Decimal) => (a === null ? null : within(a.times(b).toDecimalPlaces(places)));

const pair = ['number', 'number'] as const;
const rounded = ['number', 'places'] as const;
const extremes = { params: ['same'], rest: ['same'], among: ['number', 'date', 'dateTime'], returns: 'same' } as const;
const all = { params: ['number'], rest: ['number'], returns: 'number' } as const;

export const number = {
  round: { name: 'ROUND', params: rounded, returns: 'number', run: onNumbers(toPlaces(Exact.ROUND_HALF_UP)) },
  roundUp: {
    name: 'ROUNDUP',
    params: rounded,
    defaults: ['0'],
    returns: 'number',
    run: onNumbers(toPlaces(Exact.ROUND_UP)),
  },
  roundDown: {
    name: 'ROUNDDOWN',
    params: rounded,
    defaults: ['0'],
    returns: 'number',
    run: onNumbers(toPlaces(Exact.ROUND_DOWN)),
  },
  trunc: {
    name: 'TRUNC',
    params: rounded,
    defaults: ['0'],
    returns: 'number',
    run: onNumbers(toPlaces(Exact.ROUND_DOWN)),
  },
  int: { name: 'INT', params: ['number'], returns: 'number', run: onNumber((a) => a.floor()) },
  ceiling: { name: 'CEILING', params: pair, defaults: ['1'], returns: 'number', run: onNumbers(ceiling) },
  floor: { name: 'FLOOR', params: pair, defaults: ['1'], returns: 'number', run: onNumbers(floor) },
  mround: { name: 'MROUND', params: pair, returns: 'number', run: onNumbers(mround) },
  even: { name: 'EVEN', params: ['number'], returns: 'number', run: onNumber(even) },
  odd: { name: 'ODD', params: ['number'], returns: 'number', run: onNumber(odd) },
  abs: { name: 'ABS', params: ['number'], returns: 'number', run: onNumber((a) => a.abs()) },
  sign: {
    name: 'SIGN',
    params: ['number'],
    returns: 'number',
    run: onNumber((a) => new Exact(a.comparedTo(0))),
  },
  mod: { name: 'MOD', params: pair, returns: 'number', run: onNumbers(mod) },
  quotient: {
    name: 'QUOTIENT',
    params: pair,
    returns: 'number',
    run: onNumbers((a, b) => (b.isZero() ? null : within(a.div(b).trunc()))),
  },
  gcd: { name: 'GCD', params: pair, returns: 'number', run: onNumbers(gcd) },
  powerOf: { name: 'POWER', params: pair, returns: 'number', run: onNumbers(power) },
  sqrt: {
    name: 'SQRT',
    params: ['number'],
    returns: 'number',
    run: onNumber((a) => (a.lt(0) ? null : finished(startingWith(a).sqrt()))),
  },
  exp: { name: 'EXP', params: ['number'], returns: 'number', run: onNumber(exp) },
  ln: {
    name: 'LN',
    params: ['number'],
    returns: 'number',
    run: onNumber((a) => (startingWith(a).gt(0) ? finished(startingWith(a).ln()) : null)),
  },
  log10: {
    name: 'LOG10',
    params: ['number'],
    returns: 'number',
    run: onNumber((a) => log(a, new Exact(10))),
  },
  log: { name: 'LOG', params: pair, defaults: ['10'], returns: 'number', run: onNumbers(log) },
  pi: { name: 'PI', params: [], returns: 'number', run: () => new Exact('3.14159265358979323846') },
  min: { name: 'MIN', ...extremes, run: best((order) => order < 0) },
  max: { name: 'MAX', ...extremes, run: best((order) => order > 0) },
  sum: { name: 'SUM', ...all, run: sum },
  average: {
    name: 'AVERAGE',
    ...all,
    run: (args) => divide(sum(args), new Exact(numbers(args).length)),
  },
  count: { name: 'COUNT', ...all, run: (args) => new Exact(numbers(args).length) },
  product: {
    name: 'PRODUCT',
    ...all,
    run: (args) => {
      const [first, ...more] = numbers(args);
      return first === undefined ? new Exact(0) : more.reduce(times, within(first.toDecimalPlaces(places)));
    },
  },
} as const satisfies Record<string, Operation>;
