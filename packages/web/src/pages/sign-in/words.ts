import { defineWords, type Say } from '../../words/define.ts';

const zh = {
  title: '登录',
  hint: '欢迎回来。',
  portalTitle: '登录伙伴门户',
  portalHint: '用合作公司为您开通的账号登录。',
  email: '邮箱',
  password: '密码',
  code: '动态验证码',
  codeHint: '打开身份验证器应用，输入 6 位数字；也可以用恢复码。',
  signIn: '登录',
  or: '或',
  singleSignOn: '用公司账号登录',
  unreachable: '连不上服务器，请检查网络后重试。',
  unlinked: '公司账号没有对应的汇客用户，请联系管理员开通。',
  provider: '公司登录服务没有给出有效答复，请重试。',
  expired: '登录已过期，请重新登录。',
  locked: '失败次数过多，请稍后再试。',
  otherProblem: '登录没有成功（{{code}}），请重试。',
  otpTitle: '再输入一次验证码',
  newPasswordTitle: '请设置新密码',
  newPasswordHint: '管理员要求您更换密码后再继续。',
  current: '当前密码',
  next: '新密码',
  passwordHint: '至少 8 位，不要用常见密码。',
  enrolTitle: '绑定双因素验证',
  enrolHint: '在身份验证器应用里添加下面的密钥，再输入它显示的 6 位数字。',
  secret: '密钥',
  openApp: '在本机的验证器中打开',
  recovery: '请保存恢复码',
  recoveryHint: '手机丢失时，每个恢复码可用一次。关闭后不再显示。',
  saved: '我已保存',
  confirm: '确认',
  leave: '换一个账号',
} as const;

export type SignInWord = keyof typeof zh;

export const useWords = defineWords<SignInWord>('signIn', zh, {
  title: 'Sign in',
  hint: 'Welcome back.',
  portalTitle: 'Sign in to the portal',
  portalHint: 'With the account that your partner company gave you.',
  email: 'E-mail',
  password: 'Password',
  code: 'One-time code',
  codeHint: 'Enter the 6 digits of your authenticator app, or a recovery code.',
  signIn: 'Sign in',
  or: 'or',
  singleSignOn: 'Sign in with your company account',
  unreachable: 'The server cannot be reached: check the network and try again.',
  unlinked: 'No Huike user belongs to this company account: ask your administrator.',
  provider: 'The company’s sign-in gave no valid answer: try again.',
  expired: 'The sign-in took too long: start again.',
  locked: 'Too many failed attempts: try again later.',
  otherProblem: 'The sign-in did not succeed ({{code}}): try again.',
  otpTitle: 'One more code',
  newPasswordTitle: 'Set a new password',
  newPasswordHint: 'Your administrator asks you to change the password before you go on.',
  current: 'Present password',
  next: 'New password',
  passwordHint: 'At least 8 characters, and not a common one.',
  enrolTitle: 'Set up your second factor',
  enrolHint: 'Add the key below to your authenticator app, then enter the 6 digits that it shows.',
  secret: 'Key',
  openApp: 'Open in this device’s authenticator',
  recovery: 'Keep your recovery codes',
  recoveryHint: 'Each works once if your phone is lost. They are not shown again.',
  saved: 'I have kept them',
  confirm: 'Confirm',
  leave: 'Use another account',
});

const problems: Readonly<Record<string, SignInWord>> = {
  'auth.unlinked': 'unlinked',
  'auth.provider': 'provider',
  'auth.required': 'expired',
  'auth.locked': 'locked',
};

/** What a code in the address of the sign-in page means. Any other code is told as it is, if it looks like one. */
export function problemText(code: string, say: Say<SignInWord>): string {
  const known = problems[code];
  if (known !== undefined) return say(known);
  return say('otherProblem', { code: /^[\w.]{1,60}$/.test(code) ? code : '?' });
}
