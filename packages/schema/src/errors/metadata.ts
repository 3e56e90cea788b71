import type { ErrorEntry } from './entry.ts';

// What can be wrong with metadata, and why a change of it is not made.

export const metadataErrors = {
  'metadata.invalid': {
    status: 422,
    zh: '元数据有 {count} 处错误',
    en: 'The metadata has {count} errors',
  },
  'metadata.shape': {
    status: 422,
    zh: '{detail}',
    en: '{detail}',
  },
  'metadata.name': {
    status: 422,
    zh: '名称“{name}”不合规：以小写字母开头，仅含字母与数字，最长 48 个字符',
    en: 'The name "{name}" is not allowed: begin with a lower-case letter, only letters and digits, at most 48',
  },
  'metadata.reserved': {
    status: 422,
    zh: '“{name}”是系统保留名称',
    en: '"{name}" is reserved',
  },
  'metadata.duplicate': {
    status: 422,
    zh: '“{name}”重复',
    en: '"{name}" occurs twice',
  },
  'metadata.reference': {
    status: 422,
    zh: '“{name}”不存在',
    en: '"{name}" does not exist',
  },
  'metadata.typeChange': {
    status: 422,
    zh: '字段类型不能从 {from} 改为 {to}',
    en: 'A field cannot change its type from {from} to {to}',
  },
  'metadata.cycle': {
    status: 422,
    zh: '循环依赖：{path}',
    en: 'Circular dependency: {path}',
  },
  'metadata.formula': {
    status: 422,
    zh: '公式有误（第 {position} 个字符）：{detail}',
    en: 'The formula is wrong at character {position}: {detail}',
  },
  'metadata.inUse': {
    status: 409,
    zh: '“{name}”仍被 {by} 使用',
    en: '"{name}" is still used by {by}',
  },
  'metadata.conflict': {
    status: 409,
    zh: '元数据已被他人修改，请重新生成变更计划',
    en: 'The metadata was changed meanwhile: make the plan again',
  },
  'metadata.type': {
    status: 422,
    zh: '应为 {expected} 类型',
    en: 'Must be of JSON type {expected}',
  },
  'metadata.unknownProperty': {
    status: 422,
    zh: '没有属性“{name}”',
    en: 'There is no property "{name}"',
  },
  'metadata.choice': {
    status: 422,
    zh: '只能是：{allowed}',
    en: 'Must be one of: {allowed}',
  },
  'metadata.tooMany': {
    status: 422,
    zh: '超过上限 {limit}',
    en: 'Exceeds the limit of {limit}',
  },
  'metadata.limit': {
    status: 422,
    zh: '应 {comparison} {limit}',
    en: 'Must be {comparison} {limit}',
  },
  'metadata.title': {
    status: 422,
    zh: '“{name}”不能作为记录标题：须为文本、编号、邮箱、电话或网址',
    en: '"{name}" cannot name a record: a title is a text, number, e-mail, phone or address field',
  },
  'metadata.twoMasters': {
    status: 422,
    zh: '一个对象只能有一个级联删除的关联字段（主从），现有：{names}',
    en: 'An object can have one relation that deletes in cascade (its master), not several: {names}',
  },
  'metadata.builtIn': {
    status: 422,
    zh: '“{name}”由系统内置，只能修改显示名称',
    en: '"{name}" is built in: only its label can be changed',
  },
  'metadata.rollup': {
    status: 422,
    zh: '汇总字段有误：{detail}',
    en: 'The rollup is wrong: {detail}',
  },
  'metadata.notIndexable': {
    status: 422,
    zh: '字段“{name}”不能建立索引',
    en: 'Field "{name}" cannot be indexed',
  },
  'metadata.duplicateValues': {
    status: 409,
    zh: '已有记录在“{name}”上重复，不能设为唯一：{example}',
    en: 'Records already share a value in "{name}", so it cannot be made unique: {example}',
  },
  'metadata.default': {
    status: 422,
    zh: '默认值无效：{detail}',
    en: 'The default value is not valid: {detail}',
  },
  'metadata.filter': {
    status: 422,
    zh: '筛选条件有误：{detail}',
    en: 'The filter is wrong: {detail}',
  },
  'metadata.ownFields': {
    status: 422,
    zh: '布局的条件只能用本记录的字段：{name}',
    en: 'A condition of a layout asks about fields of the record itself only: {name}',
  },
  'metadata.longNames': {
    status: 422,
    zh: '多对多字段“{name}”与对象名合计不能超过 62 个字符',
    en: 'The names of an object and of its many-to-many field "{name}" may have 62 characters together',
  },
  'metadata.currency': {
    status: 409,
    zh: '已有金额数据，不能更改公司币种',
    en: 'There are amounts already: the company currency cannot change',
  },
  'metadata.timeZone': {
    status: 422,
    zh: '没有时区“{name}”',
    en: 'There is no time zone "{name}"',
  },
  'metadata.tooManyColumns': {
    status: 422,
    zh: '该对象的字段（含 30 天内删除的）超过数据库的列数上限',
    en: 'The object has more fields, with those deleted in the last 30 days, than a table can hold',
  },
  'metadata.tooLarge': {
    status: 422,
    zh: '一次变更过大，请分几次提交',
    en: 'The change is too large at once: apply it in parts',
  },
  'metadata.losesData': {
    status: 409,
    zh: '此变更会丢失数据，请确认：{what}',
    en: 'This change loses data and must be confirmed: {what}',
  },
  'metadata.busy': {
    status: 503,
    zh: '数据表正忙，变更未执行，请重试',
    en: 'A table is busy and nothing was changed: try again',
  },
} as const satisfies Record<string, ErrorEntry>;
