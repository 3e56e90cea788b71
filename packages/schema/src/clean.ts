import { isJsonObject } from './json.ts';
import { changedLayout, type Layout, layoutConditions, layoutFields, layoutLists } from './layouts.ts';
import { type Menu, menuEntries, menuOf } from './menus.ts';
import type { Grant, IndexDefinition, ObjectDefinition, Role, SharingRule } from './metadata.ts';
import type { Items, MetadataState, Model, ModelObject } from './state.ts';
import { hasField, leadsTo, modelOf, stepsOf } from './state.ts';
import { type View, viewPaths } from './views.ts';

// After something was deleted: what named it stops naming it. So a new field of the same name meets no old grant,
// view or index. A sharing rule that depended on it goes altogether, since half a condition would share too much.

/** The state `after` a deletion without references to what only `before` had. Formulas and rollups are left: they refuse. */
export function cleanReferences(before: MetadataState, after: MetadataState): MetadataState {
  const names = new Names(modelOf(before), modelOf(after));
  const roleGone = (role: string | undefined) => role !== undefined && before.roles.has(role) && !after.roles.has(role);
  const views = mapItems(after.views, (view) => cleanView(view, names, roleGone));
  const viewGone = (view: string) => before.views.has(view) && !views.has(view);
  return {
    ...after,
    objects: mapItems(after.objects, (object) => cleanObject(object)),
    roles: mapItems(after.roles, (role) => cleanRole(role, names)),
    views,
    layouts: mapItems(after.layouts, (layout) => cleanLayout(layout, names, roleGone)),
    menus: mapItems(after.menus, (menu) => cleanMenu(menu, names, viewGone, roleGone)),
    sharingRules: mapItems(after.sharingRules, (rule) =>
      names.objectGone(rule.object) || roleGone(rule.to.role) || sharesByGone(rule, names) ? null : rule,
    ),
  };
}

function mapItems<T extends Items[keyof Items]>(
  items: ReadonlyMap<string, T>,
  clean: (item: T) => T | null,
): ReadonlyMap<string, T> {
  const cleaned = [...items].flatMap(([name, item]): [string, T][] => {
    const result = clean(item);
    return result === null ? [] : [[name, result]];
  });
  const same = cleaned.length === items.size && cleaned.every(([name, item]) => items.get(name) === item);
  return same ? items : new Map(cleaned);
}

class Names {
  readonly #before: Model;
  readonly #after: Model;

  constructor(before: Model, after: Model) {
    this.#before = before;
    this.#after = after;
  }

  objectGone(name: string): boolean {
    return this.#before.objects.has(name) && !this.#after.objects.has(name);
  }

