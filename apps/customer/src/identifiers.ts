import type { IdentifierKind } from '@huike/schema';

// What channels know a customer by. Of one strength the smaller rank decides.

export const identifierKinds: readonly IdentifierKind[] = [
  {
    name: 'userId',
    label: { zh: '用户编号', en: 'User id' },
    form: 'exact',
    strength: 'strong',
    rank: 10,
    perCustomer: 1,
  },
  {
    name: 'unionId',
    label: { zh: '微信 UnionID', en: 'WeChat UnionID' },
    form: 'exact',
    strength: 'strong',
    rank: 20,
    scoped: true, // by the open-platform account: each gives its own
    perCustomer: 1,
  },
  {
    name: 'externalUserId',
    label: { zh: '企业微信客户', en: 'WeCom external_userid' },
    form: 'exact',
    strength: 'strong',
    rank: 30,
    scoped: true, // by the company's corpid
    perCustomer: 1,
  },
  {
    name: 'openId',
    label: { zh: '微信 OpenID', en: 'WeChat OpenID' },
    form: 'exact',
    strength: 'strong',
    rank: 40,
    scoped: true, // by the app
    perCustomer: 1,
  },
  {
    name: 'creditCode',
    label: { zh: '统一社会信用代码', en: 'Unified social credit code' },
    form: 'creditCode',
    strength: 'strong',
    rank: 50,
    perCustomer: 1,
  },
  {
    name: 'nationalId',
    label: { zh: '身份证号', en: 'National id' },
    form: 'nationalId',
    strength: 'medium',
    rank: 60,
    perCustomer: 1,
  },
  {
    name: 'buyerId',
    label: { zh: '平台买家编号', en: 'Buyer id of a platform' },
    form: 'exact',
    strength: 'medium',
    rank: 70,
    scoped: true, // by the platform
    perCustomer: 5,
  },
  { name: 'phone', label: { zh: '手机号', en: 'Phone' }, form: 'phone', strength: 'medium', rank: 80, perCustomer: 5 },
  { name: 'email', label: { zh: '邮箱', en: 'E-mail' }, form: 'email', strength: 'medium', rank: 90, perCustomer: 5 },
  { name: 'device', label: { zh: '设备', en: 'Device' }, form: 'lower', strength: 'weak', rank: 10 },
  {
    name: 'cookie',
    label: { zh: 'Cookie', en: 'Cookie' },
    form: 'exact',
    strength: 'weak',
    rank: 20,
    perCustomer: 500,
  },
];
