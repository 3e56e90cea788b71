import {
  anything,
  type FixedCall,
  flag,
  id,
  list,
  nullable,
  object,
  page,
  parameter,
  queryParameter,
  text,
  time,
  whole,
} from './parts.ts';

// The calls about customers whatever the channel: events, the customer's page, merges, duplicates.

const byId = [parameter('id')];
const limit = queryParameter('limit', whole(1, 200));
const cursor = queryParameter('cursor', text);
const probability = { type: 'number', minimum: 0, maximum: 1 } as const;
const counted = object({ channel: text, interactions: whole(0), firstAt: time, lastAt: time });

const label = object({ zh: text, en: text });

const event = object({
  'id?': text,
  type: text,
  'at?': time,
  'channel?': text,
  identifiers: anything,
  'traits?': anything,
  'properties?': anything,
  'record?': object({ object: text, key: text, values: anything }),
});

const customer = object({
  id,
  mergedFrom: nullable(id),
  record: anything,
  identifiers: list(
    object({
      kind: text,
      label,
      scope: text,
      value: text,
      channel: text,
      firstSeen: time,
      lastSeen: time,
      shared: flag,
      identity: id,
    }),
  ),
  sources: anything,
  related: list(object({ id, name: nullable(text), by: label })),
  measures: object({ channels: list(counted), records: list(anything) }),
  merges: list(anything),
});

export const customerCalls: readonly FixedCall[] = [
  {
    method: 'post',
    path: '/track',
    tag: 'customers',
    name: 'track',
    summary: { zh: '渠道事件（以写入密钥发送）', en: 'Events of a channel, sent with its write key' },
    body: object({ events: { ...list(event), maxItems: 5000 } }),
    status: 202,
    answer: object({
      accepted: whole(0),
      duplicates: whole(0),
      rejected: list(object({ index: whole(0), id: nullable(text), path: text, code: text, detail: text })),
    }),
  },
  {
    method: 'get',
    path: '/customers/lookup',
    tag: 'customers',
    name: 'lookupCustomer',
    summary: { zh: '按身份标识查找客户', en: 'The customer that an identifier points to' },
    parameters: [
      queryParameter('kind', text, 'A kind of identifier such as phone', true),
      queryParameter('value', text, undefined, true),
      queryParameter('scope', text, 'The account or app that gave it, for kinds that have one'),
    ],
    answer: object({ id, record: anything }),
  },
  {
    method: 'get',
    path: '/customers/{id}',
    tag: 'customers',
    name: 'customer',
    summary: { zh: '客户全貌', en: 'The customer: identifiers, sources, related customers, measures' },
    parameters: byId,
    answer: customer,
  },
  {
    method: 'get',
    path: '/customers/{id}/timeline',
    tag: 'customers',
    name: 'timeline',
    summary: { zh: '客户时间线', en: 'Interactions, records and changes, the newest first' },
    parameters: [...byId, limit, cursor],
    answer: page(
      object({
        at: time,
        kind: { enum: ['interaction', 'record', 'change'] },
        type: text,
        channel: nullable(text),
        'object?': text,
        'recordId?': id,
        data: anything,
      }),
      text,
    ),
  },
  {
    method: 'post',
    path: '/customers/{id}/merge',
    tag: 'customers',
    name: 'mergeCustomers',
    summary: { zh: '合并客户', en: 'Merge customers' },
    parameters: byId,
    body: object({ with: { ...list(id), minItems: 1 }, 'reason?': text }),
    answer: object({ mergeId: id, id }),
  },
  {
    method: 'post',
    path: '/customers/{id}/unmerge',
    tag: 'customers',
    name: 'unmergeCustomers',
    summary: { zh: '撤销合并', en: 'Undo a merge' },
    parameters: byId,
    body: object({ mergeId: id }),
    answer: object({ customers: list(id) }),
  },
  {
    method: 'get',
    path: '/customers/reviews',
    tag: 'customers',
    name: 'reviews',
    summary: { zh: '待审的疑似重复', en: 'Pairs that may be one customer' },
    parameters: [queryParameter('state', { enum: ['open', 'later'] }), limit, cursor],
    answer: page(
      object({
        id,
        kind: text,
        about: nullable(object({ kind: text, label, value: text })),
        probability: nullable(probability),
        weights: nullable(list(anything)),
        state: text,
        createdAt: time,
        customers: list(anything),
      }),
      text,
    ),
  },
  {
    method: 'post',
    path: '/customers/reviews/{id}',
    tag: 'customers',
    name: 'decideReview',
    summary: { zh: '审定疑似重复', en: 'Decide whether a pair is one customer' },
    parameters: byId,
    body: object({ decision: { enum: ['same', 'different', 'later'] } }),
    answer: object({ merged: nullable(object({ mergeId: id, id })) }),
  },
  {
    method: 'post',
    path: '/customers/match',
    tag: 'customers',
    name: 'matchCustomers',
    summary: {
      zh: '在全部客户中查重（预览或执行）',
      en: 'Look for duplicates among all customers: a preview, or for good',
    },
    for: 'operations',
    body: object({ 'apply?': flag, 'thresholds?': object({ upper: probability, lower: probability }) }),
    bodyOptional: true,
    status: 202,
    answer: object({ id }),
  },
  {
    method: 'get',
    path: '/customers/match/{id}',
    tag: 'customers',
    name: 'matchProgress',
    summary: { zh: '查重进度与结果', en: 'How far it is, and what came of it' },
    for: 'operations',
    parameters: byId,
    answer: anything,
  },
  {
    method: 'post',
    path: '/customers/match/{id}/cancel',
    tag: 'customers',
    name: 'cancelMatch',
    summary: { zh: '停止查重', en: 'Stop it' },
    for: 'operations',
    parameters: byId,
    answer: object({ cancelling: flag }),
  },
];
