import type { MenuEntry } from '@huike/schema';
import type { Metadata, ObjectInfo } from '../data/api.ts';

// The navigation, from the metadata: declared menus first, then what no menu names, so that nothing is out of reach.

export interface NavLink {
  readonly key: string;
  readonly label: { readonly zh: string; readonly en: string };
  readonly icon: string | null;
  readonly object: string;
  /** Without one, the object itself. */
  readonly view?: string;
}

export interface NavGroup {
  readonly key: string;
  readonly label: { readonly zh: string; readonly en: string };
  readonly icon: string | null;
  readonly items: readonly (NavLink | NavGroup)[];
}

export const isGroup = (item: NavLink | NavGroup): item is NavGroup => 'items' in item;

export function navigationOf(metadata: Metadata): {
  readonly menus: readonly NavGroup[];
  /** Objects of the company that no menu names. */
  readonly others: readonly NavLink[];
  /** Users, departments, positions: for those who look after people. */
  readonly people: readonly NavLink[];
} {
  const objects = new Map(metadata.objects.map((object) => [object.name, object]));
  const views = new Map(metadata.views.map((view) => [view.name, view]));

  function entry(item: MenuEntry, at: string): (NavLink | NavGroup)[] {
    const key = `${at}/${item.name}`;
    if (item.items !== undefined) {
      const items = item.items.flatMap((inner) => entry(inner, key));
      const label = item.label ?? { zh: item.name, en: item.name };
      return items.length === 0 ? [] : [{ key, label, icon: item.icon ?? null, items }];
    }
    const view = item.view === undefined ? undefined : views.get(item.view);
    const object = objects.get(view?.object ?? item.object ?? '');
    if (object === undefined) return [];
    const label = item.label ?? view?.label ?? object.label;
    const icon = item.icon ?? object.icon;
    return [{ key, label, icon, object: object.name, ...(view === undefined ? {} : { view: view.name }) }];
  }

  const menus = metadata.menus.flatMap((menu) => {
    const items = menu.items.flatMap((item) => entry(item, menu.name));
    const label = menu.label ?? { zh: menu.name, en: menu.name };
    return items.length === 0 ? [] : [{ key: menu.name, label, icon: menu.icon ?? null, items }];
  });
  const named = new Set(menus.flatMap((menu) => linksOf(menu)).map(({ object }) => object));
  const rows = new Set(metadata.objects.flatMap(rowsObjects));
  const link = (object: ObjectInfo): NavLink => ({
    key: `object/${object.name}`,
    label: object.label,
    icon: object.icon,
    object: object.name,
  });
  const unnamed = metadata.objects.filter((object) => !named.has(object.name) && !rows.has(object.name));
  return {
    menus,
    others: unnamed.filter((object) => object.app !== 'kernel').map(link),
    people: metadata.capabilities.includes('people')
      ? unnamed.filter((object) => object.app === 'kernel').map(link)
      : [],
  };
}

/** The rows of a table are seen in their record. */
function rowsObjects(object: ObjectInfo): readonly string[] {
  return object.fields.flatMap((field) => (field.type === 'table' && field.target !== undefined ? [field.target] : []));
}

/** Every link of a group, at whatever level. */
export function linksOf(group: NavGroup): readonly NavLink[] {
  return group.items.flatMap((item) => (isGroup(item) ? linksOf(item) : [item]));
}
