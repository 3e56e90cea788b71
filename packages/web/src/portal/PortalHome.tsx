import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ChevronRight, Clock } from 'lucide-react';
import type { NavLink } from '../app/menus.ts';
import { useRecent } from '../app/recent.ts';
import { useLabel, useMetadata } from '../data/metadata.ts';
import { useMe } from '../data/session.ts';
import { iconOf } from '../design/icons.ts';
import { Empty, Failure, Skeleton } from '../design/State.tsx';
import { asFilter } from '../views/filter/model.ts';
import { group } from '../views/records.ts';
import { usePortalMenus } from './menus.ts';
import styles from './portal.module.css';
import { useWords } from './words.ts';

/** Where somebody of an outside organisation begins: what there is for them, and what they opened last. */
export function PortalHome() {
  const say = useWords();
  const me = useMe();
  const metadata = useMetadata();
  const { links } = usePortalMenus();
  if (metadata.isError) return <Failure error={metadata.error} retry={() => void metadata.refetch()} />;
  if (metadata.isPending || me === null)
    return (
      <div className={styles.page}>
        <Skeleton lines={6} />
      </div>
    );
  return (
    <div className={styles.page}>
      <h1 className={styles.greeting}>{say(partOfDay(me.timeZone), { name: me.name })}</h1>
      {links.length === 0 ? (
        <Empty title={say('nothing')}>{say('nothingHint')}</Empty>
      ) : (
        <ul className={styles.tiles}>
          {links.map((link) => (
            <li key={link.key}>
              <Tile link={link} />
            </li>
          ))}
        </ul>
      )}
      <RecentRecords />
    </div>
  );
}

function partOfDay(timeZone: string): 'morning' | 'afternoon' | 'evening' {
  const hour = Number(new Date().toLocaleString('en-GB', { hour: '2-digit', hour12: false, timeZone }));
  return hour >= 5 && hour < 12 ? 'morning' : hour >= 12 && hour < 18 ? 'afternoon' : 'evening';
}

/** A place to go, with how many records wait there. */
function Tile({ link }: { readonly link: NavLink }) {
  const say = useWords();
  const label = useLabel();
  const Glyph = iconOf(link.icon);
  const { data: metadata } = useMetadata();
  const filter = asFilter(metadata?.views.find((view) => view.name === link.view)?.filter);
  const count = useQuery({
    queryKey: ['list', link.object, 'count', filter],
    queryFn: async () => {
      const [row] = await group(link.object, { filter, group: [], measures: [{ fn: 'count', as: 'n' }] });
      return Number(row?.n ?? 0);
    },
  });
  return (
    <Link
      to="/$object"
      params={{ object: link.object }}
      search={link.view === undefined ? {} : { view: link.view }}
      className={styles.tile}
    >
      <span className={styles.glyph}>
        <Glyph size={20} />
      </span>
      <b className="one-line">{label(link.label)}</b>
      <span className={styles.count}>{count.data === undefined ? ' ' : say('records', { count: count.data })}</span>
    </Link>
  );
}

function RecentRecords() {
  const say = useWords();
  const items = useRecent().slice(0, 6);
  if (items.length === 0) return null;
  return (
    <section className={styles.recent}>
      <h2>{say('recent')}</h2>
      <ul>
        {items.map(({ object, id, title }) => (
          <li key={id}>
            <Link to="/$object/$id" params={{ object, id }} className={styles.recentLink}>
              <Clock size={16} />
              <span className={`one-line ${styles.recentTitle}`}>{title || '—'}</span>
              <ChevronRight size={16} />
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
