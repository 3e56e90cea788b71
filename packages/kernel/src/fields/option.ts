import { isJsonObject, type Json, type Option } from '@huike/schema';
import type { Catalog, CatalogField, Failure, FieldHandler, Parsed, StoredValues } from '../catalog/types.ts';
import { cleanText } from './clean.ts';
import { isBlank, nothing, operatorSets, plain, refused, stored, textColumn, wrongType } from './common.ts';
import { mask } from './mask.ts';
import { comparedText } from './text.ts';

// An option that is retired is no longer offered but still read. `parse` can't know what a record has, so it lets
// retired options through and names them; the write refuses those that the record doesn't have already.

const most = 500;

/** Whether an option is retired, by value. Made once for each list of options. */
type Offer = ReadonlyMap<string, boolean>;
const offers = new WeakMap<readonly Option[], Offer>();
const noOptions: readonly Option[] = [];

/** The options of a field, its own or those of its shared set. */
export function optionsOf(field: CatalogField, catalog: Catalog): readonly Option[] {
  const { definition } = field;
  if (definition?.type !== 'option' && definition?.type !== 'options') return noOptions;
  if (definition.optionSet === undefined) return definition.options ?? noOptions;
  return catalog.optionSets.get(definition.optionSet)?.options ?? noOptions;
}

function offerOf(field: CatalogField, catalog: Catalog): Offer {
  const options = optionsOf(field, catalog);
  let offer = offers.get(options);
  if (offer === undefined) {
    offer = new Map(options.map(({ value, retired }) => [value, retired === true]));
    offers.set(options, offer);
  }
  return offer;
}

/** The failure of retired options that a record doesn't have yet; null when there is none. `before`: its columns, null for a new record. */
export function refuseRetired(retired: readonly string[], before: StoredValues | null): Failure | null {
  const had = before?.[''] ?? null;
  const value = retired.find((option) => (Array.isArray(had) ? !had.includes(option) : had !== option));
  return value === undefined ? null : { code: 'value.option', params: { value } };
}

function accepted(columns: StoredValues, retired: readonly string[]): Parsed {
  return retired.length === 0 ? stored(columns) : { ok: true, columns, retired };
}

const arrayColumn = { suffix: '', sqlType: 'text[] collate "C"' };

export const option: FieldHandler = {
  type: 'option',
  columns: () => [textColumn],
  parse: (value, field, { catalog }) => {
    if (isBlank(value)) return nothing;
    const cleaned = typeof value === 'string' ? cleanText(value, 100, false) : wrongType('an option');
    if (!cleaned.ok) return cleaned;
    const retired = offerOf(field, catalog).get(cleaned.text);
    if (retired === undefined) return refused('value.option', { value: cleaned.text });
    return accepted({ '': cleaned.text }, retired ? [cleaned.text] : []);
  },
  ...plain,
  operators: operatorSets.equality,
  comparable: { ...comparedText, expected: 'an option' },
  mask,
  search: null,
  jsonSchema: (field) => {
    const { definition } = field;
    const own = definition?.type === 'option' ? (definition.options ?? []) : [];
    const offered = own.filter(({ retired }) => retired !== true).map(({ value }) => value);
    return {
      in: offered.length === 0 ? { type: 'string' } : { type: 'string', enum: offered },
      out: { type: 'string' },
    };
  },
};

/** Texts of an array, each once, in the order in which they were written; null when it is something else. */
function readTexts(value: Json): string[] | null {
  if (!Array.isArray(value) || value.length > most) return null;
  const texts = new Set<string>();
  for (const item of value) {
    const cleaned = typeof item === 'string' ? cleanText(item, 100, false) : null;
    if (cleaned === null || !cleaned.ok) return null;
    if (cleaned.text !== '') texts.add(cleaned.text);
  }
  return [...texts];
}

const arraySchema = (maxItems: number) => ({ type: 'array', items: { type: 'string' }, maxItems });

export const options: FieldHandler = {
  type: 'options',
  columns: () => [arrayColumn],
  parse: (value, field, { catalog }) => {
    if (isBlank(value)) return nothing;
    const values = readTexts(typeof value === 'string' ? [value] : value);
    if (values === null) return wrongType('an array of options');
    if (values.length === 0) return nothing;
    const offer = offerOf(field, catalog);
    const unknown = values.find((each) => !offer.has(each));
    if (unknown !== undefined) return refused('value.option', { value: unknown });
    return accepted(
      { '': values },
      values.filter((each) => offer.get(each)),
    );
  },
  ...plain,
  operators: operatorSets.list,
  comparable: { ...comparedText, type: 'text[]', expected: 'an option' },
  mask,
  search: null,
  jsonSchema: () => ({ in: { ...arraySchema(most), uniqueItems: true }, out: arraySchema(most) }),
};

/** The retired options along a path in a tree of choices; null when the path isn't in it. */
function walk(tree: readonly unknown[], path: readonly string[]): string[] | null {
  const retired: string[] = [];
  let level: readonly unknown[] = tree;
  for (const value of path) {
    const node = level.find((each) => isJsonObject(each) && each.value === value);
    if (!isJsonObject(node)) return null;
    if (node.retired === true) retired.push(value);
    level = Array.isArray(node.children) ? node.children : [];
  }
  return retired;
}

/** A path in a tree of choices from its root: 浙江, 杭州. It may end before a leaf. */
export const cascade: FieldHandler = {
  type: 'cascade',
  columns: () => [arrayColumn],
  parse: (value, field) => {
    if (isBlank(value)) return nothing;
    const path = Array.isArray(value) && value.length <= 20 ? readPath(value) : null;
    if (path === null) return wrongType('a path of options');
    if (path.length === 0) return nothing;
    const { definition } = field;
    const retired = definition?.type === 'cascade' ? walk(definition.tree, path) : null;
    return retired === null ? refused('value.option', { value: path.join(' / ') }) : accepted({ '': path }, retired);
  },
  ...plain,
  operators: operatorSets.list,
  comparable: { ...comparedText, type: 'text[]', expected: 'an option' },
  mask,
  search: null,
  jsonSchema: () => ({ in: arraySchema(20), out: arraySchema(20) }),
};

/** Like readTexts, but a level may have the name of another: 北京 / 北京. */
function readPath(value: readonly Json[]): string[] | null {
  const path: string[] = [];
  for (const item of value) {
    const cleaned = typeof item === 'string' ? cleanText(item, 100, false) : null;
    if (cleaned === null || !cleaned.ok || cleaned.text === '') return null;
    path.push(cleaned.text);
  }
  return path;
}
