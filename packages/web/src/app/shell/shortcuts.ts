import { useEffect } from 'react';
import { closePalette, openPalette, usePalette } from '../commands.ts';
import { prefer, usePreferences } from '../preferences.ts';

/** Whether keys go into a text. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

/** Ctrl/⌘-K opens the palette anywhere; `/` and `c` where nobody types; `[` folds the navigation. */
export function useShortcuts(): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        if (usePalette.getState().open === null) openPalette();
        else closePalette();
        return;
      }
      if (event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented || isTyping(event.target)) return;
      // The grid has keys of its own.
      if (event.target instanceof HTMLElement && event.target.closest('[role=grid],dialog') !== null) return;
      if (event.key === '/') openPalette();
      else if (event.key === 'c') openPalette('create');
      else if (event.key === '[')
        prefer({ navigation: usePreferences.getState().navigation === 'open' ? 'folded' : 'open' });
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, []);
}
