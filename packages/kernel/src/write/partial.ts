// Doing what can be done: all commands are tried together; those that fail are taken out and told, the rest is tried
// again. So it stays set-wise, and mostly takes two rounds.
import { type Command, type Issue, Problem, problem } from '@huike/schema';
import { WriteProblem } from './failures.ts';
import type { Refused, Written } from './types.ts';

const mostRounds = 50;

/** `run` does all that is left, or throws. */
export async function inRounds(
  commands: readonly Command[],
  run: (left: readonly (Command | undefined)[]) => Promise<Written[]>,
): Promise<(Written | Refused)[]> {
  const left: (Command | undefined)[] = [...commands];
  const refused: Refused[] = [];
  for (let round = 1; ; round++) {
    if (left.every((command) => command === undefined)) return refused.sort(byIndex);
    try {
      return [...(await run(left)), ...refused].sort(byIndex);
    } catch (error) {
      const failed = byCommand(error, left);
      if (failed.size === 0 || round === mostRounds) throw error;
      for (const [index, told] of failed) {
        left[index] = undefined;
        refused.push({ index, problem: told });
      }
    }
  }
}

const byIndex = (one: { readonly index: number }, other: { readonly index: number }) => one.index - other.index;

/** Which of the commands that are left failed of what. */
function byCommand(error: unknown, left: readonly (Command | undefined)[]): ReadonlyMap<number, Problem> {
  if (error instanceof WriteProblem) return error.byCommand;
  if (!(error instanceof Problem)) return new Map();
  // A hook tells of the whole by issues with paths.
  const lists = new Map<number, Issue[]>();
  for (const issue of error.issues) {
    const index = Number(issue.path.split('/')[1]);
    if (left[index] !== undefined) lists.set(index, [...(lists.get(index) ?? []), issue]);
  }
  return new Map([...lists].map(([index, issues]) => [index, problem(error.code, error.params, issues)]));
}
