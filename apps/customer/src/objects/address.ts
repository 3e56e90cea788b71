import { defineObject } from '@huike/schema';

/** Where to deliver or invoice: a customer has as many as it needs. */
export const address = defineObject({
  name: 'address',
  label: { zh: '地址簿', en: 'Address' },
  icon: 'address',
  title: 'label',
  fields: [
    { name: 'label', type: 'text', label: { zh: '名称', en: 'Label' }, required: true, maxLength: 60 },
    {
      name: 'customer',
      type: 'relation',
      to: 'customer',
      onDelete: 'cascade',
      label: { zh: '客户', en: 'Customer' },
      required: true,
    },
    {
      name: 'use',
      type: 'options',
      label: { zh: '用途', en: 'Use' },
      options: [
        { value: 'delivery', label: { zh: '收货', en: 'Delivery' } },
        { value: 'invoice', label: { zh: '开票', en: 'Invoice' } },
        { value: 'office', label: { zh: '办公', en: 'Office' } },
      ],
    },
    { name: 'address', type: 'address', label: { zh: '地址', en: 'Address' }, required: true },
    { name: 'receiver', type: 'text', label: { zh: '收件人', en: 'Receiver' }, maxLength: 60 },
    { name: 'phone', type: 'phone', label: { zh: '电话', en: 'Phone' } },
  ],
});
