// What the two commands tell a person, in Chinese and English by LANG. All of it goes to stderr: stdout is the command's own.

/** @typedef {Readonly<Record<string, string | number>>} Params */

const words = {
  nodeTooOld: {
    zh: '当前 Node 是 {have}，需要 20 或更新的版本。请安装后重试。',
    en: 'This is Node {have}: 20 or newer is needed. Install it and try again.',
  },
  noRuntime: {
    zh: '此系统（{machine}）没有可用的内置 Node 24，而当前 Node 是 {have}。请安装 Node 24 或更新的版本后重试。',
    en: 'No packaged Node 24 runs on this machine ({machine}), and this is Node {have}. Install Node 24 or newer and try again.',
  },
  installing: {
    zh: '正在安装依赖（{why}），首次约需几分钟 …',
    en: 'Installing ({why}): a few minutes the first time …',
  },
  whyMissing: { zh: '尚未安装', en: 'not installed yet' },
  whyChanged: { zh: 'package-lock.json 有变化', en: 'package-lock.json has changed' },
  whyIncomplete: { zh: '缺少 {path}', en: '{path} is missing' },
  installed: { zh: '依赖已装好，用时 {seconds} 秒', en: 'Installed in {seconds} s' },
  installFailed: {
    zh: '安装失败（npm 退出码 {code}），原因见上。请检查网络和磁盘空间后重试。',
    en: 'The installation failed (npm ended with {code}): the reason is above. Check the network and the disk, then try again.',
  },
  installUnfinished: {
    zh: '安装后仍然不完整：{why}。请删除 node_modules 后重试。',
    en: 'Still not complete after the installation: {why}. Delete node_modules and try again.',
  },
  installReadOnly: {
    zh: '需要安装依赖（{why}），但无法写入 {path}（{code}）。请用此文件夹的所有者运行一次。',
    en: 'Something must be installed ({why}), but {path} cannot be written ({code}). Run this once as the owner of the folder.',
  },
  noNpm: { zh: '找不到 npm。请安装 npm 后重试。', en: 'npm was not found. Install it and try again.' },
  waiting: {
    zh: '另一个进程（{pid}）正在做同一件事，等它完成 …',
    en: 'Another process ({pid}) is doing the same: waiting for it …',
  },
  building: { zh: '正在构建网页 …', en: 'Building the web page …' },
  built: { zh: '网页已构建，用时 {seconds} 秒', en: 'The web page was built in {seconds} s' },
  buildFailed: {
    zh: '网页构建失败（退出码 {code}），原因见上。',
    en: 'The web page could not be built (exit code {code}): the reason is above.',
  },
  buildReadOnlyOld: {
    zh: '网页不是最新的，但无法写入 {path}（{code}）：先使用已有的网页。请用此文件夹的所有者运行一次 npm start。',
    en: 'The web page is not up to date, but {path} cannot be written ({code}): the existing page is used. Run npm start once as the owner of the folder.',
  },
  buildReadOnlyNone: {
    zh: '网页尚未构建，且无法写入 {path}（{code}）：本次启动没有网页，只有接口。请用此文件夹的所有者运行一次 npm start。',
    en: 'The web page is not built, and {path} cannot be written ({code}): this start has the API but no page. Run npm start once as the owner of the folder.',
  },
  noTests: { zh: '没有与 {patterns} 匹配的测试文件', en: 'No test file matches {patterns}' },
  noTestRan: { zh: '没有执行任何测试', en: 'No test ran' },
  testing: { zh: '运行 {count} 个测试文件 …', en: 'Running {count} test files …' },
  browser: { zh: '正在准备浏览器 …', en: 'Getting the browser ready …' },
  browserFailed: {
    zh: '浏览器没有准备好，原因见上。',
    en: 'The browser could not be made ready: the reason is above.',
  },
  checkFailed: { zh: '检查未通过：{parts}', en: 'The check failed: {parts}' },
};

/** @typedef {keyof typeof words} Word */

/**
 * Chinese when the locale says so, else English.
 * @param {Readonly<Record<string, string | undefined>>} env
 * @returns {'zh' | 'en'}
 */
export function language(env) {
  return (env.LC_ALL || env.LC_MESSAGES || env.LANG || '').toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

/**
 * @param {Word} word
 * @param {Params} [params]
 * @param {'zh' | 'en'} [lang]
 */
export function text(word, params = {}, lang = language(process.env)) {
  return words[word][lang].replace(/\{(\w+)\}/g, (_, name) => String(params[name] ?? ''));
}

/**
 * One line to the person who started the command.
 * @param {Word} word
 * @param {Params} [params]
 */
export function say(word, params) {
  process.stderr.write(`huike: ${text(word, params)}\n`);
}

/** An expected end: the person is told in words, without a stack. */
export class Stop extends Error {
  /**
   * @param {Word} word
   * @param {Params} [params]
   */
  constructor(word, params) {
    super(text(word, params));
    this.name = 'Stop';
  }
}

/**
 * Runs a command's main function; a Stop ends it in one line, anything else with its stack, both with code 1.
 * @param {() => Promise<void>} main
 */
export async function command(main) {
  try {
    if (Number(process.versions.node.split('.')[0]) < 20) throw new Stop('nodeTooOld', { have: process.version });
    await main();
  } catch (error) {
    process.stderr.write(
      `huike: ${error instanceof Stop ? error.message : error instanceof Error ? error.stack : error}\n`,
    );
    process.exitCode = 1;
  }
}
