import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';

const zh = {
  signIn: '登录',
  signOut: '退出',
  email: '邮箱',
  password: '密码',
  otp: '动态验证码',
  otpHint: '打开身份验证器应用，输入 6 位数字',
  welcome: '登录汇客',
  setupTitle: '创建第一位管理员',
  setupHint: '一次性设置码显示在启动汇客的终端里。',
  setupCode: '设置码',
  name: '姓名',
  company: '公司名称',
  create: '创建',
  search: '搜索姓名、拼音首字母、电话后四位…',
  found: '搜索结果',
  nothingFound: '没有找到“{{text}}”，换个词试试',
  empty: '还没有{{object}}',
  emptyHint: '新建第一条，或用 npm run huike -- import 导入表格。',
  more: '加载更多',
  save: '保存',
  cancel: '取消',
  edit: '编辑',
  back: '返回',
  saved: '已保存',
  created: '已创建',
  remove: '删除',
  removed: '已移入回收站',
  undo: '撤销',
  required: '必填',
  yes: '是',
  no: '否',
  failed: '没有成功',
  retry: '重试',
  gone: '记录不存在，或您无权查看',
  conflict: '这条记录刚被他人修改，已为您载入最新内容，请核对后重新保存。',
  noObjects: '您还没有可查看的内容，请联系管理员分配角色。',
  pending: '请先按提示完成密码或双因素设置，再使用汇客。',
  language: 'English',
  objects: '对象',
  province: '省',
  city: '市',
  district: '区县',
  street: '街道门牌',
};

const en: typeof zh = {
  signIn: 'Sign in',
  signOut: 'Sign out',
  email: 'E-mail',
  password: 'Password',
  otp: 'One-time code',
  otpHint: 'Enter the 6 digits of your authenticator app',
  welcome: 'Sign in to Huike',
  setupTitle: 'Create the first administrator',
  setupHint: 'The one-time code stands in the terminal where Huike was started.',
  setupCode: 'Set-up code',
  name: 'Name',
  company: 'Company',
  create: 'New',
  search: 'Search names, pinyin initials, last 4 digits…',
  found: 'Found',
  nothingFound: 'Nothing found for “{{text}}”: try another word',
  empty: 'No {{object}} yet',
  emptyHint: 'Create the first one, or import a spreadsheet by npm run huike -- import.',
  more: 'Load more',
  save: 'Save',
  cancel: 'Cancel',
  edit: 'Edit',
  back: 'Back',
  saved: 'Saved',
  created: 'Created',
  remove: 'Delete',
  removed: 'Moved to the recycle bin',
  undo: 'Undo',
  required: 'Required',
  yes: 'Yes',
  no: 'No',
  failed: 'That did not work',
  retry: 'Try again',
  gone: 'The record does not exist, or you may not read it',
  conflict: 'Somebody changed this record meanwhile. The newest values are loaded: look them over and save again.',
  noObjects: 'There is nothing for you to see yet: ask an administrator for a role.',
  pending: 'Finish the password or second-factor step first.',
  language: '中文',
  objects: 'Objects',
  province: 'Province',
  city: 'City',
  district: 'District',
  street: 'Street',
};

const stored = localStorage.getItem('huike.language');
const first = stored === 'zh' || stored === 'en' ? stored : navigator.language.startsWith('en') ? 'en' : 'zh';

export type Language = 'zh' | 'en';

/** Switches the words, now and for the next visit. */
export function speak(language: Language): void {
  localStorage.setItem('huike.language', language);
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  void i18next.changeLanguage(language);
}

void i18next.use(initReactI18next).init({
  lng: first,
  resources: { zh: { translation: zh }, en: { translation: en } },
  interpolation: { escapeValue: false },
});
document.documentElement.lang = first === 'zh' ? 'zh-CN' : 'en';
