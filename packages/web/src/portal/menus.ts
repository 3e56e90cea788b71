import { linksOf, type NavGroup, type NavLink, navigationOf } from '../app/menus.ts';
import { useMetadata } from '../data/metadata.ts';

/** Where the portal leads: its menus; where none is declared, whatever the viewer may read. */
export function usePortalMenus(): { readonly menus: readonly NavGroup[]; readonly links: readonly NavLink[] } {
  const { data } = useMetadata();
  if (data === undefined) return { menus: [], links: [] };
  const { menus, others } = navigationOf(data);
  const all = { key: 'all', label: { zh: '全部', en: 'Everything' }, icon: null, items: others };
  const shown = menus.length > 0 ? menus : others.length > 0 ? [all] : [];
  return { menus: shown, links: shown.flatMap(linksOf) };
}
