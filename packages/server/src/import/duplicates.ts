// Rows that would make a new record of what is there already, by the rule that was chosen for the import.
import type { CatalogField } from '@huike/kernel';
import type { Draft } from './draft.ts';
import type { Finder } from './finder.ts';
import type { KeySet } from './keyset.ts';

/** A record that is there, or the row of this batch that makes it, or one that an earlier batch of a dry run would have made. */
export type Original = { readonly id: string } | { readonly draft: Draft } | 'rehearsed';

const separator = '\u0000';

export class Duplicates {
  readonly fields: readonly CatalogField[];
  readonly #finder: Finder;
  /** Of a dry run: what the batches before would have written. */
  readonly #rehearsed: KeySet | null;

  constructor(finder: Finder, fields: readonly CatalogField[], rehearsed: KeySet | null) {
    this.fields = fields;
    this.#finder = finder;
    this.#rehearsed = rehearsed;
  }

  /** What each of the drafts repeats, of those that repeat anything. */
  async find(drafts: readonly Draft[]): Promise<ReadonlyMap<Draft, Original>> {
    const tuples = new Map<Draft, readonly string[]>();
    for (const draft of drafts) {
      const tuple = this.#tupleOf(draft);
      if (tuple !== null) tuples.set(draft, tuple);
    }
    const known = await this.#finder.findTuples(this.fields, [...tuples.values()]);
    const first = new Map<string, Draft>();
    const found = new Map<Draft, Original>();
    for (const [draft, tuple] of tuples) {
      const key = tuple.join(separator);
      const id = known.get(key);
      const before = first.get(key);
      if (id !== undefined) found.set(draft, { id });
      else if (this.#rehearsed?.has(key) === true) found.set(draft, 'rehearsed');
      else if (before !== undefined) found.set(draft, { draft: before });
      else first.set(key, draft);
    }
    return found;
  }

  /** Of rows that a dry run would have written. */
  remember(drafts: readonly Draft[]): void {
    for (const draft of drafts) {
      const tuple = this.#rehearsed === null ? null : this.#tupleOf(draft);
      if (tuple !== null) this.#rehearsed?.add(tuple.join(separator));
    }
  }

  /** The values that must be equal, in the form in which they are kept; null where one is missing. */
  #tupleOf({ values }: Draft): readonly string[] | null {
    const tuple: string[] = [];
    for (const field of this.fields) {
      const value = values[field.name] ?? null;
      const text = typeof value === 'string' || typeof value === 'number' ? String(value) : null;
      const normal = text === null ? null : this.#finder.normal(field, text);
      if (normal === null) return null;
      tuple.push(normal);
    }
    return tuple;
  }
}
