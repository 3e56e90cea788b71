import { useQueryClient } from '@tanstack/react-query';
import { RefreshCw } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useMe } from '../data/session.ts';
import { goLive, useConnection } from './live.ts';
import styles from './Reconnecting.module.css';
import { useWords } from './words.ts';

/** Keeps the pages inside up to date. */
export function useLive(): void {
  const queries = useQueryClient();
  const user = useMe()?.id;
  useEffect(() => (user === undefined ? undefined : goLive(queries, user)), [queries, user]);
}

/** A short interruption is nobody's concern. */
const patience = 4_000;

/** Says that the page doesn't hear of changes for now. */
export function Reconnecting() {
  const say = useWords();
  const { lost } = useConnection();
  const [late, setLate] = useState(false);
  useEffect(() => {
    setLate(false);
    if (lost === null) return;
    const timer = setTimeout(() => setLate(true), Math.max(0, lost + patience - Date.now()));
    return () => clearTimeout(timer);
  }, [lost]);
  return (
    <div role="status" className={styles.place}>
      {late && (
        <span className={styles.sign}>
          <RefreshCw size={14} aria-hidden="true" />
          {say('reconnecting')}
        </span>
      )}
    </div>
  );
}
