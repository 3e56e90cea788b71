import { Button } from '../design/Button.tsx';
import { Empty, Failure, Skeleton } from '../design/State.tsx';
import { labelIn } from '../grid/text.ts';
import { CardBody } from './Card.tsx';
import type { LayoutProps } from './layout.ts';
import { useRecordPages } from './pages.ts';
import { useViewWords } from './words.ts';

/** Records as cards. */
export default function Gallery({ object, ask, columns, reader, onOpen, colorOf }: LayoutProps) {
  const say = useViewWords();
  const pages = useRecordPages(ask, 60);
  if (pages.isPending) return <Skeleton lines={8} />;
  if (pages.isError) return <Failure error={pages.error} retry={() => void pages.refetch()} />;
  if (pages.records.length === 0)
    return <Empty title={say('empty', { object: labelIn(object.label, reader.language) })}>{say('emptyHint')}</Empty>;
  return (
    <div className="hk-gallery">
      {pages.records.map((record) => {
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
