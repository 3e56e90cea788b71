import { dateFormat, numberFormat } from './formats.ts';
import type { Operation, Param } from './operation.ts';
import { type OperationName, operations } from './operations.ts';
import { formulaProblem } from './tokens.ts';
import type { Formula, Node } from './tree.ts';
import { dayNumber, type FormulaFieldType, type FormulaType, microseconds } from './values.ts';

// From what is written to what is meant: every name is resolved, every node has a type.

export type Typed =
  /** As columns keep it; null is the empty text, which is of any type. */
  | { readonly kind: 'literal'; readonly type: FormulaType; readonly value: string | boolean | null }
  | { readonly kind: 'field'; readonly type: FormulaType; readonly column: FormulaFieldType; readonly path: string }
  | {
      readonly kind: 'apply';
      readonly type: FormulaType;
      readonly operation: OperationName;
      readonly args: readonly Typed[];
    };

/** What a formula field says that it returns. */
export type FormulaReturns = 'text' | 'number' | 'decimal' | 'boolean' | 'date' | 'dateTime';

export interface TypedFormula {
  readonly root: Typed;
  readonly type: FormulaType;
  /** A `number` is a double; a `decimal`, as without a declaration, is exact. */
  readonly returns: FormulaReturns | 'id';
}

/**
 * The type of a field by its path; null when it is absent or can't stand in a formula. Along a relation that is inactive
 * there is nothing to be read.
 */
export type Resolve = (path: string) => FormulaFieldType | 'inactive' | null;

/**
 * Resolves the names and types of a formula; with `returns`, that it gives what its field declares. Throws
 * `metadata.formula`.
 */
export function checkFormula(formula: Formula, resolve: Resolve, returns?: FormulaReturns): TypedFormula {
  const root = typed(formula.root, resolve);
  const wanted = returns === undefined ? root.type : returns === 'decimal' ? 'number' : returns;
  if (!fits(root, wanted)) throw mismatch(1, wanted, root.type);
  const type = isEmpty(root) ? wanted : root.type;
  return { root: converted(root, type), type, returns: returns ?? (type === 'number' ? 'decimal' : type) };
}

/** The type of a formula's values. Throws `metadata.formula`. */
export function typeOf(formula: Formula, resolve: Resolve): FormulaType {
  return checkFormula(formula, resolve).type;
}

type Named = readonly [OperationName, Operation];
const entries: readonly Named[] = Object.entries(operations).map(([key, operation]) => [nameOf(key), operation]);
const byName = Map.groupBy(entries, ([, operation]) => operation.name);

function nameOf(key: string): OperationName {
  if (!isOperationName(key)) throw new Error(`no operation ${key}`);
  return key;
}

function isOperationName(key: string): key is OperationName {
  return Object.hasOwn(operations, key);
}

/** The functions by name, for pickers and documents. */
export const functionNames: readonly string[] = [...byName.keys()]
  .filter((name) => name !== null && /^[A-Z]/.test(name))
  .map(String);

function typed(node: Node, resolve: Resolve): Typed {
  switch (node.kind) {
    case 'number':
      return { kind: 'literal', type: 'number', value: node.value };
    case 'boolean':
      return { kind: 'literal', type: 'boolean', value: node.value };
    case 'text':
      return { kind: 'literal', type: 'text', value: node.value === '' ? null : node.value };
    case 'field': {
      const column = resolve(node.path);
      if (column === null) {
        throw formulaProblem(
          node.at,
          `there is no field "${node.path}" that a formula can use`,
          `没有可用于公式的字段“${node.path}”`,
        );
      }
      if (column === 'inactive') return { kind: 'literal', type: 'text', value: null };
      return { kind: 'field', type: column === 'double' ? 'number' : column, column, path: node.path };
    }
    case 'call':
      return applied(
        node,
        node.args.map((arg) => typed(arg, resolve)),
      );
  }
}

type Call = Extract<Node, { kind: 'call' }>;

