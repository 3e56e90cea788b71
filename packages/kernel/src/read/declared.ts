import {
  byPosition,
  changedLayout,
  conditionsOf,
  dependencies,
  type FieldDefinition,
  type Layout,
  type Menu,
  menuOf,
  parseFormula,
  type View,
} from '@huike/schema';
import type { Access, Actor, ObjectAccess } from '../access/index.ts';
import type { Catalog, CatalogField } from '../catalog/types.ts';
import { type FilterTree, parseConstantFilter } from '../filter/tree.ts';
import { findPath } from '../filter/values.ts';

// Declarations name other things: fields, objects. What the viewer may not know of isn't named.

/** A view without what the viewer doesn't see of it; null when it isn't for the viewer, or filters by what isn't seen. */
export function seenView(access: Access, view: View, actor: Actor): View | null {
  const object = access.object(view.object);
  if (object === null || !isFor(access, view, actor)) return null;
  const filtered = (filter: unknown) => filter === undefined || seesFilter(access, object, parseConstantFilter(filter));
  if (!filtered(view.filter)) return null;
  const { fields, columns, sort, group, date, colors, limits, ...rest } = view;
  const grouped = group !== undefined && sorts(access, object, group);
  return {
    ...rest,
    ...(fields === undefined ? {} : { fields: fields.filter((path) => sees(access, object, path)) }),
    ...(columns === undefined ? {} : { columns: columns.filter(({ field }) => sees(access, object, field)) }),
    ...(sort === undefined ? {} : { sort: sort.filter((path) => sorts(access, object, path.replace(/^-/, ''))) }),
    ...(grouped ? { group } : {}),
    ...(grouped && limits !== undefined ? { limits } : {}),
    ...(date !== undefined && sorts(access, object, date) ? { date } : {}),
    ...(colors === undefined ? {} : { colors: colors.filter((rule) => filtered(rule.filter)) }),
  };
}

/**
 * A layout without what the viewer doesn't see: fields, lists, and what depends on a field that isn't seen. Null when
 * it isn't for the viewer, or for records told apart by such a field.
 */
export function seenLayout(access: Access, layout: Layout, actor: Actor): Layout | null {
  const object = access.object(layout.object);
  if (object === null || !isFor(access, layout, actor)) return null;
  const holds = (when: unknown) => when === undefined || seesFilter(access, object, parseConstantFilter(when));
  if (!holds(layout.when)) return null;
  const { highlights, ...rest } = changedLayout(layout, {
    section: (section) => (holds(section.when) ? section : null),
    field: (field) => (sees(access, object, field.field) && holds(field.when) ? field : null),
    list: (list) => {
      const from = access.object(list.object);
      if (from === null || !sorts(access, from, list.field)) return null;
      const { fields, sort, ...own } = list;
      return {
        ...own,
        ...(fields === undefined ? {} : { fields: fields.filter((path) => sees(access, from, path)) }),
        ...(sort === undefined ? {} : { sort: sort.filter((path) => sorts(access, from, path.replace(/^-/, ''))) }),
      };
    },
  });
  return highlights === undefined
    ? rest
    : { ...rest, highlights: highlights.filter((path) => sees(access, object, path)) };
}

/** The menus with the entries that are for the viewer and lead to what the viewer sees: those of the portal for outsiders. */
export function seenMenus(catalog: Catalog, access: Access, views: readonly View[], actor: Actor): readonly Menu[] {
  const known = new Set(views.map(({ name }) => name));
  return [...catalog.menus.values()]
    .filter((menu) => actor.kind === 'system' || actor.external === (menu.portal ?? false))
    .sort(byPosition)
    .flatMap(
      (menu) =>
        menuOf(menu, (entry) => {
          if ('object' in entry && entry.object !== undefined && access.object(entry.object) === null) return false;
          if ('view' in entry && entry.view !== undefined && !known.has(entry.view)) return false;
          return isFor(access, entry, actor);
        }) ?? [],
    );
}

/** Those who declare views and menus see them whatever their roles. */
function isFor(access: Access, { roles }: { readonly roles?: readonly string[] }, actor: Actor): boolean {
  if (roles === undefined || actor.kind === 'system' || access.capabilities.has('metadata')) return true;
  return roles.some((role) => actor.roles.includes(role));
}

function sees(access: Access, object: ObjectAccess, path: string): boolean {
  return findPath(access, object, path.split('.')) !== null;
}

function sorts(access: Access, object: ObjectAccess, path: string): boolean {
  const found = findPath(access, object, path.split('.'));
  return found !== null && found.access.clear !== false;
}

function seesFilter(access: Access, object: ObjectAccess, tree: FilterTree): boolean {
  if ('and' in tree) return tree.and.every((part) => seesFilter(access, object, part));
  if ('or' in tree) return tree.or.every((part) => seesFilter(access, object, part));
  if ('not' in tree) return seesFilter(access, object, tree.not);
  const found = findPath(access, object, tree.path);
  if (found === null || found.access.clear === false) return false;
  if (tree.inner === undefined) return true;
  const target = found.field.target === null ? null : access.object(found.field.target.name);
  return target !== null && seesFilter(access, target, tree.inner);
}

/** The declaration of a field without the names of what the viewer doesn't see. */
export function seenDefinition(
  access: Access,
  object: ObjectAccess,
  field: CatalogField,
): Partial<FieldDefinition> | null {
  const { definition } = field;
  switch (definition?.type) {
    case 'relation':
    case 'relations': {
      const { to, ...rest } = definition;
      return field.target !== null && access.object(field.target.name) !== null ? definition : rest;
    }
    case 'formula': {
      const { expression, ...rest } = definition;
      const inputs = dependencies(parseFormula(expression));
      return inputs.every((path) => sees(access, object, path)) ? definition : rest;
    }
    case 'rollup': {
      const { from, via, of, filter, ...rest } = definition;
      const source = sourceOf(access, field);
      const paths = [via, ...(of === undefined ? [] : [of]), ...conditionsOf(filter).map(({ path }) => path)];
      return source !== null && paths.every((path) => sees(access, source, path)) ? definition : rest;
    }
    case 'table':
      return { ...definition, fields: rowFields(access, field) };
    default:
      return definition ?? null;
  }
}

/** The records that a rollup is over. */
function sourceOf(access: Access, field: CatalogField): ObjectAccess | null {
  const via = field.object.referrers.find((referrer) => referrer.object.rollups.includes(field));
  return via === undefined ? null : access.object(via.object.name);
}

function rowFields(access: Access, field: CatalogField): Partial<FieldDefinition>[] {
  const rows = field.target === null ? null : access.object(field.target.name);
  const seen = [...(rows?.object.fields.values() ?? [])].filter((inner) => rows?.field(inner) !== null);
  return seen.flatMap((inner) =>
    rows === null || inner.system || inner === field.inverse || inner.name === 'position'
      ? []
      : (seenDefinition(access, rows, inner) ?? []),
  );
}
