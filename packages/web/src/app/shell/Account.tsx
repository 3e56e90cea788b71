import { useNavigate } from '@tanstack/react-router';
import {
  ChevronsUpDown,
  Languages,
  LogOut,
  type LucideIcon,
  Monitor,
  MoonStar,
  Settings,
  SlidersHorizontal,
  Sun,
} from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useMe } from '../../data/session.ts';
import { Avatar } from '../../design/Avatar.tsx';
import { Sheet } from '../../design/Sheet.tsx';
import { toastError } from '../../design/toast.tsx';
import { pagesFor } from '../../setup/pages.ts';
import { spoken } from '../../words/index.ts';
import { useSignOut, useSpeak } from '../commands.ts';
import { prefer, type Scheme, usePreferences } from '../preferences.ts';
import styles from './Account.module.css';
import { useWords } from './words.ts';

/** The own name at the foot of the navigation, with what is the user's own behind it. */
export function Account() {
  const say = useWords();
  const me = useMe();
  const [open, setOpen] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    const close = (event: Event) => {
      const isKey = event instanceof KeyboardEvent;
      const outside = event.target instanceof Node && place.current?.contains(event.target) === false;
      if (isKey ? event.key === 'Escape' : outside) setOpen(false);
    };
    document.addEventListener('pointerdown', close);
    document.addEventListener('keydown', close);
    return () => {
      document.removeEventListener('pointerdown', close);
      document.removeEventListener('keydown', close);
    };
  }, [open]);
  if (me === null) return null;
  return (
    <div className={styles.account} ref={place}>
      {open && (
        <div className={styles.popup}>
          <Choices onDone={() => setOpen(false)} />
        </div>
      )}
      <button type="button" className={styles.me} aria-expanded={open} onClick={() => setOpen(!open)}>
        <Avatar name={me.name} size={24} />
        <span className="unseen">{say('account')}</span>
        <span className="one-line">{me.name}</span>
        <ChevronsUpDown size={14} />
      </button>
    </div>
  );
}

/** The same on a phone: a sheet from below. */
export function AccountSheet({ trigger }: { readonly trigger: (open: () => void) => ReactNode }) {
  const me = useMe();
  const [open, setOpen] = useState(false);
  return (
    <>
      {trigger(() => setOpen(true))}
      <Sheet from="bottom" label={me?.name ?? ''} open={open} onClose={() => setOpen(false)}>
        <Choices onDone={() => setOpen(false)} />
      </Sheet>
    </>
  );
}

function Choices({ onDone }: { readonly onDone: () => void }) {
  const say = useWords();
  const me = useMe();
  const { scheme } = usePreferences();
  const speak = useSpeak();
  const signOut = useSignOut();
  const go = useNavigate();
  const schemes: readonly (readonly [Scheme, LucideIcon])[] = [
    ['light', Sun],
    ['dark', MoonStar],
    ['system', Monitor],
  ];
  return (
    <div className={styles.choices}>
      <div className={styles.who}>
        <b className="one-line">{me?.name}</b>
        <span className="one-line">{me?.email}</span>
      </div>
      <fieldset>
        <legend>{say('scheme')}</legend>
        <div className={styles.schemes}>
          {schemes.map(([name, Glyph]) => (
            <button type="button" key={name} aria-pressed={scheme === name} onClick={() => prefer({ scheme: name })}>
              <Glyph size={15} />
              {say(name)}
            </button>
          ))}
        </div>
      </fieldset>
      <button type="button" className={styles.choice} onClick={() => void speak(spoken() === 'zh' ? 'en' : 'zh')}>
        <Languages size={16} />
        <span>{spoken() === 'zh' ? 'English' : '中文'}</span>
      </button>
      <button
        type="button"
        className={styles.choice}
        onClick={() => {
          onDone();
          void go({ to: '/my-settings' });
        }}
      >
        <Settings size={16} />
        <span>{say('settings')}</span>
      </button>
      {pagesFor(me?.capabilities ?? []).length > 0 && (
        <button
          type="button"
          className={styles.choice}
          onClick={() => {
            onDone();
            void go({ to: '/system-setup' });
          }}
        >
          <SlidersHorizontal size={16} />
          <span>{say('setup')}</span>
        </button>
      )}
      <button type="button" className={styles.choice} onClick={() => signOut().catch(toastError)}>
        <LogOut size={16} />
        <span>{say('signOut')}</span>
      </button>
    </div>
  );
}
