import type { FieldInfo, ObjectInfo } from '../data/api.ts';

/** The columns of a table field: the fields of its rows but for those that every record has. */
export function rowFieldsOf(rows: ObjectInfo): readonly FieldInfo[] {
  return rows.fields.filter((field) => !field.system && field.name !== 'parent' && field.name !== 'position');
}
