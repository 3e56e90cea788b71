// What is told of an import: how far it is, what became of the rows, what was wrong.
import { type Catalog, type Kernel, type Progress, readProgress } from '@huike/kernel';
import type { ErrorCode, ErrorParams, Language } from '@huike/schema';
import type { DateGroup } from './dates.ts';
import { ownColumnCount } from './rejects.ts';
import type { TableWarning } from './rows.ts';
import type { ImportMode, Mapping } from './spec.ts';
import type { ImportRow, ImportState, UndoReport } from './store.ts';
import { gate, matchRate } from './survey.ts';
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
  readonly timeZone: string | null;
  readonly encoding: string | null;
  readonly delimiter: string | null;
  readonly sheet: string | null;
  readonly dates: readonly DateReport[];
  readonly numbers: readonly { readonly column: string; readonly decimal: string; readonly ambiguous: number }[];
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

export interface ProblemReport extends Told {
  readonly count: number;
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
    warnings: warningsOf(row).map(tell),
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
  return row.problems.map(({ code, count, examples }) => {
    const told = examples.map(({ line, column, value, params }) => ({
      ...{ line, value, column: columnWords(catalog, row.object, columns, column, language) },
      message: wordsOf(catalog, row.object, { code, params }, language),
    }));
    return { code, count, message: told[0]?.message ?? '', examples: told };
  });
}

type Warning = { readonly code: ErrorCode; readonly params: ErrorParams };

/** What a person should look at although nothing was refused. */
function warningsOf({ survey, spec }: Pick<ImportRow, 'survey' | 'spec'>): Warning[] {
  if (survey === null) return [];
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
