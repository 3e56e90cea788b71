import { get, Unreachable } from './api.ts';

const between = 2_000;

/** Resolves when the server can be reached again. */
export async function reachable(): Promise<void> {
  for (;;) {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => go(), between);
      const go = () => {
        clearTimeout(timer);
        removeEventListener('online', go);
        resolve();
      };
      addEventListener('online', go);
    });
    try {
      await get('session');
      return;
    } catch (error) {
      // Whatever it says, it is there.
      if (!(error instanceof Unreachable)) return;
    }
  }
}
