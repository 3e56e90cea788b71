// Values that a hook takes out of the commands (a password): they are no fields, and are made ready before the write.
import type { Command, Json } from '@huike/schema';
import type { Taken } from '../people/hook.ts';
import type { WriteContext } from './types.ts';

/** What the hooks made of the values that they take, by command. */
export async function takeForHooks(
  context: WriteContext,
  commands: readonly (Command | undefined)[],
): Promise<ReadonlyMap<number, unknown>> {
  const all = new Map<number, unknown>();
  for (const hook of context.hooks.values()) {
    if (hook.takes.length === 0) continue;
    const given = new Map<number, Taken>();
    for (const [index, command] of commands.entries()) {
      if (command === undefined || command.object !== hook.object || !('values' in command)) continue;
      const taken: { [name: string]: Json } = {};
      for (const name of hook.takes) {
        const value = command.values[name];
        if (value !== undefined) taken[name] = value;
      }
      if (Object.keys(taken).length > 0) given.set(index, taken);
    }
    const prepared = given.size === 0 ? [] : await hook.prepare([...given.values()]);
    for (const [place, index] of [...given.keys()].entries()) all.set(index, prepared[place] ?? null);
  }
  return all;
}
