import { create } from 'zustand';

// The records that were opened last in this browser, newest first.

export interface Recent {
  readonly object: string;
  readonly id: string;
  readonly title: string;
}

const key = 'huike.recent';
const most = 12;

function stored(): readonly Recent[] {
  try {
    const known: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
    return Array.isArray(known) ? known.filter(isRecent).slice(0, most) : [];
  } catch {
    return [];
  }
}

function isRecent(value: unknown): value is Recent {
  if (typeof value !== 'object' || value === null) return false;
  const { object, id, title } = { object: null, id: null, title: null, ...value };
  return typeof object === 'string' && typeof id === 'string' && typeof title === 'string';
}

const useStore = create<{ readonly items: readonly Recent[] }>(() => ({ items: stored() }));

function keep(items: readonly Recent[]): void {
  useStore.setState({ items });
  localStorage.setItem(key, JSON.stringify(items));
}

const isSame = (a: Omit<Recent, 'title'>, b: Omit<Recent, 'title'>) => a.object === b.object && a.id === b.id;

export function remember(item: Recent): void {
  const { items } = useStore.getState();
  const first = items[0];
  if (first !== undefined && isSame(first, item) && first.title === item.title) return;
  keep([item, ...items.filter((one) => !isSame(one, item))].slice(0, most));
}

export function forget(item: Omit<Recent, 'title'>): void {
  keep(useStore.getState().items.filter((one) => !isSame(one, item)));
}

/** At sign-out: the next person at this browser isn't told. */
export function forgetAll(): void {
  keep([]);
}

export const useRecent = () => useStore((state) => state.items);
