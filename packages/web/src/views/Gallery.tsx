import { useInfiniteQuery } from '@tanstack/react-query';
import { call, type Page } from '../data/api.ts';
import { Button } from '../design/Button.tsx';
import { Empty, Failure, Skeleton } from '../design/State.tsx';
import { labelIn } from '../grid/text.ts';
import { CardBody } from './Card.tsx';
import type { LayoutProps } from './layout.ts';
import { useViewWords } from './words.ts';

/** Records as cards. */
export default function Gallery({ object, ask, columns, reader, onOpen, colorOf }: LayoutProps) {
  const say = useViewWords();
  const pages = useInfiniteQuery({
    queryKey: ['list', object.name, 'cards', ask],
    queryFn: ({ pageParam }) =>
      call<Page>('POST', `records/${ask.object}/query`, {
        ...{ fields: ask.fields, sort: ask.sort, limit: 60 },
        ...(ask.filter === null ? {} : { filter: ask.filter }),
        ...(pageParam === null ? {} : { cursor: pageParam }),
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.page.next,
  });
  const records = pages.data?.pages.flatMap((page) => page.data) ?? [];
  if (pages.isPending) return <Skeleton lines={8} />;
  if (pages.isError) return <Failure error={pages.error} retry={() => void pages.refetch()} />;
  if (records.length === 0)
    return <Empty title={say('empty', { object: labelIn(object.label, reader.language) })}>{say('emptyHint')}</Empty>;
  return (
    <div className="hk-gallery">
      {records.map((record) => {
        const color = colorOf(record);
        return (
          <button
            type="button"
            key={record.id}
            className="hk-card"
            {...(color === null ? {} : { 'data-color': color })}
            onClick={() => onOpen(record)}
          >
            <CardBody object={object} record={record} columns={columns} reader={reader} />
          </button>
        );
      })}
      {pages.hasNextPage && (
        <Button busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          {say('more')}
        </Button>
      )}
    </div>
  );
}
