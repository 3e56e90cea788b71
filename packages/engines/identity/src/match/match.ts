// Batch matching: which rows are the same customer.
import os from 'node:os';
import { codesOf } from './encode.ts';
import { type MatchModel, modelOf } from './model.ts';
import { type PipelineInput, type PipelineOutput, runPipeline } from './pipeline.ts';
import type { RecordTable } from './records.ts';
import { Comparer } from './score.ts';
import { leadInThread } from './threads.ts';
import type { MatchOptions, PairExplanation, ScoredPairs, Thresholds } from './types.ts';

/** From 0.8 on a pair merges; from 0.1 on it waits for a person. */
export const defaultThresholds: Thresholds = { upper: 0.8, lower: 0.1 };

export interface MatchResult {
  /** By row: the smallest row of its cluster; of a row that is alone, itself. */
  readonly clusters: Uint32Array;
  /** All pairs at or above the lower threshold; also such as didn't come to share a cluster. */
  readonly pairs: ScoredPairs;
  /** The rules by which pairs were found, and how many each yielded. */
  readonly rules: readonly { readonly name: string; readonly pairs: number }[];
  /** What was learnt, to be stored. */
  readonly model: MatchModel;
  /** How the probability of any two rows comes about. */
  explain(first: number, second: number): PairExplanation;
}

/** So many rows are matched without a thread: it is done before one would have started. */
const fewRows = 300;
const mostThreads = 4;

/**
 * Finds which rows of a table are the same customer. The same rows in another order give the same clusters. Throws the
 * signal's reason when it is aborted.
 */
export async function matchRecords(table: RecordTable, options: MatchOptions = {}): Promise<MatchResult> {
  const { thresholds = defaultThresholds, cannot = [], signal, onProgress = () => {} } = options;
  signal?.throwIfAborted();
  const threads = Math.max(1, options.threads ?? Math.min(os.availableParallelism(), mostThreads));
  const input: PipelineInput = {
    columns: table.columns.map((spec, index) => ({ spec, ...table.rawColumn(index) })),
    sources: table.sources,
    thresholds,
    cannot: Uint32Array.from([...cannot].flat()),
    threads,
  };
  const output =
    table.count <= fewRows
      ? await runPipeline(input, null, { report: onProgress, check: () => signal?.throwIfAborted() })
      : await leadInThread(input, onProgress, signal);
  return resultOf(output, table.sources);
}

function resultOf({ clusters, pairs, rules, columns, weights }: PipelineOutput, sources: Uint8Array): MatchResult {
  let comparer: Comparer | undefined;
  return {
    clusters,
    pairs,
    rules,
    model: modelOf(columns, weights),
    explain(first, second) {
      comparer ??= new Comparer({ columns, codes: codesOf(columns, null, sources.length), sources });
      return comparer.explain(first, second, weights);
    },
  };
}
