// What is told of an import: how far it is, what became of the rows, what was wrong.
import { type Catalog, type Kernel, type Progress, readProgress } from '@huike/kernel';
import type { ErrorCode, ErrorParams, Language } from '@huike/schema';
import type { DateGroup } from './dates.ts';
import { ownColumnCount } from './rejects.ts';
import type { TableWarning } from './rows.ts';
import type { ImportMode, Mapping, ValueMapping } from './spec.ts';
import type { ImportRow, ImportState, UndoReport } from './store.ts';
import { gate, matchRate, type TimeCount } from './survey.ts';
import type { ValueCount } from './tally.ts';
import { columnWords, wordsOf } from './words.ts';

export interface Told {
  readonly code: ErrorCode;
  readonly message: string;
}

export interface ImportReport {
  readonly id: string;
  readonly object: string;
  readonly file: string;
  readonly mode: ImportMode;
  readonly key: string | null;
  readonly dryRun: boolean;
  readonly state: ImportState;
  /** What is under way: how many rows of how many. */
  readonly progress: { readonly phase: string | null; readonly done: number; readonly total: number | null } | null;
  readonly rows: {
    readonly total: number;
    readonly new: number;
    readonly updated: number;
    readonly matched: number;
    readonly rejected: number;
  };
  /** From 0 to 1; null where records aren't matched. */
  readonly keyMatchRate: number | null;
  readonly mapping: Mapping;
  /** What values in the file were taken for, by field; said now, or the last time. */
  readonly values: ValueMapping;
  readonly timeZone: string | null;
  readonly encoding: string | null;
  readonly delimiter: string | null;
  readonly sheet: string | null;
  readonly dates: readonly DateReport[];
  readonly numbers: readonly { readonly column: string; readonly decimal: string; readonly ambiguous: number }[];
  /** Times by column: in which zone those were read that name none. */
  readonly times: readonly (TimeCount & { readonly column: string; readonly zone: string })[];
  /** Columns that refer to other records: how many cells are filled, and how many of them lead nowhere. */
  readonly relations: readonly RelationReport[];
  readonly warnings: readonly Told[];
  readonly problems: readonly ProblemReport[];
  /** Where the rejected rows are to be had. */
  readonly rejects: string | null;
  readonly failure: Told | null;
  readonly undo: UndoTold | null;
  readonly createdAt: string;
  readonly endedAt: string | null;
}

export interface DateReport {
  readonly column: string;
  readonly order: string;
  readonly ambiguous: number;
  readonly against: number;
  readonly groups: readonly Pick<DateGroup, 'separator' | 'order' | 'decidedBy' | 'count' | 'ambiguous'>[];
}

export interface RelationReport {
  readonly column: string;
  /** The object that is referred to. */
  readonly object: string;
  readonly given: number;
  readonly missing: number;
  /** From 0 to 1. */
  readonly completeness: number;
}

export interface ProblemReport extends Told {
  readonly count: number;
  /** The rows came in all the same. */
  readonly written: boolean;
  /** The texts that stand in the cells, the most frequent first; at most 30. */
  readonly values: readonly ValueCount[];
  readonly examples: readonly {
    readonly line: number;
    readonly column: string | null;
    readonly value: string | null;
    readonly message: string;
  }[];
}

interface UndoTold {
  readonly deleted: number;
  readonly restored: number;
  readonly kept: number;
  readonly problems: readonly (Told & { readonly count: number; readonly examples: readonly string[] })[];
}

/** The state as it is: an import whose job was given up has failed. */
export async function stateOf(
  kernel: Kernel,
  row: ImportRow,
): Promise<{ state: ImportState; progress: Progress | null }> {
  const active = row.state === 'waiting' || row.state === 'running' || row.state === 'undoing';
  const progress = active && row.progress !== null ? await readProgress(kernel.db, row.progress) : null;
  return { state: progress?.state === 'failed' ? 'failed' : row.state, progress };
}

/** The report in a language. */
export async function reportOf(kernel: Kernel, row: ImportRow, language: Language): Promise<ImportReport> {
  const { state, progress } = await stateOf(kernel, row);
  const { spec, survey } = row;
  const catalog = kernel.catalogs.current();
  const tell = (what: { readonly code: ErrorCode; readonly params: ErrorParams }): Told => ({
    code: what.code,
    message: wordsOf(catalog, row.object, what, language),
  });
  const active = progress !== null && ['waiting', 'running', 'undoing'].includes(state);
  const kept = row.endedAt === null || Date.now() - Date.parse(row.endedAt) < 7 * 86_400_000;
  return {
    ...{
      id: row.id,
      object: row.object,
      file: row.fileName,
      mode: spec.mode,
      key: spec.key,
      dryRun: spec.dryRun,
      state,
    },
    progress: active ? { phase: progress.message, done: progress.done, total: progress.total } : null,
    rows: {
      total: survey?.total ?? 0,
      new: row.created,
      updated: row.updated,
      matched: row.matched,
      rejected: row.rejected,
    },
    keyMatchRate: survey === null ? null : matchRate(survey),
    mapping: spec.mapping,
    values: spec.values,
    timeZone: survey?.timeZone ?? spec.timeZone,
    encoding: survey?.encoding ?? null,
    delimiter: survey?.delimiter ?? null,
    sheet: survey?.sheet ?? null,
    dates: Object.entries(survey?.dates ?? {}).map(([column, { order, ambiguous, against, groups }]) => ({
      ...{ column, order, ambiguous, against },
      groups: groups.map(({ separator, order: own, decidedBy, count, ambiguous: open }) => ({
        ...{ separator, order: own, decidedBy, count, ambiguous: open },
      })),
    })),
    numbers: Object.entries(survey?.numbers ?? {}).map(([column, { decimal, ambiguous }]) => ({
      ...{ column, decimal, ambiguous },
    })),
    times: Object.entries(survey?.times ?? {}).map(([column, count]) => ({
      ...{ column, zone: survey?.timeZone ?? '', ...count },
    })),
    relations: relationsOf(catalog, row),
    warnings: warningsOf(catalog, row).map(tell),
    problems: problemsOf(catalog, row, language),
    rejects: row.rejected > 0 && kept ? `/api/v1/imports/${row.id}/rejects` : null,
    failure: failureOf(row, state, progress, tell),
    undo: row.undo === null ? null : undoTold(row.undo, tell),
    createdAt: row.createdAt,
    endedAt: row.endedAt,
  };
}

