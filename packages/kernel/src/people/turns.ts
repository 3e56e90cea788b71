import { problem } from '@huike/schema';

export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** Runs so many works at a time, the others in their order; past the queue it throws `request.rateLimited`. */
export function turns(atOnce: number, waitingAtMost: number): InTurn {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running < atOnce) {
      running++;
    } else {
      if (waiting.length >= waitingAtMost) throw problem('request.rateLimited', { seconds: 5 });
      await new Promise<void>((go) => waiting.push(go));
    }
    try {
      return await work();
    } finally {
      // A turn that ends is handed on, or given back.
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
