import type { MetadataDocument } from '@huike/schema';

/** What most tests of the server declare: visits to places, and roles with various rights on them. */
export const visits: MetadataDocument = {
  objects: [
    {
      name: 'place',
      label: { zh: '地点', en: 'Place' },
      title: 'name',
      fields: [
        { name: 'name', type: 'text', label: { zh: '名称', en: 'Name' }, required: true },
        { name: 'code', type: 'text', unique: true },
        { name: 'secret', type: 'text' },
      ],
    },
    {
      name: 'visit',
      label: { zh: '拜访', en: 'Visit' },
      title: 'subject',
      team: true,
      fields: [
        { name: 'subject', type: 'text', label: { zh: '主题', en: 'Subject' }, required: true, searchable: true },
        { name: 'code', type: 'text', unique: true },
        { name: 'fee', type: 'money', label: { zh: '费用', en: 'Fee' } },
        { name: 'mobile', type: 'phone', label: { zh: '手机', en: 'Mobile' } },
        { name: 'minutes', type: 'number', min: 0 },
        { name: 'day', type: 'date' },
        { name: 'at', type: 'dateTime' },
        { name: 'done', type: 'boolean' },
        { name: 'remark', type: 'longText' },
        { name: 'place', type: 'relation', to: 'place', label: { zh: '地点', en: 'Place' } },
        { name: 'others', type: 'relations', to: 'place' },
        {
          name: 'stage',
          type: 'option',
          label: { zh: '阶段', en: 'Stage' },
          options: [
            { value: 'new', label: { zh: '新建', en: 'New' } },
            { value: 'won', label: { zh: '成交', en: 'Won' } },
          ],
        },
        { name: 'photos', type: 'image' },
        {
          name: 'lines',
          type: 'table',
          fields: [
            { name: 'item', type: 'text', required: true },
            { name: 'count', type: 'number' },
          ],
        },
      ],
    },
  ],
  roles: [
    {
      name: 'rep',
      label: { zh: '销售', en: 'Rep' },
      objects: {
        visit: {
          ...{ read: 'own', create: true, update: 'own', delete: 'own', export: 'none', transfer: 'none' },
          fields: { mobile: 'masked', fee: 'none' },
        },
        place: { read: 'all', fields: { secret: 'none', '*': 'read' } },
      },
    },
    {
      name: 'lead',
      objects: {
        visit: {
          ...{ read: 'departmentTree', create: true, update: 'departmentTree', delete: 'departmentTree' },
          ...{ export: 'own', transfer: 'departmentTree' },
          fields: { mobile: 'masked' },
        },
        place: { read: 'all', create: true, update: 'all', delete: 'all', export: 'all' },
      },
    },
    { name: 'looker', objects: { visit: { read: 'all' } } },
    { name: 'unmasker', capabilities: ['unmask'], objects: { visit: { read: 'all', fields: { mobile: 'masked' } } } },
    { name: 'auditing', capabilities: ['audit'] },
    { name: 'operating', capabilities: ['operations'] },
    { name: 'modelling', capabilities: ['metadata'] },
    { name: 'granting', capabilities: ['rights'] },
  ],
};
