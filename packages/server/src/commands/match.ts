import { createReadStream, createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type MatchProgress, type MatchResult, matchRecords, RecordTable } from '@huike/identity/match';
import { type Json, type Label, message, problem } from '@huike/schema';
import { openTable, type Table } from '../import/table.ts';
import { language } from '../say.ts';
import { type CommandModule, inWords, readArguments, WrongArguments } from './arguments.ts';
import { type FileMap, readMap } from './match-map.ts';
import { writeWhole } from './write-whole.ts';

const words = {
  loading: { zh: '读取 {file}：{done} 行…', en: 'Reading {file}: {done} rows…' },
  reading: { zh: '整理各列 {done} / {total}…', en: 'Preparing the columns: {done} of {total}…' },
  learning: { zh: '学习各列的权重…', en: 'Learning what each column is worth…' },
  comparing: { zh: '比较 {done}%…', en: 'Comparing: {done} %…' },
  clustering: { zh: '归并 {total} 对…', en: 'Clustering {total} pairs…' },
  skipped: {
    zh: '{file} 有 {count} 行的单元格数与表头不符（第一处：第 {line} 行，{reason}），已按能读到的部分处理',
    en: '{count} rows of {file} do not fit its header (the first is row {line}: {reason}); what could be read of them was used',
  },
  done: {
    zh: '{rows} 行归为 {clusters} 个客户，结果在 {file}；另有 {review} 对需人工确认',
    en: '{rows} rows are {clusters} customers: see {file}. {review} more pairs are for a person to decide',
  },
} as const satisfies Record<string, Label>;

const text = (word: keyof typeof words, params: Readonly<Record<string, string>> = {}) =>
  inWords(words[word]).replace(/\{(\w+)\}/g, (whole, name: string) => params[name] ?? whole);

export const command: CommandModule = {
  usage: {
    zh: `huike match <文件> --map <对应.json> --out <结果.csv> [--with <另一文件>] [--pairs <明细.csv>]

找出文件中哪些行是同一个客户，不需要服务器和数据库。CSV（编码、分隔符自动识别）或 .xlsx。
--map    {"id":"编号列","columns":{"列名":"类型"}}。类型：givenName familyName fullName company birthDate phone email
         address city region postalCode nationalId category text number
--out    结果：id,cluster，每行一条，cluster 相同即同一客户
--with   第二个文件，与第一个一起匹配；列名不同时在对应中写 "with":{"id":…,"columns":…}（同类型的列按先后对应）。
         结果先列第一个文件的行，再列第二个的，并多一列 file（1 或 2），以区分两个文件中相同的编号
--pairs  概率不低于 0.1 的每一对：两个编号、概率、各列的权重（以 2 为底的对数）`,
    en: `huike match <file> --map <map.json> --out <clusters.csv> [--with <other file>] [--pairs <pairs.csv>]

Finds which rows of a file are the same customer, without a server and without a database. CSV (encoding and delimiter
are found out) or .xlsx.
--map    {"id":"column of ids","columns":{"column":"type"}}. Types: givenName familyName fullName company birthDate
         phone email address city region postalCode nationalId category text number
--out    the result: id,cluster, a line for each row; rows of one cluster are one customer
--with   a second file, matched together with the first. Where its columns have other names, the map says
         "with":{"id":…,"columns":…} (columns of one type answer each other in their order). The result has the rows of
         the first file, then those of the second, and one more column, file (1 or 2), which tells apart ids that occur
         in both
--pairs  each pair of probability 0.1 or more: both ids, the probability, and the weight of each column (bits)`,
  },

  async run(args) {
    const { option, rest } = readArguments(args, { options: ['map', 'out', 'with', 'pairs'], rest: 1 });
    const [file = ''] = rest;
    const [mapFile, out, other, pairs] = [option('map'), option('out'), option('with'), option('pairs')];
    if (mapFile === undefined || out === undefined) throw new WrongArguments();
    const map = readMap(await readJson(mapFile));
    const progress = new Progress();
    const abort = new AbortController();
    const interrupt = () => abort.abort(new Error('SIGINT'));
    process.once('SIGINT', interrupt);
    try {
      const rows = new Rows(new RecordTable(map.first.columns));
      await rows.read(file, map.first, 0, progress);
      if (other !== undefined) await rows.read(other, map.second, 1, progress);
      const onProgress = (step: MatchProgress) => progress.show(step.phase, progressText(step));
      const result = await matchRecords(rows.table, { signal: abort.signal, onProgress });
      progress.clear();
      await write(out, clusterLines(rows, result, other !== undefined));
      if (pairs !== undefined) await write(pairs, pairLines(rows, result, other !== undefined));
      process.stdout.write(`${summary(result, rows.table.count, out)}\n`);
      return 0;
    } finally {
      process.off('SIGINT', interrupt);
      progress.clear();
    }
  },
};

async function readJson(file: string): Promise<Json> {
  const written = await readFile(file, 'utf8');
  try {
    return JSON.parse(written.replace(/^\ufeff/, ''));
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw problem('match.notJson', { file: path.basename(file), detail });
  }
}

/** The rows of one or two files. */
class Rows {
  readonly table: RecordTable;
  readonly ids: string[] = [];
  /** How many rows are of the first file. */
  first = 0;

