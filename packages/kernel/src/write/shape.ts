// What the write needs to know of an object again and again, worked out once per catalog.
import { dependencies, type Json, type JsonObject, parseFormula } from '@huike/schema';
import { formulaOf } from '../catalog/formula.ts';
import type { CatalogField, CatalogObject } from '../catalog/types.ts';
import { columnName, isUnique, tableOf } from '../evolve/table.ts';
import { isSearched } from '../search/fields.ts';
import { pinyinSortKey } from '../search/sortkey.ts';

/** A record's columns by name. */
export type Stored = { [column: string]: Json };

/** A field that has columns in the object's table. */
export interface StoredField {
  readonly field: CatalogField;
  readonly columns: readonly { readonly name: string; readonly suffix: string; readonly sqlType: string }[];
  /** Without what is derived (the pinyin key of a title): what the log tells. */
  readonly told: readonly { readonly name: string; readonly suffix: string }[];
}

/** Values that no two living records may share. */
export interface UniqueKey {
  /** The index in the database. */
  readonly index: string;
  readonly fields: readonly CatalogField[];
}

export interface Shape {
  readonly object: CatalogObject;
  /** Every field with columns, but for the bookkeeping that each change has beside it. */
  readonly fields: ReadonlyMap<CatalogField, StoredField>;
  /** Every column, the search lexemes and the deletion among them. */
  readonly columns: readonly { readonly name: string; readonly sqlType: string }[];
  /** Stored formulas, each after those that it reads. */
  readonly formulas: readonly CatalogField[];
  readonly searched: readonly CatalogField[];
  readonly required: readonly CatalogField[];
  readonly defaults: readonly CatalogField[];
  readonly numbered: readonly CatalogField[];
  readonly links: readonly CatalogField[];
  readonly tables: readonly CatalogField[];
  readonly uniques: readonly UniqueKey[];
  /** Of a record to which nothing refers yet. */
  readonly emptyRollups: Readonly<Stored>;
}

const bookkeeping: ReadonlySet<string> = new Set([
  'id',
  'version',
  'createdAt',
  'createdBy',
  'updatedAt',
  'updatedBy',
  'deletedAt',
]);

const shapes = new WeakMap<CatalogObject, Shape>();

export function shapeOf(object: CatalogObject): Shape {
  const known = shapes.get(object);
  if (known !== undefined) return known;
  const shape = makeShape(object);
  shapes.set(object, shape);
  return shape;
}

function makeShape(object: CatalogObject): Shape {
  const all = [...object.fields.values()];
  const table = tableOf(object);
  return {
    object,
    fields: new Map(
      all
        .filter((field) => !bookkeeping.has(field.name) && hasColumns(field))
        .map((field) => [field, storedField(field)]),
    ),
    columns: table.columns.map(({ name, sqlType }) => ({ name, sqlType })),
    formulas: inOrder(all.filter((field) => field.type === 'formula' && field.computed === 'stored')),
    searched: all.filter((field) => isSearched(field)),
    required: all.filter((field) => field.required && field.definition !== null),
    defaults: all.filter((field) => defaultOf(field) !== undefined),
    numbered: all.filter((field) => field.type === 'autoNumber'),
    links: all.filter((field) => field.type === 'relations'),
    tables: all.filter((field) => field.type === 'table' && field.target !== null && field.inverse !== null),
    uniques: [
      ...all.flatMap((field) => uniqueKey(object, field.name, isUnique(field) ? [field] : [])),
      ...object.indexes
        .filter((index) => index.unique)
        .flatMap((index) =>
          uniqueKey(
            object,
            index.name,
            index.fields.flatMap((name) => fieldAt(object, name)),
          ),
        ),
    ],
    emptyRollups: Object.assign({}, ...all.map(emptyRollup)),
  };
}

function hasColumns(field: CatalogField): boolean {
  return field.handler.columns(field).length > 0;
}

function storedField(field: CatalogField): StoredField {
  const columns = field.handler
    .columns(field)
    .map(({ suffix, sqlType }) => ({ name: columnName(field, suffix), suffix, sqlType }));
  return { field, columns, told: columns.filter(({ suffix }) => suffix !== 'sort') };
}

const fieldAt = (object: CatalogObject, name: string) => object.fields.get(name.replace(/^-/, '')) ?? [];

function uniqueKey(object: CatalogObject, subject: string, fields: readonly CatalogField[]): UniqueKey[] {
  const made = tableOf(object).indexes.find((index) => index.unique && index.subject === subject);
  return made === undefined || fields.length === 0 ? [] : [{ index: made.name, fields }];
}

/** The declared default; undefined when there is none. It was checked when it was declared. */
export function defaultOf({ definition }: CatalogField): Json | undefined {
  if (definition === null || !('default' in definition)) return undefined;
  return definition.default as Json | undefined;
}

/** Formulas in an order in which each finds those that it reads computed. Circles were refused. */
function inOrder(formulas: readonly CatalogField[]): CatalogField[] {
  const ordered: CatalogField[] = [];
  const place = (field: CatalogField): void => {
    if (ordered.includes(field)) return;
    for (const name of formulaInputs(field)) {
      const input = formulas.find((one) => one.name === name);
      if (input !== undefined && input !== field) place(input);
    }
    ordered.push(field);
  };
  for (const field of formulas) {
    formulaOf(field);
    place(field);
  }
  return ordered;
}

/** Names of the record's own fields that a formula reads. */
export function formulaInputs({ definition }: CatalogField): string[] {
  return definition?.type === 'formula' ? dependencies(parseFormula(definition.expression)) : [];
}

function emptyRollup(field: CatalogField): Stored {
  if (field.definition?.type !== 'rollup') return {};
  switch (field.definition.fn) {
    case 'count':
    case 'sum':
      return { [field.column]: 0 };
    case 'avg':
      return { [columnName(field, 'sum')]: 0, [columnName(field, 'count')]: 0 };
    default:
      return {};
  }
}

/** The column that formulas and comparisons read: of money what it is in the company's currency. */
export function comparedColumn(field: CatalogField): string {
  return field.type === 'money' ? columnName(field, 'base') : field.column;
}

/** A field's stored value as the log tells it: of one column its value, of several an object by suffix. */
export function toldValue({ told }: StoredField, row: Readonly<Stored>): Json {
  const [first, ...more] = told;
  if (first === undefined) return null;
  const value = row[first.name] ?? null;
  if (more.length === 0 || value === null) return value;
  const whole: { [suffix: string]: Json } = {};
  for (const { name, suffix } of told) whole[suffix] = row[name] ?? null;
  return whole;
}

/** The columns of a value as the log tells it: the inverse of `toldValue`. What is derived is derived again. */
export function columnsTold({ columns, told }: StoredField, value: Json): Stored {
  const row: Stored = {};
  for (const { name, suffix } of columns) {
    row[name] = suffix === 'sort' && typeof value === 'string' ? pinyinSortKey(value) : null;
  }
  if (told.length === 1 && told[0] !== undefined) row[told[0].name] = value;
  else if (isObject(value)) for (const { name, suffix } of told) row[name] = value[suffix] ?? null;
  return row;
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether two stored values are the same: both are in the one form that columns have. */
export function sameValue(one: Json, other: Json): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (isList(one) || isList(other)) {
    if (!isList(one) || !isList(other) || one.length !== other.length) return false;
    return one.every((item, i) => sameValue(item, other[i] ?? null));
  }
  const [left, right]: [JsonObject, JsonObject] = [one, other];
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => key in right && sameValue(left[key] ?? null, right[key] ?? null))
  );
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
