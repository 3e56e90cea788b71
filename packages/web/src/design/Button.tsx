import { LoaderCircle, type LucideIcon } from 'lucide-react';
import type { ButtonHTMLAttributes, Ref } from 'react';
import styles from './Button.module.css';

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** What it is to the page: its one main act, an ordinary one, a quiet one, or one that destroys. */
  readonly kind?: 'primary' | 'plain' | 'quiet' | 'danger';
  readonly size?: 'small' | 'medium' | 'large';
  readonly icon?: LucideIcon;
  /** Under way: it can't be pressed again. */
  readonly busy?: boolean;
  readonly wide?: boolean;
  readonly ref?: Ref<HTMLButtonElement>;
}

/** A button with words; an icon alone needs an `aria-label`. */
export function Button({
  kind = 'plain',
  size = 'medium',
  icon: Glyph,
  busy = false,
  wide = false,
  className = '',
  children,
  disabled,
  type = 'button',
  ...rest
}: ButtonProps) {
  const classes = [
    styles.button,
    styles[kind],
    styles[size],
    wide && styles.wide,
    !children && styles.alone,
    className,
  ];
  return (
    <button
      {...rest}
      type={type}
      className={classes.filter(Boolean).join(' ')}
      disabled={disabled === true || busy}
      aria-busy={busy || undefined}
    >
      {busy ? <LoaderCircle size={16} className={styles.spin} /> : Glyph !== undefined && <Glyph size={16} />}
      {children && <span className={styles.words}>{children}</span>}
    </button>
  );
}