  constructor(table: RecordTable) {
    this.table = table;
  }

  async read(file: string, map: FileMap, source: 0 | 1, progress: Progress): Promise<void> {
    const name = path.basename(file);
    const table = await openTable(createReadStream(file), { fileName: name });
    try {
      const id = placeOf(table, map.id, name);
      const places = map.columns.map((column) => placeOf(table, column.name, name));
      let bad = 0;
      for await (const row of table.rows) {
        if (row.problem !== undefined && bad++ === 0)
          this.warnOf(name, row.line, message(row.problem.code, row.problem.params, language()), progress);
        const values = row.problem?.code === 'import.quote' ? unquoted(row.values[0] ?? '', table) : row.values;
        const own = values[id] ?? '';
        if (own === '') throw problem('match.idMissing', { file: name, line: row.line, column: map.id });
        this.ids.push(own);
        this.table.add(
          places.map((place) => values[place]),
          source,
        );
        if (this.ids.length % 20_000 === 0)
          progress.show('loading', text('loading', { file: name, done: grouped(this.ids.length) }));
      }
      if (source === 0) this.first = this.ids.length;
    } finally {
      await table.close();
    }
  }

  private warnOf(file: string, line: number, reason: string, progress: Progress): void {
    progress.clear();
    process.stderr.write(`${text('skipped', { file, line: String(line), reason })}\n`);
  }
}

/** The cells of a line whose quotation marks don't pair, as far as its delimiters tell. */
const unquoted = (line: string, { delimiter }: Table): string[] =>
  line.split(delimiter ?? ',').map((cell) => cell.trim().replace(/^"|"$/g, ''));

/** Where a column stands. Throws match.columnUnknown, .columnTwice. */
function placeOf({ columns, warnings }: Table, name: string, file: string): number {
  const place = columns.indexOf(name);
  if (place < 0) throw problem('match.columnUnknown', { file, column: name, columns: columns.join(', ') });
  const isRepeated = warnings.some((one) => one.kind === 'repeatedColumn' && one.name.replace(/_\d+$/, '') === name);
  if (isRepeated) throw problem('match.columnTwice', { file, column: name });
  return place;
}

const grouped = (count: number) => count.toLocaleString('en-US');

function progressText({ phase, done, total }: MatchProgress): string {
  const share = String(Math.floor((100 * done) / Math.max(total, 1)));
  return text(phase, { done: phase === 'comparing' ? share : grouped(done), total: grouped(total) });
}

const quoted = (value: string) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

function* clusterLines({ ids, first }: Rows, { clusters }: MatchResult, hasTwo: boolean): Generator<string> {
  yield hasTwo ? 'id,cluster,file\n' : 'id,cluster\n';
  // Clusters are numbered from 1 in the order in which they first occur.
  const numbers = new Uint32Array(ids.length);
  let last = 0;
  for (const [row, id] of ids.entries()) {
    const cluster = clusters[row] ?? row;
    if (numbers[cluster] === 0) numbers[cluster] = ++last;
    yield `${quoted(id)},${numbers[cluster]}${hasTwo ? `,${row < first ? 1 : 2}` : ''}\n`;
  }
}

function* pairLines({ ids, first }: Rows, { pairs, explain }: MatchResult, hasTwo: boolean): Generator<string> {
  const named = hasTwo ? 'id1,file1,id2,file2' : 'id1,id2';
  yield `${named},probability,weights\n`;
  const own = (row: number) => `${quoted(ids[row] ?? '')}${hasTwo ? `,${row < first ? 1 : 2}` : ''}`;
  for (let at = 0; at < pairs.count; at++) {
    const [one, other] = [pairs.first[at] ?? 0, pairs.second[at] ?? 0];
    const { weights } = explain(one, other);
    const steps = weights.map(({ column, level, weight }) => `${column ?? '*'}:${level}=${weight.toFixed(2)}`);
    yield `${own(one)},${own(other)},${(pairs.probability[at] ?? 0).toFixed(6)},${quoted(steps.join(' '))}\n`;
  }
}

async function write(file: string, lines: Iterable<string>): Promise<void> {
  await writeWhole(file, (into) => pipeline(Readable.from(inPieces(lines)), createWriteStream(into)));
}

function* inPieces(lines: Iterable<string>): Generator<string> {
  let piece = '';
  for (const line of lines) {
    piece += line;
    if (piece.length < 65_536) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

function summary({ clusters, pairs }: MatchResult, rows: number, file: string): string {
  const found = clusters.reduce((sum, cluster, row) => sum + (cluster === row ? 1 : 0), 0);
  let review = 0;
  for (let at = 0; at < pairs.count; at++)
    if (clusters[pairs.first[at] ?? 0] !== clusters[pairs.second[at] ?? 0]) review++;
  return text('done', { rows: grouped(rows), clusters: grouped(found), review: grouped(review), file });
}

/** How far it is, on stderr: a line that is written over where someone looks at it, else a line for each phase. */
class Progress {
  private phase = '';

  show(phase: string, words: string): void {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${words}`);
    else if (phase !== this.phase) process.stderr.write(`${words}\n`);
    this.phase = phase;
  }

  clear(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[2K');
  }
}
