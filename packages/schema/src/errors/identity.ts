import type { ErrorEntry } from './entry.ts';

// What can be wrong with an event of a channel, and with joining and parting customers.

export const identityErrors = {
  'identifier.kind': {
    status: 422,
    zh: '没有身份标识类型“{kind}”：请先在元数据中声明',
    en: 'There is no kind of identifier "{kind}": declare it in the metadata first',
  },
  'identifier.value': {
    status: 422,
    zh: '“{kind}”的值无效',
    en: 'The value of "{kind}" is not valid',
  },
  'identifier.tooMany': {
    status: 422,
    zh: '身份标识过多（上限 {limit} 个）',
    en: 'Too many identifiers (limit {limit})',
  },
  'track.envelope': {
    status: 400,
    zh: '请求体应为 {"events": […]}',
    en: 'The body must be {"events": […]}',
  },
  'track.tooMany': {
    status: 413,
    zh: '一次最多 {limit} 个事件，请分批发送',
    en: 'At most {limit} events a call: send them in several',
  },
  'track.key': {
    status: 401,
    zh: '写入密钥无效或缺失：请以 Authorization: Bearer 发送',
    en: 'The write key is missing or not valid: send it as Authorization: Bearer',
  },
  'track.event': {
    status: 422,
    zh: '事件应为对象',
    en: 'An event must be an object',
  },
  'track.text': {
    status: 422,
    zh: '文本含有 NUL 或残缺的字符',
    en: 'A text holds NUL or half of a character',
  },
  'track.fieldName': {
    status: 422,
    zh: '含有不允许的字段名“{name}”',
    en: 'A field has the name "{name}", which is not allowed',
  },
  'track.tooLarge': {
    status: 422,
    zh: '事件超过 {limit} 的上限',
    en: 'The event exceeds the limit of {limit}',
  },
  'track.tooDeep': {
    status: 422,
    zh: '事件嵌套超过 {limit} 层',
    en: 'The event is nested deeper than {limit} levels',
  },
  'track.time': {
    status: 422,
    zh: '时间应为 ISO 8601 且带时区，在 2000 年之后、一天之内',
    en: 'The time must be ISO 8601 with its offset, after 2000 and no more than a day ahead',
  },
  'track.object': {
    status: 422,
    zh: '该写入密钥不能发送“{object}”的记录：请由管理员在密钥上加上这个对象',
    en: 'This write key may not send records of "{object}": an administrator can add the object to the key',
  },
  'track.nobody': {
    status: 422,
    zh: '事件没有可用的身份标识',
    en: 'The event has no identifier that tells who it is',
  },
  'customer.absent': {
    status: 404,
    zh: '没有对象声明为客户：请安装客户应用，或为一个对象加上 customer 特征',
    en: 'No object is declared to be the customer: install the customer app, or give an object the trait customer',
  },
  'customer.unknown': {
    status: 404,
    zh: '没有这个客户',
    en: 'There is no such customer',
  },
  'merge.same': {
    status: 422,
    zh: '这些记录已经是同一个客户',
    en: 'These are the same customer already',
  },
  'merge.unknown': {
    status: 404,
    zh: '没有这次合并',
    en: 'There is no such merge',
  },
  'review.unknown': {
    status: 404,
    zh: '没有这条待审',
    en: 'There is no such review',
  },
  'merge.undone': {
    status: 409,
    zh: '这次合并已经撤销',
    en: 'This merge was undone already',
  },
  'match.notJson': {
    status: 422,
    zh: '{file} 不是有效的 JSON：{detail}',
    en: '{file} is not valid JSON: {detail}',
  },
  'match.map': {
    status: 422,
    zh: '列的对应关系应写作 {"id":"编号列","columns":{"列名":"类型"}}，{path} 不符',
    en: 'The map has to read {"id":"column of ids","columns":{"column":"type"}}; {path} does not',
  },
  'match.type': {
    status: 422,
    zh: '列“{column}”的类型“{type}”未知，可用：{types}',
    en: 'Column "{column}" has the unknown type "{type}"; there are: {types}',
  },
  'match.columnTwice': {
    status: 422,
    zh: '{file} 中列名“{column}”出现了两次，无法确定是哪一列',
    en: '"{column}" stands twice in the header of {file}: it cannot be told which one is meant',
  },
  'match.columnUnknown': {
    status: 422,
    zh: '{file} 中没有列“{column}”，现有：{columns}',
    en: '{file} has no column "{column}"; it has: {columns}',
  },
  'match.idMissing': {
    status: 422,
    zh: '{file} 第 {line} 行没有编号（列“{column}”）',
    en: 'Row {line} of {file} has no id (column "{column}")',
  },
  'match.otherColumns': {
    status: 422,
    zh: '第二个文件的列须与第一个一一对应：类型“{type}”的列数不同',
    en: 'The columns of the second file have to answer those of the first: there are not as many of type "{type}"',
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;
