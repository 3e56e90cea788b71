import { type Language, message, Problem } from '@huike/schema';

// What the terminal shows: plain lines, in Chinese or English by the environment's language.

const words = {
  'database.starting': { zh: '正在启动数据库…', en: 'Starting the database…' },
  'server.ready': { zh: '汇客已就绪：{address}', en: 'Huike is ready: {address}' },
  'server.stopping': {
    zh: '正在停止（再按一次 Ctrl-C 立即结束）…',
    en: 'Stopping (once more ends it at once)…',
  },
  'setup.code': {
    zh: '首次使用：打开 {address} 创建第一位管理员，一次性设置码 {code}（24 小时内有效）',
    en: 'First run: open {address} to create the first administrator. One-time code: {code} (good for 24 hours)',
  },
  'port.next': { zh: '端口 {port} 已被占用，尝试下一个', en: 'Port {port} is taken, trying the next' },
  'port.busy': {
    zh: '端口 {port} 已被占用；请用 PORT=… 指定其他端口',
    en: 'Port {port} is taken: choose another by PORT=…',
  },
  usage: {
    zh: '用法：huike <命令> [选项]\n\n命令：\n{commands}\n\n各命令的说明：huike <命令> --help',
    en: 'Usage: huike <command> [options]\n\nCommands:\n{commands}\n\nMore of each: huike <command> --help',
  },
  'command.unknown': {
    zh: '没有命令“{name}”，请看 huike --help',
    en: 'There is no command "{name}": see huike --help',
  },
  'command.missing': { zh: '此版本尚不含命令“{name}”', en: 'This version does not have the command "{name}" yet' },
  'command.arguments': {
    zh: '参数不对，请看 huike {name} --help',
    en: 'The arguments are not right: see huike {name} --help',
  },
  'apply.nothing': { zh: '没有需要变更的内容', en: 'There is nothing to change' },
  'apply.plan': { zh: '变更计划：', en: 'The plan:' },
  'apply.ask': { zh: '执行吗？(y/N) ', en: 'Apply it? (y/N) ' },
  'apply.askLoss': {
    zh: '其中有会丢失数据的变更（标 !）。仍要执行吗？(y/N) ',
    en: 'Some of it loses data (marked !). Apply it? (y/N) ',
  },
  'apply.unasked': { zh: '未执行。确认无误后请加 --yes', en: 'Nothing was changed. If this is right, add --yes' },
  'apply.losesData': {
    zh: '未执行：标 ! 的变更会丢失数据，确认请再加 --lose-data',
    en: 'Nothing was changed: what is marked ! loses data; to do it all the same add --lose-data',
  },
  'apply.done': { zh: '已执行，元数据版本 {version}', en: 'Applied: the metadata is at version {version}' },
  'token.user': { zh: '没有启用的用户 {email}', en: 'There is no active user {email}' },
  'export.done': { zh: '已导出 {count} 条记录到 {file}', en: '{count} records are in {file}' },
  'backup.done': {
    zh: '已备份到 {file}（{size} MB，{files} 个文件）',
    en: 'The backup is in {file} ({size} MB, {files} files)',
  },
  'backup.secret': {
    zh: '另请妥善保管 {file}：没有它，动态验证码需重新启用',
    en: 'Keep {file} too, in another place: without it, second factors must be enrolled anew',
  },
  'backup.damaged': {
    zh: '以下附件在存储中缺失或已损坏，备份中也是如此：{ids}',
    en: 'These attachments are missing or damaged in the store, and so in the backup: {ids}',
  },
  'restore.done': { zh: '已恢复 {at} 的备份（{files} 个文件）', en: 'The backup of {at} is restored ({files} files)' },
  'seed.done': {
    zh: '已生成示例数据：{people} 位同事，{records} 条记录',
    en: 'Sample data is in: {people} people, {records} records',
  },
  'seed.there': { zh: '示例数据已存在', en: 'The sample data is there already' },
} as const;

export type Word = keyof typeof words;
type Params = Readonly<Record<string, string>>;

/** The terminal's language. */
export function language(): Language {
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

/** Writes what went wrong: in words where it is expected, with its trace where it isn't. */
export function complain(error: unknown): void {
  process.stderr.write(`${reasonOf(error)}\n`);
}

function reasonOf(error: unknown): string {
  if (error instanceof Problem) {
    const issues = error.issues.map(({ path, code, params = {} }) => `  ${path}: ${message(code, params, language())}`);
    return [message(error.code, error.params, language()), ...issues].join('\n');
  }
  if (!(error instanceof Error)) return String(error);
  return error.constructor === Error || 'syscall' in error ? error.message : (error.stack ?? error.message);
}
