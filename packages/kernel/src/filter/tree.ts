import { filterLimits, isJsonObject, type Json, type Operator, operators, problem } from '@huike/schema';

// A filter as it came, checked for its shape only, with the values taken out. The tree that stays is the same for
// every value, so that it can be the key under which the compiled statement is kept.

export type FilterTree =
  | { readonly and: readonly FilterTree[] }
  | { readonly or: readonly FilterTree[] }
  | { readonly not: FilterTree }
  | ConditionTree;

export interface ConditionTree {
  readonly path: readonly string[];
  readonly op: Operator;
  /** Place of the value among the values taken out; absent for `empty`, `notEmpty` and the nested kinds. */
  readonly value?: number;
  /** The value itself, in a filter that is part of the metadata. */
  readonly constant?: Json;
  /** For some, none and every. */
  readonly inner?: FilterTree;
}

const operatorNames: ReadonlySet<string> = new Set(operators);
const nesting: ReadonlySet<string> = new Set(['some', 'none', 'every']);
const pathPattern = /^[a-z][A-Za-z0-9]{0,47}(\.[a-z][A-Za-z0-9]{0,47}){0,5}$/;

/** The steps of an untrusted path. A name that no field can have answers like one that no field has: `field.unknown`. */
export function stepsOf(path: string): readonly string[] {
  if (!pathPattern.test(path)) throw problem('field.unknown', { field: path.slice(0, 100).toWellFormed() });
  return path.split('.');
}

function isOperator(value: unknown): value is Operator {
  return typeof value === 'string' && operatorNames.has(value);
}

/**
 * Reads an untrusted filter; its values are appended to `values`.
 * Throws `query.invalid`, `request.tooDeep` or `request.tooMany`.
 */
export function parseFilter(input: unknown, values: Json[]): FilterTree {
  let nodes = 0;
  let listed = 0;
  let relations = 0;

  function visit(node: unknown, path: string, depth: number, nested: number): FilterTree {
    if (depth > filterLimits.depth)
      throw problem('request.tooDeep', { what: 'The filter', whatZh: '筛选条件', limit: filterLimits.depth });
    if (++nodes > filterLimits.nodes)
      throw problem('request.tooMany', { what: 'filter conditions', whatZh: '筛选条件', limit: filterLimits.nodes });
    if (!isJsonObject(node))
      throw problem('query.invalid', { path, detail: 'a filter is an object', detailZh: '筛选条件应为对象' });
    const keys = Object.keys(node);
    const [only] = keys;
    if (keys.length === 1 && (only === 'and' || only === 'or')) {
      const items = node[only];
      if (!Array.isArray(items))
        throw problem('query.invalid', { path: `${path}/${only}`, detail: 'expected an array', detailZh: '应为数组' });
      const parsed = items.map((item, index) => visit(item, `${path}/${only}/${index}`, depth + 1, nested));
      return only === 'and' ? { and: parsed } : { or: parsed };
    }
    if (keys.length === 1 && only === 'not') return { not: visit(node.not, `${path}/not`, depth + 1, nested) };
    return condition(node, path, depth, nested);
  }

  function condition(
    node: { readonly [key: string]: Json },
    path: string,
    depth: number,
    nested: number,
  ): ConditionTree {
    const unknown = Object.keys(node).find((key) => key !== 'field' && key !== 'op' && key !== 'value');
    if (unknown !== undefined)
      throw problem('query.invalid', {
        path,
        detail: `"${unknown.slice(0, 60)}" has no meaning here`,
        detailZh: `“${unknown.slice(0, 60)}”在此无意义`,
      });
    const { field, op, value } = node;
    if (typeof field !== 'string')
      throw problem('query.invalid', { path, detail: 'a condition names a field', detailZh: '条件须指明字段' });
    const steps = stepsOf(field);
    if (!isOperator(op))
      throw problem('query.invalid', { path, detail: 'unknown operator', detailZh: '没有这个运算符' });
    follow(steps.length - 1);
    if (op === 'empty' || op === 'notEmpty') return { path: steps, op };
    if (nesting.has(op)) {
      follow(1);
      if (nested === filterLimits.nesting)
        throw problem('request.tooDeep', {
          what: 'A filter of related records',
          whatZh: '关联记录的筛选条件',
          limit: filterLimits.nesting,
        });
      return { path: steps, op, inner: visit(value ?? {}, `${path}/value`, depth + 1, nested + 1) };
    }
    if (value === undefined) throw problem('query.invalid', { path, detail: 'a value is missing', detailZh: '缺少值' });
    if (value === null && (op === 'eq' || op === 'ne')) return { path: steps, op: op === 'eq' ? 'empty' : 'notEmpty' };
    if (Array.isArray(value)) listed += value.length;
    if (listed > filterLimits.values)
      throw problem('request.tooMany', { what: 'filter values', whatZh: '筛选值', limit: filterLimits.values });
    values.push(value);
    return { path: steps, op, value: values.length - 1 };
  }

  function follow(count: number): void {
    relations += count;
    if (relations > filterLimits.relations)
      throw problem('request.tooMany', { what: 'relations', whatZh: '关联', limit: filterLimits.relations });
  }

  return visit(input, '/filter', 1, 0);
}

/** The same for a filter that is part of the metadata: its values stay where they are. */
export function parseConstantFilter(input: unknown): FilterTree {
  const values: Json[] = [];
  return withConstants(parseFilter(input, values), values);
}

function withConstants(tree: FilterTree, values: readonly Json[]): FilterTree {
  if ('and' in tree) return { and: tree.and.map((part) => withConstants(part, values)) };
  if ('or' in tree) return { or: tree.or.map((part) => withConstants(part, values)) };
  if ('not' in tree) return { not: withConstants(tree.not, values) };
  const { value, inner, ...rest } = tree;
  return {
    ...rest,
    ...(value === undefined ? {} : { constant: values[value] ?? null }),
    ...(inner === undefined ? {} : { inner: withConstants(inner, values) }),
  };
}
