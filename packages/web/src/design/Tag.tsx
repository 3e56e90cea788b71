import type { ReactNode } from 'react';
import styles from './Tag.module.css';

const colours = ['grey', 'blue', 'green', 'red', 'orange', 'yellow', 'purple', 'pink', 'cyan'] as const;
export type TagColour = (typeof colours)[number];

const others: Readonly<Record<string, TagColour>> = {
  gray: 'grey',
  default: 'grey',
  teal: 'cyan',
  amber: 'yellow',
  gold: 'yellow',
  violet: 'purple',
  indigo: 'purple',
  magenta: 'pink',
  volcano: 'orange',
  lime: 'green',
};

/** The nearest of our colours to what metadata says; grey where it says nothing that we know. */
export function tagColour(name: string | undefined): TagColour {
  return colours.find((colour) => colour === name) ?? others[name ?? ''] ?? 'grey';
}

/** A choice, in its colour. */
export function Tag({
  color,
  dot = false,
  children,
}: {
  readonly color?: string | undefined;
  readonly dot?: boolean;
  readonly children: ReactNode;
}) {
  const colour = tagColour(color);
  return (
    <span
      className={styles.tag}
      style={{ background: `var(--tag-${colour})`, color: `var(--tag-${colour}-ink)` }}
      title={typeof children === 'string' ? children : undefined}
    >
      {dot && <i className={styles.dot} />}
      {children}
    </span>
  );
}
