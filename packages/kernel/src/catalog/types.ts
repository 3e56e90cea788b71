import type {
  ErrorCode,
  ErrorParams,
  Expected,
  FieldDefinition,
  FieldType,
  Flow,
  IdentifierKind,
  Json,
  Label,
  Layout,
  Menu,
  ObjectDefinition,
  Operator,
  OptionSet,
  Role,
  Settings,
  SharingRule,
  View,
} from '@huike/schema';
import type { SQL } from '../database/sql.ts';

// The catalog is the metadata of one version, resolved: names to objects, relations to targets, fields to handlers.
// It is immutable: a change of metadata makes a new one.

export interface Catalog {
  readonly version: number;
  readonly objects: ReadonlyMap<string, CatalogObject>;
  /** The object that declares a trait. */
  readonly traits: ReadonlyMap<string, CatalogObject>;
  readonly roles: ReadonlyMap<string, Role>;
  readonly optionSets: ReadonlyMap<string, OptionSet>;
  readonly identifierKinds: ReadonlyMap<string, IdentifierKind>;
  readonly sharingRules: readonly SharingRule[];
  readonly views: ReadonlyMap<string, View>;
  readonly layouts: ReadonlyMap<string, Layout>;
  readonly menus: ReadonlyMap<string, Menu>;
  readonly flows: ReadonlyMap<string, Flow>;
  readonly company: Company;
}

/** The company's settings with nothing left open. */
export type Company = Required<Pick<Settings, 'currency' | 'timeZone' | 'language' | 'profile' | 'rates' | 'channels'>>;

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

// What the kernel knows of a field type. One handler a type; read, write, evolve, search and export ask the handler
// and never switch on the type, but for relations, which read and write resolve themselves.

/** A column of the object's table. `suffix` is empty for the first one. */
export interface Column {
  readonly suffix: string;
  /** As PostgreSQL spells it, e.g. `text collate "C"`, `numeric`, `uuid`, `text[] collate "C"`, `jsonb`. */
  readonly sqlType: string;
}

export interface ParseContext {
  readonly catalog: Catalog;
  readonly company: Company;
  readonly now: Date;
  /** The zone of a date-time that names none. */
  readonly timeZone: string;
}

export interface Failure {
  readonly code: ErrorCode;
  readonly params?: ErrorParams;
}

/**
 * The values of a field's columns by suffix, as JSON that PostgreSQL's `json_populate_recordset` reads. There is one
 * form for each value: numeric is text as `numeric::text` prints it, float8 and int4 are numbers, timestamptz is ISO
 * 8601 in UTC as `to_json` prints it, arrays are JSON arrays, jsonb is JSON itself. Whoever reads columns back for
 * history selects them in this form.
 */
export type StoredValues = Readonly<Record<string, Json>>;

export type Parsed =
  | {
      readonly ok: true;
      /** An empty text, list or object is null, in every column of the field: then the field has no value. */
      readonly columns: StoredValues;
      /** Options that are no longer offered: refuse those that the record doesn't have already (`refuseRetired`). */
      readonly retired?: readonly string[];
    }
  | { readonly ok: false; readonly failure: Failure };

/** Type names of the SQL value a filter compares with, so that parameters are cast. */
export type ComparableType =
  | 'text'
  | 'uuid'
  | 'numeric'
  | 'float8'
  | 'date'
  | 'timestamptz'
  | 'boolean'
  | 'int4'
  | 'text[]';

export interface Comparable {
  /** For `text[]` the operators speak of elements: `contains` has this one, `in` has one of these, `eq` has exactly these. */
  readonly type: ComparableType;
  /** What filters, groups and measures use. `row` is the table's alias. */
  readonly expression: (field: CatalogField, row: SQL) => SQL;
  /** What sorting uses where it differs (the pinyin key of a title). */
  readonly sort?: (field: CatalogField, row: SQL) => SQL;
  /** Reads one filter value (already JSON) into the parameter to compare with; null when it isn't one. */
  readonly parse: (value: Json, field: CatalogField, context: ParseContext) => string | number | boolean | null;
  /**
   * Reads the value of `contains`, `startsWith` and `endsWith` on a text where it isn't taken as it is: a phone's
   * `138 12` is looked for as `+8613812`. Null when it isn't one.
   */
  readonly fragment?: (value: string, op: 'contains' | 'startsWith' | 'endsWith') => string | null;
  /** In words, for the error of a wrong filter value. */
  readonly expected: Expected;
}

export interface FieldHandler {
  readonly type: StoredType;
  readonly columns: (field: CatalogField) => readonly Column[];
  /** Reads a value that a caller wrote (never null: null clears the columns). Null for fields that callers can't write. */
  readonly parse: ((value: Json, field: CatalogField, context: ParseContext) => Parsed) | null;
  /** The value as JSON output: an expression for use inside `row_to_json`, of a type that PostgreSQL prints as the contract says. */
  readonly output: (field: CatalogField, row: SQL) => SQL;
  /**
   * The same from stored columns in JavaScript, for history, changes and rules. Must equal `output`; but of files and
   * images it has the ids alone (`[{id}]`), as of relations, since the rest stands elsewhere.
   */
  readonly present: (columns: StoredValues, field: CatalogField) => Json;
  readonly operators: ReadonlySet<Operator>;
  /** Null: can't be compared, sorted or grouped (only `empty`/`notEmpty`, if listed). */
  readonly comparable: Comparable | null;
  /** The masked value in SQL, as text; null where there is no value. `maskedValue` is the same in JavaScript. */
  readonly mask: (field: CatalogField, row: SQL) => SQL;
  /** How search reads the value; null = never searched. */
  readonly search: 'text' | 'title' | 'phone' | 'email' | 'code' | 'url' | null;
  /** JSON Schema of the value as written and as read, for OpenAPI. `in` is null where `parse` is. */
  readonly jsonSchema: (field: CatalogField) => { readonly in: Json | null; readonly out: Json };
}
