// The reference model of values: what a viewer sees of a field, to compare by and to look at.
import type { CatalogField, CatalogObject } from '@huike/kernel';
import {
  checkFormula,
  Decimal,
  evaluate,
  type FormulaFieldType,
  isJsonObject,
  type Json,
  parseFormula,
} from '@huike/schema';
import type { RawRow, Viewer } from './model.ts';
import { dayIn } from './model-time.ts';

/** How values of a field compare; null: not at all. */
export type Kind = NonNullable<CatalogField['handler']['comparable']>['type'];

export function kindOf(field: CatalogField): Kind | null {
  return field.handler.comparable?.type ?? null;
}

export function isToOne({ type }: CatalogField): boolean {
  return type === 'relation' || type === 'user' || type === 'department';
}

export function isToMany({ type }: CatalogField): boolean {
  return type === 'relations' || type === 'table';
}

/** -1, 0 or 1; null is the smallest. */
export function compare(kind: Kind, a: Json, b: Json): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  if (kind === 'numeric' || kind === 'int4') return new Decimal(String(a)).comparedTo(String(b));
  if (kind === 'float8' || kind === 'boolean') return Math.sign(Number(a) - Number(b));
  if (kind === 'timestamptz') return order(microseconds(String(a)), microseconds(String(b)));
  if (Array.isArray(a) && Array.isArray(b)) {
    const differs = a.findIndex((item, index) => item !== b[index]);
    return differs < 0 ? a.length - b.length : compare('text', a[differs] ?? null, b[differs] ?? null);
  }
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
}

/** Of an instant as PostgreSQL prints it. */
function microseconds(instant: string): bigint {
  const [, fraction = ''] = /\.(\d+)/.exec(instant) ?? [];
  return BigInt(Date.parse(instant.replace(/\.\d+/, ''))) * 1000n + BigInt(fraction.padEnd(6, '0') || '0');
}

function order(a: bigint, b: bigint): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** The record that a to-one relation shows on a row. */
export function related(viewer: Viewer, field: CatalogField, row: RawRow): RawRow | null {
  if (field.target === null) return null;
  const found = viewer.find(field.target, row[field.column]);
  return found !== undefined && viewer.sees(field.target, found) ? found : null;
}

/** The records that a to-many relation shows on a row, in the order in which they are shown. */
export function relatedAll(viewer: Viewer, field: CatalogField, row: RawRow): readonly RawRow[] {
  const { target, inverse } = field;
  if (target === null) return [];
  const links = viewer.data.links.get(`${field.object.name}.${field.name}`) ?? [];
  const linked = links.filter(([source]) => source === row.id).map(([, id]) => id);
  const all = viewer
    .rows(target)
    .filter((one) => (inverse === null ? linked.includes(String(one.id)) : one[inverse.column] === row.id));
  const place = (one: RawRow) => (inverse === null ? 0 : Number(one.position ?? Number.POSITIVE_INFINITY));
  return all
    .filter((one) => viewer.sees(target, one))
    .toSorted((a, b) => place(a) - place(b) || compare('uuid', String(a.id), String(b.id)));
}

/** The value of a field to compare by, where it is in clear; of a relation the id. */
export function seenValue(viewer: Viewer, field: CatalogField, row: RawRow): Json {
  return viewer.sight(field, row) === 'clear' ? rawValue(viewer, field, row) : null;
}

function rawValue(viewer: Viewer, field: CatalogField, row: RawRow): Json {
  if (isToOne(field)) return json(related(viewer, field, row)?.id);
  if (field.computed === 'virtual') return computed(viewer, field, row);
  if (field.type === 'money') return json(row[`${field.column}~base`]);
  const value = json(row[field.column]);
  if (field.type !== 'address' || !isJsonObject(value)) return value;
  return ['country', 'province', 'city', 'district', 'street', 'postcode'].map((part) => value[part] ?? '').join('');
}

