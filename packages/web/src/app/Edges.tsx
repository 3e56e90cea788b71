import type { ErrorComponentProps } from '@tanstack/react-router';
import { Button } from '../design/Button.tsx';
import { Failure, Gone, Skeleton } from '../design/State.tsx';
import { defineWords } from '../words/define.ts';
import styles from './Edges.module.css';

// What stands where a page will be, can't be, or isn't.

const useWords = defineWords(
  'edges',
  { lost: '没有这个页面', home: '回到首页', loading: '载入中' },
  { lost: 'There is no such page', home: 'Go home', loading: 'Loading' },
);

export function Waiting() {
  const say = useWords();
  return (
    <div className={styles.waiting} role="status" aria-label={say('loading')}>
      <Skeleton lines={8} />
    </div>
  );
}

export function Broken({ error, reset }: ErrorComponentProps) {
  return <Failure error={error} retry={() => (isStale(error) ? location.reload() : reset())} />;
}

/** A file of the page that a newer server no longer has. */
function isStale(error: unknown): boolean {
  return error instanceof Error && /dynamically imported module|module script/i.test(error.message);
}

export function Lost() {
  const say = useWords();
  return <Gone title={say('lost')} actions={<Button onClick={() => location.assign('/')}>{say('home')}</Button>} />;
}
