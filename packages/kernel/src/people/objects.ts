import { defineObject, type Grant, roleOptionSet } from '@huike/schema';

// Users, departments and positions: the kernel's own objects, declared like anyone's.

/** Whose e-mail signs in. The department is the system field: where the user works is where the user's record lies. */
export const userObject = defineObject({
  name: 'user',
  label: { zh: '用户', en: 'User' },
  icon: 'user',
  title: 'name',
  fields: [
    { name: 'name', type: 'text', label: { zh: '姓名', en: 'Name' }, required: true, maxLength: 100 },
    { name: 'email', type: 'email', label: { zh: '邮箱', en: 'E-mail' }, required: true, unique: true },
    { name: 'phone', type: 'phone', label: { zh: '手机', en: 'Phone' } },
    { name: 'employeeNo', type: 'text', label: { zh: '工号', en: 'Employee no.' }, unique: true, maxLength: 60 },
    { name: 'position', type: 'relation', to: 'position', label: { zh: '岗位', en: 'Position' } },
    { name: 'roles', type: 'options', optionSet: roleOptionSet, label: { zh: '角色', en: 'Roles' } },
    { name: 'active', type: 'boolean', label: { zh: '启用', en: 'Active' }, default: true },
    {
      name: 'language',
      type: 'option',
      label: { zh: '语言', en: 'Language' },
      options: [
        { value: 'zh', label: { zh: '中文', en: 'Chinese' } },
        { value: 'en', label: { zh: '英文', en: 'English' } },
      ],
    },
    { name: 'timeZone', type: 'text', label: { zh: '时区', en: 'Time zone' }, maxLength: 60 },
    { name: 'avatar', type: 'image', label: { zh: '头像', en: 'Avatar' }, maxFiles: 1 },
  ],
});

export const departmentObject = defineObject({
  name: 'department',
  label: { zh: '部门', en: 'Department' },
  icon: 'department',
  title: 'name',
  fields: [
    { name: 'name', type: 'text', label: { zh: '名称', en: 'Name' }, required: true, maxLength: 100 },
    { name: 'code', type: 'text', label: { zh: '编码', en: 'Code' }, unique: true, maxLength: 60 },
    {
      name: 'parent',
      type: 'relation',
      to: 'department',
      onDelete: 'restrict',
      label: { zh: '上级部门', en: 'Parent department' },
    },
    { name: 'manager', type: 'user', label: { zh: '负责人', en: 'Manager' } },
    {
      name: 'external',
      type: 'boolean',
      label: { zh: '外部组织', en: 'External organisation' },
      help: {
        zh: '经销商等外部组织：本部门及下级的用户只能看到本组织内的数据',
        en: 'A dealer or other outside organisation: its users see nothing beyond it, whatever their roles',
      },
      default: false,
    },
  ],
});

export const positionObject = defineObject({
  name: 'position',
  label: { zh: '岗位', en: 'Position' },
  icon: 'position',
  title: 'name',
  fields: [
    { name: 'name', type: 'text', label: { zh: '名称', en: 'Name' }, required: true, maxLength: 100 },
    { name: 'code', type: 'text', label: { zh: '编码', en: 'Code' }, unique: true, maxLength: 60 },
  ],
});

export const peopleObjects = [departmentObject, positionObject, userObject] as const;

/** What users may change of themselves without any capability. */
export const ownFields: readonly string[] = ['phone', 'language', 'timeZone', 'avatar'];

const readOnly = (names: readonly string[]): NonNullable<Grant['fields']> => ({
  '*': 'none',
  ...Object.fromEntries(names.map((name) => [name, 'read' as const])),
});

/**
 * What everybody is granted whatever the roles: to know colleagues by name, and to see and look after the own record.
 * External users get it within their own organisation, as with every grant.
 */
export const directoryGrants: Readonly<Record<string, readonly Grant[]>> = {
  user: [
    { read: 'all', fields: readOnly(['name', 'avatar', 'department', 'position', 'active']) },
    {
      read: 'own',
      update: 'own',
      fields: { '*': 'read', ...Object.fromEntries(ownFields.map((name) => [name, 'edit' as const])) },
    },
  ],
  department: [{ read: 'all', fields: readOnly(['name', 'parent', 'manager', 'external']) }],
  position: [{ read: 'all', fields: readOnly(['name']) }],
};
