// What is wrong with the commands of one write: all of it is gathered before anything is refused.
import { type ErrorCode, type ErrorParams, type Issue, Problem, problem } from '@huike/schema';

/** A Problem of a whole write that also knows what to tell of each command. */
export class WriteProblem extends Problem {
  readonly byCommand: ReadonlyMap<number, Problem>;

  constructor(whole: Problem, byCommand: ReadonlyMap<number, Problem>) {
    super(whole.code, whole.params, whole.issues);
    this.byCommand = byCommand;
  }
}

const mostIssues = 100;

export class Failures {
  readonly #issues = new Map<number, Issue[]>();
  readonly #refusals = new Map<number, Problem>();

  /** Something to be mended at a place of the input. */
  issue(index: number, path: string, code: ErrorCode, params?: ErrorParams): void {
    const issues = this.#issues.get(index) ?? [];
    const told = issues.some((one) => one.path === path && one.code === code);
    if (!told && issues.length < mostIssues)
      issues.push(params === undefined ? { path, code } : { path, code, params });
    this.#issues.set(index, issues);
  }

  /** Something that the whole command fails of. The first one counts. */
  refuse(index: number, code: ErrorCode, params: ErrorParams = {}): void {
    if (!this.#refusals.has(index)) this.#refusals.set(index, problem(code, params));
  }

  /** Whether anything is wrong with a command. */
  has(index: number): boolean {
    return this.#refusals.has(index) || this.#issues.has(index);
  }

  get none(): boolean {
    return this.#refusals.size === 0 && this.#issues.size === 0;
  }

  /** The first refusal, else that there are issues; with everything attached. */
  throwIfAny(): void {
    if (this.none) return;
    const refusals = [...this.#refusals].sort(([one], [other]) => one - other);
    const lists = [...this.#issues].sort(([one], [other]) => one - other);
    const byCommand = new Map(lists.map(([index, list]) => [index, invalid(list)]));
    for (const [index, refusal] of refusals) byCommand.set(index, refusal);
    const all = [
      ...refusals.map(([index, { code, params }]): Issue => ({ path: `/${index}`, code, params })),
      ...lists.flatMap(([, list]) => list),
    ];
    const first = refusals[0]?.[1];
    const whole = first === undefined ? invalid(all) : problem(first.code, first.params, all);
    throw new WriteProblem(whole, byCommand);
  }
}

function invalid(issues: readonly Issue[]): Problem {
  return problem('write.invalid', { count: issues.length }, issues);
}