function applied(node: Call, args: readonly Typed[]): Typed {
  const candidates = byName.get(node.name) ?? [];
  if (candidates.length === 0)
    throw formulaProblem(node.at, `there is no function ${node.name}`, `没有函数 ${node.name}`);
  const [first] = candidates;
  let failure: Error | null = null;
  for (const [operation, spec] of candidates) {
    const found = match(node, spec, args);
    if (!(found instanceof Error)) return { kind: 'apply', operation, ...found };
    // With one way only, tell what is wrong with it; with several, of that whose first argument fits, else that none is
    // meant.
    const [start] = args;
    const isMeant = /^[A-Z]/.test(node.name) && start !== undefined && spec.params[0] === start.type;
    failure = candidates.length === 1 || isMeant ? found : (failure ?? cannot(node, args));
  }
  throw failure ?? new Error(`no way to apply ${first?.[0]}`);
}

function cannot(node: Call, args: readonly Typed[]): Error {
  const types = args.map(({ type }) => type);
  return formulaProblem(
    node.at,
    `"${node.name}" does not take ${types.join(' and ')}`,
    `“${node.name}”不能用于${types.map((type) => inChinese[type]).join('与')}`,
  );
}

const inChinese: Readonly<Record<FormulaType, string>> = {
  number: '数字',
  text: '文本',
  boolean: '是/否',
  date: '日期',
  dateTime: '时间',
  id: '记录引用',
};

function mismatch(at: number, wanted: FormulaType, found: FormulaType): Error {
  return formulaProblem(
    at,
    `expected ${wanted} but found ${found}`,
    `此处应为${inChinese[wanted]}，而不是${inChinese[found]}`,
  );
}

function match(
  node: Call,
  spec: Operation,
  given: readonly Typed[],
): { type: FormulaType; args: readonly Typed[] } | Error {
  const params = paramsFor(spec, given.length);
  if (params === null) return wrongCount(node, spec, given.length);
  const args = [...given, ...defaultsFor(spec, params.slice(given.length))];
  const types = { same: commonType('same', params, args), key: commonType('key', params, args) };
  const result: Typed[] = [];
  for (const [index, arg] of args.entries()) {
    const param = params[index] ?? 'free';
    if ((param === 'same' || param === 'key') && spec.among !== undefined && !spec.among.includes(types[param])) {
      return cannot(node, given);
    }
    const made = argument(arg, param === 'same' || param === 'key' ? types[param] : param, argumentAt(node, index));
    if (made instanceof Error) return made;
    result.push(made);
  }
  return { type: spec.returns === 'same' ? types.same : spec.returns, args: result };
}

/** The parameters for so many arguments, with those that are left out; null when there can't be so many. */
function paramsFor(spec: Operation, count: number): readonly Param[] | null {
  const { params, defaults = [], rest = [], tail } = spec;
  if (count < params.length - defaults.length) return null;
  const more = count - params.length;
  if (more <= 0) return params;
  const groups = rest.length === 0 ? 0 : Math.floor(more / rest.length);
  const left = more - groups * rest.length;
  if (left > (tail === undefined ? 0 : 1)) return null;
  const repeated = Array.from({ length: groups }, () => rest).flat();
  return [...params, ...repeated, ...(left === 1 && tail !== undefined ? [tail] : [])];
}

function wrongCount(node: Call, { params, defaults = [], rest = [] }: Operation, count: number): Error {
  const least = params.length - defaults.length;
  const most = params.length;
  const wanted = rest.length > 0 ? `≥ ${least}` : most === least ? `${least}` : `${least}–${most}`;
  // In pairs: a condition without its value.
  if (rest.length > 1 && count >= least) {
    return formulaProblem(
      node.at,
      `${node.name} takes a value for every condition`,
      `${node.name} 的每个条件都需要一个值`,
    );
  }
  return formulaProblem(
    node.at,
    `${node.name} takes ${wanted} values, not ${count}`,
    `${node.name} 需要 ${wanted} 个值，而不是 ${count} 个`,
  );
}

