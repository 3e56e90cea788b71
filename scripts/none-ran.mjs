// A reporter beside the readable one: a run in which no test was executed fails.
import { text } from './say.mjs';

/** @param {AsyncIterable<{ type: string, data: { file?: string, counts?: { passed: number, failed: number } } }>} events */
export default async function* noneRan(events) {
  for await (const { type, data } of events) {
    if (type !== 'test:summary' || data.file !== undefined || !data.counts) continue;
    if (data.counts.passed + data.counts.failed > 0) continue;
    process.exitCode = 1;
    yield `huike: ${text('noTestRan')}\n`;
  }
}
