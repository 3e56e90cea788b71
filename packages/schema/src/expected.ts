// What a value should have been, in words: the parameter `expected` of `value.type` and `query.value`. Code names the
// English words; a message in Chinese looks them up here.

export const expectations = {
  'a number': '数字',
  'a whole number': '整数',
  'a decimal such as 12.50': '小数，例如 12.50',
  'a percentage such as 12.5': '百分数，例如 12.5',
  'an amount such as 12.50, or {"amount", "currency"}': '金额，例如 12.50，或 {"amount", "currency"}',
  'a currency code such as CNY': '币种代码，例如 CNY',
  'a date such as 2026-01-31': '日期，例如 2026-01-31',
  'a time such as 2026-01-31T08:00:00+08:00': '时间，例如 2026-01-31T08:00:00+08:00',
  'true or false': '是或否',
  text: '文本',
  'an id': '记录 ID',
  'an array of ids': '记录 ID 的数组',
  'an option': '选项',
  'an array of options': '选项的数组',
  'a path of options': '逐级选项的数组',
  'a phone number with its area code': '电话号码（固定电话请带区号）',
  'an e-mail address': '邮箱地址',
  'an http, https, mailto or tel address': 'http、https、mailto 或 tel 网址',
  'an address: {"province", "city", "district", "street"}': '地址：{"province", "city", "district", "street"}',
  'a place: {"lng", "lat"}': '位置：{"lng", "lat"}',
} as const;

export type Expected = keyof typeof expectations;

const lists: Readonly<Record<string, string>> = {
  'an array, each ': '数组，每项为',
  '[from, to], each ': '[起, 止]，各为',
};

const known: Readonly<Record<string, string>> = expectations;

/** Expected words in Chinese; unknown ones as they are. */
export function expectedInChinese(words: string): string {
  for (const [prefix, chinese] of Object.entries(lists)) {
    if (words.startsWith(prefix)) return chinese + expectedInChinese(words.slice(prefix.length));
  }
  return known[words] ?? words;
}
