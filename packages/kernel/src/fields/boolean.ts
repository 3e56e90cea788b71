import type { Json } from '@huike/schema';
import type { FieldHandler } from '../catalog/types.ts';
import { column, isBlank, nothing, operatorSets, plain, stored, wrongType } from './common.ts';
import { mask } from './mask.ts';

const words: Readonly<Record<string, boolean>> = { true: true, false: false, 是: true, 否: false };

function readBoolean(value: Json): boolean | null {
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' && value.length < 100 ? value.trim().toLowerCase() : '';
  return Object.hasOwn(words, word) ? (words[word] ?? null) : null;
}

export const boolean: FieldHandler = {
  type: 'boolean',
  columns: () => [{ suffix: '', sqlType: 'boolean' }],
  parse: (value) => {
    if (isBlank(value)) return nothing;
    const read = readBoolean(value);
    return read === null ? wrongType('true or false') : stored({ '': read });
  },
  ...plain,
  operators: operatorSets.equality,
  comparable: { type: 'boolean', expression: column, parse: readBoolean, expected: 'true or false' },
  mask,
  search: null,
  jsonSchema: () => ({ in: { type: 'boolean' }, out: { type: 'boolean' } }),
};
