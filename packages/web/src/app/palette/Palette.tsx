import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Command } from 'cmdk';
import {
  Clock,
  FileUp,
  Languages,
  LogOut,
  type LucideIcon,
  MoonStar,
  Plus,
  Search,
  Settings,
  Sun,
  Trash2,
} from 'lucide-react';
import { useEffect, useState } from 'react';
import { get } from '../../data/api.ts';
import { useLabel, useMetadata } from '../../data/metadata.ts';
import { iconOf } from '../../design/icons.ts';
import { useNarrow } from '../../design/media.ts';
import { Sheet } from '../../design/Sheet.tsx';
import { toastError } from '../../design/toast.tsx';
import { pagesFor } from '../../setup/pages.ts';
import { spoken } from '../../words/index.ts';
import { closePalette, type PaletteMode, useSignOut, useSpeak } from '../commands.ts';
import { isGroup, type NavGroup, type NavLink, navigationOf } from '../menus.ts';
import { prefer, useScheme } from '../preferences.ts';
import { useRecent } from '../recent.ts';
import { matches } from './initials.ts';
import styles from './Palette.module.css';
import { useWords } from './words.ts';

// Finds and does everything: records by the server's search, places and acts by their words or pinyin initials.

interface Found {
  readonly object: string;
  readonly id: string;
  readonly title: string | null;
}

interface Act {
  readonly key: string;
  readonly label: string;
  /** Where it lies, or what it is. */
  readonly place?: string;
  /** Also found by these. */
  readonly also?: readonly string[];
  readonly icon: LucideIcon;
  readonly run: () => void;
}

export default function Palette({ mode }: { readonly mode: PaletteMode }) {
  const say = useWords();
  const [text, setText] = useState('');
  const narrow = useNarrow();
  const settled = useSettled(text.trim(), 120);
  const acts = useActs();
  const found = useQuery({
    queryKey: ['search', settled],
    enabled: settled !== '' && mode === 'all',
    queryFn: () => get<{ data: readonly Found[] }>(`search?q=${encodeURIComponent(settled)}&limit=12`),
    placeholderData: (before) => before,
    staleTime: 5_000,
  });
  const records = useRecordActs(settled === '' ? [] : (found.data?.data ?? []));
  const groups: readonly (readonly [string, readonly Act[]])[] =
    mode === 'create'
      ? [[say('create'), fitting(acts.create, text)]]
      : [
          [say('recent'), text.trim() === '' ? acts.recent.slice(0, 5) : []],
          [say('records'), records],
          [say('go'), fitting(acts.go, text)],
          [say('create'), fitting(acts.create, text)],
          [say('act'), fitting(acts.act, text)],
        ];
  const shown = groups.filter(([, items]) => items.length > 0);
  const waits = mode === 'all' && (found.isFetching || settled !== text.trim());
  return (
    <Sheet open label={say(mode === 'create' ? 'createTitle' : 'title')} onClose={closePalette}>
      <Command shouldFilter={false} loop label={say('title')} className={styles.palette ?? ''}>
        <div className={styles.box}>
          <Search size={17} />
          <Command.Input
            autoFocus
            value={text}
            onValueChange={setText}
            placeholder={say(mode === 'create' ? 'createHint' : narrow ? 'shortHint' : 'hint')}
          />
        </div>
        <Command.List className={(shown.length === 0 ? styles.none : styles.list) ?? ''} label={say('title')}>
          {shown.map(([title, items]) => (
            <Command.Group key={title} heading={title}>
              {items.map((act) => (
                <Command.Item key={act.key} value={act.key} onSelect={act.run}>
                  <act.icon size={16} />
                  <span className="one-line">{act.label}</span>
                  {act.place !== undefined && <small className="one-line">{act.place}</small>}
                </Command.Item>
              ))}
            </Command.Group>
          ))}
        </Command.List>
        {shown.length === 0 && (
          <div className={styles.nothing} role="status">
            {found.isError && !waits ? (
              say('failed', { detail: found.error.message })
            ) : waits ? (
              say('searching')
            ) : (
              <>
                <b>{say('nothing', { text: text.trim() })}</b>
                {mode === 'all' && <p>{say('nothingHint')}</p>}
              </>
            )}
          </div>
        )}
        <div className={styles.foot}>{say('keys')}</div>
      </Command>
    </Sheet>
  );
}

/** A value once it has stayed the same for a moment. */
function useSettled(value: string, milliseconds: number): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return settled;
}

/** Those that answer to the text, the best first; what answers alike stays in order. */
function fitting(acts: readonly Act[], text: string): readonly Act[] {
  return acts
    .map((act) => ({ act, score: Math.max(...[act.label, ...(act.also ?? [])].map((words) => matches(words, text))) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ act }) => act);
}

