import type { ErrorEntry } from './entry.ts';

// What can be wrong with a write, and inside `write.invalid` with single values.

export const writeErrors = {
  'write.invalid': {
    status: 422,
    zh: '有 {count} 处需要修改',
    en: '{count} things need to be mended',
  },
  'write.conflict': {
    status: 409,
    zh: '“{field}”的值已被使用',
    en: 'The value of "{field}" is already in use',
  },
  'write.version': {
    status: 412,
    zh: '记录已被他人修改（当前版本 {version}），请刷新后重试',
    en: 'The record was changed meanwhile (now version {version}): reload and try again',
  },
  'write.readOnly': {
    status: 422,
    zh: '字段“{field}”由系统维护，不能写入',
    en: 'Field "{field}" is kept by the system and cannot be written',
  },
  'write.restricted': {
    status: 409,
    zh: '仍有“{object}”记录引用它，不能删除',
    en: 'Records of "{object}" still refer to it, so it cannot be deleted',
  },
  'write.key': {
    status: 400,
    zh: '“{field}”不是唯一字段，不能用来查找要更新的记录',
    en: 'Field "{field}" is not unique, so it cannot tell which record is meant',
  },
  'write.busy': {
    status: 503,
    zh: '系统繁忙，未做任何更改，请重试',
    en: 'The system is busy and nothing was changed: try again',
  },
  'value.required': {
    status: 422,
    zh: '必填',
    en: 'Required',
  },
  'value.type': {
    status: 422,
    zh: '应为{expected}',
    en: 'Expected {expected}',
  },
  'value.tooLong': {
    status: 422,
    zh: '最多 {limit} 个字符',
    en: 'At most {limit} characters',
  },
  'value.range': {
    status: 422,
    zh: '应在 {min} 与 {max} 之间',
    en: 'Must be between {min} and {max}',
  },
  'value.min': {
    status: 422,
    zh: '不能小于 {min}',
    en: 'Must not be less than {min}',
  },
  'value.max': {
    status: 422,
    zh: '不能大于 {max}',
    en: 'Must not be more than {max}',
  },
  'value.tooMany': {
    status: 422,
    zh: '最多 {limit} 项',
    en: 'At most {limit} of them',
  },
  'value.characters': {
    status: 422,
    zh: '含有无法保存的字符',
    en: 'Has characters that cannot be kept',
  },
  'value.noRate': {
    status: 422,
    zh: '没有 {currency} 在 {day} 的汇率，请先在公司设置中维护',
    en: 'There is no exchange rate for {currency} on {day}: add it in the company settings',
  },
  'value.option': {
    status: 422,
    zh: '“{value}”不在可选项中',
    en: '"{value}" is not one of the options',
  },
  'value.reference': {
    status: 422,
    zh: '找不到所引用的记录，或您无权查看',
    en: 'The record referred to does not exist, or you may not read it',
  },
  'value.lookupAmbiguous': {
    status: 422,
    zh: '有多条记录的“{field}”等于该值',
    en: 'Several records have this value in "{field}"',
  },
  'value.unique': {
    status: 422,
    zh: '同一请求中重复',
    en: 'Occurs twice in this request',
  },
  'value.unknownField': {
    status: 422,
    zh: '没有此字段，或您无权查看',
    en: 'There is no such field, or you may not read it',
  },
  'value.rule': {
    status: 422,
    zh: '{message}',
    en: '{message}',
  },
} as const satisfies Record<string, ErrorEntry>;
