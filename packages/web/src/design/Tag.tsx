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

const inTurn: readonly TagColour[] = ['blue', 'green', 'orange', 'purple', 'cyan', 'pink', 'yellow', 'grey'];

/** The colour of an option: its own, else the one of its place in the list. */
export function optionColour(
  options: readonly { readonly value: string; readonly color?: string }[] | undefined,
  value: unknown,
): TagColour {
  const index = options?.findIndex((option) => option.value === value) ?? -1;
  const named = options?.[index]?.color;
  return named === undefined ? (inTurn[(index + inTurn.length) % inTurn.length] ?? 'grey') : tagColour(named);
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
