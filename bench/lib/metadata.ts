// What the benches work on: an object of their own, so that they hold whatever apps are installed.
import type { FieldDefinition, MetadataDocument, ObjectDefinition, Option } from '@huike/schema';

export const stages = ['new', 'contacted', 'qualified', 'won', 'lost'] as const;
export const sources = ['wechat', 'store', 'website', 'dealer', 'exhibition', 'referral'] as const;
export const tags = ['vip', 'trial', 'renewal', 'overdue', 'partner', 'export', 'retail', 'training'] as const;

const options = (values: readonly string[]): Option[] =>
  values.map((value) => ({ value, label: { zh: value, en: value } }));

const fields: readonly FieldDefinition[] = [
  { name: 'name', type: 'text', required: true, maxLength: 100 },
  { name: 'company', type: 'text', searchable: true },
  { name: 'mobile', type: 'phone' },
  { name: 'email', type: 'email' },
  { name: 'stage', type: 'option', options: options(stages), default: 'new' },
  { name: 'source', type: 'option', options: options(sources) },
  { name: 'city', type: 'text' },
  { name: 'position', type: 'text' },
  { name: 'score', type: 'number', min: 0, max: 1_000_000 },
  { name: 'budget', type: 'money' },
  { name: 'birthday', type: 'date' },
  { name: 'nextContact', type: 'dateTime' },
  { name: 'subscribed', type: 'boolean', default: true },
  { name: 'tags', type: 'options', options: options(tags) },
  { name: 'note', type: 'longText' },
];

export const fieldNames = fields.map(({ name }) => name);

/** A contact with 15 fields, and the index that its list needs. */
export const prospect: ObjectDefinition = {
  name: 'prospect',
  label: { zh: '联系人', en: 'Prospect' },
  title: 'name',
  fields: [...fields],
  indexes: [{ name: 'byStage', fields: ['stage', '-score'] }],
};

/** An ordinary role: 本部门及下级. */
export const role = 'prospectRep';

export const metadata: MetadataDocument = {
  objects: [prospect],
  roles: [
    {
      name: role,
      label: { zh: '销售', en: 'Sales rep' },
      objects: {
        prospect: {
          read: 'departmentTree',
          create: true,
          update: 'departmentTree',
          delete: 'own',
          export: 'none',
          transfer: 'departmentTree',
        },
      },
    },
  ],
};

/** The same with the three fields that search looks into unasked. */
export const searchedLess: MetadataDocument = {
  ...metadata,
  objects: [
    {
      ...prospect,
      fields: fields.map((field) => (field.name === 'company' ? { name: 'company', type: 'text' } : field)),
    },
  ],
};

/** An object of many fields that nobody uses: the weight of a large catalog. */
export function bystander(index: number, fieldCount: number): ObjectDefinition {
  const types = ['text', 'number', 'date', 'boolean', 'decimal', 'phone', 'dateTime', 'email'] as const;
  return {
    name: `bystander${index}`,
    title: 'f0',
    fields: Array.from({ length: fieldCount }, (_, field) => ({
      name: `f${field}`,
      type: types[field % types.length] ?? 'text',
    })),
  };
}
