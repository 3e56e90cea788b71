import { CloudOff, Inbox, type LucideIcon, SearchX } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from './Button.tsx';
import styles from './State.module.css';
import { useWords } from './words.ts';

// What stands where there is nothing yet, nothing any more, or nothing to be had.

interface StateProps {
  readonly icon?: LucideIcon;
  readonly title: string;
  readonly children?: ReactNode;
  /** What to do next. */
  readonly actions?: ReactNode;
}

/** Nothing here: says so, and what to do about it. */
export function Empty({ icon: Glyph = Inbox, title, children, actions }: StateProps) {
  return (
    <div className={styles.state}>
      <span className={styles.glyph}>
        <Glyph size={24} />
      </span>
      <h2>{title}</h2>
      {children !== undefined && <p>{children}</p>}
      {actions !== undefined && <div className={styles.actions}>{actions}</div>}
    </div>
  );
}

/** There is no such record, or not for this viewer. */
export function Gone({ title, actions }: { readonly title: string; readonly actions?: ReactNode }) {
  return <Empty icon={SearchX} title={title} actions={actions} />;
}

/** It didn't work: why, and once more. */
export function Failure({ error, retry }: { readonly error: unknown; readonly retry?: () => void }) {
  const say = useWords();
  const offline = error instanceof TypeError;
  return (
    <div className={styles.state} role="alert">
      <span className={`${styles.glyph} ${styles.bad}`}>
        <CloudOff size={24} />
      </span>
      <h2>{offline ? say('offline') : say('failed')}</h2>
      <p>{offline ? say('offlineHint') : error instanceof Error ? error.message : String(error)}</p>
      {retry !== undefined && (
        <div className={styles.actions}>
          <Button onClick={retry}>{say('retry')}</Button>
        </div>
      )}
    </div>
  );
}

const widths = [62, 44, 78, 53, 70, 38, 66, 49];

/** Lines that will be text soon. */
export function Skeleton({ lines = 3 }: { readonly lines?: number }) {
  return (
    <div className={styles.skeleton} aria-hidden data-waiting>
      {Array.from({ length: lines }, (_, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are all alike
        <i key={at} style={{ width: `${widths[at % widths.length]}%` }} />
      ))}
    </div>
  );
}

/** A box in a page's voice: something to know, to mind, or that went wrong. */
export function Notice({
  tone = 'info',
  children,
  action,
}: {
  readonly tone?: 'info' | 'warning' | 'danger' | 'success';
  readonly children: ReactNode;
  readonly action?: ReactNode;
}) {
  return (
    <div className={`${styles.notice} ${styles[tone]}`} role={tone === 'danger' ? 'alert' : 'status'}>
      <div>{children}</div>
      {action}
    </div>
  );
}
