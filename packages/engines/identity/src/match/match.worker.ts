// Threads of matching: one leads, others read columns or compare beside it.
import { parentPort, workerData } from 'node:worker_threads';
import { compareUnits } from './compare.ts';
import { encodeColumn } from './encode.ts';
import { runPipeline } from './pipeline.ts';
import { type Task, threadHelpers } from './threads.ts';

const task: Task = workerData;
const say = (answer: unknown) => parentPort?.postMessage(answer);

switch (task.kind) {
  case 'encode':
    for (const index of task.indexes) {
      const column = task.columns[index];
      if (column) say({ index, column: encodeColumn(column) });
    }
    break;
  case 'compare':
    say({ list: await compareUnits(task.shared, task.taken, null) });
    break;
  case 'lead': {
    const watch = {
      report: (progress: unknown) => say({ progress }),
      check: () => {},
    };
    say({ output: await runPipeline(task.input, threadHelpers(task.input.threads, watch), watch) });
  }
}
