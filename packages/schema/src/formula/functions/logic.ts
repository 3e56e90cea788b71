import { anyType, areEqual, isDecimal, type Operation, type Run } from '../operation.ts';
import { Exact } from '../values.ts';

const firstFilled: Run = (args) => args.find((arg) => arg !== null) ?? null;
const filled: Run = ([arg = null]) => arg !== null;
const never: Run = () => false;

const parity =
  (remainder: number): Run =>
  ([a = null]) =>
    isDecimal(a) && a.trunc().abs().mod(2).eq(remainder);

export const logic = {
  if: {
    name: 'IF',
    params: ['boolean', 'same', 'same'],
    defaults: [null],
    among: anyType,
    returns: 'same',
    run: ([condition, yes = null, no = null]) => (condition === true ? yes : no),
  },
  ifs: {
    name: 'IFS',
    params: ['boolean', 'same'],
    rest: ['boolean', 'same'],
    among: anyType,
    returns: 'same',
    run: (args) => {
      const at = args.findIndex((arg, index) => index % 2 === 0 && arg === true);
      return at < 0 ? null : (args[at + 1] ?? null);
    },
  },
  switch: {
    name: 'SWITCH',
    params: ['key', 'key', 'same'],
    rest: ['key', 'same'],
    tail: 'same',
    among: anyType,
    returns: 'same',
    run: ([sought = null, ...args]) => {
      for (let at = 0; at + 1 < args.length; at += 2) {
        if (areEqual(sought, args[at] ?? null)) return args[at + 1] ?? null;
      }
      return args.length % 2 === 1 ? (args.at(-1) ?? null) : null;
    },
  },
  choose: {
    name: 'CHOOSE',
    params: ['number', 'same'],
    rest: ['same'],
    among: anyType,
    returns: 'same',
    run: ([index = null, ...values]) =>
      isDecimal(index) && index.gte(1) && index.lt(values.length + 1)
        ? (values[index.trunc().toNumber() - 1] ?? null)
        : null,
  },
  and: {
    name: 'AND',
    params: ['boolean'],
    rest: ['boolean'],
    returns: 'boolean',
    run: (args) => args.every((arg) => arg === true),
  },
  or: { name: 'OR', params: ['boolean'], rest: ['boolean'], returns: 'boolean', run: (args) => args.includes(true) },
  xor: {
    name: 'XOR',
    params: ['boolean'],
    rest: ['boolean'],
    returns: 'boolean',
    run: (args) => args.filter((arg) => arg === true).length % 2 === 1,
  },
  not: { name: 'NOT', params: ['boolean'], returns: 'boolean', run: ([arg]) => arg !== true },
  true: { name: 'TRUE', params: [], returns: 'boolean', run: () => true },
  false: { name: 'FALSE', params: [], returns: 'boolean', run: never },
  isBlank: { name: 'ISBLANK', params: ['free'], returns: 'boolean', run: ([arg = null]) => arg === null },
  // What the argument is, is known when the formula is written: only whether it is empty is left to the record.
  isNumber: { name: 'ISNUMBER', params: ['number'], returns: 'boolean', run: filled },
  isNoNumber: { name: 'ISNUMBER', params: ['free'], returns: 'boolean', run: never },
  isText: { name: 'ISTEXT', params: ['text'], returns: 'boolean', run: filled },
  isNoText: { name: 'ISTEXT', params: ['free'], returns: 'boolean', run: never },
  isLogical: { name: 'ISLOGICAL', params: ['boolean'], returns: 'boolean', run: filled },
  isNoLogical: { name: 'ISLOGICAL', params: ['free'], returns: 'boolean', run: never },
  isEven: { name: 'ISEVEN', params: ['number'], returns: 'boolean', run: parity(0) },
  isOdd: { name: 'ISODD', params: ['number'], returns: 'boolean', run: parity(1) },
  coalesce: {
    name: 'COALESCE',
    params: ['same'],
    rest: ['same'],
    among: anyType,
    returns: 'same',
    run: firstFilled,
  },
  ifError: { name: 'IFERROR', params: ['same', 'same'], among: anyType, returns: 'same', run: firstFilled },
  ifBlank: { name: 'IFBLANK', params: ['same', 'same'], among: anyType, returns: 'same', run: firstFilled },
  countAll: {
    name: 'COUNTA',
    params: ['free'],
    rest: ['free'],
    returns: 'number',
    run: (args) => new Exact(args.filter((arg) => arg !== null).length),
  },
  countBlank: {
    name: 'COUNTBLANK',
    params: ['free'],
    rest: ['free'],
    returns: 'number',
    run: (args) => new Exact(args.filter((arg) => arg === null).length),
  },
} as const satisfies Record<string, Operation>;
