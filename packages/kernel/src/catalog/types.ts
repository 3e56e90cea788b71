import type {
  FieldDefinition,
  FieldType,
  Label,
  ObjectDefinition,
  OptionSet,
  Role,
  Settings,
  SharingRule,
  View,
} from '@huike/schema';
import type { FieldHandler } from '../fields/handler.ts';

// The catalog is the metadata of one version, resolved: names to objects, relations to targets, fields to handlers.
// It is immutable: a change of metadata makes a new one.

export interface Catalog {
  readonly version: number;
  readonly objects: ReadonlyMap<string, CatalogObject>;
  /** The object that declares a trait. */
  readonly traits: ReadonlyMap<string, CatalogObject>;
  readonly roles: ReadonlyMap<string, Role>;
  readonly optionSets: ReadonlyMap<string, OptionSet>;
  readonly sharingRules: readonly SharingRule[];
  readonly views: ReadonlyMap<string, View>;
  readonly company: Company;
}

/** The company's settings with nothing left open. */
export type Company = Required<Pick<Settings, 'currency' | 'timeZone' | 'language' | 'profile' | 'rates'>>;

export interface CatalogObject {
  readonly id: string;
  readonly name: string;
  readonly label: Label;
  /** Which part declared it: `kernel`, an app's name, or null for the customer's own. */
  readonly app: string | null;
  readonly definition: ObjectDefinition;
  /** Table in schema `data`; equal to the name. */
  readonly table: string;
  readonly title: CatalogField;
  readonly traits: readonly string[];
  /** Every field by name, the system fields first. */
  readonly fields: ReadonlyMap<string, CatalogField>;
  /** The relation with `onDelete: cascade`: this object's records follow the rights of that master. */
  readonly master: CatalogField | null;
  /** Relations of other objects (and of itself) that point here. */
  readonly referrers: readonly CatalogField[];
  /** Rollup fields, on other objects, that count this object's records. */
  readonly rollups: readonly CatalogField[];
  readonly indexes: readonly CatalogIndex[];
}

export interface CatalogIndex {
  readonly name: string;
  readonly fields: readonly string[];
  readonly unique: boolean;
  readonly state: 'building' | 'ready' | 'failed';
}

/** The types of the system fields that nobody can declare. */
export type StoredType = FieldType | 'id' | 'version';

export interface CatalogField {
  readonly object: CatalogObject;
  /** Unique in its object and never used again: what changes and search lexemes know the field by. */
  readonly tag: number;
  readonly name: string;
  readonly label: Label;
  readonly type: StoredType;
  readonly system: boolean;
  readonly required: boolean;
  /** As declared; absent for system fields. */
  readonly definition: FieldDefinition | null;
  /** First column, equal to the name; further ones are `{column}~{suffix}`. */
  readonly column: string;
  readonly handler: FieldHandler;
  /** Where a relation, user, department or table field points; null while that object is absent. */
  readonly target: CatalogObject | null;
  /** For `table`: the relation, in the target, that points back here. */
  readonly inverse: CatalogField | null;
  /** For formulas: kept in a column, or computed in each read. */
  readonly computed: 'stored' | 'virtual' | null;
}