/** What a path of to-one relations leads to: the fields that are passed, and the last one. Null: nowhere to be seen. */
export function pathOf(viewer: Viewer, object: CatalogObject, path: string): readonly CatalogField[] | null {
  const fields: CatalogField[] = [];
  let at: CatalogObject | null = object;
  for (const name of path.split('.')) {
    const before = fields.at(-1);
    if (before !== undefined && !(isToOne(before) && viewer.known(before) === 'clear')) return null;
    const field: CatalogField | undefined = at !== null && viewer.knows(at) ? at.fields.get(name) : undefined;
    if (field === undefined || viewer.known(field) === null) return null;
    fields.push(field);
    at = field.target;
  }
  return fields;
}

/** The row at the end of the relations of a path, for its last field; null where one of them shows nothing. */
export function rowAlong(viewer: Viewer, steps: readonly CatalogField[], row: RawRow): RawRow | null {
  let at: RawRow | null = row;
  for (const step of steps) at = at !== null && viewer.sight(step, at) === 'clear' ? related(viewer, step, at) : null;
  return at;
}

/** The value at the end of a path. */
export function valueAlong(viewer: Viewer, path: readonly CatalogField[], row: RawRow): Json {
  const last = path.at(-1);
  const at = rowAlong(viewer, path.slice(0, -1), row);
  return last === undefined || at === null ? null : seenValue(viewer, last, at);
}

const inFormula: Readonly<Record<Kind, FormulaFieldType | null>> = {
  text: 'text',
  uuid: 'id',
  numeric: 'number',
  float8: 'double',
  int4: 'number',
  date: 'date',
  timestamptz: 'dateTime',
  boolean: 'boolean',
  'text[]': null,
};

/** A formula over what the viewer sees of its inputs. */
function computed(viewer: Viewer, field: CatalogField, row: RawRow): Json {
  if (field.definition?.type !== 'formula') return null;
  const { expression, returns } = field.definition;
  const typeAt = (path: string) => {
    const fields = steps(field.object, path);
    const kind = fields === null ? null : kindOf(fields.at(-1) ?? field);
    return fields === null ? 'inactive' : kind === null ? null : inFormula[kind];
  };
  const typed = checkFormula(parseFormula(expression), typeAt, returns);
  const read = (path: string): Json => {
    const found = pathOf(viewer, field.object, path);
    return found === null ? null : valueAlong(viewer, found, row);
  };
  const { actor, data } = viewer;
  const zone = actor.kind === 'user' ? actor.timeZone : data.catalog.company.timeZone;
  const env = {
    today: dayIn(data.now, zone),
    now: `${data.now.toISOString().slice(0, -1)}+00:00`,
    user: actor.kind === 'user' ? actor.id : null,
    zone,
  };
  return evaluate(typed, read, env);
}

function steps(object: CatalogObject, path: string): readonly CatalogField[] | null {
  const fields: CatalogField[] = [];
  let at: CatalogObject | null = object;
  for (const name of path.split('.')) {
    const field: CatalogField | undefined = at?.fields.get(name);
    if (field === undefined) return null;
    fields.push(field);
    at = field.target;
  }
  return fields;
}

/** The fields that are asked for, by name; an empty one means the usual. */
export interface Asked {
  readonly [name: string]: Asked;
}

/** A record as the viewer sees it. */
export function shownRecord(viewer: Viewer, object: CatalogObject, row: RawRow, asked: Asked): Json {
  return Object.fromEntries(
    Object.entries(asked).flatMap(([name, inner]) => {
      const field = object.fields.get(name);
      return field === undefined ? [] : [[name, shownValue(viewer, field, row, inner)]];
    }),
  );
}

/** All fields that are to be seen, as a list shows them when none is asked for. */
export function allFields(viewer: Viewer, object: CatalogObject): Asked {
  const known = [...object.fields.values()].filter((field) => viewer.known(field) !== null);
  return Object.fromEntries(known.map((field) => [field.name, {}]));
}

