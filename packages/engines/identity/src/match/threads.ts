// Worker threads: how matching is led in one, and how others help.
import { setInterval } from 'node:timers';
import { Worker } from 'node:worker_threads';
import { type PairList, type Shared, turnCount, turns } from './compare.ts';
import type { RawColumn } from './encode.ts';
import type { Column } from './kinds/kind.ts';
import type { Helpers, PipelineInput, PipelineOutput, Watch } from './pipeline.ts';
import type { MatchProgress } from './types.ts';

export type Task =
  | { readonly kind: 'lead'; readonly input: PipelineInput }
  | { readonly kind: 'encode'; readonly columns: readonly RawColumn[]; readonly indexes: readonly number[] }
  | { readonly kind: 'compare'; readonly shared: Shared; readonly taken: Int32Array };

const file = new URL('./match.worker.ts', import.meta.url);

/** Runs a thread to its end. Ends it at once when the signal says so. Throws what the thread throws. */
function runThread(task: Task, onAnswer: (answer: Answer) => void, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(file, { workerData: task, resourceLimits: { maxOldGenerationSizeMb: 4096 } });
    const stop = () => void worker.terminate();
    signal?.addEventListener('abort', stop);
    worker.on('message', onAnswer);
    worker.on('error', reject);
    worker.on('exit', (code) => {
      signal?.removeEventListener('abort', stop);
      if (signal?.aborted) reject(signal.reason);
      else if (code === 0) resolve();
      else reject(new Error(`a thread of matching ended with ${code}`));
    });
  });
}

/** What threads say. */
interface Answer {
  readonly progress?: MatchProgress;
  readonly output?: PipelineOutput;
  readonly index?: number;
  readonly column?: Column;
  readonly list?: PairList;
}

/** Leads the work in a thread of its own, so that this one stays free. */
export async function leadInThread(
  input: PipelineInput,
  onProgress: (progress: MatchProgress) => void,
  signal: AbortSignal | undefined,
): Promise<PipelineOutput> {
  let result: PipelineOutput | undefined;
  const listen = ({ progress, output }: Answer) => {
    if (progress) onProgress(progress);
    if (output) result = output;
  };
  await runThread({ kind: 'lead', input }, listen, signal);
  if (result === undefined) throw new Error('matching ended without a result');
  return result;
}

/** Threads that read columns and compare pairs. */
export function threadHelpers(threads: number, watch: Watch): Helpers {
  return {
    async encode(columns) {
      const found: Column[] = [];
      let done = 0;
      // The largest first, each to the thread that has least.
      const shares = Array.from({ length: Math.min(threads, columns.length) }, () => ({
        size: 0,
        indexes: [0].slice(1),
      }));
      const sizes = columns
        .map(({ texts }, index) => ({ index, size: texts.chars.length + 1 }))
        .sort((a, b) => b.size - a.size);
      for (const { index, size } of sizes) {
        const least = shares.reduce((one, other) => (other.size < one.size ? other : one));
        least.size += size;
        least.indexes.push(index);
      }
      const listen = ({ index, column }: Answer) => {
        if (index !== undefined && column) found[index] = column;
        watch.report({ phase: 'reading', done: ++done, total: columns.length });
      };
      await Promise.all(shares.map(({ indexes }) => runThread({ kind: 'encode', columns, indexes }, listen)));
      return found;
    },

    async compare(shared) {
      const taken = new Int32Array(new SharedArrayBuffer(turnCount * 4));
      const lists: PairList[] = [];
      const listen = ({ list }: Answer) => {
        if (list) lists.push(list);
      };
      const total = shared.units.length;
      const tell = setInterval(() => {
        watch.report({ phase: 'comparing', done: Atomics.load(taken, turns.done), total });
      }, 250);
      try {
        await Promise.all(Array.from({ length: threads }, () => runThread({ kind: 'compare', shared, taken }, listen)));
      } finally {
        clearInterval(tell);
      }
      return lists;
    },
  };
}
