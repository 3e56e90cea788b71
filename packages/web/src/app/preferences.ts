import { create } from 'zustand';
import { useMedia } from '../design/media.ts';

// What this browser remembers: the colour scheme and the folded navigation. The language is in words/.

export type Scheme = 'light' | 'dark' | 'system';

interface Preferences {
  readonly scheme: Scheme;
  readonly navigation: 'open' | 'folded';
}

const key = 'huike.preferences';

function stored(): Preferences {
  const plain: Preferences = { scheme: 'system', navigation: 'open' };
  try {
    const known: unknown = JSON.parse(localStorage.getItem(key) ?? '{}');
    if (typeof known !== 'object' || known === null) return plain;
    const { scheme, navigation } = { scheme: null, navigation: null, ...known };
    return {
      scheme: scheme === 'light' || scheme === 'dark' ? scheme : 'system',
      navigation: navigation === 'folded' ? 'folded' : 'open',
    };
  } catch {
    return plain;
  }
}

export const usePreferences = create<Preferences>(() => stored());

export function prefer(change: Partial<Preferences>): void {
  usePreferences.setState(change);
  localStorage.setItem(key, JSON.stringify(usePreferences.getState()));
  applyScheme();
}

const dark = () => window.matchMedia('(prefers-color-scheme: dark)');

/** Light or dark, as chosen or as the system is. */
export function useScheme(): 'light' | 'dark' {
  const { scheme } = usePreferences();
  const systemIsDark = useMedia('(prefers-color-scheme: dark)');
  if (scheme !== 'system') return scheme;
  return systemIsDark ? 'dark' : 'light';
}

function applyScheme(): void {
  const { scheme } = usePreferences.getState();
  const isDark = scheme === 'dark' || (scheme === 'system' && dark().matches);
  document.documentElement.dataset.scheme = isDark ? 'dark' : 'light';
}

/** Before the first paint, and again when the system changes. */
export function followScheme(): void {
  applyScheme();
  dark().addEventListener('change', applyScheme);
}
