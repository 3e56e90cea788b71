import { checkState } from './check.ts';
import type { Check, CheckOptions, Place } from './checking.ts';
import { cleanReferences } from './clean.ts';
import type { Issue } from './errors.ts';
import type { Json, JsonObject } from './json.ts';
import type { Kind, Removal } from './metadata.ts';
import { asItem, asJson, itemIssues, type RawDocument, readDocument, trusted } from './shape.ts';
import { type Items, kindNames, type MetadataState, modelOf } from './state.ts';
import { nameOf, type RawState, remove, upsertItem } from './upsert.ts';

// A document against the current state: either everything that is wrong with it, or the state that it leads to.

export interface Accepted {
  readonly ok: true;
  readonly state: MetadataState;
  /** Objects and fields that the document removes, even where it declares the same name anew. */
  readonly removed: readonly Removal[];
  /** Where things stand in the document, for checks that need more than the state. */
  readonly place: Place;
}

export type Validated = Accepted | { readonly ok: false; readonly issues: readonly Issue[] };

/**
 * Checks a document and applies it to `current`, in memory. Deletions come first, so that a document can delete a
 * field and declare a new one of the same name. Deleting what isn't there is no error.
 */
export function validateDocument(document: unknown, current: MetadataState, options: CheckOptions = {}): Validated {
  const { issues, raw } = readDocument(document);
  if (issues.length > 0) return { ok: false, issues };
  const place = placeIn(raw);

  const removed = raw.delete.filter((removal) => exists(current, removal));
  const before = rawState(current);
  const left = removed.reduce<RawState>(remove, before);
  // What a removal leaves is checked with what the document adds to it.
  const cleaned = removed.length === 0 ? current : cleanReferences(current, typedState(left, before, current, trusted));

  const start = rawState(cleaned);
  const upserted = new Map(start);
  const wrong: Issue[] = [];
  for (const kind of kindNames) {
    const items = new Map(start.get(kind));
    for (const given of raw.items.get(kind) ?? []) {
      const name = nameOf(given) ?? '';
      const item = upsertItem(kind, items.get(name), given);
      items.set(name, item);
      wrong.push(...itemIssues(kind, item, (path) => place(kind, name, path)));
    }
    upserted.set(kind, items);
  }
  for (const [name, object] of upserted.get('objects') ?? []) {
    if (object === before.get('objects')?.get(name) || givenIn(raw)('objects', name)) continue;
    wrong.push(...itemIssues('objects', object, () => '/delete'));
  }
  if (wrong.length > 0) return { ok: false, issues: wrong };
  const state = typedState(upserted, start, cleaned);
  const problems = checkState({ current, state, removed, place, given: givenIn(raw), options });
  return problems.length > 0 ? { ok: false, issues: problems } : { ok: true, state, removed, place };
}

function givenIn(raw: RawDocument): Check['given'] {
  return (kind, name) => raw.items.get(kind)?.some((item) => nameOf(item) === name) ?? false;
}

/** Where parts of a document stand, by their names. */
function placeIn(raw: RawDocument): Place {
  return (kind, name, path) => {
    const list = raw.items.get(kind) ?? [];
    const index = list.findIndex((item) => nameOf(item) === name);
    return `/${kind}/${index < 0 ? name : index}${partPlace(list[index], path)}`;
  };
}

function partPlace(item: JsonObject | undefined, path: string): string {
  const match = /^\/(fields|indexes)\/([^/]+)(.*)$/.exec(path);
  if (match === null || item === undefined) return path;
  const [, part = '', name = '', rest = ''] = match;
  const parts = item[part];
  const index = Array.isArray(parts) ? parts.findIndex((one: Json) => nameOf(one) === name) : -1;
  if (index < 0 || !Array.isArray(parts)) return path;
  return `/${part}/${index}${partPlace(parts[index], rest)}`;
}

function exists(state: MetadataState, removal: Removal): boolean {
  switch (removal.kind) {
    case 'field':
      return modelOf(state).objects.get(removal.object)?.fields.has(removal.name) ?? false;
    case 'index':
      return state.objects.get(removal.object)?.indexes?.some((index) => index.name === removal.name) ?? false;
    case 'object':
      return state.objects.has(removal.name);
    case 'role':
      return state.roles.has(removal.name);
    case 'optionSet':
      return state.optionSets.has(removal.name);
    case 'identifierKind':
      return state.identifierKinds.has(removal.name);
    case 'view':
      return state.views.has(removal.name);
    case 'layout':
      return state.layouts.has(removal.name);
    case 'sharingRule':
      return state.sharingRules.has(removal.name);
    case 'menu':
      return state.menus.has(removal.name);
    case 'flow':
      return state.flows.has(removal.name);
  }
}

/** A state as plain JSON. */
export function rawState(state: MetadataState): RawState {
  return new Map(
    kindNames.map((kind) => [kind, new Map([...state[kind]].map(([name, item]) => [name, asJson(item)]))]),
  );
}

/** Plain JSON as a state: what stayed the same keeps its identity, what is new was checked and is narrowed. */
export function typedState(
  raw: RawState,
  before: RawState,
  state: MetadataState,
  narrow: <K extends Kind>(kind: K, item: JsonObject) => Items[K] = asItem,
): MetadataState {
  const kind = <K extends Kind>(name: K): ReadonlyMap<string, Items[K]> => {
    const items = raw.get(name);
    const old = before.get(name);
    const known: ReadonlyMap<string, Items[K]> = state[name];
    if (items === undefined || items === old) return known;
    return new Map(
      [...items].map(([key, item]): [string, Items[K]] => {
        const same = old?.get(key) === item ? known.get(key) : undefined;
        return [key, same ?? narrow(name, item)];
      }),
    );
  };
  return {
    settings: kind('settings'),
    optionSets: kind('optionSets'),
    identifierKinds: kind('identifierKinds'),
    objects: kind('objects'),
    roles: kind('roles'),
    sharingRules: kind('sharingRules'),
    views: kind('views'),
    layouts: kind('layouts'),
    menus: kind('menus'),
    flows: kind('flows'),
  };
}
