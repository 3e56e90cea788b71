import { constants, createReadStream, createWriteStream } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Actor, JobRunner, type Kernel, requestCancel } from '@huike/kernel';
import { isId, type Json, type Label, problem } from '@huike/schema';
import { importJobs } from '../import/job.ts';
import { rejectsFile } from '../import/rejects.ts';
import { reportOf, stateOf } from '../import/report.ts';
import { type ImportSpec, readSpec } from '../import/spec.ts';
import { confirmImport, keepFile, startImport, undoImport } from '../import/start.ts';
import { findImport, type ImportRow } from '../import/store.ts';
import { language } from '../say.ts';
import { type CommandModule, inWords, readArguments, WrongArguments } from './arguments.ts';
import { actorByEmail, operator, withKernel } from './command.ts';
import { reportLines, undoLines } from './import-report.ts';
import { writeWhole } from './write-whole.ts';

const words = {
  reading: { zh: '读取文件 {done} 行…', en: 'Reading the file: {done} rows…' },
  writing: { zh: '导入 {done} / {total} 行…', en: 'Importing {done} of {total} rows…' },
  undoing: { zh: '撤销 {done} / {total} 条…', en: 'Undoing {done} of {total}…' },
  waiting: { zh: '等待…', en: 'Waiting…' },
  cancelling: { zh: '正在取消（再按一次 Ctrl-C 立即退出）…', en: 'Cancelling (once more leaves at once)…' },
  rejects: {
    zh: '未导入的行及原因在 {file}，修改后可再次导入',
    en: 'The rejected rows, with reasons, are in {file}: mend them and import it again',
  },
  undo: {
    zh: '撤销这次导入：npm run huike -- import --undo {id}',
    en: 'To take it back: npm run huike -- import --undo {id}',
  },
  ask: { zh: '仍要执行吗？(y/N) ', en: 'Go on all the same? (y/N) ' },
  unasked: { zh: '确认无误后请加 --yes', en: 'If this is right, add --yes' },
} as const satisfies Record<string, Label>;

const text = (word: keyof typeof words, params: Readonly<Record<string, string>> = {}) =>
  inWords(words[word]).replace(/\{(\w+)\}/g, (whole, name: string) => params[name] ?? whole);

