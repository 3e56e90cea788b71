import { type FormulaOperation, type FormulaParam, type FormulaType, formulaOperations } from '@huike/schema';
import fc from 'fast-check';
import { fields, names, samples } from './fixture.ts';

// Random formulas, made from the operations themselves: whatever there is, occurs.

type Texts = fc.Arbitrary<string>;
type Tie = (type: FormulaType) => Texts;

const operations: readonly FormulaOperation[] = Object.values(formulaOperations);
const types: readonly FormulaType[] = ['number', 'text', 'boolean', 'date', 'dateTime', 'id'];
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

const texts = [
  ...samples.text.map(String),
  ...['', 'a  b ', ' 1,234.50', '-50%', '1e5', '9'.repeat(40), 'x'.repeat(50), 'ＡＢ　１', 'tab\there\u0001', '0.00'],
  ...['2026-02-29', '2024/2/29', '2026年1月5日', '2026-13-01', '9999-12-31', '12:30', '23：59：59', '8时5分', '24:00'],
  ...['Y', 'm', 'D', 'MD', 'YM', 'YD'],
];
const numbers = [
  ...['0', '1', '2', '3.7', '-0.5', '-3', '0.00000000000000000005', '1000000', '99999999999999999999', '40', '93', '7'],
  ...['11', '21', '2026', '100', '55296', '19968', '1.0001', '0.25', '-12', '365'],
];
const formats: Readonly<Partial<Record<FormulaParam, readonly string[]>>> = {
  numberFormat: ['0', '0.00', '#,##0', '#,##0.000', '000000', '0%', '0.0%', '#,##00000.0'],
  dateFormat: ['yyyy-mm-dd', 'yy/m/d', 'yyyy年m月d日', '"Q"mm', 'D.M.YYYY'],
  timeFormat: ['yyyy-mm-dd hh:mm:ss', 'h时m分', 'mm/dd hh:mm', 's', 'yyyy年'],
};

const short = ['a', 'X', '三', '&', '😀', ' ', '%', 'B'];
const small = ['1', '2', '3', '4'];
/** What a function's arguments are half of the time, by place: few other texts would mean something to it. */
const apt: Readonly<Record<string, Readonly<Record<number, readonly string[]>>>> = {
  DATEDIF: { 2: ['Y', 'm', 'D', 'MD', 'YM', 'YD'].map(quoted) },
  DATEVALUE: { 0: ['2026-02-29', '2024/2/29', '2026年1月5日', '2026-13-01', '9999-12-31', ' 1.1.1'].map(quoted) },
  TIMEVALUE: { 0: ['12:30', '23：59：59', '8时5分', '24:00', '0:00:60', '7:30:15'].map(quoted) },
  VALUE: { 0: [' 1,234.50', '-50%', '+7', '1e5', '.5', '%'].map(quoted) },
  FIND: { 0: short.map(quoted), 2: small },
  SEARCH: { 0: short.map(quoted), 2: small },
  SUBSTITUTE: { 1: short.map(quoted), 3: small },
  STARTSWITH: { 1: short.map(quoted) },
  ENDSWITH: { 1: short.map(quoted) },
  CONTAINS: { 1: short.map(quoted) },
  MID: { 1: small, 2: small },
  REPLACE: { 1: small, 2: small },
  REPT: { 1: small },
  CHOOSE: { 0: small },
  WEEKDAY: { 1: ['1', '2', '3', '11', '14', '17'] },
  WEEKNUM: { 1: ['1', '2', '21', '11', '14', '17'] },
  DATE: { 0: ['2026', '1900', '1', '9999'], 1: ['2', '13', '-3', '0'], 2: ['0', '29', '-40', '400'] },
};

function leaves(type: FormulaType): Texts[] {
  const own = fc.constantFrom(
    ...names.filter((name) => (fields[name] === 'double' ? 'number' : fields[name]) === type),
  );
  if (type === 'number') return [own, fc.constantFrom(...numbers)];
  if (type === 'text') return [own, fc.constantFrom(...texts.map(quoted))];
  if (type === 'boolean') return [own, fc.constantFrom('TRUE', 'FALSE')];
  return [own];
}

/** A call of an operation whose `same` parameters are of a type. */
function call(operation: FormulaOperation, same: FormulaType, tie: Tie): Texts {
  const { params, defaults = [], rest = [], tail, name } = operation;
  if (name === null) throw new Error('nobody can write it');
  const any = fc.oneof(...types.map(tie));
  const argument = (param: FormulaParam, key: FormulaType): Texts => {
    if (param === 'same') return tie(same);
    if (param === 'key') return tie(key);
    if (param === 'places') return fc.integer({ min: -20, max: 20 }).map(String);
    if (param === 'day') return fc.oneof(tie('date'), tie('dateTime'));
    if (param === 'any') return fc.oneof(...types.filter((type) => type !== 'dateTime').map(tie));
    if (param === 'free') return any;
    const written = formats[param];
    if (written !== undefined) return fc.constantFrom(...written).map(quoted);
    return types.includes(param as FormulaType) ? tie(param as FormulaType) : any;
  };
  const counts = fc.record({
    left: fc.integer({ min: 0, max: defaults.length }),
    groups: fc.integer({ min: 0, max: rest.length === 0 ? 0 : 2 }),
    hasTail: fc.boolean(),
    key: fc.constantFrom(...types),
  });
  return counts.chain(({ left, groups, hasTail, key }) => {
    const more = Array.from({ length: groups }, () => rest).flat();
    const all = groups > 0 ? [...params, ...more] : params.slice(0, params.length - left);
    const last = hasTail && tail !== undefined ? [...all, tail] : all;
    const places = apt[name] ?? {};
    const one = (param: FormulaParam, index: number) => {
      const written = places[index];
      return written === undefined ? argument(param, key) : fc.oneof(fc.constantFrom(...written), argument(param, key));
    };
    return fc.tuple(...last.map(one)).map((args) => written(name, args));
  });
}

function written(name: string, args: readonly string[]): string {
  if (name === 'negate') return `(-${args.join()})`;
  if (name === 'percent') return `(${args.join()}%)`;
  return /^[A-Z]/.test(name) ? `${name}(${args.join(', ')})` : `(${args.join(` ${name} `)})`;
}

export const formulas = fc.letrec<Record<FormulaType, string>>((tie) => {
  const depth = { maxDepth: 4, depthSize: 'small', withCrossShrink: true } as const;
  const ofType = (type: FormulaType) => {
    const able = operations.filter(
      ({ name, returns, among = [] }) =>
        name !== null && (returns === type || (returns === 'same' && among.includes(type))),
    );
    const same = ({ returns, among = [] }: FormulaOperation) =>
      returns === 'same' ? [type] : among.length === 0 ? [type] : among;
    const calls = able.flatMap((operation) => same(operation).map((one) => call(operation, one, tie)));
    return fc.oneof(depth, ...leaves(type), fc.oneof(...calls));
  };
  return {
    number: ofType('number'),
    text: ofType('text'),
    boolean: ofType('boolean'),
    date: ofType('date'),
    dateTime: ofType('dateTime'),
    id: ofType('id'),
  };
});

/** A formula of every operation that can be written. */
export const oneOfEach: fc.Arbitrary<readonly string[]> = fc.tuple(
  ...operations.flatMap((operation) => {
    const { name, among = [] } = operation;
    const same = among.length === 0 ? types : among;
    return name === null ? [] : [fc.constantFrom(...same).chain((type) => call(operation, type, (of) => formulas[of]))];
  }),
);
