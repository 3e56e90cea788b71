// A reporter beside the readable one: a run in which no test was executed fails. The closing counts don't tell,
// for they take a file without any test for one that passed; each file's own counts do.
import { text } from './say.mjs';

/** @param {AsyncIterable<{ type: string, data: { file?: string, counts?: { passed: number, failed: number } } }>} events */
export default async function* noneRan(events) {
  let executed = 0;
  for await (const { type, data } of events) {
    if (type === 'test:summary' && data.file && data.counts) executed += data.counts.passed + data.counts.failed;
  }
  if (executed > 0) return;
  process.exitCode = 1;
  yield `huike: ${text('noTestRan')}\n`;
}
