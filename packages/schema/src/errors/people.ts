import type { ErrorEntry } from './entry.ts';

// Who asks, what they may do, and the rules of passwords and people.

export const peopleErrors = {
  'auth.required': {
    status: 401,
    zh: '请先登录',
    en: 'Sign in first',
  },
  'auth.failed': {
    status: 401,
    zh: '邮箱、密码或验证码不正确',
    en: 'The e-mail, password or code is not right',
  },
  'auth.otpRequired': {
    status: 401,
    zh: '请输入动态验证码',
    en: 'Enter your one-time code',
  },
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
  'auth.code': {
    status: 422,
    zh: '动态验证码不正确',
    en: 'The one-time code is not right',
  },
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
  'auth.scope': {
    status: 403,
    zh: '令牌没有此操作的范围',
    en: 'The token does not have the scope for this',
  },
  'seeAs.readOnly': {
    status: 403,
    zh: '您正在以其他用户的身份查看，只能看，不能操作',
    en: 'You are seeing as another user: you can look, and do nothing else',
  },
  'seeAs.over': {
    status: 403,
    zh: '已不能再以该用户的身份查看，请返回自己的账号',
    en: 'You may not see as that user any more: go back to your own account',
  },
  'access.denied': {
    status: 403,
    zh: '您没有此操作的权限',
    en: 'You may not do this',
  },
  'access.fieldDenied': {
    status: 403,
    zh: '您无权修改字段“{field}”',
    en: 'You may not change field "{field}"',
  },
  'setup.done': {
    status: 409,
    zh: '系统已完成初始设置',
    en: 'The system is already set up',
  },
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
  'people.ownRoles': {
    status: 403,
    zh: '不能修改自己的角色',
    en: 'You may not change your own roles',
  },
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
} as const satisfies Record<string, ErrorEntry>;