function useOpenRecord() {
  const go = useNavigate();
  return (object: string, id: string) => {
    closePalette();
    void go({ to: '/$object/$id', params: { object, id } });
  };
}

function useRecordActs(found: readonly Found[]): readonly Act[] {
  const label = useLabel();
  const metadata = useMetadata().data;
  const open = useOpenRecord();
  return found.map(({ object, id, title }) => {
    const info = metadata?.objects.find((one) => one.name === object);
    return {
      key: `record/${object}/${id}`,
      label: title ?? '—',
      place: info === undefined ? object : label(info.label),
      icon: iconOf(info?.icon),
      run: () => open(object, id),
    };
  });
}

function useActs() {
  const say = useWords();
  const label = useLabel();
  const metadata = useMetadata().data;
  const go = useNavigate();
  const open = useOpenRecord();
  const recent = useRecent();
  const scheme = useScheme();
  const speak = useSpeak();
  const signOut = useSignOut();
  const then = (act: () => void) => () => {
    closePalette();
    act();
  };
  const { menus = [], others = [], people = [] } = metadata === undefined ? {} : navigationOf(metadata);
  const link = (item: NavLink, place: string): Act => ({
    key: `go/${item.key}`,
    label: label(item.label),
    also: [item.label.zh, item.label.en, item.object],
    icon: iconOf(item.icon),
    ...(place === '' ? {} : { place }),
    run: then(
      () =>
        void go({
          to: '/$object',
          params: { object: item.object },
          search: item.view === undefined ? {} : { view: item.view },
        }),
    ),
  });
  const within = (group: NavGroup, place: string): readonly Act[] =>
    group.items.flatMap((item) =>
      isGroup(item) ? within(item, `${place} / ${label(item.label)}`) : [link(item, place)],
    );
  const isZh = spoken() === 'zh';
  return {
    recent: recent.map(({ object, id, title }): Act => {
      const info = metadata?.objects.find((one) => one.name === object);
      const place = info === undefined ? {} : { place: label(info.label) };
      return { key: `recent/${id}`, label: title, ...place, icon: Clock, run: () => open(object, id) };
    }),
    go: [
      ...menus.flatMap((menu) => within(menu, label(menu.label))),
      ...[...others, ...people].map((item) => link(item, '')),
      {
        key: 'import',
        label: say('importing'),
        also: ['import', '导入数据', 'Excel', 'CSV'],
        icon: FileUp,
        run: then(() => void go({ to: '/import-data' })),
      },
      {
        key: 'bin',
        label: say('recycleBin'),
        also: ['recycle bin', 'trash', '回收站'],
        icon: Trash2,
        run: then(() => void go({ to: '/recycle-bin' })),
      },
      {
        key: 'settings',
        label: say('settings'),
        also: ['settings', '设置'],
        icon: Settings,
        run: then(() => void go({ to: '/my-settings' })),
      },
      ...pagesFor(metadata?.capabilities ?? [])
        .flatMap(({ pages }) => pages)
        .map((page) => ({
          key: `setup/${page.name}`,
          label: label(page.label),
          place: say('setup'),
          also: [page.label.zh, page.label.en],
          icon: page.icon,
          run: then(() => void go({ to: '/system-setup/$page', params: { page: page.name } })),
        })),
    ],
    create: (metadata?.objects ?? [])
      .filter((object) => object.may.create && (object.app !== 'kernel' || metadata?.capabilities.includes('people')))
      .map((object): Act => {
        const name = label(object.label);
        return {
          key: `create/${object.name}`,
          label: say('createOne', { object: isZh ? name : name.toLowerCase() }),
          also: [object.label.zh, object.label.en],
          icon: Plus,
          run: then(() => void go({ to: '/$object/new', params: { object: object.name } })),
        };
      }),
    act: [
      {
        key: 'scheme',
        label: say(scheme === 'dark' ? 'toLight' : 'toDark'),
        also: ['theme', '主题', '外观'],
        icon: scheme === 'dark' ? Sun : MoonStar,
        run: then(() => prefer({ scheme: scheme === 'dark' ? 'light' : 'dark' })),
      },
      {
        key: 'language',
        label: say('toOther'),
        also: ['language', '语言', '中文', 'English'],
        icon: Languages,
        run: then(() => void speak(isZh ? 'en' : 'zh')),
      },
      {
        key: 'signOut',
        label: say('signOut'),
        also: ['log out', '注销'],
        icon: LogOut,
        run: then(() => void signOut().catch(toastError)),
      },
    ] satisfies Act[],
  };
}
