// A dry run undoes each batch, so that a later one doesn't find what an earlier one would have written. This remembers
// the values that must be unique, and those by which rows refer to one another.
import type { CatalogField, Kernel } from '@huike/kernel';
import type { Draft } from './draft.ts';
import { KeySet } from './keyset.ts';
import type { MappedColumn } from './mapping.ts';
import { isUnique, type Scene } from './targets.ts';

export class Rehearsal {
  readonly #kernel: Kernel;
  readonly #scene: Scene;
  readonly #columns: readonly MappedColumn[];
  readonly #unique: readonly CatalogField[];
  readonly #kept: readonly CatalogField[];
  readonly #seen = new KeySet();

  constructor(kernel: Kernel, scene: Scene, columns: readonly MappedColumn[]) {
    this.#kernel = kernel;
    this.#scene = scene;
    this.#columns = columns;
    const { object } = scene.rights;
    this.#unique = columns.flatMap(({ target: { field, written } }) => (written && isUnique(field) ? [field] : []));
    const referred = columns.flatMap(({ target: { by } }) => (by !== null && by.object === object ? [by] : []));
    this.#kept = [...new Set([...this.#unique, ...referred])];
  }

  /** Whether an upsert would find the record that an earlier row makes. */
  meets(draft: Draft): boolean {
    const { mode, key } = this.#scene;
    if (mode !== 'upsert' || key === null) return false;
    return this.#has(key, draft);
  }

  /** Gives a draft a fault where it has a value that an earlier row has. */
  refuseTaken(draft: Draft): void {
    for (const field of this.#unique) {
      // Rows of one key are about one record.
      if (field === this.#scene.key || !this.#has(field, draft)) continue;
      const column = this.#columns.find(({ target }) => target.field === field)?.name ?? null;
      draft.faults.push({ column, code: 'write.conflict', params: { field: field.name } });
    }
  }

  /** Whether an earlier row makes a record with this value, in its normal form. */
  made(field: CatalogField, value: string): boolean {
    return this.#seen.has(nameOf(field, value));
  }

  /** Of rows that would be written. */
  remember(drafts: readonly Draft[]): void {
    for (const draft of drafts) {
      for (const field of this.#kept) {
        const value = this.#stored(field, draft);
        if (value !== null) this.#seen.add(nameOf(field, value));
      }
    }
  }

  #has(field: CatalogField, draft: Draft): boolean {
    const value = this.#stored(field, draft);
    return value !== null && this.#seen.has(nameOf(field, value));
  }

  /** The value as it would be kept. */
  #stored(field: CatalogField, { values }: Draft): string | null {
    const value = values[field.name] ?? null;
    const catalog = this.#kernel.catalogs.current();
    const { company } = catalog;
    const context = { catalog, company, now: this.#kernel.now(), timeZone: company.timeZone };
    const parsed = value === null ? null : (field.handler.parse?.(value, field, context) ?? null);
    const kept = parsed?.ok === true ? (parsed.columns[''] ?? null) : null;
    return kept === null ? null : String(kept);
  }
}

const nameOf = (field: CatalogField, value: string) => `${field.tag} ${value}`;
