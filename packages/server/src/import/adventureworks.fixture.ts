// For tests: what the AdventureWorks files are imported into.
import type { MetadataDocument } from '@huike/schema';

const option = (value: string, en: string) => ({ value, label: { zh: en, en } });
const key = { name: 'key', type: 'text', unique: true, required: true } as const;

const genders = [option('M', 'Male'), option('F', 'Female')];
const schooling = [
  ...[option('partHigh', 'Partial High School'), option('high', 'High School'), option('part', 'Partial College')],
  ...[option('bachelor', 'Bachelors'), option('graduate', 'Graduate Degree')],
];

export const adventureWorks: MetadataDocument = {
  settings: [{ name: 'company', currency: 'USD', timeZone: 'America/New_York' }],
  objects: [
    {
      name: 'territory',
      title: 'region',
      fields: [
        key,
        { name: 'region', type: 'text', required: true },
        { name: 'country', type: 'text' },
        { name: 'continent', type: 'text' },
      ],
    },
    {
      name: 'place',
      title: 'city',
      fields: [
        key,
        { name: 'city', type: 'text' },
        { name: 'state', type: 'text' },
        { name: 'country', type: 'text' },
        { name: 'territory', type: 'relation', to: 'territory' },
      ],
    },
    {
      name: 'product',
      title: 'name',
      fields: [
        key,
        { name: 'sku', type: 'text', unique: true },
        { name: 'name', type: 'text', required: true },
        { name: 'price', type: 'money' },
        { name: 'cost', type: 'money' },
      ],
    },
    {
      name: 'buyer',
      title: 'lastName',
      fields: [
        key,
        { name: 'firstName', type: 'text' },
        { name: 'lastName', type: 'text' },
        { name: 'birthDate', type: 'date' },
        { name: 'gender', type: 'option', options: genders },
        { name: 'email', type: 'email' },
        { name: 'income', type: 'money' },
        { name: 'education', type: 'option', options: schooling },
        { name: 'homeOwner', type: 'boolean' },
      ],
    },
    {
      name: 'prospect',
      title: 'lastName',
      fields: [
        key,
        { name: 'firstName', type: 'text' },
        { name: 'lastName', type: 'text' },
        { name: 'birthDate', type: 'date' },
        { name: 'bornAt', type: 'dateTime' },
        { name: 'email', type: 'email' },
        { name: 'income', type: 'money' },
        { name: 'education', type: 'option', options: schooling },
        { name: 'address', type: 'address' },
        { name: 'phone', type: 'text' },
      ],
    },
    {
      name: 'reseller',
      title: 'name',
      fields: [
        key,
        { name: 'name', type: 'text', required: true },
        { name: 'place', type: 'relation', to: 'place' },
        { name: 'sales', type: 'money' },
        { name: 'opened', type: 'number' },
      ],
    },
    {
      name: 'orderLine',
      title: 'orderNumber',
      fields: [
        { name: 'orderNumber', type: 'text', required: true },
        { name: 'line', type: 'number', required: true },
        { name: 'orderDate', type: 'date' },
        { name: 'stockDate', type: 'date' },
        { name: 'quantity', type: 'number' },
        { name: 'buyer', type: 'relation', to: 'buyer' },
        { name: 'product', type: 'relation', to: 'product' },
        { name: 'territory', type: 'relation', to: 'territory' },
      ],
    },
    {
      name: 'return',
      title: 'number',
      fields: [
        { name: 'number', type: 'autoNumber', pattern: 'R-{00000}' },
        { name: 'returnDate', type: 'date' },
        { name: 'quantity', type: 'number' },
        { name: 'product', type: 'relation', to: 'product' },
        { name: 'territory', type: 'relation', to: 'territory' },
      ],
    },
    {
      name: 'survey',
      title: 'key',
      fields: [
        key,
        { name: 'answeredAt', type: 'dateTime' },
        { name: 'buyer', type: 'relation', to: 'buyer' },
        { name: 'category', type: 'text' },
      ],
    },
  ],
};
