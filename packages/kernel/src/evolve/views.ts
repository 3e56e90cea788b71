import {
  asJson,
  type IndexDefinition,
  isJsonObject,
  type MetadataState,
  type ObjectDefinition,
  type Removal,
  sameJson,
  type View,
} from '@huike/schema';
import type { Catalog, CatalogObject } from '../catalog/types.ts';

// Indexes that saved views need on large objects: for the fields that a view fixes to a value, then those it sorts by.

const mostFixed = 3;

/** The fields of the index that a view needs, or null when those that every object has serve it. */
function neededIndex(object: CatalogObject, view: View): readonly string[] | null {
  const fixed = fixedFields(view.filter)
    .filter((name) => usable(object, name))
    .slice(0, mostFixed);
  const sort: string[] = [];
  for (const name of view.sort ?? ['-createdAt']) {
    if (!usable(object, name.replace(/^-/, ''))) break;
    sort.push(name);
  }
  const fields = [...new Set([...fixed, ...sort])].filter(
    (name) => !(name.startsWith('-') && fixed.includes(name.slice(1))),
  );
  const only = fields.length === 1 ? fields[0]?.replace(/^-/, '') : undefined;
  if (fields.length === 0 || only === 'createdAt') return null;
  // Relations have an index of their own, which serves a view that sorts by nothing else.
  return fields;
}

function usable(object: CatalogObject, name: string): boolean {
  const field = object.fields.get(name);
  return field !== undefined && field.handler.comparable !== null && field.computed !== 'virtual';
}

/** Fields that every record of the filter has one given value of. */
function fixedFields(filter: unknown): string[] {
  if (!isJsonObject(filter)) return [];
  if (Array.isArray(filter.and)) return [...new Set(filter.and.flatMap((part: unknown) => fixedFields(part)))];
  return (filter.op === 'eq' || filter.op === 'in') && typeof filter.field === 'string' ? [filter.field] : [];
}

/** The name of the index that is made for a view. */
function viewIndexName(view: string): string {
  return `view${view.charAt(0).toUpperCase()}${view.slice(1)}`.slice(0, 48);
}

/**
 * The state with the indexes that its views need on the objects that are large, and without those of views that are
 * no more or need others. An index that a removal names isn't made again.
 */
export function withViewIndexes(
  state: MetadataState,
  catalog: Catalog,
  large: ReadonlySet<string>,
  removed: readonly Removal[],
): MetadataState {
  const views = new Map(
    [...state.views].map(([name, view]) => [name, dropped(view, removed) ? { ...view, index: false } : view]),
  );
  const objects = new Map(
    [...state.objects].map(([name, object]) => [name, withIndexes(object, [...views.values()], catalog, large)]),
  );
  return { ...state, views: same(state.views, views), objects: same(state.objects, objects) };
}

function dropped(view: View, removed: readonly Removal[]): boolean {
  return removed.some(
    (one) => one.kind === 'index' && one.object === view.object && one.name === viewIndexName(view.name),
  );
}

function same<T>(before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  return [...after].every(([name, item]) => before.get(name) === item) ? before : after;
}

function withIndexes(
  object: ObjectDefinition,
  views: readonly View[],
  catalog: Catalog,
  large: ReadonlySet<string>,
): ObjectDefinition {
  const resolved = catalog.objects.get(object.name);
  if (resolved === undefined) return object;
  const old = object.indexes ?? [];
  const own = old.filter((index) => index.view === undefined);
  const made = views.flatMap((view): IndexDefinition[] => {
    if (view.object !== object.name || view.index === false) return [];
    const name = viewIndexName(view.name);
    const known = old.find((index) => index.name === name);
    if (known !== undefined && known.view === undefined) return [];
    // One that was made stays, even if the object shrank.
    const fields = known !== undefined || large.has(object.name) ? neededIndex(resolved, view) : null;
    if (fields === null || own.some((index) => starts(index.fields, fields))) return [];
    const index = { name, fields: [...fields], view: view.name };
    return [known !== undefined && sameJson(asJson(known), asJson(index)) ? known : index];
  });
  const indexes = [...own, ...made];
  const unchanged = indexes.length === old.length && indexes.every((index) => old.includes(index));
  return unchanged ? object : { ...object, indexes };
}

function starts(fields: readonly string[], wanted: readonly string[]): boolean {
  return wanted.every((field, index) => fields[index] === field);
}
