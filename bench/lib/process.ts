// Programs that run beside the bench: each in a process of its own, so that they don't share a thread.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

export interface Program extends AsyncDisposable {
  readonly pid: number;
  /** Sends a message and waits for the answer. One at a time. */
  ask(message: object): Promise<unknown>;
}

/** Starts a program of this folder and waits for its first message. */
export async function startProgram(
  file: string,
  environment: Readonly<Record<string, string>>,
): Promise<Program & { readonly hello: unknown }> {
  const child = fork(path.join(import.meta.dirname, file), [], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const hello = await answer(child);
  return {
    hello,
    pid: child.pid ?? 0,
    ask(message) {
      child.send(message);
      return answer(child);
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

async function answer(child: ChildProcess): Promise<unknown> {
  const over = new AbortController();
  try {
    const { signal } = over;
    const ended = once(child, 'exit', { signal }).then(([code]) => {
      throw new Error(`a program of the bench ended with ${code}`);
    });
    const [message] = await Promise.race([once(child, 'message', { signal }), ended]);
    return message;
  } finally {
    over.abort();
  }
}

/** In a program: says something to the bench. */
export function say(message: object): void {
  process.send?.(message);
}

/** Ends the program once the bench is done or gone. */
export function untilTold(end: () => Promise<unknown>): void {
  const stop = () => void end().finally(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('disconnect', stop);
}
