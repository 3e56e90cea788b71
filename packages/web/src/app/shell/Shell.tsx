import { useQuery } from '@tanstack/react-query';
import { Outlet, useLocation } from '@tanstack/react-router';
import { Menu, PanelLeftClose, PanelLeftOpen, Plus, Search, SquarePen, UserRound } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { metadataQuery, useMetadata } from '../../data/metadata.ts';
import { useMe } from '../../data/session.ts';
import { Avatar } from '../../design/Avatar.tsx';
import { AntdTheme } from '../../design/antd.tsx';
import { Button } from '../../design/Button.tsx';
import { Kbd } from '../../design/Kbd.tsx';
import { Mark } from '../../design/Mark.tsx';
import { useNarrow } from '../../design/media.ts';
import { Reconnecting, useLive } from '../../live/Reconnecting.tsx';
import { isSetup } from '../../setup/pages.ts';
import { SetupNavigation } from '../../setup/SetupNavigation.tsx';
import { openPalette, useDrawer } from '../commands.ts';
import { prefer, usePreferences } from '../preferences.ts';
import { Account, AccountSheet } from './Account.tsx';
import { Navigation } from './Navigation.tsx';
import { Over, SkipLink } from './Over.tsx';
import styles from './Shell.module.css';
import { useShortcuts } from './shortcuts.ts';
import { useWords } from './words.ts';

const PeekPanel = lazy(() => import('../../record/PeekPanel.tsx'));

/** The frame around every page: navigation beside it on a desk, below it on a phone, the palette over it. */
export function Shell() {
  const say = useWords();
  const narrow = useNarrow();
  const { navigation } = usePreferences();
  const { search } = useLocation();
  const peek: unknown = 'peek' in search ? search.peek : undefined;
  useShortcuts();
  useQuery(metadataQuery);
  useLive();
  return (
    <AntdTheme>
      <SkipLink />
      <div className={navigation === 'folded' ? `${styles.shell} ${styles.folded} nav-folded` : styles.shell}>
        {!narrow && <Side />}
        <main id="main" className={styles.main} tabIndex={-1}>
          {!narrow && navigation === 'folded' && (
            <Button
              kind="quiet"
              icon={PanelLeftOpen}
              className={styles.unfold ?? ''}
              aria-label={say('unfold')}
              onClick={() => prefer({ navigation: 'open' })}
            />
          )}
          <Outlet />
        </main>
        {typeof peek === 'string' && (
          <Suspense>
            <PeekPanel target={peek} />
          </Suspense>
        )}
        {narrow && <Tabs />}
      </div>
      <Drawer />
      <Reconnecting />
    </AntdTheme>
  );
}

function Side() {
  const { navigation } = usePreferences();
  if (navigation === 'folded') return null;
  return (
    <aside className={styles.side}>
      <Top />
      <Ways />
      <Account />
    </aside>
  );
}

function Ways() {
  const { pathname } = useLocation();
  return isSetup(pathname) ? <SetupNavigation /> : <Navigation />;
}

function Top() {
  const say = useWords();
  const company = useCompanyName();
  return (
    <div className={styles.top}>
      <div className={styles.brand}>
        <Mark size={24} />
        <span className="one-line">{company}</span>
        <Button
          kind="quiet"
          size="small"
          icon={PanelLeftClose}
          aria-label={say('fold')}
          onClick={() => prefer({ navigation: 'folded' })}
        />
      </div>
      <div className={styles.find}>
        <button
          type="button"
          className={styles.search}
          onClick={() => openPalette()}
          aria-keyshortcuts="Control+K Meta+K"
        >
          <Search size={15} />
          <span className="one-line">{say('search')}</span>
          <Kbd keys="mod+k" />
        </button>
        <Button icon={SquarePen} aria-label={say('create')} onClick={() => openPalette('create')} />
      </div>
    </div>
  );
}

/** The company goes by the department that all others lie below; until one is set, by our own name. */
function useCompanyName(): string {
  const name = useMe()?.department?.name;
  return typeof name === 'string' && name !== '' ? name : '汇客 Huike';
}

function Tabs() {
  const say = useWords();
  const me = useMe();
  const { pathname } = useLocation();
  const may = useMetadata().data?.objects.some((object) => object.may.create) ?? false;
  return (
    <div className={styles.tabs} role="toolbar" aria-label={say('navigation')}>
      <button type="button" onClick={() => useDrawer.setState({ open: true })}>
        <Menu size={20} />
        {say('menu')}
      </button>
      <button type="button" onClick={() => openPalette()}>
        <Search size={20} />
        {say('find')}
      </button>
      {may && (
        <button type="button" onClick={() => openPalette('create')}>
          <Plus size={20} />
          {say('create')}
        </button>
      )}
      <AccountSheet
        trigger={(open) => (
          <button type="button" onClick={open} className={pathname === '/my-settings' ? styles.here : ''}>
            {me === null ? <UserRound size={20} /> : <Avatar name={me.name} size={20} />}
            {say('mine')}
          </button>
        )}
      />
    </div>
  );
}

/** On a phone the navigation lies over the page. */
function Drawer() {
  const say = useWords();
  const company = useCompanyName();
  return (
    <Over from="start" label={say('navigation')}>
      <div className={styles.drawer}>
        <div className={styles.brand}>
          <Mark size={24} />
          <span className="one-line">{company}</span>
        </div>
        <Ways />
      </div>
    </Over>
  );
}
