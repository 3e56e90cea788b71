// What the terminal shows while the server starts: plain lines, in Chinese or English by the environment's language.

const words = {
  'database.starting': { zh: '正在启动数据库…', en: 'Starting the database…' },
  'server.ready': { zh: '汇客已就绪：{address}', en: 'Huike is ready: {address}' },
  'server.stopping': { zh: '正在停止…', en: 'Stopping…' },
  'setup.code': {
    zh: '首次使用：打开 {address} 创建第一位管理员，一次性设置码 {code}（24 小时内有效）',
    en: 'First run: open {address} to create the first administrator. One-time code: {code} (good for 24 hours)',
  },
  'port.next': { zh: '端口 {port} 已被占用，尝试下一个', en: 'Port {port} is taken, trying the next' },
  'port.busy': { zh: '端口 {port} 已被占用；请用 PORT=… 指定其他端口', en: 'Port {port} is taken: choose another by PORT=…' },
} as const;

export type Word = keyof typeof words;
type Params = Readonly<Record<string, string>>;

function language(): 'zh' | 'en' {
  const { LC_ALL, LC_MESSAGES, LANG } = process.env;
  return (LC_ALL || LC_MESSAGES || LANG || '').toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

function text(word: Word, params: Params = {}): string {
  return words[word][language()].replace(/\{(\w+)\}/g, (whole, name: string) => params[name] ?? whole);
}

/** Writes a line to the terminal. */
export function say(word: Word, params: Params = {}): void {
  process.stdout.write(`${text(word, params)}\n`);
}

say.text = text;
