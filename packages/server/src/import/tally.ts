// What was wrong with the rows, counted by code, with the first few of each.
import type { ErrorCode, ErrorParams } from '@huike/schema';
import type { Reject } from './batch.ts';
import type { Draft } from './draft.ts';

export interface ProblemCount {
  readonly code: ErrorCode;
  readonly count: number;
  readonly examples: readonly ProblemExample[];
  /** How many there are in each column. Absent in imports of before. */
  readonly columns?: Readonly<Record<string, number>>;
  /** The rows came in all the same. */
  readonly written?: boolean;
}

export interface ProblemExample {
  readonly line: number;
  readonly column: string | null;
  /** What stands in the cell. */
  readonly value: string | null;
  readonly params: ErrorParams;
}

/** The most frequent first. */
export type Tally = readonly ProblemCount[];

const mostExamples = 5;

/** Adds what was wrong with rows of a batch: of rejected ones, or with `written` of rows that came in all the same. */
export function addRejects(
  tally: Tally,
  rejects: readonly Reject[],
  drafts: readonly Draft[],
  columns: readonly string[],
  written = false,
): Tally {
  if (rejects.length === 0) return tally;
  const byLine = new Map(drafts.map((draft) => [draft.line, draft]));
  const counts = new Map(
    tally.map((one) => [
      nameOf(one),
      { ...one, examples: [...one.examples], columns: new Map(Object.entries(one.columns ?? {})) },
    ]),
  );
  for (const { line, faults } of rejects) {
    for (const { code, column, params } of faults) {
      const name = nameOf({ code, written });
      const known = counts.get(name) ?? { code, count: 0, examples: [], columns: new Map<string, number>(), written };
      counts.set(name, known);
      known.count++;
      if (column !== null) known.columns.set(column, (known.columns.get(column) ?? 0) + 1);
      if (known.examples.length >= mostExamples) continue;
      const cell = column === null ? undefined : byLine.get(line)?.cells[columns.indexOf(column)];
      known.examples.push({ line, column, value: cell?.slice(0, 60) ?? null, params });
    }
  }
  return [...counts.values()]
    .map((one) => ({ ...one, columns: Object.fromEntries(one.columns) }))
    .sort((one, other) => other.count - one.count);
}

const nameOf = ({ code, written = false }: Pick<ProblemCount, 'code' | 'written'>) => `${code} ${written}`;
