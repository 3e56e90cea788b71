import { useSyncExternalStore } from 'react';

const queries = new Map<string, MediaQueryList>();

function queryOf(media: string): MediaQueryList {
  const known = queries.get(media) ?? window.matchMedia(media);
  queries.set(media, known);
  return known;
}

/** Whether a media query holds, as of now. */
export function useMedia(media: string): boolean {
  const query = queryOf(media);
  return useSyncExternalStore(
    (changed) => {
      query.addEventListener('change', changed);
      return () => query.removeEventListener('change', changed);
    },
    () => query.matches,
  );
}

/** A phone's width: one pane at a time. */
export const useNarrow = () => useMedia('(max-width: 767px)');
