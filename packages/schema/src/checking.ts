import type { Issue } from './errors.ts';
import type { Kind, MetadataDocument, Removal } from './metadata.ts';
import type { MetadataState } from './state.ts';

// What the checks of a state share.

/** Finds where something stands in what was given: `path` names parts by name, the answer by their place. */
export type Place = (kind: Kind, name: string, path: string) => string;

export interface CheckOptions {
  /** What the kernel itself declares: it may be extended and relabelled, not redefined. */
  readonly builtIn?: MetadataDocument;
  /** References to objects that are absent pass: an app may name another app's objects. */
  readonly lenient?: boolean;
}

export interface Check {
  readonly current: MetadataState;
  readonly state: MetadataState;
  readonly removed: readonly Removal[];
  readonly place: Place;
  /** Whether what was given declares an item, or the item merely meets what else changed. */
  readonly given: (kind: Kind, name: string) => boolean;
  readonly options: CheckOptions;
}

/** The built-in role with every right. It stands in no document. */
export const administratorRole = 'administrator';

/** Whether a role may be named: one that is there, or, where references may be absent, any. */
export function isRole({ state, options }: Check, role: string): boolean {
  return role === administratorRole || state.roles.has(role) || options.lenient === true;
}

export function unknown(path: string, name: string): Issue {
  return { path, code: 'metadata.reference', params: { name } };
}

export function reserved(path: string, name: string): Issue {
  return { path, code: 'metadata.reserved', params: { name } };
}
