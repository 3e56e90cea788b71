import type { Capability, Operation } from '@huike/schema';
import type { CatalogField, CatalogObject } from '../catalog/types.ts';
import type { Actor } from './actor.ts';
import type { Condition } from './condition.ts';

// What access says, once compiled for a role set.

/** How a field shows on a row: in clear, else masked, else not at all. */
export interface FieldAccess {
  readonly clear: Condition;
  /** Where not clear. `false` for most fields. */
  readonly masked: Condition;
}

export interface ObjectAccess {
  readonly object: CatalogObject;
  readonly allowsCreate: boolean;
  rows(operation: Operation): Condition;
  /** Null when the field shows on no row: it then answers as if it weren't there. */
  field(field: CatalogField): FieldAccess | null;
  /** On which rows, of those that may be updated, the field may be changed. */
  editable(field: CatalogField): Condition;
  /** Whether a new record may carry the field. */
  creatable(field: CatalogField): boolean;
  /** Whether a row that isn't stored yet lies in the scope of an operation. */
  reaches(
    operation: Operation,
    row: { readonly owner: string | null; readonly department: string | null },
    actor: Actor,
  ): boolean;
}

export interface Access {
  /** The objects that may be read, by name; null for one that may not, and for one that isn't there. */
  object(name: string): ObjectAccess | null;
  readonly capabilities: ReadonlySet<Capability>;
  /** Names the role set, for caches of what is compiled under it. */
  readonly key: string;
}
