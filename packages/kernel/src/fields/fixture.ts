import type { FieldDefinition, FieldType, Json, OptionSet } from '@huike/schema';
import type { Catalog, CatalogField, CatalogObject, FieldHandler, ParseContext, Parsed } from '../catalog/types.ts';
import { handlerOf } from './index.ts';

// Fields as a catalog would have them, for tests.

const levels: OptionSet = {
  name: 'level',
  options: [
    { value: 'gold', label: { zh: '金', en: 'Gold' } },
    { value: 'old', label: { zh: '旧', en: 'Old' }, retired: true },
  ],
};

const company: Catalog['company'] = {
  currency: 'CNY',
  timeZone: 'Asia/Shanghai',
  language: 'zh',
  profile: 'ordinary',
  channels: [],
  rates: [
    { currency: 'USD', from: '2020-01-01', rate: '6.9' },
    { currency: 'USD', from: '2026-01-01', rate: '7.1234' },
    { currency: 'USD', from: '2026-02-01', rate: '7' },
    { currency: 'JPY', from: '2020-01-01', rate: '0.0481' },
    { currency: 'EUR', from: '2026-02-01', rate: '8' },
  ],
};

/** 31 January 2026, 23:30 in Shanghai: half an hour before the rates of February hold. */
export const context: ParseContext = {
  catalog: {
    version: 1,
    objects: new Map(),
    traits: new Map(),
    roles: new Map(),
    optionSets: new Map([[levels.name, levels]]),
    identifierKinds: new Map(),
    sharingRules: [],
    views: new Map(),
    layouts: new Map(),
    menus: new Map(),
    flows: new Map(),
    company,
  },
  company,
  now: new Date('2026-01-31T15:30:00Z'),
  timeZone: 'Asia/Shanghai',
};

/** An object with these fields; the first is its title. */
export function objectWith(definitions: readonly FieldDefinition[]): CatalogObject {
  const fields = new Map<string, CatalogField>();
  const object: CatalogObject = {
    id: '01890a5d-ac96-774b-bcce-b302099a8057',
    name: 'sample',
    label: { zh: '样例', en: 'Sample' },
    app: null,
    definition: { name: 'sample' },
    table: 'sample',
    traits: [],
    fields,
    get title() {
      const [first] = fields.values();
      if (first === undefined) throw new Error('no fields');
      return first;
    },
    master: null,
    referrers: [],
    rollups: [],
    indexes: [],
  };
  for (const [index, definition] of definitions.entries()) {
    fields.set(definition.name, fieldIn(object, 10 + index, definition, handlerOf(definition)));
  }
  return object;
}

function fieldIn(object: CatalogObject, tag: number, definition: FieldDefinition, handler: FieldHandler): CatalogField {
  return {
    object,
    tag,
    name: definition.name,
    label: { zh: definition.name, en: definition.name },
    type: definition.type,
    system: false,
    required: definition.required ?? false,
    definition,
    column: definition.name,
    handler,
    target: null,
    inverse: null,
    computed: definition.type === 'formula' || definition.type === 'rollup' ? 'stored' : null,
  };
}

/** The first field of an object that is not its title. */
export function fieldOf(definition: FieldDefinition): CatalogField {
  const object = objectWith([{ name: 'title', type: 'text' }, definition]);
  const field = object.fields.get(definition.name);
  if (field === undefined) throw new Error('no field');
  return field;
}

const tree = [
  {
    value: '浙江',
    label: { zh: '浙江', en: 'Zhejiang' },
    children: [{ value: '杭州' }, { value: '旧市', retired: true }],
  },
  { value: '北京', children: [{ value: '北京' }] },
];

/** A plain declaration of each type. */
export const plainDefinitions: Readonly<Record<FieldType, FieldDefinition>> = {
  text: { name: 'f', type: 'text' },
  longText: { name: 'f', type: 'longText' },
  richText: { name: 'f', type: 'richText' },
  number: { name: 'f', type: 'number' },
  decimal: { name: 'f', type: 'decimal' },
  money: { name: 'f', type: 'money' },
  percent: { name: 'f', type: 'percent' },
  date: { name: 'f', type: 'date' },
  dateTime: { name: 'f', type: 'dateTime' },
  boolean: { name: 'f', type: 'boolean' },
  option: { name: 'f', type: 'option', optionSet: 'level' },
  options: { name: 'f', type: 'options', optionSet: 'level' },
  cascade: { name: 'f', type: 'cascade', tree },
  phone: { name: 'f', type: 'phone' },
  email: { name: 'f', type: 'email' },
  url: { name: 'f', type: 'url' },
  address: { name: 'f', type: 'address' },
  geo: { name: 'f', type: 'geo' },
  user: { name: 'f', type: 'user' },
  department: { name: 'f', type: 'department' },
  relation: { name: 'f', type: 'relation', to: 'sample' },
  relations: { name: 'f', type: 'relations', to: 'sample' },
  table: { name: 'f', type: 'table', fields: [{ name: 'g', type: 'text' }] },
  file: { name: 'f', type: 'file' },
  image: { name: 'f', type: 'image' },
  autoNumber: { name: 'f', type: 'autoNumber', pattern: '{0000}' },
  formula: { name: 'f', type: 'formula', expression: '1', returns: 'decimal' },
  rollup: { name: 'f', type: 'rollup', from: 'sample', via: 'f', fn: 'sum', of: 'g' },
};

/** What a field makes of a written value. Throws for a type that can't be written. */
export function parse(definition: FieldDefinition, value: Json): Parsed {
  const field = fieldOf(definition);
  if (field.handler.parse === null) throw new Error(`${definition.type} can't be written`);
  return field.handler.parse(value, field, context);
}