function defaultsFor({ params, defaults = [] }: Operation, missing: readonly Param[]): Typed[] {
  const from = params.length - missing.length;
  return missing.map((param, index) => {
    const value = defaults[defaults.length - (params.length - from) + index] ?? null;
    const type = param === 'places' || param === 'number' ? 'number' : typeof value === 'boolean' ? 'boolean' : 'text';
    return { kind: 'literal', type, value };
  });
}

/** An argument as its parameter wants it; else what is wrong, at its place. */
function argument(arg: Typed, param: Exclude<Param, 'same' | 'key'>, at: number): Typed | Error {
  switch (param) {
    case 'free':
      return arg;
    case 'places':
      return isPlaces(arg)
        ? arg
        : formulaProblem(at, 'expected a whole number from -20 to 20', '此处应为 -20 至 20 的整数');
    case 'any':
      return asText(arg) ?? formulaProblem(at, `${arg.type} has no text`, `${inChinese[arg.type]}不能转为文本`);
    case 'day':
      if (arg.type === 'dateTime') return { kind: 'apply', type: 'date', operation: 'dayOf', args: [arg] };
      return argument(arg, 'date', at);
    case 'numberFormat':
      return format(arg, at, numberFormat, '0.00, #,##0, 0%');
    case 'dateFormat':
      return format(arg, at, (text) => dateFormat(text, false), 'yyyy-mm-dd, m月d日');
    case 'timeFormat':
      return format(arg, at, (text) => dateFormat(text, true), 'yyyy-mm-dd hh:mm');
    default:
      return fits(arg, param) ? converted(arg, param) : mismatch(at, param, arg.type);
  }
}

function format(arg: Typed, at: number, read: (text: string) => string | null, examples: string): Typed | Error {
  const value = arg.kind === 'literal' && arg.type === 'text' && typeof arg.value === 'string' ? read(arg.value) : null;
  if (value === null) {
    return formulaProblem(
      at,
      `expected a format in quotes, such as ${examples}`,
      `此处应为引号内的格式，如 ${examples}`,
    );
  }
  return { kind: 'literal', type: 'text', value };
}

function argumentAt(node: Call, index: number): number {
  return node.args[index]?.at ?? node.at;
}

/** The type of the arguments that must have the same: of the first that isn't a literal text, which may be a date. */
function commonType(param: 'same' | 'key', params: readonly Param[], args: readonly Typed[]): FormulaType {
  const same = args.filter((_, index) => params[index] === param);
  const telling = same.find((arg) => !(arg.kind === 'literal' && arg.type === 'text'));
  return (telling ?? same[0])?.type ?? 'text';
}

function isEmpty(arg: Typed): boolean {
  return arg.kind === 'literal' && arg.value === null;
}

/** Whether a value is of a type: the empty text of every one, a literal text of dates and times if it reads as one. */
function fits(arg: Typed, type: FormulaType): boolean {
  if (arg.type === type || isEmpty(arg)) return true;
  if (arg.kind !== 'literal' || arg.type !== 'text' || typeof arg.value !== 'string') return false;
  return (
    (type === 'date' && dayNumber(arg.value) !== null) || (type === 'dateTime' && microseconds(arg.value) !== null)
  );
}

function converted(arg: Typed, type: FormulaType): Typed {
  return arg.kind === 'literal' ? { ...arg, type } : arg;
}

function isPlaces(arg: Typed): boolean {
  return arg.kind === 'literal' && arg.type === 'number' && /^-?(1?\d|20)$/.test(String(arg.value));
}

const texts = { number: 'numberText', boolean: 'booleanText', date: 'dateText', id: 'idText' } as const;

function asText(arg: Typed): Typed | null {
  const { type } = arg;
  if (type === 'text') return arg;
  return type === 'dateTime' ? null : { kind: 'apply', type: 'text', operation: texts[type], args: [arg] };
}
