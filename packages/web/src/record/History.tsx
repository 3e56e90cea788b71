import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { App } from 'antd';
import { History as Clock } from 'lucide-react';
import { get, type ObjectInfo, type RecordData } from '../data/api.ts';
import { useLabel } from '../data/metadata.ts';
import { restoreRecord } from '../data/records.ts';
import { useZone } from '../data/session.ts';
import { Avatar } from '../design/Avatar.tsx';
import { Button } from '../design/Button.tsx';
import { Empty, Failure, Skeleton } from '../design/State.tsx';
import { toast, toastError } from '../design/toast.tsx';
import { Value } from '../fields/FieldValue.tsx';
import { isEmpty } from '../fields/text.ts';
import { agoText, fullTime } from '../fields/time.ts';
import { useCommon } from '../words/common.ts';
import styles from './History.module.css';
import { useWords } from './words.ts';

interface Entry {
  readonly version: number | null;
  readonly op: string;
  readonly at: string;
  readonly actor: { readonly id?: string; readonly name?: string; readonly system?: string };
  readonly changes: readonly { readonly field: string; readonly before: unknown; readonly after: unknown }[];
}

interface Entries {
  readonly data: readonly Entry[];
  readonly page?: { readonly next: number | string | null };
}

/** Who changed what and when, newest first; any version can come back. */
export function History({ object, record }: { readonly object: ObjectInfo; readonly record: RecordData }) {
  const say = useWords();
  const common = useCommon();
  const { modal } = App.useApp();
  const queries = useQueryClient();
  const pages = useInfiniteQuery({
    queryKey: ['history', object.name, record.id],
    queryFn: ({ pageParam }) =>
      get<Entries>(
        `records/${object.name}/${record.id}/changes?limit=20${pageParam === '' ? '' : `&before=${pageParam}`}`,
      ),
    initialPageParam: '',
    getNextPageParam: (page) =>
      page.page?.next === null || page.page === undefined ? undefined : String(page.page.next),
  });
  const restore = (version: number) =>
    modal.confirm({
      title: say('restore'),
      content: say('restoreAsk', { version }),
      okText: say('restore'),
      cancelText: common('cancel'),
      onOk: async () => {
        try {
          await restoreRecord(object.name, record.id, version);
          await queries.invalidateQueries();
          toast(say('restored', { version }));
        } catch (error) {
          toastError(error);
        }
      },
    });
  if (pages.isError) return <Failure error={pages.error} retry={() => void pages.refetch()} />;
  if (pages.isPending) return <Skeleton lines={6} />;
  const entries = pages.data.pages.flatMap((page) => page.data);
  if (entries.length === 0) return <Empty icon={Clock} title={say('noHistory')} />;
  return (
    <>
      <ol className={styles.entries}>
        {entries.map((entry, at) => (
          <EntryView
            key={`${entry.version}-${entry.at}-${entry.op}`}
            entry={entry}
            object={object}
            restore={
              at > 0 &&
              entry.version !== null &&
              entry.version < record.version &&
              object.may.update &&
              entry.op !== 'delete'
                ? restore
                : null
            }
          />
        ))}
      </ol>
      {pages.hasNextPage && (
        <Button kind="quiet" size="small" busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          {say('showMore')}
        </Button>
      )}
    </>
  );
}

interface EntryProps {
  readonly entry: Entry;
  readonly object: ObjectInfo;
  readonly restore: ((version: number) => void) | null;
}

function EntryView({ entry, object, restore }: EntryProps) {
  const say = useWords();
  const label = useLabel();
  const zone = useZone();
  const who = entry.actor.name ?? entry.actor.system ?? say('system_');
  const ops = { create: 'opCreate', update: 'opUpdate', delete: 'opDelete', restore: 'opRestore' } as const;
  const known = Object.entries(ops).find(([op]) => op === entry.op)?.[1] ?? 'opOther';
  const shown = entry.changes.flatMap((change) => {
    const field = object.fields.find((one) => one.name === change.field);
    return field === undefined ? [] : [{ ...change, field }];
  });
  const isCreate = entry.op === 'create';
  return (
    <li className={styles.entry}>
      <Avatar name={who} size={24} />
      <div className={styles.body}>
        <p>
          <b>{who}</b>{' '}
          {say(known === 'opUpdate' && shown.length === 1 ? 'opUpdateOne' : known, {
            count: shown.length,
            op: entry.op,
          })}
          <time dateTime={entry.at} title={fullTime(entry.at, zone)}>
            {agoText(entry.at)}
          </time>
        </p>
        {!isCreate && shown.length > 0 && (
          <dl>
            {shown.map(({ field, before, after }) => (
              <div key={field.name}>
                <dt>{label(field.label)}</dt>
                <dd>
                  {isEmpty(before) ? (
                    <span className={styles.none}>{say('empty')}</span>
                  ) : (
                    <s>
                      <Value field={field} value={before} />
                    </s>
                  )}
                  <span aria-hidden="true">→</span>
                  {isEmpty(after) ? (
                    <span className={styles.none}>{say('empty')}</span>
                  ) : (
                    <Value field={field} value={after} />
                  )}
                </dd>
              </div>
            ))}
          </dl>
        )}
        {restore !== null && entry.version !== null && (
          <Button kind="quiet" size="small" onClick={() => restore(Number(entry.version))}>
            {say('restore')}
          </Button>
        )}
      </div>
    </li>
  );
}
