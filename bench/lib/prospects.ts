// The records, made from their number: as a caller writes them, and as the database stores them.
import type { JsonObject } from '@huike/schema';
import { pinyinSortKey } from '../../packages/kernel/src/search/sortkey.ts';
import { searchTokens, tsvectorText } from '../../packages/kernel/src/search/tokens.ts';
import { sources, stages, tags } from './metadata.ts';
import { owners } from './people.ts';
import { hash32, idAt, numberAt, pick } from './random.ts';

const surnames = [
  ...'王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文',
];
const given = [
  ...'伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红娥玲芬燕彩春菊兰凤洁梅琳素云莲真环雪荣爱妹香月莺媛瑞凡佳嘉琼勤珍贞莉子轩浩宇梓涵一诺欣怡思远若溪雨桐文博俊',
];
const cities = [
  '上海',
  '北京',
  '广州',
  '深圳',
  '杭州',
  '成都',
  '武汉',
  '西安',
  '南京',
  '苏州',
  '重庆',
  '青岛',
  '宁波',
  '厦门',
];
const words = [...'启明远航瑞丰恒泰博雅天成汇通华盛金桥东方新锐卓越正大永信德润海川云帆智联优品安达'];
const trades = [
  '科技',
  '贸易',
  '实业',
  '电子',
  '食品',
  '医疗器械',
  '物流',
  '文化传媒',
  '教育咨询',
  '机械设备',
  '服装',
  '建材',
];
const positions = ['总经理', '采购经理', '销售总监', '店长', '财务主管', '技术负责人', '行政专员'];
const notes = [
  '展会上认识，对新品感兴趣，要求寄样品。',
  '已报价，等待总部审批，预计下月答复。',
  '老客户介绍，价格敏感，需要分期方案。',
  '电话未接，改日再联系。',
];

/** When the first record was made; each next one comes half a minute later. */
const begin = Date.UTC(2025, 0, 1);
const apart = 30_000;

export function nameAt(index: number): string {
  const second = numberAt(index, 2, 3) === 0 ? '' : pick(given, index, 4);
  return `${pick(surnames, index, 1)}${pick(given, index, 3)}${second}`;
}

export function companyAt(index: number): string {
  const word = `${pick(words, index, 5)}${pick(words, index, 6)}`;
  return `${pick(cities, index, 7)}${word}${pick(trades, index, 8)}有限公司`;
}

export const mobileAt = (index: number) =>
  `1${pick(['38', '39', '50', '51', '58', '77', '86', '88', '91'], index, 9)}${String(numberAt(index, 10, 100_000_000)).padStart(8, '0')}`;
const emailAt = (index: number) => `p${hash32(index, 11).toString(36)}@mail${numberAt(index, 12, 500)}.example.com`;
const stageAt = (index: number) => {
  const place = numberAt(index, 13, 100);
  return stages[[40, 65, 85, 95, 100].findIndex((to) => place < to)] ?? stages[0];
};
const tagsAt = (index: number) => [...new Set([pick(tags, index, 20), pick(tags, index, 21)])];
const dayAt = (index: number) =>
  new Date(Date.UTC(1960, 0, 1 + numberAt(index, 22, 15_000))).toISOString().slice(0, 10);
const nextAt = (index: number) => new Date(Date.UTC(2026, 0, 1) + numberAt(index, 23, 30_000_000) * 1000).toISOString();

/** The values that a caller sends. */
export function valuesAt(index: number): JsonObject {
  return {
    name: nameAt(index),
    company: companyAt(index),
    mobile: mobileAt(index),
    email: emailAt(index),
    stage: stageAt(index),
    source: pick(sources, index, 14),
    city: pick(cities, index, 15),
    position: pick(positions, index, 16),
    score: numberAt(index, 17, 100_000),
    budget: { amount: `${numberAt(index, 18, 1_000_000)}.${10 + numberAt(index, 19, 90)}`, currency: 'CNY' },
    birthday: dayAt(index),
    nextContact: nextAt(index),
    subscribed: numberAt(index, 24, 5) !== 0,
    tags: tagsAt(index),
    note: pick(notes, index, 25),
  };
}

/** Numbers of the fields, by which lexemes are told apart. */
export interface Tags {
  readonly name: number;
  readonly company: number;
  readonly mobile: number;
  readonly email: number;
}

export type StoredValue = string | number | boolean | null;

/** The columns of a record as the write path stores it; arrays as PostgreSQL writes them. */
export function columnsAt(index: number, tag: Tags): Record<string, StoredValue> {
  const { name, company, mobile, email, budget, nextContact, tags: labels, ...plain } = valuesAt(index);
  const [owner, department] = ownerAt(index);
  const made = begin + index * apart;
  const at = seconds(new Date(made));
  const phone = `+86${String(mobile)}`;
  const amount = isMoney(budget) ? budget.amount : null;
  const lexemes = [
    ...searchTokens(String(tag.name), 'title', String(name)),
    ...searchTokens(String(tag.company), 'text', String(company)),
    ...searchTokens(String(tag.mobile), 'phone', phone),
    ...searchTokens(String(tag.email), 'email', String(email)),
  ];
  return {
    ...scalars(plain),
    id: idAt(made, index, 30),
    version: 1,
    owner,
    department,
    createdAt: at,
    createdBy: owner,
    updatedAt: at,
    updatedBy: owner,
    deletedAt: null,
    '~deletion': null,
    name: String(name),
    'name~sort': pinyinSortKey(String(name)),
    company: String(company),
    mobile: phone,
    email: String(email),
    budget: amount,
    'budget~currency': 'CNY',
    'budget~rate': '1',
    'budget~base': amount,
    nextContact: seconds(new Date(String(nextContact))),
    tags: `{${Array.isArray(labels) ? labels.join() : ''}}`,
    '~search': tsvectorText(lexemes),
  };
}

/** Who owns a record, and where it lies. */
function ownerAt(index: number): readonly [string, string] {
  const owner = pick(owners, index, 26);
  return [owner.id, owner.department];
}

const isMoney = (value: unknown): value is { readonly amount: string } =>
  typeof value === 'object' && value !== null && 'amount' in value && typeof value.amount === 'string';

function scalars(values: JsonObject): Record<string, StoredValue> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'object' ? null : value]),
  );
}

/** To the second, as times without a fraction are stored. */
const seconds = (time: Date) => time.toISOString().replace('.000Z', '+00:00');