function undoTold(
  { deleted, restored, kept, problems }: UndoReport,
  tell: (what: { readonly code: ErrorCode; readonly params: ErrorParams }) => Told,
): UndoTold {
  const told = problems.map((one) => ({ ...tell(one), count: one.count, examples: one.examples }));
  return { deleted, restored, kept, problems: told };
}

function failureOf(
  row: ImportRow,
  state: ImportState,
  progress: Progress | null,
  tell: (what: { readonly code: ErrorCode; readonly params: ErrorParams }) => Told,
): Told | null {
  if (row.failure !== null) return tell(row.failure);
  if (state !== 'failed') return null;
  return tell({ code: 'import.givenUp', params: { detail: progress?.message ?? '' } });
}

function problemsOf(catalog: Catalog, row: ImportRow, language: Language): ProblemReport[] {
  const columns = row.survey?.columns ?? [];
  return row.problems.map(({ code, count, examples, written = false, values = [] }) => {
    const told = examples.map(({ line, column, value, params }) => ({
      ...{ line, value, column: columnWords(catalog, row.object, columns, column, language) },
      message: wordsOf(catalog, row.object, { code, params }, language),
    }));
    return { code, count, written, values, message: told[0]?.message ?? '', examples: told };
  });
}

type Warning = { readonly code: ErrorCode; readonly params: ErrorParams };

const nowhere: ReadonlySet<ErrorCode> = new Set(['import.noRecord', 'import.severalRecords']);

/** How complete the relations of the rows that were read so far are. */
function relationsOf(catalog: Catalog, { survey, spec, object, problems }: ImportRow): RelationReport[] {
  const fields = catalog.objects.get(object)?.fields;
  return Object.entries(survey?.related ?? {}).map(([column, given]) => {
    const field = fields?.get((spec.mapping[column] ?? '').split('.')[0] ?? '');
    const missing = problems
      .filter(({ code }) => nowhere.has(code))
      .reduce((sum, { columns = {} }) => sum + (columns[column] ?? 0), 0);
    const completeness = given === 0 ? 1 : Math.max(0, 1 - missing / given);
    return { ...{ column, object: field?.target?.name ?? '', given, missing, completeness } };
  });
}

/** What a person should look at although nothing was refused. */
function warningsOf(catalog: Catalog, row: ImportRow): Warning[] {
  const { survey, spec } = row;
  if (survey === null) return [];
  const { timeZone: zone } = survey;
  const times = Object.entries(survey.times ?? {}).filter(([, { assumed }]) => assumed > 0);
  const orphans = relationsOf(catalog, row).filter(({ missing }) => missing > 0);
  const { columns } = survey;
  const unmapped = columns
    .slice(ownColumnCount(columns))
    .filter((name) => (Object.hasOwn(spec.mapping, name) ? (spec.mapping[name] ?? null) : null) === null);
  const rate = matchRate(survey);
  const low = spec.mode !== 'insert' && rate !== null && rate < gate;
  return [
    ...(low ? [{ code: 'import.matchRate', params: { rate: Math.floor(rate * 1000) / 10 } } as const] : []),
    ...Object.entries(survey.dates).flatMap(([column, { groups }]) =>
      groups.flatMap((group) => dateWarning(column, group)),
    ),
    ...times.map(
      ([column, { assumed: count }]) => ({ code: 'import.timesAssumed', params: { column, count, zone } }) as const,
    ),
    ...orphans.map(({ column, object, missing: count, completeness }) => {
      const rate = Math.floor(completeness * 1000) / 10;
      return { code: 'import.orphans', params: { column, object, count, rate } } as const;
    }),
    ...unmapped.map((column) => ({ code: 'import.unmapped', params: { column } }) as const),
    ...survey.warnings.map(tableWarning),
  ];
}

function dateWarning(column: string, { ambiguous, decidedBy, order }: DateGroup): Warning[] {
  if (ambiguous === 0) return [];
  const code = decidedBy === 'custom' ? 'import.datesAssumed' : 'import.datesInferred';
  return [{ code, params: { column, count: ambiguous, order } }];
}

function tableWarning(warning: TableWarning): Warning {
  if (warning.kind === 'titleSkipped')
    return { code: 'import.titleSkipped', params: { line: warning.line, text: warning.text.slice(0, 60) } };
  return { code: `import.${warning.kind}`, params: { column: warning.name } };
}
