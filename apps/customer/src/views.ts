import type { View } from '@huike/schema';

export const views: readonly View[] = [
  {
    name: 'customers',
    label: { zh: '全部客户', en: 'All customers' },
    object: 'customer',
    fields: ['name', 'kind', 'phone', 'level', 'industry', 'owner', 'lastActivityAt', 'createdAt'],
    sort: ['-createdAt'],
  },
  {
    name: 'keyCustomers',
    label: { zh: '重点客户', en: 'Key customers' },
    object: 'customer',
    fields: ['name', 'phone', 'industry', 'owner', 'lastActivityAt'],
    filter: { field: 'level', op: 'eq', value: 'a' },
    sort: ['-createdAt'],
  },
  {
    name: 'contacts',
    label: { zh: '全部联系人', en: 'All contacts' },
    object: 'contact',
    fields: ['name', 'customer', 'phone', 'jobTitle', 'decisionRole', 'owner'],
    sort: ['-createdAt'],
  },
  {
    name: 'openTasks',
    label: { zh: '未完成任务', en: 'Open tasks' },
    object: 'task',
    fields: ['subject', 'status', 'priority', 'dueAt', 'customer', 'assignee'],
    filter: { field: 'status', op: 'ne', value: 'done' },
    sort: ['dueAt'],
  },
];
