import type { OptionSet } from '@huike/schema';

export const levels = {
  name: 'customerLevel',
  label: { zh: '客户等级', en: 'Customer level' },
  options: [
    { value: 'a', label: { zh: 'A 重点', en: 'A key' }, color: 'red' },
    { value: 'b', label: { zh: 'B 普通', en: 'B regular' }, color: 'blue' },
    { value: 'c', label: { zh: 'C 潜在', en: 'C potential' } },
  ],
} satisfies OptionSet;

export const industries = {
  name: 'industry',
  label: { zh: '行业', en: 'Industry' },
  options: [
    { value: 'manufacturing', label: { zh: '制造业', en: 'Manufacturing' } },
    { value: 'trade', label: { zh: '商贸', en: 'Trade' } },
    { value: 'retail', label: { zh: '零售', en: 'Retail' } },
    { value: 'medical', label: { zh: '医药', en: 'Medical' } },
    { value: 'education', label: { zh: '教育', en: 'Education' } },
    { value: 'finance', label: { zh: '金融', en: 'Finance' } },
    { value: 'technology', label: { zh: '科技', en: 'Technology' } },
    { value: 'realEstate', label: { zh: '房地产', en: 'Real estate' } },
    { value: 'other', label: { zh: '其他', en: 'Other' } },
  ],
} satisfies OptionSet;

export const sources = {
  name: 'source',
  label: { zh: '来源渠道', en: 'Source' },
  options: [
    { value: 'website', label: { zh: '官网', en: 'Website' } },
    { value: 'wechat', label: { zh: '微信', en: 'WeChat' } },
    { value: 'wecom', label: { zh: '企业微信', en: 'WeCom' } },
    { value: 'douyin', label: { zh: '抖音', en: 'Douyin' } },
    { value: 'shop', label: { zh: '电商', en: 'E-commerce' } },
    { value: 'store', label: { zh: '门店', en: 'Store' } },
    { value: 'call', label: { zh: '呼叫中心', en: 'Call centre' } },
    { value: 'dealer', label: { zh: '经销商', en: 'Dealer' } },
    { value: 'referral', label: { zh: '转介绍', en: 'Referral' } },
    { value: 'other', label: { zh: '其他', en: 'Other' } },
  ],
} satisfies OptionSet;
