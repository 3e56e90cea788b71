import { parseArgs } from 'node:util';
import { type Database, openDatabase } from '@huike/kernel';
import type { Label } from '@huike/schema';
import { type Config, readConfig } from '../config.ts';
import { language } from '../say.ts';
import { type Opened, openKernel, withDatabase } from '../start.ts';

/** One command of the command line. */
export interface CommandModule {
  readonly usage: Label;
  /** The exit code. Throws `WrongArguments` when it can't make sense of them. */
  run(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number>;
}

/** The arguments aren't what the command takes: exit code 2. */
export class WrongArguments extends Error {}

/** Texts by option name, yes or no by flag name, and what is left. Throws `WrongArguments` for others. */
export function readArguments(
  args: readonly string[],
  takes: { readonly options?: readonly string[]; readonly flags?: readonly string[]; readonly rest: number },
): {
  readonly option: (name: string) => string | undefined;
  readonly flag: (name: string) => boolean;
  readonly rest: readonly string[];
} {
  const { options = [], flags = [], rest } = takes;
  const known = Object.fromEntries([
    ...options.map((name) => [name, { type: 'string' as const }] as const),
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
    flag: (name) => values[name] === true,
    rest: parsed.positionals,
  };
}

/** Works with the kernel, beside a server where one runs on the same data, and closes it. */
export async function withKernel<T>(environment: NodeJS.ProcessEnv, work: (opened: Opened) => Promise<T>): Promise<T> {
  const opened = await openKernel(readConfig(environment), environment, (error, where) => {
    process.stderr.write(`${where}: ${error instanceof Error ? error.message : String(error)}\n`);
  });
  try {
    return await work(opened);
  } finally {
    await opened.close();
  }
}

/** Works with the database alone, as it is: nothing is migrated or installed. */
export async function withBareDatabase<T>(
  environment: NodeJS.ProcessEnv,
  work: (database: Database, config: Config) => Promise<T>,
): Promise<T> {
  const config = readConfig(environment);
  const opened = await withDatabase(config, async (url, embedded) => {
    const directUrl = config.databaseDirectUrl;
    return { embedded, database: await openDatabase({ url, ...(directUrl === null ? {} : { directUrl }) }) };
  });
  try {
    return await work(opened.database, config);
  } finally {
    await opened.database.close();
    await opened.embedded?.stop();
  }
}

/** Who does what a command does. */
export const operator = { kind: 'system', name: 'command' } as const;

/** In the terminal's language. */
export const inWords = (label: Label): string => label[language()];
