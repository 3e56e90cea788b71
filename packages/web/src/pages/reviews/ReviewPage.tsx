import { useQuery, useQueryClient } from '@tanstack/react-query';
import { CopyCheck } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { type Decision, decide, isCustomer, type Review, reviewsQuery, unmerge } from '../../customer/customer.ts';
import type { ObjectInfo } from '../../data/api.ts';
import { useMetadata } from '../../data/metadata.ts';
import { Button } from '../../design/Button.tsx';
import { PageHead } from '../../design/PageHead.tsx';
import { Segments } from '../../design/Segments.tsx';
import { Empty, Failure, Skeleton } from '../../design/State.tsx';
import { toast, toastError } from '../../design/toast.tsx';
import { MatchButton } from './MatchButton.tsx';
import { Pair } from './Pair.tsx';
import styles from './reviews.module.css';
import { useWords } from './words.ts';

/** Pairs that may be one customer, one after the other: decided by key. */
export function ReviewPage() {
  const say = useWords();
  const metadata = useMetadata().data;
  const [state, setState] = useState<'open' | 'later'>('open');
  const reviews = useQuery(reviewsQuery(state));
  const object = metadata?.objects.find(isCustomer);
  const count = reviews.data?.data.length ?? 0;
  return (
    <>
      <PageHead title={say('title')}>
        {metadata?.capabilities.includes('operations') === true && <MatchButton />}
      </PageHead>
      <div className={styles.page}>
        <Segments<'open' | 'later'>
          label={say('title')}
          value={state}
          onChange={setState}
          options={[
            { value: 'open', label: say('open') },
            { value: 'later', label: say('later') },
          ]}
        />
        {reviews.isError && <Failure error={reviews.error} retry={() => void reviews.refetch()} />}
        {reviews.isPending && <Skeleton lines={10} />}
        {reviews.isSuccess && count === 0 && (
          <Empty icon={CopyCheck} title={say('none')}>
            {say('noneHint')}
          </Empty>
        )}
        {object !== undefined && reviews.data !== undefined && count > 0 && (
          <Queue key={state} object={object} reviews={reviews.data.data} />
        )}
      </div>
    </>
  );
}

function Queue({ object, reviews }: { readonly object: ObjectInfo; readonly reviews: readonly Review[] }) {
  const say = useWords();
  const queries = useQueryClient();
  const [done, setDone] = useState<ReadonlySet<string>>(new Set());
  const left = reviews.filter(({ id }) => !done.has(id));
  const [review] = left;

  const answer = useCallback(
    async (decision: Decision) => {
      if (review === undefined) return;
      const { id } = review;
      // The next pair is there at once; the server hears of this one meanwhile.
      setDone((before) => new Set(before).add(id));
      try {
        const { merged } = await decide(id, decision);
        const words = { same: 'merged', different: 'kept', later: 'postponed' } as const;
        const undo = async () => {
          if (merged === null) return;
          await unmerge(merged.id, merged.mergeId).then(() => toast(say('undone')), toastError);
          await queries.invalidateQueries();
        };
        toast(say(words[decision]), merged === null ? {} : { action: { label: say('undo'), run: () => void undo() } });
        if (left.length <= 1) await queries.invalidateQueries({ queryKey: ['reviews'] });
      } catch (error) {
        setDone((before) => new Set([...before].filter((one) => one !== id)));
        toastError(error);
      }
    },
    [review, left.length, queries, say],
  );

  useEffect(() => {
    const keys: Readonly<Record<string, Decision>> = { ArrowLeft: 'same', ArrowRight: 'different', ' ': 'later' };
    const press = (event: KeyboardEvent) => {
      const decision = keys[event.key];
      const target = event.target;
      const elsewhere = target instanceof HTMLElement && target.closest('input, textarea, button, a, [role=dialog]');
      if (decision === undefined || elsewhere || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      void answer(decision);
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [answer]);

  if (review === undefined) return <Skeleton lines={10} />;
  const alone = review.customers.length < 2;
  return (
    <>
      <Pair object={object} review={review} />
      <div className={styles.bar}>
        <span className={styles.left}>{say('left', { count: left.length })}</span>
        {alone ? (
          <Button kind="primary" onClick={() => void answer('different')}>
            {say('seen')}
          </Button>
        ) : (
          <>
            <Button kind="primary" onClick={() => void answer('same')}>
              {say('same')}
            </Button>
            <Button onClick={() => void answer('different')}>{say('different')}</Button>
            <Button kind="quiet" onClick={() => void answer('later')}>
              {say('postpone')}
            </Button>
            <span className={styles.keys}>{say('keys')}</span>
          </>
        )}
      </div>
    </>
  );
}
