import type { Json } from '@huike/schema';
import type { CatalogField, Comparable, FieldHandler } from '../catalog/types.ts';
import { pinyinSortKey } from '../search/sortkey.ts';
import { cleanText } from './clean.ts';
import { column, definitionOf, nothing, operatorSets, plain, stored, textColumn } from './common.ts';
import { mask } from './mask.ts';

const defaultLength = { text: 255, longText: 100_000 } as const;

/** Reads text to compare with, as columns keep it. */
function parseComparedText(value: Json): string | null {
  const cleaned = cleanText(value, 1000, true);
  return cleaned.ok ? cleaned.text : null;
}

/** One text column, compared as it is. */
export const comparedText: Comparable = {
  type: 'text',
  expression: column,
  parse: parseComparedText,
  expected: 'text',
};

function isTitle(field: CatalogField): boolean {
  return field.object.title.tag === field.tag;
}

/** A line. The title of its object has a second column that sorts as Chinese is sorted. */
export const text: FieldHandler = {
  type: 'text',
  columns: (field) => (isTitle(field) ? [textColumn, { ...textColumn, suffix: 'sort' }] : [textColumn]),
  parse: (value, field) => {
    const limit = definitionOf(field, 'text')?.maxLength ?? defaultLength.text;
    const cleaned = cleanText(value, limit, false);
    if (!cleaned.ok) return cleaned;
    const kept = cleaned.text === '' ? null : cleaned.text;
    return stored(isTitle(field) ? { '': kept, sort: kept === null ? null : pinyinSortKey(kept) } : { '': kept });
  },
  ...plain,
  operators: operatorSets.text,
  comparable: {
    ...comparedText,
    sort: (field, row) => column(field, row, isTitle(field) ? 'sort' : ''),
  },
  mask,
  search: 'text',
  jsonSchema: (field) => {
    const schema = { type: 'string', maxLength: definitionOf(field, 'text')?.maxLength ?? defaultLength.text };
    return { in: schema, out: schema };
  },
};

/** Several lines. */
export const longText: FieldHandler = {
  type: 'longText',
  columns: () => [textColumn],
  parse: (value, field) => {
    const limit = definitionOf(field, 'longText')?.maxLength ?? defaultLength.longText;
    const cleaned = cleanText(value, limit, true);
    if (!cleaned.ok) return cleaned;
    return cleaned.text === '' ? nothing : stored({ '': cleaned.text });
  },
  ...plain,
  operators: operatorSets.text,
  comparable: comparedText,
  mask,
  search: 'text',
  jsonSchema: (field) => {
    const schema = { type: 'string', maxLength: definitionOf(field, 'longText')?.maxLength ?? defaultLength.longText };
    return { in: schema, out: schema };
  },
};