  /** Whether a path meant something and now names a field that isn't there. */
  pathGone(object: string, path: string): boolean {
    const was = this.#before.objects.get(object);
    const is = this.#after.objects.get(object);
    if (was === undefined || is === undefined) return false;
    return stepsOf(this.#before, was, path) !== 'unknown' && stepsOf(this.#after, is, path) === 'unknown';
  }

  /** Where a path over relations ends, for the filters inside `some`, `none` and `every`. */
  target(object: string, path: string): string | null {
    let at: ModelObject | null | undefined = this.#before.objects.get(object);
    for (const name of path.split('.')) at = at === undefined || at === null ? null : leadsTo(this.#before, at, name);
    return at?.name ?? null;
  }
}

function cleanObject(object: ObjectDefinition): ObjectDefinition {
  const names = new Set(object.fields?.map((field) => field.name));
  const has = (name: string) =>
    names.has(name) || hasField({ name: object.name, definition: object, fields: new Map(), rowsOf: null }, name);
  const { title, indexes, ...rest } = object;
  const keepsTitle = title === undefined || names.has(title);
  const kept = indexes?.filter((index) => indexFields(index).every(has));
  if (keepsTitle && kept?.length === indexes?.length) return object;
  return {
    ...rest,
    ...(keepsTitle && title !== undefined ? { title } : {}),
    ...(kept === undefined ? {} : { indexes: kept }),
  };
}

/** The fields of an index without their direction. */
export function indexFields(index: IndexDefinition): readonly string[] {
  return index.fields.map((field) => field.replace(/^-/, ''));
}

function cleanRole(role: Role, names: Names): Role {
  if (role.objects === undefined) return role;
  const entries = Object.entries(role.objects);
  const cleaned = entries.flatMap(([object, grant]): [string, Grant][] =>
    names.objectGone(object) ? [] : [[object, cleanGrant(object, grant, names)]],
  );
  const same =
    cleaned.length === entries.length && cleaned.every(([object, grant]) => role.objects?.[object] === grant);
  return same ? role : { ...role, objects: Object.fromEntries(cleaned) };
}

function cleanGrant(object: string, grant: Grant, names: Names): Grant {
  if (grant.fields === undefined) return grant;
  const entries = Object.entries(grant.fields);
  const kept = entries.filter(([field]) => field === '*' || !names.pathGone(object, field));
  return kept.length === entries.length ? grant : { ...grant, fields: Object.fromEntries(kept) };
}

/** A menu without what opened what is gone, and without what was only for roles that are gone. */
function cleanMenu(menu: Menu, names: Names, viewGone: (view: string) => boolean, roleGone: (role: string) => boolean) {
  const left = menuOf(menu, (entry) => {
    if ('object' in entry && entry.object !== undefined && names.objectGone(entry.object)) return false;
    if ('view' in entry && entry.view !== undefined && viewGone(entry.view)) return false;
    return entry.roles === undefined || entry.roles.length === 0 || !entry.roles.every(roleGone);
  });
  const roles = [left?.roles ?? [], ...(left === null ? [] : menuEntries(left).map(({ entry }) => entry.roles ?? []))];
  if (left === null || !roles.flat().some(roleGone)) return left;
  const kept = <T extends { readonly roles?: readonly string[] }>(entry: T): T =>
    entry.roles === undefined ? entry : { ...entry, roles: entry.roles.filter((role) => !roleGone(role)) };
  const items = left.items.map((entry) =>
    entry.items === undefined ? kept(entry) : { ...kept(entry), items: entry.items.map(kept) },
  );
  return { ...kept(left), items };
}

function cleanView(view: View, names: Names, roleGone: (role: string) => boolean): View | null {
  if (names.objectGone(view.object)) return null;
  const stays = (path: string) => !names.pathGone(view.object, path.replace(/^-/, ''));
  const clean = (filter: unknown) => cleanFilter(view.object, filter, names);
  const same =
    viewPaths(view).every(({ path }) => stays(path)) &&
    clean(view.filter) === view.filter &&
    (view.colors ?? []).every((rule) => clean(rule.filter) === rule.filter) &&
    !(view.roles ?? []).some(roleGone);
  if (same) return view;
  const { filter, fields, columns, sort, group, date, colors, roles, limits, ...rest } = view;
  const left = clean(filter);
  const grouped = group !== undefined && stays(group);
  return {
    ...rest,
    ...(fields === undefined ? {} : { fields: fields.filter(stays) }),
    ...(columns === undefined ? {} : { columns: columns.filter(({ field }) => stays(field)) }),
    ...(sort === undefined ? {} : { sort: sort.filter(stays) }),
    ...(left === undefined ? {} : { filter: left }),
    ...(grouped ? { group } : {}),
    ...(grouped && limits !== undefined ? { limits } : {}),
    ...(date !== undefined && stays(date) ? { date } : {}),
    // Half a rule would colour too much.
    ...(colors === undefined ? {} : { colors: colors.filter((rule) => clean(rule.filter) === rule.filter) }),
    // A view of a role that is gone doesn't become everybody's: an empty list is nobody.
    ...(roles === undefined ? {} : { roles: roles.filter((role) => !roleGone(role)) }),
  };
}

/** A layout without what is gone. What depended on half a condition isn't shown; a layout that did goes altogether. */
function cleanLayout(layout: Layout, names: Names, roleGone: (role: string) => boolean): Layout | null {
  const stays = (path: string) => !names.pathGone(layout.object, path);
  const holds = (when: unknown) => cleanFilter(layout.object, when, names) === when;
  if (names.objectGone(layout.object) || !holds(layout.when)) return null;
  const listStays = ({ object, field }: { readonly object: string; readonly field: string }) =>
    !names.objectGone(object) && !names.pathGone(object, field);
  const listKept = (object: string, path: string) => !names.pathGone(object, path.replace(/^-/, ''));
  const same =
    layoutFields(layout).every(({ item }) => stays(item)) &&
    layoutConditions(layout).every(({ item }) => holds(item)) &&
    layoutLists(layout).every(
      ({ item }) =>
        listStays(item) && [...(item.fields ?? []), ...(item.sort ?? [])].every((path) => listKept(item.object, path)),
    ) &&
    !(layout.roles ?? []).some(roleGone);
  if (same) return layout;
  const { highlights, roles, ...rest } = changedLayout(layout, {
    section: (section) => (holds(section.when) ? section : null),
    field: (field) => (stays(field.field) && holds(field.when) ? field : null),
    list: (list) => {
      if (!listStays(list)) return null;
      const { fields, sort, ...own } = list;
      return {
        ...own,
        ...(fields === undefined ? {} : { fields: fields.filter((path) => listKept(list.object, path)) }),
        ...(sort === undefined ? {} : { sort: sort.filter((path) => listKept(list.object, path)) }),
      };
    },
  });
  return {
    ...rest,
    ...(highlights === undefined ? {} : { highlights: highlights.filter(stays) }),
    // A layout of a role that is gone doesn't become everybody's: an empty list is nobody.
    ...(roles === undefined ? {} : { roles: roles.filter((role) => !roleGone(role)) }),
  };
}

function sharesByGone(rule: SharingRule, names: Names): boolean {
  return cleanFilter(rule.object, rule.filter, names) !== rule.filter;
}

/** The filter without conditions on what is gone; undefined when nothing is left; itself when nothing was gone. */
function cleanFilter(object: string, filter: unknown, names: Names): unknown {
  if (!isJsonObject(filter)) return filter;
  for (const key of ['and', 'or'] as const) {
    const parts = filter[key];
    if (!Array.isArray(parts)) continue;
    const kept = parts.map((part: unknown) => cleanFilter(object, part, names));
    if (kept.every((part, index) => part === parts[index])) return filter;
    const left = kept.filter((part) => part !== undefined);
    return left.length === 0 ? undefined : { [key]: left };
  }
  if (filter.not !== undefined) {
    const inner = cleanFilter(object, filter.not, names);
    if (inner === filter.not) return filter;
    return inner === undefined ? undefined : { not: inner };
  }
  const path = filter.field;
  if (typeof path !== 'string') return filter;
  if (names.pathGone(object, path)) return undefined;
  const target = isJsonObject(filter.value) ? names.target(object, path) : null;
  if (target === null) return filter;
  const inner = cleanFilter(target, filter.value, names);
  if (inner === filter.value) return filter;
  return inner === undefined ? undefined : { ...filter, value: inner };
}
