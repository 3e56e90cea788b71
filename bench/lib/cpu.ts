// What work costs in processor time: on a machine that is shared, the figure that strangers disturb least.
import { readdirSync, readFileSync } from 'node:fs';

/** Microseconds that each of the processes has run, threads and all; the children of `parents` among them. */
export function processorTimes(pids: readonly number[], parents: readonly number[]): Map<number, number> {
  const children = parents.length === 0 ? [] : numbered('/proc').filter((pid) => parents.includes(parentOf(pid)));
  return new Map([...pids, ...children].map((pid) => [pid, timeOf(pid)]));
}

/** What ran between two looks. A process that ended meanwhile is left out. */
export function ranBetween(before: ReadonlyMap<number, number>, after: ReadonlyMap<number, number>): number {
  let sum = 0;
  for (const [pid, time] of after) sum += Math.max(0, time - (before.get(pid) ?? 0));
  return sum;
}

function timeOf(pid: number): number {
  let nanoseconds = 0;
  for (const thread of numbered(`/proc/${pid}/task`))
    nanoseconds += Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[0]);
  return nanoseconds / 1000;
}

function parentOf(pid: number): number {
  const [, state] = /\) (.*)$/s.exec(read(`/proc/${pid}/stat`)) ?? [];
  return Number(state?.split(' ')[1]);
}

/** Processes come and go, and only Linux tells of them: nothing is told then. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '0';
  }
}

function numbered(folder: string): number[] {
  try {
    return readdirSync(folder).map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}
