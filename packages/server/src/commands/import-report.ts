import type { Catalog } from '@huike/kernel';
import type { Label } from '@huike/schema';
import type { ImportReport } from '../import/report.ts';
import { language } from '../say.ts';
import { inWords } from './arguments.ts';

// The report of an import as lines of a terminal.

const words = {
  done: { zh: '导入完成', en: 'Imported' },
  dry: { zh: '试运行（没有写入任何数据）', en: 'Dry run (nothing was written)' },
  failed: { zh: '导入失败', en: 'The import failed' },
  cancelled: { zh: '导入已取消（已写入的保留）', en: 'Cancelled (what was written stays)' },
  unconfirmed: { zh: '尚未执行', en: 'Nothing was imported yet' },
  undone: { zh: '已撤销', en: 'Undone' },
  total: { zh: '总行数', en: 'Rows' },
  new: { zh: '新增', en: 'New' },
  matched: { zh: '匹配到已有记录', en: 'Matched a record' },
  updated: { zh: '其中有更新', en: 'of these, changed' },
  rejected: { zh: '未导入', en: 'Rejected' },
  keyMatchRate: { zh: '匹配率', en: 'Match rate' },
  columns: { zh: '列与字段', en: 'Columns and fields' },
  notes: { zh: '请留意', en: 'Please note' },
  reasons: { zh: '未导入的原因', en: 'Why rows were rejected' },
  written: { zh: '已导入，但有缺', en: 'Imported, but incomplete' },
  rows: { zh: '处', en: '×' },
  line: { zh: '第 {line} 行', en: 'row {line}' },
  file: { zh: '文件', en: 'File' },
  deleted: { zh: '移入回收站', en: 'Moved to the recycle bin' },
  restored: { zh: '恢复原值', en: 'Put back as they were' },
  kept: { zh: '保持不变', en: 'Left as they are' },
} as const satisfies Record<string, Label>;

const say = (word: keyof typeof words) => inWords(words[word]);
const number = (value: number) => value.toLocaleString('en-US');

/** The lines of a report. */
export function reportLines(report: ImportReport, catalog: Catalog): string[] {
  const { state, rows, dryRun, mode, keyMatchRate, failure } = report;
  const object = catalog.objects.get(report.object);
  const title = state === 'done' ? say(dryRun ? 'dry' : 'done') : state in words ? say(stateWord(state)) : state;
  const counts: (readonly [string, string])[] = [[say('total'), number(rows.total)]];
  if (mode !== 'update') counts.push([say('new'), number(rows.new)]);
  if (mode !== 'insert' || rows.matched > 0) {
    counts.push([say('matched'), number(rows.matched)], [say('updated'), number(rows.updated)]);
    if (keyMatchRate !== null) counts.push([say('keyMatchRate'), `${(keyMatchRate * 100).toFixed(1)}%`]);
  }
  counts.push([say('rejected'), number(rows.rejected)]);
  const encoding = [report.encoding?.toUpperCase(), report.sheet, report.timeZone].filter(Boolean).join(' · ');
  return [
    `${title}: ${report.file} → ${object?.label[language()] ?? report.object}`,
    ...(failure === null ? [] : [`  ${failure.message}`]),
    ...table(counts, true),
    ...(encoding === '' ? [] : [`  ${say('file')}: ${encoding}`]),
    ...section('columns', table(mappingOf(report, catalog), false)),
    ...section(
      'notes',
      report.warnings.map(({ message }) => `  - ${message}`),
    ),
    ...section('written', report.problems.filter(({ written }) => written).flatMap(problemLines)),
    ...section('reasons', report.problems.filter(({ written }) => !written).flatMap(problemLines)),
  ];
}

/** The lines of a report of an undo. */
export function undoLines({ undo, file }: ImportReport): string[] {
  if (undo === null) return [];
  const { deleted, restored, kept, problems } = undo;
  const counts = [
    [say('deleted'), number(deleted)],
    [say('restored'), number(restored)],
    [say('kept'), number(kept)],
  ] as const;
  const reasons = problems.map(
    ({ count, message, examples }) => `  - ${number(count)} ${say('rows')} ${message}: ${examples.join(', ')}`,
  );
  return [`${say('undone')}: ${file}`, ...table(counts, true), ...reasons];
}

function stateWord(state: ImportReport['state']): keyof typeof words {
  return state === 'failed' || state === 'cancelled' || state === 'unconfirmed' ? state : 'done';
}

function section(name: 'columns' | 'notes' | 'written' | 'reasons', lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${say(name)}:`, ...lines];
}

function mappingOf({ mapping, object }: ImportReport, catalog: Catalog): (readonly [string, string])[] {
  const fields = catalog.objects.get(object)?.fields;
  return Object.entries(mapping).flatMap(([column, path]) => {
    if (path === null) return [];
    const label = fields?.get(path.split('.')[0] ?? '')?.label[language()];
    return [[column, label === undefined || label === path ? path : `${path}  ${label}`] as const];
  });
}

/** Texts that a value mapping may put right: all of them are of interest, not the first rows alone. */
function valuesLine({ code, values }: ImportReport['problems'][number]): string[] {
  if (code !== 'value.option' || values.length < 2) return [];
  return [
    `      ${values.map(({ column, value, count }) => `${column} ${JSON.stringify(value)} ${number(count)} ${say('rows')}`).join('; ')}`,
  ];
}

function problemLines(problem: ImportReport['problems'][number]): string[] {
  const { count, message, examples } = problem;
  const shown = examples.slice(0, 3).map(({ line, column, value }) => {
    const where = say('line').replace('{line}', String(line));
    return [where, column, value === null ? null : JSON.stringify(value)].filter(Boolean).join(' ');
  });
  return [`  - ${number(count)} ${say('rows')} ${message}`, `      ${shown.join('; ')}`, ...valuesLine(problem)];
}

/** Two columns, the second one at the right edge or after an arrow. */
function table(rows: readonly (readonly [string, string])[], numbers: boolean): string[] {
  const left = Math.max(0, ...rows.map(([name]) => width(name)));
  const right = Math.max(0, ...rows.map(([, value]) => width(value)));
  return rows.map(([name, value]) => {
    const gap = ' '.repeat(left - width(name));
    return numbers ? `  ${name}${gap}  ${' '.repeat(right - width(value))}${value}` : `  ${name}${gap} → ${value}`;
  });
}

/** How many places a text takes in a terminal: Chinese signs take two. */
function width(text: string): number {
  let places = 0;
  for (const sign of text)
    places += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(sign)
      ? 2
      : 1;
  return places;
}
