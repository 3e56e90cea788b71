import type { ReactNode } from 'react';
import styles from './settings.module.css';

export function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className={styles.section}>
      <h2>{title}</h2>
      <div className={styles.card}>{children}</div>
    </section>
  );
}

export function Row({
  label,
  hint,
  children,
}: {
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <div className={styles.row}>
      <div className={styles.words}>
        <span>{label}</span>
        {hint !== undefined && <small>{hint}</small>}
      </div>
      <div className={styles.control}>{children}</div>
    </div>
  );
}
