import { useQuery, useQueryClient } from '@tanstack/react-query';
import { RotateCcw } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { call, get } from '../../data/api.ts';
import { useZone } from '../../data/session.ts';
import { Button } from '../../design/Button.tsx';
import { Failure } from '../../design/State.tsx';
import { toast, toastError } from '../../design/toast.tsx';
import styles from './objects.module.css';
import { useWords } from './words.ts';

interface DeletedItem {
  readonly id: string;
  readonly object: string;
  readonly field?: string | null;
  readonly deletedAt: string;
}

/** Objects and fields that were deleted and can still be brought back, with what stood in them. */
export function Deleted() {
  const say = useWords();
  const queries = useQueryClient();
  const { language } = useTranslation().i18n;
  const timeZone = useZone();
  const { data, error, refetch } = useQuery({
    queryKey: ['metadata', 'deleted'],
    queryFn: () => get<{ readonly data: readonly DeletedItem[] }>('metadata/deleted'),
  });
  if (error !== null) return <Failure error={error} retry={() => void refetch()} />;
  const items = data?.data ?? [];
  if (items.length === 0) return null;
  const restore = async (id: string) => {
    try {
      await call('POST', 'metadata/restore', { id });
      await queries.invalidateQueries({ queryKey: ['metadata'] });
      toast(say('restored'));
    } catch (error) {
      toastError(error);
    }
  };
  const when = (at: string) =>
    new Date(at).toLocaleString(language === 'en' ? 'en-GB' : 'zh-CN', {
      dateStyle: 'medium',
      timeStyle: 'short',
      timeZone,
    });
  return (
    <section className={styles.deleted}>
      <h2>{say('deleted')}</h2>
      <ul>
        {items.map(({ id, object, field, deletedAt }) => (
          <li key={id}>
            <code>{typeof field === 'string' ? `${object}.${field}` : object}</code>
            <small>{say('deletedAt', { at: when(deletedAt) })}</small>
            <Button size="small" icon={RotateCcw} onClick={() => void restore(id)}>
              {say('restore')}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
