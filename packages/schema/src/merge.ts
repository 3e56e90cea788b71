import { isJsonObject, type Json, type JsonObject } from './json.ts';

// Three-way merge of declarations: what was shipped before, what is shipped now, and what the customer has. An edit
// of the customer stays; an edit of the shipped that meets none arrives; where both edited, the customer's stays and
// the clash is told. Lists of named parts (fields, options …) merge part by part, all other lists as one value.

/** A place where the customer's value stays though another was shipped. `undefined` means absent. */
export interface Clash {
  /** Names and keys from the item down, e.g. `["fields", "stage", "label", "zh"]`. Empty: the whole item. */
  readonly path: readonly string[];
  readonly shipped: Json | undefined;
  readonly kept: Json | undefined;
}

export interface Merged {
  /** Undefined: it is to go. */
  readonly value: Json | undefined;
  readonly clashes: readonly Clash[];
}

/** Values that are one thing whatever they are made of: half of a filter, or of a formula's pair, means nothing. */
const whole: readonly string[] = ['filter', 'when', 'default', 'tree', 'value', 'to', 'rates'];
/** A part of one of these has its own identity: changing its type makes it another thing. */
const identity = 'type';

/** Merges one item. `before` undefined: it wasn't shipped before. `now` undefined: it is shipped no more. */
export function merge(
  before: Json | undefined,
  now: Json | undefined,
  current: Json | undefined,
  path: readonly string[] = [],
): Merged {
  if (sameJson(now, current)) return { value: current, clashes: [] };
  if (sameJson(before, now)) return { value: current, clashes: [] };
  if (sameJson(before, current)) return { value: now, clashes: [] };
  const key = path.at(-1);
  const atomic = key !== undefined && whole.includes(key);
  if (!atomic && isJsonObject(now) && isJsonObject(current) && sameIdentity(before, now, current)) {
    return mergeObjects(isJsonObject(before) ? before : {}, now, current, path);
  }
  if (!atomic && isNamedList(now) && isNamedList(current)) {
    return mergeLists(isNamedList(before) ? before : [], now, current, path);
  }
  return { value: current, clashes: [{ path, shipped: now, kept: current }] };
}

/** Both may change a field's properties, but not each into a different type of field. */
function sameIdentity(before: Json | undefined, now: JsonObject, current: JsonObject): boolean {
  const type = isJsonObject(before) ? before[identity] : undefined;
  return now[identity] === current[identity] || type === current[identity];
}

function mergeObjects(before: JsonObject, now: JsonObject, current: JsonObject, path: readonly string[]): Merged {
  const clashes: Clash[] = [];
  const entries: [string, Json][] = [];
  for (const key of new Set([...Object.keys(current), ...Object.keys(now)])) {
    const merged = merge(own(before, key), own(now, key), own(current, key), [...path, key]);
    clashes.push(...merged.clashes);
    if (merged.value !== undefined) entries.push([key, merged.value]);
  }
  return { value: Object.fromEntries(entries), clashes };
}

function own(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function mergeLists(
  before: readonly JsonObject[],
  now: readonly JsonObject[],
  current: readonly JsonObject[],
  path: readonly string[],
): Merged {
  const clashes: Clash[] = [];
  const parts = (list: readonly JsonObject[]) => new Map(list.map((part) => [partName(part), part]));
  const [was, shipped, kept] = [parts(before), parts(now), parts(current)];
  const values: Json[] = [];
  for (const name of orderOf([...shipped.keys()], [...kept.keys()])) {
    const merged = merge(was.get(name), shipped.get(name), kept.get(name), [...path, name]);
    clashes.push(...merged.clashes);
    if (merged.value !== undefined) values.push(merged.value);
  }
  return { value: values, clashes };
}

/** The customer's order, with each new shipped part after the part that it was shipped behind. */
function orderOf(shipped: readonly string[], current: readonly string[]): readonly string[] {
  const order = [...current];
  for (const [index, name] of shipped.entries()) {
    if (order.includes(name)) continue;
    const previous = index === 0 ? undefined : shipped[index - 1];
    order.splice(previous === undefined ? 0 : order.indexOf(previous) + 1, 0, name);
  }
  return order;
}

function isNamedList(value: Json | undefined): value is readonly JsonObject[] {
  if (!Array.isArray(value) || !value.every((part) => isJsonObject(part) && partName(part) !== '')) return false;
  return new Set(value.map(partName)).size === value.length;
}

/** Fields and indexes go by their name, options by their value, what shows a field by that field and whose it is. */
function partName(part: JsonObject): string {
  const { object = '', field } = part;
  const name = part.name ?? part.value ?? (typeof field === 'string' ? `${String(object)}.${field}` : '');
  return typeof name === 'string' ? name : '';
}

/**
 * A declaration with another value at the place of a clash; `undefined` takes what is there away. Null when the place
 * itself is gone.
 */
export function putAt(
  item: Json | undefined,
  path: readonly string[],
  value: Json | undefined,
): Json | undefined | null {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (isNamedList(item)) {
    const at = item.findIndex((part) => partName(part) === key);
    if (at < 0 && rest.length > 0) return null;
    const put = putAt(item[at], rest, value);
    if (put === null) return null;
    const parts: (Json | undefined)[] = [...item];
    parts[at < 0 ? item.length : at] = put;
    return parts.filter((part) => part !== undefined);
  }
  if (!isJsonObject(item)) return null;
  const put = putAt(own(item, key), rest, value);
  if (put === null) return null;
  const { [key]: _, ...others } = item;
  return put === undefined ? others : { ...item, [key]: put };
}

/** Whether two JSON values are equal, whatever the order of their keys. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item: Json, index) => sameJson(item, b[index]));
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
  );
}
