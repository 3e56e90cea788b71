import { defineObject } from '@huike/schema';

/** A thought to keep. */
export const note = defineObject({
  name: 'note',
  label: { zh: '笔记', en: 'Note' },
  icon: 'note',
  title: 'title',
  fields: [
    { name: 'title', type: 'text', label: { zh: '标题', en: 'Title' }, required: true, maxLength: 200 },
    { name: 'body', type: 'richText', label: { zh: '正文', en: 'Body' }, searchable: true },
    { name: 'customer', type: 'relation', to: 'customer', label: { zh: '客户', en: 'Customer' } },
  ],
});

/** A thing to do by a day. */
export const task = defineObject({
  name: 'task',
  label: { zh: '任务', en: 'Task' },
  icon: 'task',
  title: 'subject',
  fields: [
    { name: 'subject', type: 'text', label: { zh: '事项', en: 'Subject' }, required: true, maxLength: 200 },
    {
      name: 'status',
      type: 'option',
      label: { zh: '状态', en: 'Status' },
      required: true,
      default: 'open',
      options: [
        { value: 'open', label: { zh: '待办', en: 'Open' } },
        { value: 'doing', label: { zh: '进行中', en: 'Doing' }, color: 'blue' },
        { value: 'done', label: { zh: '已完成', en: 'Done' }, color: 'green' },
      ],
    },
    { name: 'dueAt', type: 'dateTime', label: { zh: '截止时间', en: 'Due' } },
    {
      name: 'priority',
      type: 'option',
      label: { zh: '优先级', en: 'Priority' },
      default: 'normal',
      options: [
        { value: 'high', label: { zh: '高', en: 'High' }, color: 'red' },
        { value: 'normal', label: { zh: '中', en: 'Normal' } },
        { value: 'low', label: { zh: '低', en: 'Low' } },
      ],
    },
    { name: 'assignee', type: 'user', label: { zh: '负责人', en: 'Assignee' }, default: '{me}' },
    { name: 'customer', type: 'relation', to: 'customer', label: { zh: '客户', en: 'Customer' } },
    { name: 'description', type: 'longText', label: { zh: '说明', en: 'Description' } },
  ],
});

/** Files that belong to a customer. */
export const attachment = defineObject({
  name: 'attachment',
  label: { zh: '附件', en: 'Attachment' },
  icon: 'attachment',
  title: 'title',
  fields: [
    { name: 'title', type: 'text', label: { zh: '名称', en: 'Title' }, required: true, maxLength: 200 },
    { name: 'files', type: 'file', label: { zh: '文件', en: 'Files' }, required: true },
    { name: 'customer', type: 'relation', to: 'customer', onDelete: 'cascade', label: { zh: '客户', en: 'Customer' } },
  ],
});
