import type { FieldDefinition } from '../fields.ts';
import type { SystemField } from '../metadata.ts';
import type { FormulaFieldType } from './values.ts';

const byType: Readonly<Partial<Record<FieldDefinition['type'], FormulaFieldType>>> = {
  text: 'text',
  longText: 'text',
  number: 'double',
  decimal: 'number',
  money: 'number',
  percent: 'number',
  date: 'date',
  dateTime: 'dateTime',
  boolean: 'boolean',
  option: 'text',
  phone: 'text',
  email: 'text',
  url: 'text',
  autoNumber: 'text',
  address: 'text',
  user: 'id',
  department: 'id',
  relation: 'id',
};

const bySystemField: Readonly<Record<SystemField, FormulaFieldType>> = {
  id: 'id',
  version: 'number',
  owner: 'id',
  department: 'id',
  createdAt: 'dateTime',
  createdBy: 'id',
  updatedAt: 'dateTime',
  updatedBy: 'id',
  deletedAt: 'dateTime',
};

const byReturns = {
  text: 'text',
  number: 'double',
  decimal: 'number',
  boolean: 'boolean',
  date: 'date',
  dateTime: 'dateTime',
} as const;

/**
 * What a field is in a formula; null when it can't stand in one. Money counts in the company's currency, a percentage
 * as it is shown. `measured` is the field that a rollup is over.
 */
export function formulaFieldType(
  field: FieldDefinition | SystemField,
  measured: FieldDefinition | null = null,
): FormulaFieldType | null {
  if (typeof field === 'string') return bySystemField[field];
  if (field.type === 'formula') return byReturns[field.returns];
  if (field.type !== 'rollup') return byType[field.type] ?? null;
  if (measured === null || (field.fn !== 'min' && field.fn !== 'max')) return 'number';
  return formulaFieldType(measured);
}
