import { type ReactNode, useEffect, useRef } from 'react';
import styles from './Sheet.module.css';

interface SheetProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly label: string;
  /** Where it comes from: the start (navigation), the end (a record), the bottom (choices on a phone), or the middle. */
  readonly from?: 'start' | 'end' | 'bottom' | 'middle';
  readonly children: ReactNode;
}

/** A sheet over the page: the browser keeps the focus inside, closes it by Escape, and gives the focus back. */
export function Sheet({ open, onClose, label, from = 'middle', children }: SheetProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    if (element === null) return;
    if (open && !element.open) {
      element.showModal();
      // Whoever opened a sheet with a box to type in wants to type.
      element.querySelector<HTMLElement>('input[type=text], input:not([type])')?.focus();
    }
    if (!open && element.open) element.close();
  }, [open]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a dialog closes by Escape; the click is on what lies around it
    <dialog
      ref={dialog}
      className={`${styles.sheet} ${styles[from]}`}
      aria-label={label}
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      {open && <div className={styles.inside}>{children}</div>}
    </dialog>
  );
}
