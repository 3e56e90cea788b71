import { Link, useLocation } from '@tanstack/react-router';
import { ChevronRight, Clock, CopyCheck, FileUp, SlidersHorizontal, Trash2 } from 'lucide-react';
import { useMemo, useState } from 'react';
import { isCustomer } from '../../customer/customer.ts';
import { useLabel, useMetadata } from '../../data/metadata.ts';
import { iconOf } from '../../design/icons.ts';
import { Failure, Skeleton } from '../../design/State.tsx';
import { pagesFor } from '../../setup/pages.ts';
import { isGroup, linksOf, type NavGroup, type NavLink, navigationOf } from '../menus.ts';
import { useRecent } from '../recent.ts';
import styles from './Navigation.module.css';
import { useWords } from './words.ts';

/** The way to everything: the menus of the metadata, what no menu names, and what was opened last. */
export function Navigation() {
  const say = useWords();
  const metadata = useMetadata();
  if (metadata.isError) return <Failure error={metadata.error} retry={() => void metadata.refetch()} />;
  if (metadata.isPending)
    return (
      <div className={styles.waiting}>
        <Skeleton lines={7} />
      </div>
    );
  const { menus, others, people } = navigationOf(metadata.data);
  const words = { zh: '', en: '' };
  return (
    <nav className={styles.nav} aria-label={say('navigation')}>
      {menus.map((menu) => (
        <Section key={menu.key} group={menu} />
      ))}
      {others.length > 0 && (
        <Section group={{ key: 'others', label: words, icon: null, items: others }} title={say('others')} />
      )}
      <RecentItems />
      <Tools />
      {people.length > 0 && (
        <Section group={{ key: 'people', label: words, icon: null, items: people }} title={say('organisation')} />
      )}
      {pagesFor(metadata.data.capabilities).length > 0 && (
        <section>
          <Link to="/system-setup" className={styles.item}>
            <SlidersHorizontal size={16} className={styles.glyph} />
            <span>{say('setup')}</span>
          </Link>
        </section>
      )}
    </nav>
  );
}

/** What is done to data as a whole. */
function Tools() {
  const say = useWords();
  const [folded, toggle] = useFolded('data');
  const { pathname } = useLocation();
  const { data } = useMetadata();
  const creates = data?.objects.some((object) => object.may.create && object.app !== 'kernel') ?? false;
  const deletes = data?.objects.some((object) => object.may.delete) ?? false;
  const reviews = data?.objects.some((object) => isCustomer(object) && object.may.update) ?? false;
  if (!creates && !deletes) return null;
  const style = (path: string) => `${styles.item} ${pathname === path ? styles.current : ''}`;
  return (
    <section>
      <button type="button" className={styles.heading} aria-expanded={!folded} onClick={toggle}>
        <span>{say('data')}</span>
        <ChevronRight size={14} />
      </button>
      {!folded && (
        <ul>
          {creates && (
            <li>
              <Link to="/import-data" className={style('/import-data')}>
                <FileUp size={16} className={styles.glyph} />
                <span>{say('importing')}</span>
              </Link>
            </li>
          )}
          {reviews && (
            <li>
              <Link to="/customer-reviews" className={style('/customer-reviews')}>
                <CopyCheck size={16} className={styles.glyph} />
                <span>{say('reviews')}</span>
              </Link>
            </li>
          )}
          {deletes && (
            <li>
              <Link to="/recycle-bin" className={style('/recycle-bin')}>
                <Trash2 size={16} className={styles.glyph} />
                <span>{say('recycleBin')}</span>
              </Link>
            </li>
          )}
        </ul>
      )}
    </section>
  );
}

function useFolded(key: string): readonly [boolean, () => void] {
  const place = `huike.folded.${key}`;
  const [folded, setFolded] = useState(() => localStorage.getItem(place) === '1');
  const toggle = () => {
    localStorage.setItem(place, folded ? '0' : '1');
    setFolded(!folded);
  };
  return [folded, toggle];
}

function Section({ group, title }: { readonly group: NavGroup; readonly title?: string }) {
  const label = useLabel();
  const [folded, toggle] = useFolded(group.key);
  return (
    <section>
      <button type="button" className={styles.heading} aria-expanded={!folded} onClick={toggle}>
        <span className="one-line">{title ?? label(group.label)}</span>
        <ChevronRight size={14} />
      </button>
      {!folded && (
        <ul>
          {group.items.map((item) => (
            <li key={item.key}>{isGroup(item) ? <Branch group={item} /> : <To link={item} />}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** An entry that holds others: it opens the first of them by itself. */
function Branch({ group }: { readonly group: NavGroup }) {
  const label = useLabel();
  const { pathname } = useLocation();
  const within = linksOf(group).some(
    (link) => pathname.startsWith(`/${link.object}/`) || pathname === `/${link.object}`,
  );
  const [folded, toggle] = useFolded(group.key);
  const Glyph = iconOf(group.icon);
  return (
    <>
      <button
        type="button"
        className={`${styles.item} ${styles.branch} ${within && folded ? styles.within : ''}`}
        aria-expanded={!folded}
        onClick={toggle}
      >
        <Glyph size={16} className={styles.glyph} />
        <span className="one-line">{label(group.label)}</span>
        <ChevronRight size={14} className={styles.arrow} />
      </button>
      {!folded && (
        <ul className={styles.inner}>
          {group.items.map((item) => (isGroup(item) ? null : <li key={item.key}>{<To link={item} plain />}</li>))}
        </ul>
      )}
    </>
  );
}

function To({ link, plain = false }: { readonly link: NavLink; readonly plain?: boolean }) {
  const label = useLabel();
  const { pathname, search } = useLocation();
  const Glyph = iconOf(link.icon);
  const here = pathname === `/${link.object}` || pathname.startsWith(`/${link.object}/`);
  const chosen: unknown = 'view' in search ? search.view : undefined;
  const first = useFirstLink(link.object);
  const isCurrent = here && (chosen === undefined ? first === link.key : link.view === chosen);
  return (
    <Link
      to="/$object"
      params={{ object: link.object }}
      search={link.view === undefined ? {} : { view: link.view }}
      className={`${styles.item} ${isCurrent ? styles.current : ''}`}
      aria-current={isCurrent ? 'page' : undefined}
    >
      {!plain && <Glyph size={16} className={styles.glyph} />}
      <span className="one-line">{label(link.label)}</span>
    </Link>
  );
}

/** The link that stands for an object where no view is chosen. */
function useFirstLink(object: string): string | undefined {
  const { data } = useMetadata();
  return useMemo(() => {
    if (data === undefined) return undefined;
    const { menus, others, people } = navigationOf(data);
    return [...menus.flatMap(linksOf), ...others, ...people].find((link) => link.object === object)?.key;
  }, [data, object]);
}

function RecentItems() {
  const say = useWords();
  const items = useRecent().slice(0, 5);
  const [folded, toggle] = useFolded('recent');
  if (items.length === 0) return null;
  return (
    <section>
      <button type="button" className={styles.heading} aria-expanded={!folded} onClick={toggle}>
        <span>{say('recent')}</span>
        <ChevronRight size={14} />
      </button>
      {!folded && (
        <ul>
          {items.map(({ object, id, title }) => (
            <li key={id}>
              <Link to="/$object/$id" params={{ object, id }} className={styles.item}>
                <Clock size={16} className={styles.glyph} />
                <span className="one-line">{title || '—'}</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
