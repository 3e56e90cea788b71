import { asJson, type JsonObject, newId } from '@huike/schema';
import type { StoredObject } from '../catalog/resolve.ts';
import type { CatalogField, CatalogObject } from '../catalog/types.ts';
import type { SQL } from '../database/sql.ts';
import type { Restored } from './assign.ts';
import { asideColumn, asideLink } from './ddl.ts';
import { columnName, linkName } from './table.ts';

// What a deletion sets aside, to be brought back within 30 days.

/** A row of huike.set_aside, but for its version and time. */
export interface AsideRow {
  readonly id: string;
  readonly object_id: string;
  readonly object_name: string;
  readonly tag: number | null;
  readonly name: string;
  readonly detail: {
    readonly definition: JsonObject;
    readonly nextTag?: number;
    readonly tags?: StoredObject['tags'];
  };
  readonly columns: readonly (readonly [now: string, then: string])[];
  readonly links: readonly (readonly [now: string, then: string])[];
}

/** What is brought back, and how. */
export interface Restore extends Restored {
  /** Ids in huike.set_aside. */
  readonly ids: readonly string[];
  /** Renames the tables of objects back. */
  readonly statements: readonly SQL[];
  /** Objects as they were when they were deleted, by name. */
  readonly before: ReadonlyMap<string, CatalogObject>;
  /** Columns and link tables that are renamed back in living objects, by object. */
  readonly columns: ReadonlyMap<string, readonly (readonly [now: string, then: string])[]>;
  readonly links: ReadonlyMap<string, readonly (readonly [now: string, then: string])[]>;
}

export const restoreNothing: Restore = {
  objects: new Map(),
  fields: new Map(),
  ids: [],
  statements: [],
  before: new Map(),
  columns: new Map(),
  links: new Map(),
};

export function objectAside(object: CatalogObject, stored: StoredObject | undefined): AsideRow {
  const links = [...object.fields.values()].filter((field) => field.type === 'relations');
  return {
    id: newId(),
    object_id: object.id,
    object_name: object.name,
    tag: null,
    name: object.name,
    detail: { definition: asJson(object.definition), nextTag: stored?.nextTag ?? 0, tags: stored?.tags ?? {} },
    columns: [],
    links: links.map((field) => [asideLink(object.id, field.tag), linkName(field)]),
  };
}

export function fieldAside(field: CatalogField): AsideRow {
  const columns = field.handler.columns(field).map(({ suffix, sqlType }): [string, string] => {
    const name = columnName(field, suffix);
    return [asideColumn({ tag: field.tag, suffix, name, sqlType }, field.column), name];
  });
  return {
    id: newId(),
    object_id: field.object.id,
    object_name: field.object.name,
    tag: field.tag,
    name: field.name,
    detail: { definition: field.definition === null ? {} : asJson(field.definition) },
    columns,
    links: field.type === 'relations' ? [[asideLink(field.object.id, field.tag), linkName(field)]] : [],
  };
}
