import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { Alert, Button, Empty, Skeleton, Table } from 'antd';
import { type FieldInfo, get, type ObjectInfo, type Page, type RecordData, type ViewInfo } from '../data/api.ts';
import { useLabel, useMetadata, useObject } from '../data/metadata.ts';
import { Value } from '../fields/FieldValue.tsx';
import { defineWords } from '../words/define.ts';

const useListWords = defineWords(
  'list',
  {
    gone: '记录不存在，或您无权查看',
    create: '新建',
    empty: '还没有{{object}}',
    emptyHint: '新建第一条，或导入表格。',
    retry: '重试',
    more: '加载更多',
  },
  {
    gone: 'The record does not exist, or you may not see it',
    create: 'New',
    empty: 'No {{object}} yet',
    emptyHint: 'Create the first one, or import a spreadsheet.',
    retry: 'Try again',
    more: 'Load more',
  },
);

const hiddenInLists: ReadonlySet<string> = new Set([
  'id',
  'version',
  'deletedAt',
  'createdBy',
  'updatedBy',
  'updatedAt',
  'department',
]);
const longTypes: ReadonlySet<string> = new Set(['longText', 'richText', 'table', 'relations', 'file', 'image', 'geo']);

/** The columns of the object's first view; without one the title first, then what fits. */
function columnsOf(object: ObjectInfo, view: ViewInfo | undefined): readonly FieldInfo[] {
  const wanted = (view?.fields ?? []).flatMap((name) => object.fields.find((field) => field.name === name) ?? []);
  if (wanted.length > 0) return wanted;
  const shown = object.fields.filter(
    (field) => !hiddenInLists.has(field.name) && !longTypes.has(field.type) && field.name !== object.title,
  );
  const title = object.fields.filter((field) => field.name === object.title);
  return [...title, ...shown.filter((field) => !field.system), ...shown.filter((field) => field.system)].slice(0, 9);
}

/** The records of an object, newest first. */
export function ListPage() {
  const { object: name } = useParams({ from: '/inside/$object' });
  const object = useObject(name);
  const { isPending } = useMetadata();
  const t = useListWords();
  if (isPending) return <Skeleton active />;
  if (object === undefined) return <Empty description={t('gone')} />;
  return <Records key={name} object={object} />;
}

function Records({ object }: { readonly object: ObjectInfo }) {
  const t = useListWords();
  const label = useLabel();
  const go = useNavigate();
  const { data: metadata } = useMetadata();
  const view = metadata?.views.find((one) => one.object === object.name);
  const columns = columnsOf(object, view);
  const sort = view?.sort === undefined ? '' : `&sort=${view.sort.join()}`;
  const fields = ['id', 'version', ...columns.map((field) => field.name)].join();
  const pages = useInfiniteQuery({
    queryKey: ['list', object.name],
    queryFn: ({ pageParam }) =>
      get<Page>(
        `records/${object.name}?fields=${fields}&limit=50${sort}${pageParam === null ? '' : `&cursor=${pageParam}`}`,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.page.next,
  });
  const records = pages.data?.pages.flatMap((page) => page.data) ?? [];
  const create = object.may.create && (
    <Button type="primary" onClick={() => void go({ to: '/$object/new', params: { object: object.name } })}>
      {t('create')}
    </Button>
  );
  const empty = (
    <Empty description={t('empty', { object: label(object.label) })}>
      <p style={{ opacity: 0.65 }}>{t('emptyHint')}</p>
      {create}
    </Empty>
  );
  return (
    <>
      <div className="bar">
        <h1>{label(object.label)}</h1>
        {create}
      </div>
      {pages.isError && (
        <Alert
          type="error"
          showIcon
          title={pages.error.message}
          action={<Button onClick={() => void pages.refetch()}>{t('retry')}</Button>}
        />
      )}
      {pages.isPending && <Skeleton active paragraph={{ rows: 8 }} />}
      {pages.isSuccess && (
        <Table<RecordData>
          size="small"
          rowKey="id"
          dataSource={records}
          pagination={false}
          scroll={{ x: 'max-content' }}
          locale={{ emptyText: empty }}
          onRow={(record) => ({
            tabIndex: 0,
            style: { cursor: 'pointer' },
            onClick: () => void go({ to: '/$object/$id', params: { object: object.name, id: record.id } }),
            onKeyDown: (event) => {
              if (event.key === 'Enter')
                void go({ to: '/$object/$id', params: { object: object.name, id: record.id } });
            },
          })}
          columns={columns.map((field) => ({
            key: field.name,
            title: label(field.label),
            ellipsis: true,
            onCell: () => ({ style: { maxWidth: 260 } }),
            render: (_: unknown, record: RecordData) => <Value field={field} value={record[field.name]} />,
          }))}
        />
      )}
      {pages.hasNextPage && (
        <Button style={{ marginTop: 12 }} loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          {t('more')}
        </Button>
      )}
    </>
  );
}
