import type { FieldInfo } from '../data/api.ts';
import { asList, idIn, isRecord } from './text.ts';

// What is edited, and how it is sent.

const computed: ReadonlySet<string> = new Set(['formula', 'rollup', 'autoNumber']);

/** Whether a person can set the field at all. */
export function isEditable(field: FieldInfo): boolean {
  return field.right === 'edit' && !field.system && !computed.has(field.type);
}

const rowSystem: ReadonlySet<string> = new Set([
  'owner',
  'department',
  'createdAt',
  'createdBy',
  'updatedAt',
  'updatedBy',
  'deletedAt',
  'version',
  'position',
  'parent',
]);

/** The value as the server takes it: related records and files by their ids, rows without what the system keeps. */
export function written(field: FieldInfo, value: unknown, rowFields: readonly FieldInfo[] = []): unknown {
  switch (field.type) {
    case 'relation':
    case 'user':
    case 'department':
      return idIn(value);
    case 'relations':
    case 'file':
    case 'image':
      return asList(value).map(idIn);
    case 'table':
      return asList(value).map((row) => writtenRow(row, rowFields));
    default:
      return value ?? null;
  }
}

function writtenRow(row: unknown, fields: readonly FieldInfo[]): unknown {
  if (!isRecord(row)) return row;
  const kept = Object.entries(row).filter(([name]) => !rowSystem.has(name) && !name.startsWith('~'));
  return Object.fromEntries(
    kept.flatMap(([name, value]) => {
      if (name === 'id') return typeof value === 'string' ? [[name, value]] : [];
      const field = fields.find((one) => one.name === name);
      return field === undefined || !isEditable(field) ? [] : [[name, written(field, value)]];
    }),
  );
}
