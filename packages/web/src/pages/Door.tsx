import { Languages, MoonStar, Sun } from 'lucide-react';
import type { ReactNode } from 'react';
import { prefer, useScheme } from '../app/preferences.ts';
import { Button } from '../design/Button.tsx';
import { Mark } from '../design/Mark.tsx';
import { defineWords } from '../words/define.ts';
import { speak, spoken } from '../words/index.ts';
import styles from './Door.module.css';

// The frame of the pages before the sign-in.

const useWords = defineWords(
  'door',
  {
    other: 'English',
    light: '浅色',
    dark: '深色',
    claim: '每一位客户，一条线索不断。',
    line: '把各渠道的记录汇到一处，认出同一位客户，跑您自己的流程。',
    portal: '伙伴门户',
    portalClaim: '一起把生意做好。',
    portalLine: '登记客户、跟进、查资料，随时在手机上办。',
  },
  {
    other: '中文',
    light: 'Light',
    dark: 'Dark',
    claim: 'Every customer, one unbroken thread.',
    line: 'Bring every channel together, know who is who, and run your own process.',
    portal: 'Partner portal',
    portalClaim: 'Good business, together.',
    portalLine: 'Register customers and follow up, from your phone, at any time.',
  },
);

interface DoorProps {
  readonly children: ReactNode;
  readonly wide?: boolean;
  /** The door of people of outside organisations. */
  readonly portal?: boolean;
}

export function Door({ children, wide = false, portal = false }: DoorProps) {
  const say = useWords();
  const scheme = useScheme();
  return (
    <div className={styles.door}>
      <aside className={styles.side} aria-hidden="true">
        <Threads />
        <p className={styles.claim}>{say(portal ? 'portalClaim' : 'claim')}</p>
        <p className={styles.line}>{say(portal ? 'portalLine' : 'line')}</p>
      </aside>
      <main className={styles.main}>
        <header className={styles.top}>
          <span className={styles.brand}>
            <Mark />
            <span>
              {portal ? (
                say('portal')
              ) : (
                <>
                  汇客 <span>Huike</span>
                </>
              )}
            </span>
          </span>
          <Button kind="quiet" icon={Languages} onClick={() => speak(spoken() === 'en' ? 'zh' : 'en')}>
            {say('other')}
          </Button>
          <Button
            kind="quiet"
            icon={scheme === 'dark' ? Sun : MoonStar}
            aria-label={say(scheme === 'dark' ? 'light' : 'dark')}
            onClick={() => prefer({ scheme: scheme === 'dark' ? 'light' : 'dark' })}
          />
        </header>
        <div className={wide ? styles.wide : styles.body}>{children}</div>
      </main>
    </div>
  );
}

/** Many lines that become one: what the house does. */
function Threads() {
  const lines = [40, 96, 150, 206, 262, 320, 380];
  return (
    <svg viewBox="0 0 420 420" className={styles.threads} aria-hidden="true">
      {lines.map((y, at) => (
        <g key={y}>
          <path d={`M0 ${y} C 150 ${y}, 170 210, 290 210`} style={{ opacity: 0.28 + at * 0.1 }} />
          <circle cx={26 + ((at * 53) % 96)} cy={y} r="3" style={{ opacity: 0.5 + at * 0.06 }} />
        </g>
      ))}
      <path d="M290 210 H 420" className={styles.one} />
      <circle cx="290" cy="210" r="9" className={styles.knot} />
    </svg>
  );
}
