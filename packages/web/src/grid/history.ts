// What was done and can be taken back, and what was taken back and can be done again.

export interface History<T> {
  readonly done: readonly T[];
  readonly undone: readonly T[];
}

const kept = 200;

export const nothingDone: History<never> = { done: [], undone: [] };

/** After something new was done: what was taken back before is gone. */
export function did<T>({ done }: History<T>, step: T): History<T> {
  return { done: [...done, step].slice(-kept), undone: [] };
}

/** The step to take back, and the history after it. */
export function undo<T>({ done, undone }: History<T>): { readonly step: T; readonly history: History<T> } | null {
  const step = done.at(-1);
  return step === undefined ? null : { step, history: { done: done.slice(0, -1), undone: [...undone, step] } };
}

/** The step to do again, and the history after it. */
export function redo<T>({ done, undone }: History<T>): { readonly step: T; readonly history: History<T> } | null {
  const step = undone.at(-1);
  return step === undefined ? null : { step, history: { done: [...done, step], undone: undone.slice(0, -1) } };
}
