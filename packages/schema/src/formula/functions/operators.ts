import {
  anyType,
  areEqual,
  compare,
  isDecimal,
  type Operation,
  onNumber,
  onNumbers,
  orderable,
  type Run,
} from '../operation.ts';
import { dayText, divide, Exact, firstDay, lastDay, numberText, places, power, type Value, within } from '../values.ts';
import { concat } from './text.ts';

// The signs, and what is put in between to make a text of a value.

const shiftDay =
  (direction: 1 | -1): Run =>
  ([day = null, days = null]) => {
    if (typeof day !== 'number' || !isDecimal(days)) return null;
    const moved = days.trunc().times(direction).plus(day);
    return moved.gte(firstDay) && moved.lte(lastDay) ? moved.toNumber() : null;
  };

const ordered =
  (holds: (order: number) => boolean): Run =>
  ([a = null, b = null]) => {
    const order = compare(a, b);
    return order !== null && holds(order);
  };

const equal = ([a = null, b = null]: readonly Value[]) => areEqual(a, b);
const pair = ['same', 'same'] as const;

export const operators = {
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
  power: { name: '^', params: ['number', 'number'], returns: 'number', run: onNumbers(power) },
  /** The remainder has the sign of the dividend. */
  remainder: {
    name: '%',
    params: ['number', 'number'],
    returns: 'number',
    run: onNumbers((a, b) => (b.isZero() ? null : a.mod(b))),
  },
  percent: {
    name: 'percent',
    params: ['number'],
    returns: 'number',
    run: onNumber((a) => within(a.times('0.01').toDecimalPlaces(places))),
  },
  negate: { name: 'negate', params: ['number'], returns: 'number', run: onNumber((a) => a.negated()) },
  equal: { name: '=', params: pair, among: anyType, returns: 'boolean', run: equal },
  unequal: { name: '<>', params: pair, among: anyType, returns: 'boolean', run: (args) => !equal(args) },
  less: { name: '<', params: pair, among: orderable, returns: 'boolean', run: ordered((order) => order < 0) },
  atMost: { name: '<=', params: pair, among: orderable, returns: 'boolean', run: ordered((order) => order <= 0) },
  more: { name: '>', params: pair, among: orderable, returns: 'boolean', run: ordered((order) => order > 0) },
  atLeast: { name: '>=', params: pair, among: orderable, returns: 'boolean', run: ordered((order) => order >= 0) },
  join: { name: '&', params: ['any', 'any'], rest: ['any'], returns: 'text', run: concat },
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
