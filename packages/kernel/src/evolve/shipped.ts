import {
  type Clash,
  type Issue,
  isJsonObject,
  itemIssues,
  type Json,
  type JsonObject,
  type Kind,
  kindNames,
  type MetadataDocument,
  merge,
  nameOf,
  type RawState,
  readDocument,
  rowsObjectName,
  sameJson,
  typeChanges,
  upsertItem,
} from '@huike/schema';
import type { PlanConflict } from './plan.ts';

// The merge of what an app ships into what the customer has.

export type Shipped = RawState;

/** The items of a shipped document, and what is wrong with their shape. */
export function shippedItems(document: MetadataDocument): {
  readonly items: Shipped;
  readonly issues: readonly Issue[];
} {
  const { raw, issues } = readDocument(document);
  const found = [...issues];
  const items = new Map<Kind, Map<string, JsonObject>>();
  for (const kind of kindNames) {
    const ofKind = new Map<string, JsonObject>();
    for (const given of raw.items.get(kind) ?? []) {
      const name = nameOf(given) ?? '';
      const item = upsertItem(kind, undefined, given);
      ofKind.set(name, item);
      found.push(...itemIssues(kind, item, (path) => `/${kind}/${name}${path}`));
    }
    items.set(kind, ofKind);
  }
  return { items, issues: found };
}

export interface MergeInput {
  readonly before: Shipped;
  readonly now: Shipped;
  /** What other apps ship: what they ship too isn't removed. */
  readonly others: readonly Shipped[];
  readonly current: RawState;
}

/** Whether records hold values: in an object, or in one of its fields. */
export type HoldsData = (object: string, field?: string) => Promise<boolean>;

/** The customer's state with the shipped changes in it, and where the two disagreed. */
export async function mergeShipped(
  { before, now, others, current }: MergeInput,
  holdsData: HoldsData,
): Promise<{ readonly state: RawState; readonly conflicts: readonly PlanConflict[] }> {
  const state = new Map<Kind, ReadonlyMap<string, JsonObject>>();
  const conflicts: PlanConflict[] = [];
  for (const kind of kindNames) {
    const [was, is, has] = [before.get(kind), now.get(kind), current.get(kind)];
    const items = new Map(has);
    for (const name of new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])) {
      if (!is?.has(name) && others.some((other) => other.get(kind)?.has(name))) continue;
      const kept = has?.get(name);
      const merged = merge(was?.get(name), is?.get(name), kept);
      const clashes: Clash[] = [...merged.clashes];
      let value: Json | undefined = merged.value;
      if (kind === 'objects' && kept !== undefined) {
        const guarded = await guardObject(name, kept, isJsonObject(value) ? value : undefined, others, holdsData);
        value = guarded.value;
        clashes.push(...guarded.clashes);
      }
      if (kind === 'optionSets' && kept !== undefined && isJsonObject(value)) value = retireOptions(kept, value);
      conflicts.push(...clashes.map((clash) => ({ kind, name, ...clash })));
      if (!isJsonObject(value)) items.delete(name);
      else if (kept === undefined || !sameJson(kept, value)) items.set(name, value);
    }
    state.set(kind, items);
  }
  return { state, conflicts };
}

/** An object after the merge, with what must not go put back. */
async function guardObject(
  name: string,
  kept: JsonObject,
  merged: JsonObject | undefined,
  others: readonly Shipped[],
  holdsData: HoldsData,
): Promise<{ readonly value: JsonObject | undefined; readonly clashes: readonly Clash[] }> {
  if (merged === undefined) {
    if (!(await holdsData(name))) return { value: undefined, clashes: [] };
    return { value: kept, clashes: [{ path: [], shipped: undefined, kept }] };
  }
  const clashes: Clash[] = [];
  const fields = fieldsOf(merged);
  const result: JsonObject[] = [];
  for (const old of fieldsOf(kept)) {
    const field = nameOf(old) ?? '';
    if (fields.some((one) => nameOf(one) === field)) continue;
    const elsewhere = others.some((other) =>
      fieldsOf(other.get('objects')?.get(name)).some((one) => nameOf(one) === field),
    );
    const rows = old.type === 'table' ? rowsObjectName(name, field) : null;
    if (!elsewhere && !(await (rows === null ? holdsData(name, field) : holdsData(rows)))) continue;
    result.push(old);
    if (!elsewhere) clashes.push({ path: ['fields', field], shipped: undefined, kept: old });
  }
  for (const field of fields) {
    const old = fieldsOf(kept).find((one) => nameOf(one) === nameOf(field));
    if (old === undefined) result.push(field);
    else if (losesValues(old, field)) {
      clashes.push({ path: ['fields', nameOf(field) ?? ''], shipped: field, kept: old });
      result.push(old);
    } else result.push(retireOptions(old, field));
  }
  const order = fieldsOf(kept).map(nameOf);
  result.sort((a, b) => place(order, fields, a) - place(order, fields, b));
  return {
    value: merged.fields === undefined && result.length === 0 ? merged : { ...merged, fields: result },
    clashes,
  };
}

/** Where a field stands: as merged, and one that was put back where it stood. */
function place(order: readonly (string | undefined)[], fields: readonly JsonObject[], field: JsonObject): number {
  const merged = fields.findIndex((one) => nameOf(one) === nameOf(field));
  return merged >= 0 ? merged : order.indexOf(nameOf(field)) - 0.5;
}

/** The fields of an object as plain JSON. */
export function fieldsOf(object: JsonObject | undefined): readonly JsonObject[] {
  const fields = object?.fields;
  return Array.isArray(fields) ? fields.filter(isJsonObject) : [];
}

/** Whether a field becomes another type of field than its values can follow. */
export function losesValues(old: JsonObject, field: JsonObject): boolean {
  if (old.type !== field.type) {
    const allowed: Readonly<Record<string, readonly string[]>> = typeChanges;
    return !(typeof field.type === 'string' && allowed[String(old.type)]?.includes(field.type));
  }
  return 'to' in old && old.to !== field.to;
}

/** Options that are shipped no more are retired: records may have them. */
function retireOptions(old: JsonObject, now: JsonObject): JsonObject {
  if (!Array.isArray(old.options) || !Array.isArray(now.options)) return now;
  const values = now.options.filter(isJsonObject).map((option) => option.value);
  const gone = old.options.filter(isJsonObject).filter((option) => !values.includes(option.value ?? null));
  return gone.length === 0
    ? now
    : { ...now, options: [...now.options, ...gone.map((option) => ({ ...option, retired: true }))] };
}
