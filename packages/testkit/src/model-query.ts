// The reference model of queries: filters, sorts, pages, groups and searches over what a viewer sees.
import type { CatalogField, CatalogObject } from '@huike/kernel';
import { Decimal, type GroupBy, type GroupQuery, isJsonObject, type Json, type JsonObject } from '@huike/schema';
import { isAlive, type RawRow, type Viewer } from './model.ts';
import { isUnit, startOfUnit, wallClock, withinSpan } from './model-time.ts';
import {
  type Asked,
  allFields,
  compare,
  isToMany,
  isToOne,
  type Kind,
  kindOf,
  pathOf,
  related,
  relatedAll,
  rowAlong,
  seenValue,
  shownRecord,
  shownRelated,
  valueAlong,
} from './model-values.ts';

/** Whether a row meets a filter, as the viewer sees the row. What isn't seen is null. */
export function matches(viewer: Viewer, object: CatalogObject, row: RawRow, filter: unknown): boolean {
  if (!isJsonObject(filter)) return false;
  const { and, or, not, field: path, op, value = null } = filter;
  const meets = (part: unknown) => matches(viewer, object, row, part);
  if (Array.isArray(and)) return and.every(meets);
  if (Array.isArray(or)) return or.some(meets);
  if (not !== undefined) return !meets(not);
  const fields = typeof path === 'string' ? pathOf(viewer, object, path) : null;
  const field = fields?.at(-1);
  if (fields === null || field === undefined) throw new Error(`the model knows no field ${String(path)}`);
  const at = rowAlong(viewer, fields.slice(0, -1), row);
  const found = at === null ? [] : foundIn(viewer, field, at);
  const inner = (one: RawRow) => field.target !== null && matches(viewer, field.target, one, value);
  switch (op) {
    case 'some':
      return found.some(inner);
    case 'none':
      return !found.some(inner);
    case 'every':
      return found.every(inner);
    case 'empty':
    case 'notEmpty': {
      const empty = isToMany(field) ? found.length === 0 : at === null || isEmptyOn(viewer, field, at);
      return empty === (op === 'empty');
    }
    default:
      return holds(String(op), field, at === null ? null : seenValue(viewer, field, at), value, viewer);
  }
}

function isEmptyOn(viewer: Viewer, field: CatalogField, row: RawRow): boolean {
  // What can't be compared can still be there.
  if (kindOf(field) === null) return viewer.sight(field, row) !== 'clear' || (row[field.column] ?? null) === null;
  return seenValue(viewer, field, row) === null;
}

/** The related records that a field shows on a row. */
function foundIn(viewer: Viewer, field: CatalogField, row: RawRow): readonly RawRow[] {
  if (viewer.sight(field, row) !== 'clear') return [];
  if (isToMany(field)) return relatedAll(viewer, field, row);
  const one = isToOne(field) ? related(viewer, field, row) : null;
  return one === null ? [] : [one];
}

const lower = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

function holds(op: string, field: CatalogField, seen: Json, value: Json, viewer: Viewer): boolean {
  const kind = kindOf(field);
  if (kind === null) throw new Error(`${field.name} can't be compared`);
  if (op === 'ne') return value === null ? seen !== null : !holds('eq', field, seen, value, viewer);
  if (op === 'notIn') return !holds('in', field, seen, value, viewer);
  if (op === 'eq' && value === null) return seen === null;
  if (seen === null) return false;
  const values: readonly Json[] = Array.isArray(value) ? value : [];
  const has: readonly Json[] = Array.isArray(seen) ? seen : [];
  const [a, b] = [lower(String(seen)), lower(String(value))];
  switch (op) {
    case 'eq':
      return kind === 'text[]'
        ? has.every((one) => values.includes(one)) && values.every((one) => has.includes(one))
        : compare(kind, seen, value) === 0;
    case 'in':
      return kind === 'text[]'
        ? has.some((one) => values.includes(one))
        : values.some((one) => compare(kind, seen, one) === 0);
    case 'lt':
      return compare(kind, seen, value) < 0;
    case 'lte':
      return compare(kind, seen, value) <= 0;
    case 'gt':
      return compare(kind, seen, value) > 0;
    case 'gte':
      return compare(kind, seen, value) >= 0;
    case 'between':
      return compare(kind, seen, values[0] ?? null) >= 0 && compare(kind, seen, values[1] ?? null) <= 0;
    case 'contains':
      return kind === 'text[]' ? has.includes(value) : a.includes(b);
    case 'startsWith':
      return a.startsWith(b);
    case 'endsWith':
      return a.endsWith(b);
    case 'within': {
      const { actor, data } = viewer;
      const zone = actor.kind === 'user' ? actor.timeZone : data.catalog.company.timeZone;
      const day = kind === 'date' ? String(seen) : wallClock(String(seen), zone).slice(0, 10);
      return withinSpan(day, value, data.now, zone);
    }
    default:
      throw new Error(`the model knows no operator ${op}`);
  }
}

