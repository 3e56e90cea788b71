// What was wrong with the rows, counted by code, with the first few of each.
import type { ErrorCode, ErrorParams } from '@huike/schema';
import type { Reject } from './batch.ts';
import type { Draft } from './draft.ts';

export interface ProblemCount {
  readonly code: ErrorCode;
  readonly count: number;
  readonly examples: readonly ProblemExample[];
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

/** Adds the rejected rows of a batch. */
export function addRejects(
  tally: Tally,
  rejects: readonly Reject[],
  drafts: readonly Draft[],
  columns: readonly string[],
): Tally {
  if (rejects.length === 0) return tally;
  const byLine = new Map(drafts.map((draft) => [draft.line, draft]));
  const counts = new Map(tally.map(({ code, count, examples }) => [code, { count, examples: [...examples] }]));
  for (const { line, faults } of rejects) {
    for (const { code, column, params } of faults) {
      const known = counts.get(code) ?? { count: 0, examples: [] };
      counts.set(code, known);
      known.count++;
      if (known.examples.length >= mostExamples) continue;
      const cell = column === null ? undefined : byLine.get(line)?.cells[columns.indexOf(column)];
      known.examples.push({ line, column, value: cell?.slice(0, 60) ?? null, params });
    }
  }
  return [...counts]
    .map(([code, { count, examples }]) => ({ code, count, examples }))
    .sort((one, other) => other.count - one.count);
}
