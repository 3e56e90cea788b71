import { parseArgs } from 'node:util';
import type { Label } from '@huike/schema';
import { language } from '../say.ts';

// What a command of the command line is, and how it reads its arguments. Nothing heavy is loaded for that.

/** One command of the command line. */
export interface CommandModule {
  readonly usage: Label;
  /** The exit code. Throws `WrongArguments` when it can't make sense of them. */
  run(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number>;
}

/** The arguments aren't what the command takes: exit code 2. */
export class WrongArguments extends Error {}

/**
 * Texts by option name, lists of them for options that may come several times, yes or no by flag name, and what is
 * left. Throws `WrongArguments` for others.
 */
export function readArguments(
  args: readonly string[],
  takes: {
    readonly options?: readonly string[];
    readonly lists?: readonly string[];
    readonly flags?: readonly string[];
    readonly rest: number;
  },
): {
  readonly option: (name: string) => string | undefined;
  readonly list: (name: string) => readonly string[];
  readonly flag: (name: string) => boolean;
  readonly rest: readonly string[];
} {
  const { options = [], lists = [], flags = [], rest } = takes;
  const known = Object.fromEntries([
    ...options.map((name) => [name, { type: 'string' as const }] as const),
    ...lists.map((name) => [name, { type: 'string' as const, multiple: true }] as const),
    ...flags.map((name) => [name, { type: 'boolean' as const }] as const),
  ]);
  const parsed = (() => {
    try {
      return parseArgs({ args: [...args], options: known, allowPositionals: true });
    } catch (error) {
      throw new WrongArguments(error instanceof Error ? error.message : undefined);
    }
  })();
  if (parsed.positionals.length !== rest) throw new WrongArguments();
  const values: Readonly<Record<string, unknown>> = parsed.values;
  return {
    option: (name) => (typeof values[name] === 'string' ? values[name] : undefined),
    list: (name) => {
      const given = values[name];
      return Array.isArray(given) ? given.map(String) : [];
    },
    flag: (name) => values[name] === true,
    rest: parsed.positionals,
  };
}

/** In the terminal's language. */
export const inWords = (label: Label): string => label[language()];
