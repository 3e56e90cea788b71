import { defineObject } from '@huike/schema';

/** What somebody did with a customer: a call, a visit, a message. */
export const activity = defineObject({
  name: 'activity',
  label: { zh: '跟进记录', en: 'Activity' },
  icon: 'activity',
  title: 'subject',
  fields: [
    { name: 'subject', type: 'text', label: { zh: '主题', en: 'Subject' }, required: true, maxLength: 200 },
    {
      name: 'kind',
      type: 'option',
      label: { zh: '方式', en: 'Kind' },
      required: true,
      default: 'call',
      options: [
        { value: 'call', label: { zh: '电话', en: 'Call' } },
        { value: 'visit', label: { zh: '拜访', en: 'Visit' } },
        { value: 'message', label: { zh: '微信/短信', en: 'Message' } },
        { value: 'email', label: { zh: '邮件', en: 'E-mail' } },
        { value: 'meeting', label: { zh: '会议', en: 'Meeting' } },
      ],
    },
    { name: 'at', type: 'dateTime', label: { zh: '时间', en: 'At' }, required: true, default: '{now}' },
    { name: 'customer', type: 'relation', to: 'customer', label: { zh: '客户', en: 'Customer' } },
    { name: 'contact', type: 'relation', to: 'contact', label: { zh: '联系人', en: 'Contact' } },
    { name: 'minutes', type: 'number', label: { zh: '时长（分钟）', en: 'Minutes' }, min: 0 },
    { name: 'summary', type: 'longText', label: { zh: '内容', en: 'Summary' }, searchable: true },
    { name: 'location', type: 'geo', label: { zh: '签到位置', en: 'Checked in at' } },
    { name: 'photos', type: 'image', label: { zh: '照片', en: 'Photos' } },
  ],
});