/** The records of a list, in its order. */
export function listed(
  viewer: Viewer,
  object: CatalogObject,
  query: { readonly filter?: unknown; readonly sort?: readonly string[]; readonly use?: 'export' | 'bin' },
): readonly RawRow[] {
  const { filter, sort = [], use } = query;
  const rows = viewer.rows(object).filter((row) => {
    const there = use === 'bin' ? !isAlive(row) && viewer.reaches(object, row, 'delete') : isAlive(row);
    const taken = use !== 'export' || viewer.reaches(object, row, 'export');
    return there && taken && viewer.reaches(object, row);
  });
  const order = comparer(viewer, object, sort);
  return rows.filter((row) => filter === undefined || matches(viewer, object, row, filter)).toSorted(order);
}

const longTexts: readonly string[] = ['longText', 'address', 'formula', 'rollup'];

function comparer(viewer: Viewer, object: CatalogObject, sort: readonly string[]) {
  const keys = sort.map((text) => {
    const path = pathOf(viewer, object, text.replace(/^-/, '')) ?? [];
    const { target } = path.at(-1) ?? {};
    // Related records sort by their title, where that is to be seen.
    const titled = target && isToOne(path.at(-1) ?? target.title) && viewer.known(target.title) === 'clear';
    return {
      fields: titled && viewer.knows(target) ? [...path, target.title] : path,
      sign: text.startsWith('-') ? -1 : 1,
    };
  });
  return (a: RawRow, b: RawRow): number => {
    for (const { fields, sign } of keys) {
      const order = compareBy(viewer, fields, a, b);
      if (order !== 0) return sign * order;
    }
    return (keys[0]?.sign ?? 1) * compare('uuid', String(a.id), String(b.id));
  };
}

function compareBy(viewer: Viewer, fields: readonly CatalogField[], a: RawRow, b: RawRow): number {
  const field = fields.at(-1);
  const kind = field === undefined ? null : kindOf(field);
  if (field === undefined || kind === null) throw new Error('the model cannot sort by this');
  const key = (row: RawRow): Json => {
    const value = valueAlong(viewer, fields, row);
    if (value === null) return null;
    const at = rowAlong(viewer, fields.slice(0, -1), row);
    // A title sorts as Chinese is sorted, by a key of its own.
    if (field.type === 'text' && field === field.object.title) return String(at?.[`${field.column}~sort`] ?? '');
    return kind === 'text' && longTexts.includes(field.type) ? [...String(value)].slice(0, 200).join('') : value;
  };
  return compare(kind, key(a), key(b));
}

/** The records as a list shows them; all that is seen where no fields are asked for. */
export function shown(
  viewer: Viewer,
  object: CatalogObject,
  rows: readonly RawRow[],
  fields?: readonly string[],
): Json {
  const asked = fields === undefined ? allFields(viewer, object) : askedOf(fields);
  return rows.map((row) => shownRecord(viewer, object, row, asked));
}

function askedOf(paths: readonly string[]): Asked {
  const root: Record<string, Asked> = {};
  for (const path of paths) {
    let at: Record<string, Asked> = root;
    for (const name of path.split('.')) {
      const next: Record<string, Asked> = { ...at[name] };
      at[name] = next;
      at = next;
    }
  }
  return root;
}

/** Groups and measures over what the viewer sees, in their order. */
export function grouped(viewer: Viewer, object: CatalogObject, query: GroupQuery): readonly JsonObject[] {
  const rows = listed(viewer, object, query.filter === undefined ? {} : { filter: query.filter });
  const groups = new Map<string, { keys: readonly Json[]; rows: RawRow[] }>();
  for (const row of rows) {
    const keys = query.group.map((by) => groupKey(viewer, object, by, row));
    const name = JSON.stringify(keys.map((key, index) => comparable(viewer, object, query.group[index], key)));
    const group = groups.get(name) ?? { keys, rows: [] };
    group.rows.push(row);
    groups.set(name, group);
  }
  // Nothing grouped is one group, even of no records.
  if (query.group.length === 0 && groups.size === 0) groups.set('', { keys: [], rows: [] });
  const made = [...groups.values()].map((group) => {
    const measures = query.measures.map(({ fn, field, as }) => {
      const path = field === undefined ? null : pathOf(viewer, object, field);
      return [as, path === null ? group.rows.length : measured(viewer, path, fn, group.rows)] as const;
    });
    return { keys: group.keys, measures: new Map(measures) };
  });
  const sorts = (query.sort ?? []).map((text) => ({
    name: text.replace(/^-/, ''),
    sign: text.startsWith('-') ? -1 : 1,
  }));
  made.sort((a, b) => {
    for (const { name, sign } of sorts) {
      const at = query.group.findIndex((by) => nameOf(by) === name);
      const order =
        at >= 0
          ? compareKeys(viewer, object, query.group[at], a.keys[at] ?? null, b.keys[at] ?? null)
          : compareMeasures(a.measures.get(name) ?? null, b.measures.get(name) ?? null);
      if (order !== 0) return sign * order;
    }
    for (const [at, by] of query.group.entries()) {
      const order = compareKeys(viewer, object, by, a.keys[at] ?? null, b.keys[at] ?? null);
      if (order !== 0) return order;
    }
    return 0;
  });
  return made.slice(0, query.limit ?? 1000).map(({ keys, measures }) => ({
    ...Object.fromEntries(query.group.map((by, at) => [nameOf(by), shownKey(viewer, object, by, keys[at] ?? null)])),
    ...Object.fromEntries(measures),
  }));
}

