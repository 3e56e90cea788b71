import Type, { type Static } from 'typebox';
import { LabelSchema, Name } from './fields.ts';
import type { Label } from './names.ts';

// Menus: how people find their way. Three levels: menu, entry, entry below an entry. An entry opens an object or a view,
// or holds entries; who may not read what it opens doesn't see it, whatever its roles say.

const common = {
  name: Name,
  label: Type.Optional(LabelSchema),
  icon: Type.Optional(Type.String({ maxLength: 60 })),
  /** The roles that see it; absent means everybody. */
  roles: Type.Optional(Type.Array(Name, { maxItems: 200, uniqueItems: true })),
};

const opens = { object: Type.Optional(Name), view: Type.Optional(Name) };

const LeafSchema = Type.Object({ ...common, ...opens }, { additionalProperties: false });
const EntrySchema = Type.Object(
  { ...common, ...opens, items: Type.Optional(Type.Array(LeafSchema, { maxItems: 100 })) },
  { additionalProperties: false },
);

export const MenuSchema = Type.Object(
  {
    ...common,
    /** Menus stand in this order, then by name. */
    position: Type.Optional(Type.Number()),
    /** A menu of the portal, for users of outside organisations; the others are for the company's own people. */
    portal: Type.Optional(Type.Boolean()),
    items: Type.Array(EntrySchema, { maxItems: 100 }),
  },
  { additionalProperties: false },
);
export type Menu = Static<typeof MenuSchema>;

/** An entry of a menu, of the second or third level. */
export interface MenuEntry {
  readonly name: string;
  readonly label?: Label;
  readonly icon?: string;
  readonly roles?: readonly string[];
  readonly object?: string;
  readonly view?: string;
  readonly items?: readonly MenuEntry[];
}

/** A menu with those of its entries that pass, and of those that hold others only such as still do; null when none is left. */
export function menuOf(menu: Menu, passes: (entry: Menu | MenuEntry) => boolean): Menu | null {
  if (!passes(menu)) return null;
  const items = menu.items.flatMap((entry) => {
    if (!passes(entry)) return [];
    if (entry.items === undefined) return [entry];
    const inner = entry.items.filter(passes);
    return inner.length === 0 ? [] : [inner.length === entry.items.length ? entry : { ...entry, items: inner }];
  });
  if (items.length === 0) return null;
  return items.length === menu.items.length && items.every((item, at) => item === menu.items[at])
    ? menu
    : { ...menu, items };
}

/** Every entry with where it stands, parents first. */
export function menuEntries(menu: Menu): readonly { readonly entry: MenuEntry; readonly at: string }[] {
  const below = (items: readonly MenuEntry[], at: string): { entry: MenuEntry; at: string }[] =>
    items.flatMap((entry, index) => [
      { entry, at: `${at}/items/${index}` },
      ...below(entry.items ?? [], `${at}/items/${index}`),
    ]);
  return below(menu.items, '');
}
