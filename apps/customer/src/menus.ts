import type { Menu } from '@huike/schema';

export const menus: readonly Menu[] = [
  {
    name: 'customer',
    label: { zh: '客户', en: 'Customers' },
    icon: 'customer',
    position: 10,
    items: [
      {
        name: 'customers',
        label: { zh: '客户', en: 'Customers' },
        icon: 'customer',
        items: [
          { name: 'all', label: { zh: '全部客户', en: 'All customers' }, view: 'customers' },
          { name: 'key', label: { zh: '重点客户', en: 'Key customers' }, view: 'keyCustomers' },
        ],
      },
      { name: 'contacts', label: { zh: '联系人', en: 'Contacts' }, icon: 'contact', object: 'contact' },
      { name: 'addresses', label: { zh: '地址', en: 'Addresses' }, icon: 'address', object: 'address' },
    ],
  },
  {
    name: 'work',
    label: { zh: '跟进', en: 'Work' },
    icon: 'activity',
    position: 20,
    items: [
      { name: 'activities', label: { zh: '跟进记录', en: 'Activities' }, icon: 'activity', object: 'activity' },
      { name: 'tasks', label: { zh: '任务', en: 'Tasks' }, icon: 'task', view: 'openTasks' },
      { name: 'notes', label: { zh: '笔记', en: 'Notes' }, icon: 'note', object: 'note' },
      { name: 'attachments', label: { zh: '附件', en: 'Files' }, icon: 'file', object: 'attachment' },
      { name: 'tags', label: { zh: '标签', en: 'Tags' }, icon: 'tag', object: 'tag' },
    ],
  },
];
