import { isJsonObject, type Operator } from '@huike/schema';
import type { FieldHandler } from '../catalog/types.ts';
import { sql } from '../database/sql.ts';
import { cleanText } from './clean.ts';
import { column, isBlank, nothing, operatorSets, plain, refused, stored, wrongType } from './common.ts';
import { mask } from './mask.ts';
import { comparedText } from './text.ts';

const jsonColumn = { suffix: '', sqlType: 'jsonb' };

/** The parts of an address from the widest to the narrowest, with their longest text. */
const addressParts = { country: 60, province: 60, city: 60, district: 60, street: 500, postcode: 20 } as const;
const partNames = new Set(Object.keys(addressParts));
const addressWords = 'an address: {"province", "city", "district", "street"}';

/** 省市区 and the rest. A text is taken as the street. */
export const address: FieldHandler = {
  type: 'address',
  columns: () => [jsonColumn],
  parse: (value) => {
    const written = typeof value === 'string' ? { street: value } : value;
    if (!isJsonObject(written) || Object.keys(written).some((name) => !partNames.has(name)))
      return wrongType(addressWords);
    const parts: { [name: string]: string } = {};
    for (const [name, limit] of Object.entries(addressParts)) {
      const part = written[name] ?? null;
      if (part === null) continue;
      const cleaned = cleanText(part, limit, false);
      if (!cleaned.ok) return cleaned;
      if (cleaned.text !== '') parts[name] = cleaned.text;
    }
    return Object.keys(parts).length === 0 ? nothing : stored({ '': parts });
  },
  ...plain,
  operators: new Set<Operator>([...operatorSets.existence, 'contains']),
  comparable: {
    ...comparedText,
    // The whole address as it is written in Chinese; null without one.
    expression: (field, row) => {
      const value = column(field, row);
      const parts = Object.keys(addressParts).map((name) => sql`coalesce(${value}->>${sql.literal(name)}, '')`);
      return sql`(case when ${value} is not null then ${sql.join(parts, ' || ')} end) collate "C"`;
    },
  },
  mask,
  search: null,
  jsonSchema: () => {
    const properties = Object.fromEntries(
      Object.entries(addressParts).map(([name, maxLength]) => [name, { type: 'string', maxLength }]),
    );
    const object = { type: 'object', properties };
    return { in: { oneOf: [{ type: 'string' }, { ...object, additionalProperties: false }] }, out: object };
  },
};

/** A place in WGS 84. */
export const geo: FieldHandler = {
  type: 'geo',
  columns: () => [jsonColumn],
  parse: (value) => {
    if (isBlank(value)) return nothing;
    if (!isJsonObject(value) || Object.keys(value).some((name) => name !== 'lng' && name !== 'lat')) {
      return wrongType('a place: {"lng", "lat"}');
    }
    const { lng, lat } = value;
    if (typeof lng !== 'number' || typeof lat !== 'number') return wrongType('a place: {"lng", "lat"}');
    if (!(Math.abs(lng) <= 180)) return refused('value.range', { min: -180, max: 180 });
    if (!(Math.abs(lat) <= 90)) return refused('value.range', { min: -90, max: 90 });
    // Nine digits are a tenth of a millimetre; adding zero makes -0 a plain zero.
    return stored({ '': { lng: Number(lng.toFixed(9)) + 0, lat: Number(lat.toFixed(9)) + 0 } });
  },
  ...plain,
  operators: operatorSets.existence,
  comparable: null,
  mask,
  search: null,
  jsonSchema: () => {
    const schema = {
      type: 'object',
      properties: {
        lng: { type: 'number', minimum: -180, maximum: 180 },
        lat: { type: 'number', minimum: -90, maximum: 90 },
      },
      required: ['lng', 'lat'],
    };
    return { in: { ...schema, additionalProperties: false }, out: schema };
  },
};
