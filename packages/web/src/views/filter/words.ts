import type { Condition, Filter, Operator, RelativeSpan } from '@huike/schema';
import type { ObjectInfo } from '../../data/api.ts';
import { fieldAt, labelAt } from '../../grid/columns.ts';
import { kindOf, labelIn, optionLabel } from '../../grid/text.ts';
import { groupOf, isCondition, isObject, isSpan } from './model.ts';

// A filter in the words of who reads it: 阶段 是 新建、成交 · Stage is New, Won.

export interface Speaker {
  readonly language: 'zh' | 'en';
  readonly objects: readonly ObjectInfo[];
  /** The title of a related record by its id. */
  readonly nameOf: (id: string) => string;
}

type Both = readonly [zh: string, en: string];

const words: Readonly<Record<Operator, Both>> = {
  eq: ['等于', 'is'],
  ne: ['不等于', 'is not'],
  lt: ['小于', 'is under'],
  lte: ['不超过', 'is at most'],
  gt: ['大于', 'is over'],
  gte: ['不低于', 'is at least'],
  in: ['是', 'is'],
  notIn: ['不是', 'is not'],
  contains: ['包含', 'contains'],
  startsWith: ['开头是', 'starts with'],
  endsWith: ['结尾是', 'ends with'],
  empty: ['为空', 'is empty'],
  notEmpty: ['已填写', 'is filled in'],
  between: ['介于', 'is between'],
  within: ['在', 'is in'],
  some: ['有一个满足', 'has one with'],
  none: ['没有一个满足', 'has none with'],
  every: ['每一个都满足', 'has every one with'],
};
const timeWords: Partial<Record<Operator, Both>> = {
  gte: ['不早于', 'is from'],
  gt: ['晚于', 'is after'],
  lt: ['早于', 'is before'],
  lte: ['不晚于', 'is until'],
};
const oneWords: Partial<Record<Operator, Both>> = {
  some: ['满足', 'has'],
  none: ['不满足', 'has not'],
};

const pick = (language: 'zh' | 'en', [zh, en]: Both) => (language === 'en' ? en : zh);

export function operatorWord(kind: string, op: Operator, language: 'zh' | 'en'): string {
  const times = kind === 'date' || kind === 'dateTime';
  const toOne = kind === 'relation' || kind === 'user' || kind === 'department';
  const own = times
    ? timeWords[op]
    : toOne
      ? oneWords[op]
      : op === 'eq' && kind === 'boolean'
        ? (['是', 'is'] as const)
        : undefined;
  return pick(language, own ?? words[op]);
}

const unitWords: Readonly<Record<string, Both>> = {
  day: ['天', 'days'],
  week: ['周', 'weeks'],
  month: ['个月', 'months'],
  quarter: ['个季度', 'quarters'],
  year: ['年', 'years'],
};
const thisWords: Readonly<Record<string, Both>> = {
  day: ['今天', 'today'],
  week: ['本周', 'this week'],
  month: ['本月', 'this month'],
  quarter: ['本季度', 'this quarter'],
  year: ['今年', 'this year'],
};

export function unitWord(unit: string, language: 'zh' | 'en'): string {
  return pick(language, unitWords[unit] ?? [unit, unit]);
}

export function spanWords(span: RelativeSpan, language: 'zh' | 'en'): string {
  if ('this' in span) return pick(language, thisWords[span.this] ?? [span.this, span.this]);
  const unit = unitWord(span.unit, language);
  const one = (count: number) => (language === 'en' && count === 1 ? unit.replace(/s$/, '') : unit);
  if ('last' in span)
    return language === 'en' ? `the last ${span.last} ${one(span.last)}` : `最近 ${span.last} ${unit}`;
  return language === 'en' ? `the next ${span.next} ${one(span.next)}` : `未来 ${span.next} ${unit}`;
}

/** One condition as a phrase: the field, what is said of it, and the value. */
export function conditionWords(
  { field: path, op, value }: Condition,
  object: ObjectInfo,
  speaker: Speaker,
): { readonly field: string; readonly op: string; readonly value: string } {
  const { language, objects } = speaker;
  const field = fieldAt(objects, object, path);
  const kind = field === undefined ? 'text' : kindOf(field);
  const name = labelIn(labelAt(objects, object, path), language);
  return { field: name, op: operatorWord(kind, op, language), value: valueWords(value, op) };

  function valueWords(given: unknown, operator: Operator): string {
    if (given === undefined || given === null || given === '') return '';
    const target = objects.find((one) => one.name === field?.target);
    if (operator === 'some' || operator === 'none' || operator === 'every')
      return target === undefined ? '…' : `(${filterWords(isFilterLike(given) ? given : null, target, speaker)})`;
    if (isSpan(given)) return spanWords(given, language);
    if (operator === 'between' && Array.isArray(given))
      return given.map((end) => one(end)).join(language === 'en' ? ' and ' : ' 和 ');
    if (Array.isArray(given)) return given.map((item) => one(item)).join(language === 'en' ? ', ' : '、');
    return one(given);
  }

  function one(item: unknown): string {
    if (field === undefined) return String(item);
    if (kind === 'boolean') return pick(language, item === true ? ['是', 'yes'] : ['否', 'no']);
    if (kind === 'option' || kind === 'options') return optionLabel(field, item, language);
    if (kind === 'relation' || kind === 'user' || kind === 'department') return speaker.nameOf(String(item));
    if (kind === 'text' || kind === 'longText') return language === 'en' ? `“${item}”` : `“${item}”`;
    return String(item);
  }
}

function isFilterLike(value: unknown): value is Filter {
  return isObject(value);
}

/** A whole filter as a sentence. */
export function filterWords(filter: Filter | null, object: ObjectInfo, speaker: Speaker): string {
  const { language } = speaker;
  if (filter === null) return pick(language, ['全部', 'all']);
  if ('not' in filter) return `${pick(language, ['不满足', 'not '])}(${filterWords(filter.not, object, speaker)})`;
  if (isCondition(filter)) {
    const { field, op, value } = conditionWords(filter, object, speaker);
    return [field, op, value].filter((part) => part !== '').join(' ');
  }
  const { join, items } = groupOf(filter);
  if (items.length === 0) return pick(language, ['全部', 'all']);
  const between = join === 'and' ? pick(language, [' 且 ', ' and ']) : pick(language, [' 或 ', ' or ']);
  return items
    .map((item) => {
      const inner = groupOf(item);
      const said = filterWords(item, object, speaker);
      return isCondition(item) || 'not' in item || inner.items.length < 2 ? said : `(${said})`;
    })
    .join(between);
}

/** The ids of the related records that a filter names, by the object that they are of. */
export function namedRecords(
  filter: Filter | null,
  object: ObjectInfo,
  objects: readonly ObjectInfo[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  const visit = (part: Filter | null, of: ObjectInfo): void => {
    if (part === null) return;
    if ('not' in part) {
      visit(part.not, of);
      return;
    }
    if (!isCondition(part)) {
      for (const item of groupOf(part).items) visit(item, of);
      return;
    }
    const field = fieldAt(objects, of, part.field);
    const target = objects.find((one) => one.name === field?.target);
    if (field === undefined || target === undefined) return;
    if (part.op === 'some' || part.op === 'none' || part.op === 'every') {
      if (isFilterLike(part.value)) visit(part.value, target);
      return;
    }
    const ids = Array.isArray(part.value) ? part.value : [part.value];
    const known = found.get(target.name) ?? new Set();
    for (const id of ids) if (typeof id === 'string') known.add(id);
    if (known.size > 0) found.set(target.name, known);
  };
  visit(filter, object);
  return found;
}
