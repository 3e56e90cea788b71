import type { Refused, Written } from '@huike/kernel';
import { type Command, type Issue, isJsonObject, type JsonObject, Problem, problem } from '@huike/schema';
import type { FastifyRequest } from 'fastify';
import { languageOf, type ProblemBody, problemBody } from './problems.ts';
import { malformed } from './wrong.ts';

// Writes of which each item counts for itself: what can be done is done, and each other item is told why not.

/** Makes a command of one item of the body. Throws `request.malformed` with the item's place `at`. */
export type ToCommand = (item: JsonObject, at: string) => Command;

/** What became of one item of many. */
export type ItemResult =
  | { readonly index: number; readonly id: string; readonly version: number }
  | { readonly index: number; readonly problem: ProblemBody };

type WritePartial = (commands: readonly Command[]) => Promise<readonly (Written | Refused)[]>;

/** One result for each item, in order; the first has the index `first`. An item that is a Problem is told as that. */
export async function itemResults(
  writePartial: WritePartial,
  request: FastifyRequest,
  items: readonly unknown[],
  toCommand: ToCommand,
  first = 0,
): Promise<ItemResult[]> {
  const results: ItemResult[] = [];
  const refuse = (index: number, failure: Problem) => {
    results[index] = { index: first + index, problem: problemBody(failure, languageOf(request), request.id) };
  };
  const commands: Command[] = [];
  const places: number[] = [];
  for (const [index, item] of items.entries()) {
    try {
      commands.push(toCommand(itemOf(item, ''), ''));
      places.push(index);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      refuse(index, error);
    }
  }
  const told = commands.length === 0 ? [] : await writePartial(commands);
  for (const one of told) {
    const index = places[one.index] ?? one.index;
    if ('problem' in one) refuse(index, withoutPlace(one.problem, one.index));
    else results[index] = { index: first + index, id: one.id, version: one.version };
  }
  return results;
}

/** An item as the object that it must be. */
export function itemOf(item: unknown, at: string): JsonObject {
  if (item instanceof Problem) throw item;
  if (isJsonObject(item)) return item;
  throw malformed(at, 'expected a JSON object', '应为 JSON 对象');
}

/** The problem of one command as that of the record alone: what is wrong stands at `/fee`, not at `/3/fee`. */
export function withoutPlace(failure: Problem, index: number): Problem {
  const own = `/${index}`;
  const issues = failure.issues.flatMap((issue): Issue[] => {
    // The refusal of the whole command is the problem itself.
    if (issue.path === own) return issue.code === failure.code ? [] : [{ ...issue, path: '' }];
    return [issue.path.startsWith(`${own}/`) ? { ...issue, path: issue.path.slice(own.length) } : issue];
  });
  return problem(failure.code, failure.params, issues);
}
