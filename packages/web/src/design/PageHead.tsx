import { type ReactNode, useEffect } from 'react';
import { spoken } from '../words/index.ts';
import styles from './PageHead.module.css';

/** The line at the top of a page: where one is, and what can be done here. Stays in sight. */
export function PageHead({
  title,
  lead,
  children,
}: {
  readonly title: ReactNode;
  /** Before the title: the way back, or an icon. */
  readonly lead?: ReactNode;
  readonly children?: ReactNode;
}) {
  useEffect(() => {
    if (typeof title !== 'string') return;
    // Tabs and bookmarks go by it.
    document.title = `${title} · ${ownName()}`;
    return () => {
      document.title = ownName();
    };
  }, [title]);
  return (
    <header className={styles.head}>
      {lead}
      <h1 className="one-line">{title}</h1>
      {children !== undefined && <div className={styles.actions}>{children}</div>}
    </header>
  );
}

const ownName = () => (spoken() === 'en' ? 'Huike' : '汇客');
