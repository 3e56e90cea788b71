import type { Changed } from './stream.ts';

// What was heard since the page last looked: changes are gathered, so that however many come, a page asks once.

/** What changed of an object: the records with their newest versions, or null for more than is worth naming. */
export interface Touched {
  readonly versions: ReadonlyMap<string, number | null> | null;
  /** Records came, went or came back; else they only changed. */
  readonly moved: boolean;
}

/** By object. */
export type AllTouched = ReadonlyMap<string, Touched>;

const worthNaming = 500;

export const everything: Touched = { versions: null, moved: true };

/** With one more change. */
export function touch(all: AllTouched, { object, id, op, version }: Changed): AllTouched {
  const known = all.get(object);
  const moved = known?.moved === true || op !== 'update';
  if (known?.versions === null) return all;
  const versions = new Map(known?.versions).set(id, version);
  return new Map(all).set(object, { versions: versions.size > worthNaming ? null : versions, moved });
}

/** Whether a record is among what changed, beyond a version that is known already. */
export function isTouched({ versions }: Touched, id: string, known: number | null = null): boolean {
  if (versions === null) return true;
  const version = versions.get(id);
  return version !== undefined && (version === null || known === null || known < version);
}