/** One value as it is shown; with `unmasked` in clear where it is masked. */
export function shownValue(
  viewer: Viewer,
  field: CatalogField,
  row: RawRow,
  inner: Asked = {},
  unmasked = false,
): Json {
  const seen = viewer.sight(field, row);
  const sight = unmasked && seen === 'masked' ? 'clear' : seen;
  if (isToOne(field)) {
    const found = sight === 'clear' ? related(viewer, field, row) : null;
    return found === null || field.target === null ? null : shownRelated(viewer, field.target, found, inner);
  }
  if (isToMany(field)) {
    const { target, inverse } = field;
    const found = sight === 'clear' ? relatedAll(viewer, field, row) : [];
    if (target === null) return [];
    if (inverse === null) return found.map((one) => shownRelated(viewer, target, one, inner));
    const asked = Object.keys(inner).length > 0 ? { id: {}, ...inner } : allFields(viewer, target);
    const { [inverse.name]: _, ...own } = asked;
    return found.map((one) => shownRecord(viewer, target, one, own));
  }
  if (sight === null) return null;
  return sight === 'clear' ? clearValue(viewer, field, row) : maskedValue(viewer, field, row);
}

/** A related record: its id, and its title or what is asked for. */
export function shownRelated(viewer: Viewer, target: CatalogObject, row: RawRow, asked: Asked = {}): Json {
  const title = viewer.known(target.title) === null ? {} : { [target.title.name]: {} };
  return shownRecord(viewer, target, row, { id: {}, ...(Object.keys(asked).length > 0 ? asked : title) });
}

function clearValue(viewer: Viewer, field: CatalogField, row: RawRow): Json {
  if (field.computed === 'virtual') return computed(viewer, field, row);
  if (field.type !== 'file' && field.type !== 'image') return field.handler.present(storedColumns(field, row), field);
  const ids = json(row[field.column]);
  return Array.isArray(ids) ? ids.map((id: Json) => viewer.data.files.get(String(id)) ?? null) : null;
}

/** The columns of a field by suffix, in the form in which they are kept. */
function storedColumns(field: CatalogField, row: RawRow): Readonly<Record<string, Json>> {
  return Object.fromEntries(
    field.handler.columns(field).map(({ suffix, sqlType }) => {
      const value = json(row[suffix === '' ? field.column : `${field.column}~${suffix}`]);
      return [suffix, sqlType === 'int8' && value !== null ? Number(value) : value];
    }),
  );
}

const hidden = '****';
const texts: readonly string[] = ['text', 'longText', 'phone', 'email', 'url', 'autoNumber'];

function maskedValue(viewer: Viewer, field: CatalogField, row: RawRow): Json {
  const value = field.computed === 'virtual' ? computed(viewer, field, row) : json(row[field.column]);
  return value === null ? null : maskedText(field, value);
}

/** A value behind its mask. The numbers of the sample are Chinese ones. */
export function maskedText(field: CatalogField, value: Json): string {
  if (typeof value !== 'string' || !texts.includes(field.type)) return hidden;
  const usual = field.type === 'phone' || field.type === 'email' ? field.type : 'all';
  const kind = field.definition?.mask ?? usual;
  const digits = value.replace(/^\+86/, '');
  if (kind === 'phone' && /^\d{11}$/.test(digits)) return `${digits.slice(0, 3)}****${digits.slice(7)}`;
  const [name = '', domain] = value.split('@');
  if (kind === 'email' && domain !== undefined && value.split('@').length === 2 && name !== '' && domain !== '')
    return `${[...name].length > 1 ? [...name][0] : ''}***@${domain}`;
  if (kind === 'name' && [...value].length > 1) return `${[...value][0]}*`;
  if (kind === 'idNumber' && /^\d{17}[\dXx]$/.test(value)) return `${value.slice(0, 3)}***********${value.slice(14)}`;
  if (kind === 'bankAccount' && /^[\d -]{8,}\d{4}$/.test(value)) return `****${value.slice(-4)}`;
  return hidden;
}

/** What the driver read, as JSON. */
function json(value: unknown): Json {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(json);
  return isJsonObject(value) ? value : String(value);
}
