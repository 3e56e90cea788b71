// Every error that a caller can meet: a stable code, an HTTP status, and words in Chinese and English.
// {name} in a message is filled from the parameters. docs and the problem+json bodies are made from this.

import { expectedInChinese } from './expected.ts';

interface ErrorEntry {
  readonly status: number;
  readonly zh: string;
  readonly en: string;
}

export const errors = {
  // the request
  'request.malformed': { status: 400, zh: '请求无法读取：{detail}', en: 'The request cannot be read: {detail}' },
  'request.tooLarge': { status: 413, zh: '请求超过 {limit} 的上限', en: 'The request exceeds the limit of {limit}' },
  'request.tooDeep': {
    status: 400,
    zh: '{what}嵌套过深（上限 {limit} 层）',
    en: '{what} is nested too deeply (limit {limit})',
  },
  'request.tooMany': { status: 400, zh: '{what}过多（上限 {limit} 个）', en: 'Too many {what} (limit {limit})' },
  'request.unsupportedType': { status: 415, zh: '不支持的内容类型', en: 'Unsupported content type' },
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
  'request.csrf': { status: 403, zh: '缺少 x-huike 请求头', en: 'The x-huike header is missing' },
  // names
  'route.unknown': { status: 404, zh: '没有这个地址', en: 'There is nothing at this address' },
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
  // queries
  'query.invalid': { status: 400, zh: '查询有误（{path}）：{detail}', en: 'The query is wrong at {path}: {detail}' },
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
  // who asks
  'auth.required': { status: 401, zh: '请先登录', en: 'Sign in first' },
  'auth.failed': { status: 401, zh: '邮箱、密码或验证码不正确', en: 'The e-mail, password or code is not right' },
  'auth.otpRequired': { status: 401, zh: '请输入动态验证码', en: 'Enter your one-time code' },
  'auth.locked': {
    status: 429,
    zh: '登录失败次数过多，请在 {minutes} 分钟后重试',
    en: 'Too many failed attempts: try again in {minutes} minutes',
  },
  'auth.pending': {
    status: 403,
    zh: '登录尚未完成，请先完成剩余步骤',
    en: 'The sign-in is not complete: finish its remaining steps first',
  },
  'auth.code': { status: 422, zh: '动态验证码不正确', en: 'The one-time code is not right' },
  'auth.unlinked': {
    status: 403,
    zh: '此账号没有对应的用户，请联系管理员',
    en: 'No user belongs to this account: ask your administrator',
  },
  'auth.provider': {
    status: 502,
    zh: '单点登录服务没有给出有效答复，请重试',
    en: 'The sign-in provider gave no valid answer: try again',
  },
  'auth.scope': { status: 403, zh: '令牌没有此操作的范围', en: 'The token does not have the scope for this' },
  'access.denied': { status: 403, zh: '您没有此操作的权限', en: 'You may not do this' },
  'access.fieldDenied': { status: 403, zh: '您无权修改字段“{field}”', en: 'You may not change field "{field}"' },
  // people
  'setup.done': { status: 409, zh: '系统已完成初始设置', en: 'The system is already set up' },
  'setup.code': {
    status: 403,
    zh: '初始设置码不正确或已过期，请查看启动终端中的新设置码',
    en: 'The setup code is wrong or has expired: see the terminal for a new one',
  },
  'password.tooShort': {
    status: 422,
    zh: '密码至少 {limit} 个字符',
    en: 'The password needs at least {limit} characters',
  },
  'password.tooLong': {
    status: 422,
    zh: '密码最多 {limit} 个字符',
    en: 'The password can have at most {limit} characters',
  },
  'password.classes': {
    status: 422,
    zh: '密码须包含大写字母、小写字母、数字、符号中的至少 {count} 类',
    en: 'The password needs at least {count} of: capital letters, small letters, digits, other characters',
  },
  'password.common': {
    status: 422,
    zh: '密码过于常见，容易被猜中',
    en: 'The password is too common and easily guessed',
  },
  'password.personal': {
    status: 422,
    zh: '密码不能包含姓名、邮箱或手机号',
    en: 'The password must not contain the name, e-mail or phone',
  },
  'password.reused': {
    status: 422,
    zh: '不能与最近 {count} 次使用的密码相同',
    en: 'The password must differ from the last {count}',
  },
  'people.lastAdministrator': {
    status: 409,
    zh: '至少须保留一名启用的系统管理员',
    en: 'At least one active administrator must remain',
  },
  'people.ownRoles': { status: 403, zh: '不能修改自己的角色', en: 'You may not change your own roles' },
  'people.cycle': {
    status: 422,
    zh: '部门不能成为自己的下级',
    en: 'A department cannot lie below itself',
  },
  'people.duties': {
    status: 422,
    zh: '系统、安全、审计三类职责不能由同一用户兼任',
    en: 'System, security and audit duties must not meet in one user',
  },
  'people.breakGlass': {
    status: 422,
    zh: '等保三级下仅允许一名应急超级管理员',
    en: 'This profile allows one emergency administrator only',
  },
  'people.externalRights': {
    status: 422,
    zh: '外部组织的用户不能拥有管理权限',
    en: 'A user of an outside organisation cannot hold administrative rights',
  },
  // writes
  'write.invalid': { status: 422, zh: '有 {count} 处需要修改', en: '{count} things need to be mended' },
  'write.conflict': { status: 409, zh: '“{field}”的值已被使用', en: 'The value of "{field}" is already in use' },
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
  // values, inside write.invalid
  'value.required': { status: 422, zh: '必填', en: 'Required' },
  'value.type': { status: 422, zh: '应为{expected}', en: 'Expected {expected}' },
  'value.tooLong': { status: 422, zh: '最多 {limit} 个字符', en: 'At most {limit} characters' },
  'value.range': { status: 422, zh: '应在 {min} 与 {max} 之间', en: 'Must be between {min} and {max}' },
  'value.min': { status: 422, zh: '不能小于 {min}', en: 'Must not be less than {min}' },
  'value.max': { status: 422, zh: '不能大于 {max}', en: 'Must not be more than {max}' },
  'value.tooMany': { status: 422, zh: '最多 {limit} 项', en: 'At most {limit} of them' },
  'value.characters': { status: 422, zh: '含有无法保存的字符', en: 'Has characters that cannot be kept' },
  'value.noRate': {
    status: 422,
    zh: '没有 {currency} 在 {day} 的汇率，请先在公司设置中维护',
    en: 'There is no exchange rate for {currency} on {day}: add it in the company settings',
  },
  'value.option': { status: 422, zh: '“{value}”不在可选项中', en: '"{value}" is not one of the options' },
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
  'value.unique': { status: 422, zh: '同一请求中重复', en: 'Occurs twice in this request' },
  'value.unknownField': {
    status: 422,
    zh: '没有此字段，或您无权查看',
    en: 'There is no such field, or you may not read it',
  },
  'value.rule': { status: 422, zh: '{message}', en: '{message}' },
  // metadata
  'metadata.invalid': { status: 422, zh: '元数据有 {count} 处错误', en: 'The metadata has {count} errors' },
  'metadata.shape': { status: 422, zh: '{detail}', en: '{detail}' },
  'metadata.name': {
    status: 422,
    zh: '名称“{name}”不合规：以小写字母开头，仅含字母与数字，最长 48 个字符',
    en: 'The name "{name}" is not allowed: begin with a lower-case letter, only letters and digits, at most 48',
  },
  'metadata.reserved': { status: 422, zh: '“{name}”是系统保留名称', en: '"{name}" is reserved' },
  'metadata.duplicate': { status: 422, zh: '“{name}”重复', en: '"{name}" occurs twice' },
  'metadata.reference': { status: 422, zh: '“{name}”不存在', en: '"{name}" does not exist' },
  'metadata.typeChange': {
    status: 422,
    zh: '字段类型不能从 {from} 改为 {to}',
    en: 'A field cannot change its type from {from} to {to}',
  },
  'metadata.cycle': { status: 422, zh: '循环依赖：{path}', en: 'Circular dependency: {path}' },
  'metadata.formula': {
    status: 422,
    zh: '公式有误（第 {position} 个字符）：{detail}',
    en: 'The formula is wrong at character {position}: {detail}',
  },
  'metadata.inUse': { status: 409, zh: '“{name}”仍被 {by} 使用', en: '"{name}" is still used by {by}' },
  'metadata.conflict': {
    status: 409,
    zh: '元数据已被他人修改，请重新生成变更计划',
    en: 'The metadata was changed meanwhile: make the plan again',
  },
  'metadata.type': { status: 422, zh: '应为 {expected} 类型', en: 'Must be of JSON type {expected}' },
  'metadata.unknownProperty': { status: 422, zh: '没有属性“{name}”', en: 'There is no property "{name}"' },
  'metadata.choice': { status: 422, zh: '只能是：{allowed}', en: 'Must be one of: {allowed}' },
  'metadata.tooMany': { status: 422, zh: '超过上限 {limit}', en: 'Exceeds the limit of {limit}' },
  'metadata.limit': { status: 422, zh: '应 {comparison} {limit}', en: 'Must be {comparison} {limit}' },
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
  'metadata.rollup': { status: 422, zh: '汇总字段有误：{detail}', en: 'The rollup is wrong: {detail}' },
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
  'metadata.default': { status: 422, zh: '默认值无效：{detail}', en: 'The default value is not valid: {detail}' },
  'metadata.filter': { status: 422, zh: '筛选条件有误：{detail}', en: 'The filter is wrong: {detail}' },
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
  'metadata.timeZone': { status: 422, zh: '没有时区“{name}”', en: 'There is no time zone "{name}"' },
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
  // the database, told to an administrator at the start
  'database.unreachable': {
    status: 503,
    zh: '无法连接数据库：{detail}',
    en: 'The database cannot be reached: {detail}',
  },
  'database.version': {
    status: 500,
    zh: 'PostgreSQL {found} 版本过低，需要 15 或以上',
    en: 'PostgreSQL {found} is too old: 15 or newer is needed',
  },
  'database.encoding': {
    status: 500,
    zh: '数据库编码为 {found}，需要 UTF8：请新建编码为 UTF8 的数据库',
    en: 'The database is encoded in {found}: create one in UTF8',
  },
  'database.pooler': {
    status: 500,
    zh: 'DATABASE_URL 经过连接池：请用 DATABASE_DIRECT_URL 给出数据库的直连地址',
    en: 'DATABASE_URL leads through a connection pooler: set DATABASE_DIRECT_URL to the database itself',
  },
  'database.directPooler': {
    status: 500,
    zh: 'DATABASE_DIRECT_URL 也经过连接池，需要数据库的直连地址',
    en: 'DATABASE_DIRECT_URL leads through a connection pooler too: it must reach the database itself',
  },
  'database.newer': {
    status: 500,
    zh: '数据库已由更新版本的汇客升级（{name}）：请启动该版本',
    en: 'The database was upgraded by a newer Huike ({name}): start that version',
  },
  'database.edited': {
    status: 500,
    zh: '升级文件 {name} 与当初应用到此数据库的内容不一致',
    en: 'The migration {name} differs from what was applied to this database',
  },
  'database.migration': {
    status: 500,
    zh: '数据库升级 {name} 失败，未做任何更改：{detail}',
    en: 'The migration {name} failed and changed nothing: {detail}',
  },
  'database.major': {
    status: 500,
    zh: '{folder} 由 PostgreSQL {found} 创建，本版本自带 {expected}：请用原版本执行 huike backup 备份，再用本版本 huike restore 恢复到空的数据目录',
    en: '{folder} was made by PostgreSQL {found}, this version brings {expected}: make a backup with the version used before (huike backup), then restore it with this one into an empty data folder (huike restore)',
  },
  'database.lostFolder': {
    status: 500,
    zh: '{pointer} 指向 {folder}，但那里没有数据库：请找回该目录，或恢复备份',
    en: '{pointer} points to {folder}, where there is no database: bring it back, or restore a backup',
  },
  'database.folder': {
    status: 500,
    zh: '无法使用数据目录 {folder}：{detail}',
    en: 'The data folder {folder} cannot be used: {detail}',
  },
  'database.binaries': {
    status: 500,
    zh: '本机无法运行自带的 PostgreSQL（{detail}）：请用 DATABASE_URL 指定外部数据库',
    en: 'The packaged PostgreSQL does not run on this machine ({detail}): set DATABASE_URL to a database of your own',
  },
  'database.start': {
    status: 500,
    zh: 'PostgreSQL 未能启动：{detail}',
    en: 'PostgreSQL did not start: {detail}',
  },
  // backups
  'backup.damaged': {
    status: 422,
    zh: '备份文件已损坏或不完整（{detail}），未恢复任何数据',
    en: 'The backup is damaged or incomplete ({detail}): nothing was restored',
  },
  'backup.newer': {
    status: 422,
    zh: '备份由更新版本的汇客生成（{found}）：请用该版本或更新版本恢复',
    en: 'The backup was made by a newer Huike ({found}): restore it with that version or a newer one',
  },
  'backup.notEmpty': {
    status: 409,
    zh: '数据库中已有数据，备份只能恢复到空数据库',
    en: 'The database already holds data: a backup is restored into an empty one only',
  },
  // jobs and files
  'job.schedule': {
    status: 422,
    zh: '计划“{cron}”（时区 {zone}）无效',
    en: 'The schedule "{cron}" (time zone {zone}) is not valid',
  },
  'file.range': { status: 416, zh: '请求的范围超出文件大小', en: 'The range asked for is outside of the file' },
  // imported files
  'import.oldExcel': {
    status: 422,
    zh: '这是旧版 Excel 文件（.xls），请在 Excel 中另存为 .xlsx 后重新上传',
    en: 'This is an old Excel file (.xls): save it as .xlsx in Excel and upload it again',
  },
  'import.encrypted': {
    status: 422,
    zh: '文件有密码保护，请去掉密码后重新上传',
    en: 'The file is protected by a password: remove it and upload the file again',
  },
  'import.notTable': {
    status: 422,
    zh: '文件不是可读取的表格（{detail}），请上传 .xlsx 或 .csv',
    en: 'The file is not a table that can be read ({detail}): upload .xlsx or .csv',
  },
  'import.tooLarge': {
    status: 422,
    zh: '文件解压后超过 {limit} MB 的上限',
    en: 'Unpacked, the file exceeds the limit of {limit} MB',
  },
  'import.sheetUnknown': {
    status: 422,
    zh: '没有工作表“{sheet}”，现有：{sheets}',
    en: 'There is no sheet "{sheet}"; there are: {sheets}',
  },
  'import.empty': { status: 422, zh: '文件中没有数据', en: 'The file has no data' },
  'import.cells': {
    status: 422,
    zh: '这一行有 {found} 个单元格，应为 {expected} 个',
    en: 'The row has {found} cells instead of {expected}',
  },
  'import.quote': {
    status: 422,
    zh: '引号没有正确结束',
    en: 'A quotation mark is not closed properly',
  },
  'import.formula': {
    status: 422,
    zh: '列“{column}”的公式没有保存结果，请在 Excel 中打开并保存后重新上传',
    en: 'The formula in "{column}" has no saved result: open and save the file in Excel and upload it again',
  },
  'import.date': { status: 422, zh: '“{text}”不是可识别的日期', en: '"{text}" is not a date that can be read' },
  'import.dateImpossible': {
    status: 422,
    zh: '“{text}”不是有效的日期（顺序：{order}）',
    en: '"{text}" does not exist as a date (order: {order})',
  },
  'import.number': { status: 422, zh: '“{text}”不是可识别的数字', en: '"{text}" is not a number that can be read' },
  'import.boolean': { status: 422, zh: '“{text}”不是“是”或“否”', en: '"{text}" is neither yes nor no' },
  // the system
  'system.unexpected': {
    status: 500,
    zh: '出现意外错误，请凭请求号 {requestId} 联系管理员',
    en: 'Something unexpected happened: quote request {requestId} to your administrator',
  },
  'system.unavailable': {
    status: 503,
    zh: '服务暂不可用，请稍后重试',
    en: 'The service is not available: try again shortly',
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errors;
export type ErrorParams = Readonly<Record<string, string | number>>;
export type Language = 'zh' | 'en';

/** One thing wrong at one place of the input. `path` is a JSON pointer-like path such as `/2/fee`. */
export interface Issue {
  readonly path: string;
  readonly code: ErrorCode;
  readonly params?: ErrorParams;
}

/** An expected failure. Anything else that is thrown is a defect, and answers as `system.unexpected`. */
export class Problem extends Error {
  readonly code: ErrorCode;
  readonly params: ErrorParams;
  readonly issues: readonly Issue[];

  constructor(code: ErrorCode, params: ErrorParams = {}, issues: readonly Issue[] = []) {
    super(message(code, params, 'en'));
    this.name = 'Problem';
    this.code = code;
    this.params = params;
    this.issues = issues;
  }

  get status(): number {
    return errors[this.code].status;
  }
}

/** Makes the error to throw: `throw problem('record.unknown')`. */
export function problem(code: ErrorCode, params: ErrorParams = {}, issues: readonly Issue[] = []): Problem {
  return new Problem(code, params, issues);
}

/**
 * The words of an error in a language, with its parameters filled in. Where a parameter is words itself, its Chinese
 * stands beside it (`detail` and `detailZh`), or among the expectations.
 */
export function message(code: ErrorCode, params: ErrorParams, language: Language): string {
  return errors[code][language].replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = String((language === 'zh' ? params[`${name}Zh`] : undefined) ?? params[name] ?? whole);
    return name === 'expected' && language === 'zh' ? expectedInChinese(value) : value;
  });
}
