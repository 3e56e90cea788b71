import { defineObject } from '@huike/schema';

/** A person at a customer. */
export const contact = defineObject({
  name: 'contact',
  label: { zh: '联系人', en: 'Contact' },
  icon: 'contact',
  title: 'name',
  fields: [
    { name: 'name', type: 'text', label: { zh: '姓名', en: 'Name' }, required: true, maxLength: 100 },
    { name: 'customer', type: 'relation', to: 'customer', label: { zh: '客户', en: 'Customer' } },
    { name: 'phone', type: 'phone', label: { zh: '手机', en: 'Mobile' } },
    { name: 'email', type: 'email', label: { zh: '邮箱', en: 'E-mail' } },
    { name: 'wechat', type: 'text', label: { zh: '微信号', en: 'WeChat' }, maxLength: 60, searchable: true },
    { name: 'jobTitle', type: 'text', label: { zh: '职务', en: 'Job title' }, maxLength: 100 },
    {
      name: 'decisionRole',
      type: 'option',
      label: { zh: '决策角色', en: 'Role in decisions' },
      options: [
        { value: 'decides', label: { zh: '决策人', en: 'Decides' }, color: 'red' },
        { value: 'uses', label: { zh: '使用人', en: 'Uses' } },
        { value: 'technical', label: { zh: '技术把关', en: 'Technical' } },
        { value: 'buys', label: { zh: '采购', en: 'Buys' } },
        { value: 'coach', label: { zh: '教练', en: 'Coach' }, color: 'green' },
        { value: 'opposes', label: { zh: '反对者', en: 'Opposes' }, color: 'orange' },
      ],
    },
    { name: 'primary', type: 'boolean', label: { zh: '首要联系人', en: 'Primary contact' }, default: false },
    { name: 'birthDate', type: 'date', label: { zh: '生日', en: 'Birthday' } },
    { name: 'address', type: 'address', label: { zh: '地址', en: 'Address' } },
    { name: 'remark', type: 'longText', label: { zh: '备注', en: 'Remark' } },
  ],
});
