import { Link, useLocation } from '@tanstack/react-router';
import { ArrowLeft } from 'lucide-react';
import styles from '../app/shell/Navigation.module.css';
import { useLabel, useMetadata } from '../data/metadata.ts';
import { pagesFor } from './pages.ts';
import { useWords } from './words.ts';

/** Beside the pages of the set-up area, in place of the menus of the work. */
export function SetupNavigation() {
  const say = useWords();
  const label = useLabel();
  const { pathname } = useLocation();
  const { data } = useMetadata();
  const current = pathname.split('/')[2];
  return (
    <nav className={styles.nav} aria-label={say('title')}>
      <Link to="/" className={styles.item}>
        <ArrowLeft size={16} className={styles.glyph} />
        <span>{say('back')}</span>
      </Link>
      {pagesFor(data?.capabilities ?? []).map(({ group, label: words, pages }) => (
        <section key={group}>
          <h2 className={styles.heading}>{label(words)}</h2>
          <ul>
            {pages.map((page) => (
              <li key={page.name}>
                <Link
                  to="/system-setup/$page"
                  params={{ page: page.name }}
                  className={`${styles.item} ${current === page.name ? styles.current : ''}`}
                  aria-current={current === page.name ? 'page' : undefined}
                >
                  <page.icon size={16} className={styles.glyph} />
                  <span className="one-line">{label(page.label)}</span>
                </Link>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </nav>
  );
}
