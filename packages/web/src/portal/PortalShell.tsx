import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { House, Menu, Search, UserRound } from 'lucide-react';
import { openPalette, useDrawer } from '../app/commands.ts';
import { linksOf, type NavLink } from '../app/menus.ts';
import { AccountSheet } from '../app/shell/Account.tsx';
import { Over, SkipLink } from '../app/shell/Over.tsx';
import { useShortcuts } from '../app/shell/shortcuts.ts';
import { useWords as useShellWords } from '../app/shell/words.ts';
import { useLabel } from '../data/metadata.ts';
import { useMe } from '../data/session.ts';
import { Avatar } from '../design/Avatar.tsx';
import { Button } from '../design/Button.tsx';
import { iconOf } from '../design/icons.ts';
import { Mark } from '../design/Mark.tsx';
import { useNarrow } from '../design/media.ts';
import { Reconnecting, useLive } from '../live/Reconnecting.tsx';
import { usePortalMenus } from './menus.ts';
import styles from './portal.module.css';
import { useWords } from './words.ts';

/** On a phone so many of the portal's entries stand in the bar below; all stand behind "more". */
const inBar = 3;

/** The frame for people of outside organisations: few places, large targets, the phone first. */
export function PortalShell() {
  const narrow = useNarrow();
  useShortcuts();
  useLive();
  return (
    <>
      <SkipLink />
      <div className={styles.shell}>
        <Top narrow={narrow} />
        <main id="main" className={styles.main} tabIndex={-1}>
          <Outlet />
        </main>
        {narrow && <Bar />}
      </div>
      <Drawer />
      <Reconnecting />
    </>
  );
}

/** The organisation that the viewer works for. */
function useOrganisation(): string {
  const say = useWords();
  const name = useMe()?.department?.name;
  return typeof name === 'string' && name !== '' ? name : say('name');
}

function Top({ narrow }: { readonly narrow: boolean }) {
  const say = useWords();
  const shell = useShellWords();
  const me = useMe();
  const organisation = useOrganisation();
  const { links } = usePortalMenus();
  return (
    <header className={styles.top}>
      <Link to="/" className={styles.brand}>
        <Mark size={24} />
        <span className="one-line">{organisation}</span>
      </Link>
      {!narrow && (
        <nav className={styles.places} aria-label={say('menu')}>
          {links.map((link) => (
            <Place key={link.key} link={link} />
          ))}
        </nav>
      )}
      <Button kind="quiet" icon={Search} aria-label={shell('search')} onClick={() => openPalette()} />
      {!narrow && (
        <AccountSheet
          trigger={(open) => (
            <button type="button" className={styles.me} onClick={open}>
              <Avatar name={me?.name ?? ''} size={28} />
              <span className="unseen">{shell('account')}</span>
            </button>
          )}
        />
      )}
    </header>
  );
}

function useIsHere(link: NavLink): boolean {
  const { pathname, search } = useLocation();
  if (pathname !== `/${link.object}` && !pathname.startsWith(`/${link.object}/`)) return false;
  const view: unknown = 'view' in search ? search.view : undefined;
  return view === undefined || link.view === view;
}

function Place({ link, glyph = false }: { readonly link: NavLink; readonly glyph?: boolean }) {
  const label = useLabel();
  const here = useIsHere(link);
  const Glyph = iconOf(link.icon);
  return (
    <Link
      to="/$object"
      params={{ object: link.object }}
      search={link.view === undefined ? {} : { view: link.view }}
      className={here ? styles.here : ''}
      aria-current={here ? 'page' : undefined}
    >
      {glyph && <Glyph size={20} />}
      <span className="one-line">{label(link.label)}</span>
    </Link>
  );
}

function Bar() {
  const say = useWords();
  const shell = useShellWords();
  const me = useMe();
  const { pathname } = useLocation();
  const { links } = usePortalMenus();
  return (
    <nav className={styles.bar} aria-label={say('menu')}>
      <Link to="/" className={pathname === '/' ? styles.here : ''} aria-current={pathname === '/' ? 'page' : undefined}>
        <House size={20} />
        <span>{say('home')}</span>
      </Link>
      {links.slice(0, inBar).map((link) => (
        <Place key={link.key} link={link} glyph />
      ))}
      {links.length > inBar && (
        <button type="button" onClick={() => useDrawer.setState({ open: true })}>
          <Menu size={20} />
          <span>{say('more')}</span>
        </button>
      )}
      <AccountSheet
        trigger={(open) => (
          <button type="button" onClick={open} className={pathname === '/my-settings' ? styles.here : ''}>
            {me === null ? <UserRound size={20} /> : <Avatar name={me.name} size={20} />}
            <span>{shell('mine')}</span>
          </button>
        )}
      />
    </nav>
  );
}

/** On a phone all places of the portal, by menu. */
function Drawer() {
  const say = useWords();
  const label = useLabel();
  const { menus } = usePortalMenus();
  return (
    <Over from="bottom" label={say('menu')}>
      <div className={styles.drawer}>
        {menus.map((menu) => (
          <section key={menu.key}>
            <h2>{label(menu.label)}</h2>
            {linksOf(menu).map((link) => (
              <Place key={link.key} link={link} glyph />
            ))}
          </section>
        ))}
      </div>
    </Over>
  );
}
