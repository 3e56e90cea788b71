import { defineObject } from '@huike/schema';

/** A word that people put on customers. */
export const tag = defineObject({
  name: 'tag',
  label: { zh: '标签', en: 'Tag' },
  icon: 'tag',
  title: 'name',
  fields: [
    { name: 'name', type: 'text', label: { zh: '名称', en: 'Name' }, required: true, unique: true, maxLength: 40 },
    { name: 'color', type: 'text', label: { zh: '颜色', en: 'Colour' }, maxLength: 20 },
    { name: 'group', type: 'text', label: { zh: '分组', en: 'Group' }, maxLength: 40 },
  ],
});
