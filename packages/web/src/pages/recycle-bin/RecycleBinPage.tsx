import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { RotateCcw, Trash2 } from 'lucide-react';
import { get, type ObjectInfo, type Page } from '../../data/api.ts';
import { useLabel, useMetadata } from '../../data/metadata.ts';
import { restoreRecord } from '../../data/records.ts';
import { Button } from '../../design/Button.tsx';
import { PageHead } from '../../design/PageHead.tsx';
import { Empty, Failure, Skeleton } from '../../design/State.tsx';
import { ChoiceField } from '../../design/TextField.tsx';
import { toast, toastError } from '../../design/toast.tsx';
import { textOf } from '../../fields/text.ts';
import { agoText } from '../../fields/time.ts';
import { defineWords } from '../../words/define.ts';
import styles from './recycle-bin.module.css';

const useWords = defineWords(
  'recycleBin',
  {
    title: '回收站',
    hint: '删除的记录保留 30 天，之后永久清除。',
    object: '对象',
    empty: '回收站里没有{{object}}',
    restore: '放回',
    restored: '已放回“{{title}}”',
    more: '显示更多',
    deleted: '{{time}}删除',
  },
  {
    title: 'Recycle bin',
    hint: 'Deleted records stay for 30 days, then they are gone for good.',
    object: 'Object',
    empty: 'No {{object}} in the recycle bin',
    restore: 'Put back',
    restored: '“{{title}}” is back',
    more: 'Show more',
    deleted: 'deleted {{time}}',
  },
);

/** What was deleted in the last 30 days, object by object, with the way back. */
export function RecycleBinPage() {
  const say = useWords();
  const label = useLabel();
  const go = useNavigate();
  const metadata = useMetadata();
  const { object: wanted } = useSearch({ from: '/inside/recycle-bin' });
  if (metadata.isError) return <Failure error={metadata.error} retry={() => void metadata.refetch()} />;
  if (metadata.isPending) return <Skeleton lines={6} />;
  const objects = metadata.data.objects.filter((object) => object.may.delete);
  const object =
    objects.find((one) => one.name === wanted) ?? objects.find((one) => one.traits.includes('customer')) ?? objects[0];
  return (
    <>
      <PageHead title={say('title')} />
      <div className={styles.page}>
        <p className={styles.hint}>{say('hint')}</p>
        {object !== undefined && (
          <>
            <div className={styles.choice}>
              <ChoiceField
                label={say('object')}
                value={object.name}
                onChange={(name) => void go({ to: '/recycle-bin', search: { object: name }, replace: true })}
                options={objects.map((one) => ({ value: one.name, label: label(one.label) }))}
              />
            </div>
            <Bin key={object.name} object={object} />
          </>
        )}
      </div>
    </>
  );
}

function Bin({ object }: { readonly object: ObjectInfo }) {
  const say = useWords();
  const label = useLabel();
  const queries = useQueryClient();
  const fields = [...new Set(['id', object.title, 'deletedAt'])].join();
  const pages = useInfiniteQuery({
    queryKey: ['list', object.name, 'deleted'],
    queryFn: ({ pageParam }) =>
      get<Page>(
        `records/${object.name}?deleted=only&fields=${fields}&sort=-deletedAt&limit=50${pageParam === '' ? '' : `&cursor=${pageParam}`}`,
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.page.next ?? undefined,
  });
  if (pages.isError) return <Failure error={pages.error} retry={() => void pages.refetch()} />;
  if (pages.isPending) return <Skeleton lines={6} />;
  const records = pages.data.pages.flatMap((page) => page.data);
  if (records.length === 0) return <Empty icon={Trash2} title={say('empty', { object: label(object.label) })} />;
  const restore = async (id: string, title: string) => {
    try {
      await restoreRecord(object.name, id);
      await queries.invalidateQueries();
      toast(say('restored', { title }));
    } catch (error) {
      toastError(error);
    }
  };
  return (
    <>
      <ul className={styles.list}>
        {records.map((record) => {
          const title = textOf(record[object.title]) || '—';
          return (
            <li key={record.id}>
              <Link to="/$object/$id" params={{ object: object.name, id: record.id }} className="one-line">
                {title}
              </Link>
              <small>{say('deleted', { time: agoText(String(record.deletedAt)) })}</small>
              <Button size="small" icon={RotateCcw} onClick={() => void restore(record.id, title)}>
                {say('restore')}
              </Button>
            </li>
          );
        })}
      </ul>
      {pages.hasNextPage && (
        <Button kind="quiet" busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          {say('more')}
        </Button>
      )}
    </>
  );
}