export const command: CommandModule = {
  usage: {
    zh: `huike import <对象> <文件> [选项]
huike import --undo <导入 id>

把 CSV 或 .xlsx 文件导入一个对象；编码、分隔符、日期写法自动识别，列名自动对应到字段。
--mode insert|update|upsert  新增（缺省）、更新、有则更新无则新增
--key <字段>                 按哪个唯一字段匹配已有记录（更新时必填）
--map <列名>=<字段>          指定一列，可多次；其余列自动对应。关联写 客户编号=customer.code，地址写 城市=address.city
--map <文件.json>            全部对应关系：{"列名": "字段"}
--values <文件.json>         值的对应：{"字段": {"文件中的值": "实际值"}}
--orphans empty              关联的记录不存在时仍导入该行，关联留空（缺省：不导入该行）
--dedupe <字段,字段>          这些字段都相同即为重复；--duplicates reject|skip|update 拒绝（缺省）、跳过、更新已有
--dry-run                    试运行：只报告会怎样，不写入
--yes                        匹配率不足 95% 时也不再询问
--as <邮箱>                  以该用户的权限导入（缺省：管理命令，全部权限）
--time-zone <时区>           未写时区的时间按此读取（缺省：公司时区）
--sheet <工作表>             Excel 文件的工作表（缺省：第一个）`,
    en: `huike import <object> <file> [options]
huike import --undo <id of the import>

Imports a CSV or .xlsx file into an object; encoding, delimiter and the way dates are written are found out, columns
are mapped to fields by their names.
--mode insert|update|upsert  new records (default), changes of those that are there, or both
--key <field>                the unique field that tells which record a row means (for update and upsert)
--map <column>=<field>       maps one column, several times; the others are found out. A related record:
                             code=customer.code; a part of an address: city=address.city
--map <file.json>            the whole mapping: {"column": "field"}
--values <file.json>         what values mean: {"field": {"in the file": "meant"}}
--orphans empty              rows that refer to a record that isn't there come in without it (default: they don't)
--dedupe <field,field>       rows that are equal in all of these are one; --duplicates reject|skip|update says what
                             becomes of the second (default: reject)
--dry-run                    only says what would happen
--yes                        doesn't ask when less than 95 % of the rows match a record
--as <e-mail>                with the rights of this user (default: all rights)
--time-zone <zone>           for times that name none (default: the company's)
--sheet <name>               of an Excel file (default: the first)`,
  },

  async run(args, environment) {
    const undoes = args.some((one) => one === '--undo' || one.startsWith('--undo='));
    const { option, list, flag, rest } = readArguments(args, {
      options: ['mode', 'key', 'orphans', 'dedupe', 'duplicates', 'values', 'as', 'time-zone', 'sheet', 'undo'],
      lists: ['map'],
      flags: ['dry-run', 'yes'],
      rest: undoes ? 0 : 2,
    });
    if (undoes) return withKernel(environment, ({ kernel }) => undo(kernel, option('undo') ?? ''));
    const [object = '', file = ''] = rest;
    await access(file, constants.R_OK);
    const { mapping, isWhole } = await mappingOf(list('map'));
    const values = option('values');
    const dedupe = option('dedupe');
    const spec = readSpec({
      ...{ object, dryRun: flag('dry-run'), confirm: flag('yes'), ...(mapping === null ? {} : { mapping }) },
      ...(values === undefined ? {} : { values: JSON.parse(await readFile(values, 'utf8')) }),
      ...(dedupe === undefined
        ? {}
        : { dedupe: { by: dedupe.split(','), ...given({ action: option('duplicates') }) } }),
      ...given({
        orphans: option('orphans'),
        mode: option('mode'),
        key: option('key'),
        sheet: option('sheet'),
        timeZone: option('time-zone'),
      }),
    });
    return withKernel(environment, async ({ kernel }) => {
      const email = option('as');
      const actor = email === undefined ? operator : await actorByEmail(kernel, email, 'huike import');
      return importFile(kernel, actor, spec, file, !isWhole);
    });
  },
};

const given = (options: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));

/** `column=field` pairs say some of it, a file of JSON all. */
async function mappingOf(items: readonly string[]): Promise<{ readonly mapping: Json; readonly isWhole: boolean }> {
  const [first] = items;
  if (first === undefined) return { mapping: null, isWhole: false };
  if (items.length === 1 && first.endsWith('.json')) {
    return { mapping: JSON.parse(await readFile(first, 'utf8')), isWhole: true };
  }
  const pairs = items.map((item): [string, string | null] => {
    const at = item.lastIndexOf('=');
    if (at < 1) throw new WrongArguments();
    return [item.slice(0, at), item.slice(at + 1) || null];
  });
  return { mapping: Object.fromEntries(pairs), isWhole: false };
}

async function importFile(
  kernel: Kernel,
  actor: Actor,
  spec: ImportSpec,
  file: string,
  guessRest: boolean,
): Promise<number> {
  const kept = await keepFile(kernel, actor, createReadStream(file), { name: path.basename(file) });
  const id = await startImport(kernel, actor, { spec, file: kept, guessRest });
  const ended = await withJobs(kernel, async () => {
    const row = await watch(kernel, id);
    if (row.state !== 'unconfirmed') return row;
    const report = await reportOf(kernel, row, language());
    process.stdout.write(`${report.warnings[0]?.message ?? ''}\n`);
    if (!(await agreed())) return row;
    await confirmImport(kernel, row);
    return watch(kernel, id);
  });
  const report = await reportOf(kernel, ended, language());
  print(reportLines(report, kernel.catalogs.current()));
  if (report.rejects !== null) {
    const out = await freeName(file);
    const rejects = await rejectsFile(kernel, ended, language());
    await writeWhole(out, (into) => pipeline(rejects, createWriteStream(into)));
    print([text('rejects', { file: out })]);
  }
  const { rows, state, dryRun } = report;
  const imported = rows.new + rows.matched;
  if (!dryRun && rows.new + rows.updated > 0) print([text('undo', { id })]);
  return state === 'done' && (imported > 0 || rows.rejected === 0) ? 0 : 1;
}

