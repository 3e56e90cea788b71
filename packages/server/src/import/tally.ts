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
  /** What stands in the cells, as far as there are few different texts: what a value mapping is made of. */
  readonly values?: readonly ValueCount[];
  /** The rows came in all the same. */
  readonly written?: boolean;
}

export interface ValueCount {
  readonly column: string;
  readonly value: string;
  readonly count: number;
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
/** Different texts that are counted of one problem. */
const mostValues = 30;

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
      {
        ...one,
        examples: [...one.examples],
        columns: new Map(Object.entries(one.columns ?? {})),
        values: new Map((one.values ?? []).map((value) => [JSON.stringify([value.column, value.value]), value])),
      },
    ]),
  );
  for (const { line, faults } of rejects) {
    for (const { code, column, params } of faults) {
      const name = nameOf({ code, written });
      const known = counts.get(name) ?? {
        ...{ code, count: 0, examples: [], written, columns: new Map<string, number>() },
        values: new Map<string, ValueCount>(),
      };
      counts.set(name, known);
      known.count++;
      if (column !== null) known.columns.set(column, (known.columns.get(column) ?? 0) + 1);
      const cell = column === null ? undefined : byLine.get(line)?.cells[columns.indexOf(column)];
      if (column !== null && cell !== undefined) countValue(known.values, column, cell.trim().slice(0, 60));
      if (known.examples.length >= mostExamples) continue;
      known.examples.push({ line, column, value: cell?.slice(0, 60) ?? null, params });
    }
  }
  return [...counts.values()]
    .map((one) => ({
      ...{ ...one, columns: Object.fromEntries(one.columns) },
      values: [...one.values.values()].sort((a, b) => b.count - a.count),
    }))
    .sort((one, other) => other.count - one.count);
}

function countValue(values: Map<string, ValueCount>, column: string, value: string): void {
  const key = JSON.stringify([column, value]);
  const { count } = values.get(key) ?? { count: 0 };
  if (count > 0 || values.size < mostValues) values.set(key, { column, value, count: count + 1 });
}

const nameOf = ({ code, written = false }: Pick<ProblemCount, 'code' | 'written'>) => `${code} ${written}`;
