import { useLocation } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useEffect } from 'react';
import { useNarrow } from '../../design/media.ts';
import { Sheet } from '../../design/Sheet.tsx';
import { closePalette, useDrawer, usePalette } from '../commands.ts';
import styles from './Over.module.css';
import { useWords } from './words.ts';

const Palette = lazy(() => import('../palette/Palette.tsx'));

/** The first stop of the keyboard: past the navigation. */
export function SkipLink() {
  const say = useWords();
  return (
    <a href="#main" className={styles.skip}>
      {say('skip')}
    </a>
  );
}

interface OverProps {
  /** Where a phone's navigation comes from, and its name. */
  readonly from: 'start' | 'bottom';
  readonly label: string;
  readonly children: ReactNode;
}

/** What lies over a frame: the navigation of a phone (`children`), and the palette. */
export function Over({ from, label, children }: OverProps) {
  const { open } = usePalette();
  const drawer = useDrawer();
  const narrow = useNarrow();
  const { href } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever went somewhere has done with the navigation
  useEffect(() => {
    useDrawer.setState({ open: false });
    closePalette();
  }, [href]);
  return (
    <>
      {narrow && (
        <Sheet from={from} label={label} open={drawer.open} onClose={() => useDrawer.setState({ open: false })}>
          {children}
        </Sheet>
      )}
      {open !== null && (
        <Suspense>
          <Palette mode={open} />
        </Suspense>
      )}
    </>
  );
}