async function undo(kernel: Kernel, id: string): Promise<number> {
  const row = isId(id) ? await findImport(kernel.db, id) : null;
  if (row === null) throw problem('import.unknown');
  const { state } = await stateOf(kernel, row);
  await undoImport(kernel, operator, row, state === 'failed');
  const ended = await withJobs(kernel, () => watch(kernel, id));
  print(undoLines(await reportOf(kernel, ended, language())));
  return ended.state === 'undone' ? 0 : 1;
}

const print = (lines: readonly string[]) => process.stdout.write(lines.map((line) => `${line}\n`).join(''));

/** Runs jobs of imports here, beside a server's: one of the two takes the import, and goes on if the other is killed. */
async function withJobs<T>(kernel: Kernel, work: () => Promise<T>): Promise<T> {
  const runner = await JobRunner.start({
    database: kernel.db,
    handlers: importJobs(kernel),
    concurrency: 1,
    onFailure: ({ error }) => process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`),
  });
  try {
    return await work();
  } finally {
    await runner.stop(0);
  }
}

const active: ReadonlySet<string> = new Set(['waiting', 'running', 'undoing']);

/** Shows how far an import is until it ends. Ctrl-C asks it to stop, once more leaves it to a server. */
async function watch(kernel: Kernel, id: string): Promise<ImportRow> {
  const line = new ProgressLine();
  let interrupted = 0;
  const interrupt = () => {
    if (++interrupted > 1) process.exit(130);
    line.show(text('cancelling'));
    void findImport(kernel.db, id).then((row) => (row?.progress ? requestCancel(kernel.db, row.progress) : undefined));
  };
  process.on('SIGINT', interrupt);
  try {
    for (;;) {
      const row = await findImport(kernel.db, id);
      if (row === null) throw problem('import.unknown');
      const { state, progress } = await stateOf(kernel, row);
      if (!active.has(state)) return row;
      const phase = (['reading', 'writing', 'undoing'] as const).find((one) => one === progress?.message) ?? 'waiting';
      const [done, total] = [progress?.done ?? 0, progress?.total ?? 0].map((n) => n.toLocaleString('en-US'));
      if (interrupted === 0) line.show(text(phase, { done: done ?? '', total: total ?? '' }));
      await sleep(100);
    }
  } finally {
    process.off('SIGINT', interrupt);
    line.clear();
  }
}

/** A line that is written over, where someone looks at it. */
class ProgressLine {
  show(words: string): void {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${words}`);
  }

  clear(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[2K');
  }
}

async function agreed(): Promise<boolean> {
  if (!process.stdin.isTTY) {
    print([text('unasked')]);
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(text('ask'));
  terminal.close();
  return /^(y|yes|是)$/i.test(answer.trim());
}

/** Beside the file, or where it can be written; nothing that is there is written over. */
async function freeName(file: string): Promise<string> {
  const own = path.dirname(file);
  // Where nobody is meant to write, root doesn't either.
  const { mode } = await stat(own);
  const mayWrite = await access(own, constants.W_OK).then(
    () => (mode & 0o222) !== 0,
    () => false,
  );
  const folder = mayWrite ? own : process.cwd();
  const name = path.basename(file, path.extname(file)).replace(/\.rejects(-\d+)?$/, '');
  for (let n = 1; ; n++) {
    const out = path.join(folder, `${name}.rejects${n === 1 ? '' : `-${n}`}.csv`);
    const isFree = await access(out).then(
      () => false,
      () => true,
    );
    if (isFree) return out;
  }
}
