import { isJsonObject, type Json, type JsonObject } from './json.ts';
import type { Kind, Removal } from './metadata.ts';

// What a document does to the declared state, on plain JSON: upsert by name and leave the rest. Shapes are checked
// afterwards, on the result, since a document may name a few properties of a thing only.

const commonFieldProperties = ['name', 'label', 'help', 'required', 'mask'];

/** One item after a document gave it: properties are replaced, `null` unsets one, and parts are merged by name. */
export function upsertItem(kind: Kind, current: JsonObject | undefined, given: JsonObject): JsonObject {
  const merged = withoutNulls({ ...current, ...given });
  if (kind === 'objects') {
    return compact({
      ...merged,
      fields: upsertNamed(current?.fields, given.fields, upsertField),
      indexes: upsertNamed(current?.indexes, given.indexes, (_, index) => index),
    });
  }
  if (kind === 'roles' && isJsonObject(given.objects)) {
    const before = current?.objects;
    return { ...merged, objects: withoutNulls({ ...(isJsonObject(before) ? before : {}), ...given.objects }) };
  }
  return merged;
}

function upsertField(current: JsonObject | undefined, given: JsonObject): JsonObject {
  let base = current ?? {};
  // Properties of the old type mean nothing to the new one.
  if (given.type !== undefined && base.type !== given.type) {
    base = Object.fromEntries(Object.entries(base).filter(([key]) => commonFieldProperties.includes(key)));
  }
  const merged: Record<string, Json> = { ...withoutNulls({ ...base, ...given }) };
  if (isSet(given.optionSet)) delete merged.options;
  if (isSet(given.options)) delete merged.optionSet;
  if (merged.type !== 'table') return merged;
  return compact({ ...merged, fields: upsertNamed(base.fields, given.fields, upsertField) });
}

/** Lists of named parts. Anything else that was given stays as it is, for the check of shapes to find. */
function upsertNamed(
  current: Json | undefined,
  given: Json | undefined,
  upsert: (current: JsonObject | undefined, given: JsonObject) => JsonObject,
): Json | undefined {
  if (given === undefined) return current;
  if (given === null) return undefined;
  if (!Array.isArray(given)) return given;
  const before = Array.isArray(current) ? current : [];
  const byName = new Map<Json | undefined, Json>(before.map((item) => [nameOf(item), item]));
  for (const item of given) {
    const known = byName.get(nameOf(item));
    byName.set(nameOf(item), isJsonObject(item) ? upsert(isJsonObject(known) ? known : undefined, item) : item);
  }
  return [...byName.values()];
}

/** The name of an item or part, if it has one. */
export function nameOf(item: Json | undefined): string | undefined {
  const name = isJsonObject(item) ? item.name : undefined;
  return typeof name === 'string' ? name : undefined;
}

function withoutNulls(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
}

function compact(object: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(object).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

function isSet(value: Json | undefined): boolean {
  return value !== undefined && value !== null;
}

const removedKinds: Readonly<Record<Exclude<Removal['kind'], 'field' | 'index'>, Kind>> = {
  object: 'objects',
  role: 'roles',
  optionSet: 'optionSets',
  identifierKind: 'identifierKinds',
  view: 'views',
  layout: 'layouts',
  sharingRule: 'sharingRules',
  menu: 'menus',
  flow: 'flows',
};

/** Items by kind and name, as plain JSON. */
export type RawState = ReadonlyMap<Kind, ReadonlyMap<string, JsonObject>>;

/** The state without what a removal names. What isn't there is gone already. */
export function remove(state: RawState, removal: Removal): RawState {
  if (removal.kind !== 'field' && removal.kind !== 'index') {
    const kind = removedKinds[removal.kind];
    const items = new Map(state.get(kind));
    items.delete(removal.name);
    return new Map(state).set(kind, items);
  }
  const part = removal.kind === 'field' ? 'fields' : 'indexes';
  const objects = new Map(state.get('objects'));
  const object = objects.get(removal.object);
  if (object !== undefined) objects.set(removal.object, removePart(object, part, removal.name));
  else if (part === 'fields') removeFromTable(objects, removal);
  return new Map(state).set('objects', objects);
}

function removePart(object: JsonObject, part: string, name: string): JsonObject {
  const parts = object[part];
  return Array.isArray(parts) ? { ...object, [part]: parts.filter((item) => nameOf(item) !== name) } : object;
}

/** `orderLines` is the table field `lines` of `order`: its fields are declared there. */
function removeFromTable(
  objects: Map<string, JsonObject>,
  removal: { readonly object: string; readonly name: string },
) {
  for (const [name, object] of objects) {
    if (!removal.object.startsWith(name) || !Array.isArray(object.fields)) continue;
    const field = removal.object.slice(name.length);
    const fields = object.fields.map((item: Json) => {
      const own = nameOf(item);
      const matches = own !== undefined && `${own.charAt(0).toUpperCase()}${own.slice(1)}` === field;
      return matches && isJsonObject(item) && item.type === 'table' ? removePart(item, 'fields', removal.name) : item;
    });
    objects.set(name, { ...object, fields });
  }
}
