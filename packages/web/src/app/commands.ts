import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useCallback } from 'react';
import { create } from 'zustand';
import { call } from '../data/api.ts';
import { forgetRead, sessionQuery, useMe } from '../data/session.ts';
import { toastError } from '../design/toast.tsx';
import { type Language, speak } from '../words/index.ts';
import { forgetAll } from './recent.ts';

// What can be done from anywhere: by the menu of the own name, by the palette, by the settings.

export type PaletteMode = 'all' | 'create';

/** Whether the command palette is open, and what it is open for. */
export const usePalette = create<{ readonly open: PaletteMode | null }>(() => ({ open: null }));
export const openPalette = (mode: PaletteMode = 'all') => usePalette.setState({ open: mode });
export const closePalette = () => usePalette.setState({ open: null });

/** Whether a phone shows its navigation. */
export const useDrawer = create<{ readonly open: boolean }>(() => ({ open: false }));

export function useSignOut(): () => Promise<void> {
  const queries = useQueryClient();
  const router = useRouter();
  return useCallback(async () => {
    await call('POST', 'auth/sign-out');
    forgetAll();
    await queries.fetchQuery({ ...sessionQuery, staleTime: 0 });
    await router.invalidate();
    // Not before the pages are gone: they would ask anew.
    forgetRead(queries);
  }, [queries, router]);
}

/** Switches the words, here and for this user everywhere. */
export function useSpeak(): (language: Language) => Promise<void> {
  const me = useMe();
  const queries = useQueryClient();
  return useCallback(
    async (language: Language) => {
      speak(language);
      if (me === null || me.language === language) return;
      try {
        await call('PATCH', `records/user/${me.id}`, { language });
        await queries.invalidateQueries({ queryKey: ['session'] });
      } catch (error) {
        toastError(error);
      }
    },
    [me, queries],
  );
}
