import { problem } from '@huike/schema';

export interface Turns {
  <T>(work: () => Promise<T>): Promise<T>;
  /** How many works were begun. */
  readonly begun: () => number;
}

/** Runs so many works at a time, the others in their order; past the queue it throws `request.rateLimited`. */
export function turns(atOnce: number, waitingAtMost: number): Turns {
  let running = 0;
  const waiting: (() => void)[] = [];
  let begun = 0;
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running < atOnce) {
      running++;
    } else {
      if (waiting.length >= waitingAtMost) throw problem('request.rateLimited', { seconds: 5 });
      await new Promise<void>((go) => waiting.push(go));
    }
    try {
      begun++;
      return await work();
    } finally {
      // A turn that ends is handed on, or given back.
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
  return Object.assign(inTurn, { begun: () => begun });
}
