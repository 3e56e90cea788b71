import type { ErrorEntry } from './entry.ts';

// What can be wrong with a request: its shape, what it names, what it asks.

export const requestErrors = {
  'request.malformed': {
    status: 400,
    zh: '请求无法读取：{detail}',
    en: 'The request cannot be read: {detail}',
  },
  'request.tooLarge': {
    status: 413,
    zh: '请求超过 {limit} 的上限',
    en: 'The request exceeds the limit of {limit}',
  },
  'request.tooDeep': {
    status: 400,
    zh: '{what}嵌套过深（上限 {limit} 层）',
    en: '{what} is nested too deeply (limit {limit})',
  },
  'request.tooMany': {
    status: 400,
    zh: '{what}过多（上限 {limit} 个）',
    en: 'Too many {what} (limit {limit})',
  },
  'request.unsupportedType': {
    status: 415,
    zh: '不支持的内容类型',
    en: 'Unsupported content type',
  },
  'request.rateLimited': {
    status: 429,
    zh: '请求过于频繁，请在 {seconds} 秒后重试',
    en: 'Too many requests: try again in {seconds} seconds',
  },
  'request.idempotencyMismatch': {
    status: 422,
    zh: '同一 Idempotency-Key 已用于另一请求，请换一个',
    en: 'This Idempotency-Key was used for a different request: use a new one',
  },
  'request.idempotencyBusy': {
    status: 409,
    zh: '同一 Idempotency-Key 的请求正在处理，请稍后重试',
    en: 'A request with this Idempotency-Key is under way: try again shortly',
  },
  'request.csrf': {
    status: 403,
    zh: '缺少 x-huike 请求头',
    en: 'The x-huike header is missing',
  },
  'route.unknown': {
    status: 404,
    zh: '没有这个地址',
    en: 'There is nothing at this address',
  },
  'object.unknown': {
    status: 404,
    zh: '没有对象“{object}”，或您无权查看',
    en: 'There is no object "{object}", or you may not read it',
  },
  'record.unknown': {
    status: 404,
    zh: '记录不存在，或您无权查看',
    en: 'The record does not exist, or you may not read it',
  },
  'file.unknown': {
    status: 404,
    zh: '文件不存在，或您无权查看',
    en: 'The file does not exist, or you may not read it',
  },
  'field.unknown': {
    status: 400,
    zh: '没有字段“{field}”，或您无权查看',
    en: 'There is no field "{field}", or you may not read it',
  },
  'query.invalid': {
    status: 400,
    zh: '查询有误（{path}）：{detail}',
    en: 'The query is wrong at {path}: {detail}',
  },
  'query.operator': {
    status: 400,
    zh: '字段“{field}”不支持运算符 {op}',
    en: 'Field "{field}" does not take the operator {op}',
  },
  'query.value': {
    status: 400,
    zh: '字段“{field}”的筛选值无效：应为 {expected}',
    en: 'The filter value for "{field}" is not valid: expected {expected}',
  },
  'query.masked': {
    status: 400,
    zh: '字段“{field}”已脱敏，不能用于筛选、排序、分组或搜索',
    en: 'Field "{field}" is masked: it cannot be filtered, sorted, grouped or searched',
  },
  'query.cursor': {
    status: 400,
    zh: '翻页游标无效，请从第一页重新开始',
    en: 'The cursor is not valid: start again from the first page',
  },
  'query.timeout': {
    status: 503,
    zh: '查询超时，请缩小范围后重试',
    en: 'The query took too long: narrow it and try again',
  },
  'file.range': {
    status: 416,
    zh: '请求的范围超出文件大小',
    en: 'The range asked for is outside of the file',
  },
} as const satisfies Record<string, ErrorEntry>;
