import { useLocation, useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';

/** A record shown beside whatever page one is on. The address keeps it: a reload or a shared link shows the same. */
export function usePeek() {
  const go = useNavigate();
  const { search } = useLocation();
  const current = 'peek' in search && typeof search.peek === 'string' ? search.peek : null;
  const open = useCallback(
    (object: string, id: string) =>
      void go({ to: '.', search: (now) => ({ ...now, peek: `${object}/${id}` }), replace: true }),
    [go],
  );
  const close = useCallback(() => void go({ to: '.', search: ({ peek: _, ...rest }) => rest, replace: true }), [go]);
  return { current, open, close };
}