const nameOf = (by: GroupBy) => (typeof by === 'string' ? by : by.field);

function lastOf(viewer: Viewer, object: CatalogObject, by: GroupBy | undefined): CatalogField {
  const field = by === undefined ? undefined : pathOf(viewer, object, nameOf(by))?.at(-1);
  if (field === undefined) throw new Error('the model knows no such group');
  return field;
}

function groupKey(viewer: Viewer, object: CatalogObject, by: GroupBy, row: RawRow): Json {
  const value = valueAlong(viewer, pathOf(viewer, object, nameOf(by)) ?? [], row);
  if (typeof by === 'string' || value === null || !isUnit(by.by)) return value;
  const zone = by.timeZone ?? (viewer.actor.kind === 'user' ? viewer.actor.timeZone : 'UTC');
  const day =
    kindOf(lastOf(viewer, object, by)) === 'date' ? String(value) : wallClock(String(value), zone).slice(0, 10);
  return startOfUnit(day, by.by);
}

/** Two keys are one group when this is the same. */
function comparable(viewer: Viewer, object: CatalogObject, by: GroupBy | undefined, key: Json): Json {
  const numeric = typeof by === 'string' && kindOf(lastOf(viewer, object, by)) === 'numeric';
  return numeric && key !== null ? new Decimal(String(key)).toFixed() : key;
}

function compareKeys(viewer: Viewer, object: CatalogObject, by: GroupBy | undefined, a: Json, b: Json): number {
  const kind = typeof by === 'string' ? kindOf(lastOf(viewer, object, by)) : 'text';
  return compare(kind ?? 'text', a, b);
}

function compareMeasures(a: Json, b: Json): number {
  const isNumber = (value: Json) => value === null || /^-?\d+(\.\d+)?$/.test(String(value));
  return compare(isNumber(a) && isNumber(b) ? 'numeric' : 'text', a, b);
}

function shownKey(viewer: Viewer, object: CatalogObject, by: GroupBy, key: Json): Json {
  const field = lastOf(viewer, object, by);
  if (!isToOne(field) || field.target === null || key === null)
    return exact(typeof by === 'string' ? kindOf(field) : null, key);
  const found = viewer.find(field.target, key);
  return found === undefined ? null : shownRelated(viewer, field.target, found);
}

/** Exact numbers travel as text. */
function exact(kind: Kind | null, value: Json): Json {
  return kind === 'numeric' && value !== null ? String(value) : value;
}

function measured(viewer: Viewer, path: readonly CatalogField[], fn: string, rows: readonly RawRow[]): Json {
  const field = path.at(-1);
  const kind = field === undefined ? null : kindOf(field);
  if (kind === null) throw new Error('the model cannot measure this');
  const values = rows.map((row) => valueAlong(viewer, path, row)).filter((value) => value !== null);
  const sorted = values.toSorted((a, b) => compare(kind, a, b));
  const sum = () => values.reduce((total: Decimal, value) => total.plus(String(value)), new Decimal(0));
  const isExact = kind === 'numeric';
  switch (fn) {
    case 'count':
      return values.length;
    case 'countDistinct':
      return sorted.filter((value, at) => at === 0 || compare(kind, value, sorted[at - 1] ?? null) !== 0).length;
    case 'min':
      return exact(kind, sorted[0] ?? null);
    case 'max':
      return exact(kind, sorted.at(-1) ?? null);
    case 'sum':
      if (values.length === 0) return null;
      return isExact ? sum().toFixed() : sum().toNumber();
    case 'avg': {
      if (values.length === 0) return null;
      return isExact ? sum().div(values.length).toFixed(6) : sum().toNumber() / values.length;
    }
    default:
      throw new Error(`the model knows no measure ${fn}`);
  }
}
