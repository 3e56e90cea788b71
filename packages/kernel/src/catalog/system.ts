import type { Label, SystemField } from '@huike/schema';
import type { StoredType } from './types.ts';

/** What every record has, whatever its object declares. Tags 1 to 9 are theirs; declared fields count from 10. */
export interface SystemFieldKind {
  readonly tag: number;
  readonly type: StoredType;
  readonly label: Label;
  /** The kernel object that the field's id is of. */
  readonly target: 'user' | 'department' | null;
}

export const firstTag = 10;

export const systemFieldKinds: Readonly<Record<SystemField, SystemFieldKind>> = {
  id: { tag: 1, type: 'id', label: { zh: 'ID', en: 'ID' }, target: null },
  version: { tag: 2, type: 'version', label: { zh: '版本', en: 'Version' }, target: null },
  owner: { tag: 3, type: 'user', label: { zh: '负责人', en: 'Owner' }, target: 'user' },
  department: { tag: 4, type: 'department', label: { zh: '所属部门', en: 'Department' }, target: 'department' },
  createdAt: { tag: 5, type: 'dateTime', label: { zh: '创建时间', en: 'Created at' }, target: null },
  createdBy: { tag: 6, type: 'user', label: { zh: '创建人', en: 'Created by' }, target: 'user' },
  updatedAt: { tag: 7, type: 'dateTime', label: { zh: '更新时间', en: 'Updated at' }, target: null },
  updatedBy: { tag: 8, type: 'user', label: { zh: '更新人', en: 'Updated by' }, target: 'user' },
  deletedAt: { tag: 9, type: 'dateTime', label: { zh: '删除时间', en: 'Deleted at' }, target: null },
};
