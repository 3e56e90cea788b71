import styles from './Kbd.module.css';

const isApple = /Mac|iPhone|iPad/.test(navigator.platform);

/** Keys as they stand on the keyboard: `mod+k` is ⌘K here and Ctrl K there. */
export function Kbd({ keys }: { readonly keys: string }) {
  const parts = keys.split('+').map((key) => {
    if (key === 'mod') return isApple ? '⌘' : 'Ctrl';
    if (key === 'shift') return isApple ? '⇧' : 'Shift';
    if (key === 'enter') return '↵';
    return key.length === 1 ? key.toUpperCase() : key;
  });
  return <kbd className={styles.keys}>{parts.join(isApple ? '' : ' ')}</kbd>;
}
