import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { ChevronRight, Plus, Search } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ObjectInfo, RecordData } from '../data/api.ts';
import { useMetadata, useObject } from '../data/metadata.ts';
import { type Me, useMe } from '../data/session.ts';
import { Button } from '../design/Button.tsx';
import { useNarrow } from '../design/media.ts';
import { Empty, Failure, Gone, Skeleton } from '../design/State.tsx';
import { Tag } from '../design/Tag.tsx';
import { type Column, columnsOf, fieldsToRead, valueAt } from '../grid/columns.ts';
import { optionColor } from '../grid/paint.ts';
import { isEmpty, labelIn, optionLabel, type Reader, textOf } from '../grid/text.ts';
import { CardBody, titleOf } from '../views/Card.tsx';
import { asFilter, both } from '../views/filter/model.ts';
import { useRecordPages } from '../views/pages.ts';
import { noQuick, quickFilter } from '../views/quick.ts';
import { sortFor } from '../views/records.ts';
import { useViews, type ViewEntry } from '../views/views.ts';
import { useCommon } from '../words/common.ts';
import styles from './portal.module.css';
import { useWords } from './words.ts';

/** So many columns fit beside one another without scrolling sideways. */
const mostColumns = 6;

/** The records of an object for people of outside organisations: cards on a phone, lines on a desk. */
export function PortalList() {
  const { object: name } = useParams({ from: '/inside/$object' });
  const { view: wanted } = useSearch({ from: '/inside/$object' });
  const common = useCommon();
  const metadata = useMetadata();
  const object = useObject(name);
  const me = useMe();
  if (metadata.isError) return <Failure error={metadata.error} retry={() => void metadata.refetch()} />;
  if (metadata.isPending || me === null) return <Loading />;
  if (object === undefined) return <Gone title={common('gone')} actions={<Link to="/">{common('back')}</Link>} />;
  return <Views key={name} object={object} objects={metadata.data.objects} me={me} wanted={wanted} />;
}

const Loading = () => (
  <div className={styles.page}>
    <Skeleton lines={8} />
  </div>
);

interface ViewsProps {
  readonly object: ObjectInfo;
  readonly objects: readonly ObjectInfo[];
  readonly me: Me;
  readonly wanted: string | undefined;
}

function Views({ wanted, ...props }: ViewsProps) {
  const views = useViews(props.object);
  const entry = views?.find((view) => view.key === wanted) ?? views?.[0];
  if (views === null || entry === undefined) return <Loading />;
  return <Records key={entry.key} {...props} views={views} entry={entry} />;
}

interface RecordsProps {
  readonly object: ObjectInfo;
  readonly objects: readonly ObjectInfo[];
  readonly me: Me;
  readonly views: readonly ViewEntry[];
  readonly entry: ViewEntry;
}

function Records({ object, objects, me, views, entry }: RecordsProps) {
  const say = useWords();
  const language = useTranslation().i18n.language === 'en' ? 'en' : 'zh';
  const reader: Reader = { language, timeZone: me.timeZone, currency: me.company.currency };
  const narrow = useNarrow();
  const go = useNavigate();
  const [text, setText] = useState('');
  const sought = useDeferredValue(text);
  const columns = columnsOf(objects, object, entry.shape, narrow);
  const pages = useRecordPages(
    {
      object: object.name,
      fields: fieldsToRead(object, columns, []),
      filter: both(asFilter(entry.shape.filter), quickFilter({ ...noQuick, text: sought }, object, me.id)),
      sort: sortFor(object, entry.shape.sort ?? []),
    },
    40,
  );
  const label = labelIn(object.label, language);
  const title = object.fields.find((field) => field.name === object.title);
  const create = () => void go({ to: '/$object/new', params: { object: object.name } });
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1 className="one-line">{label}</h1>
        {object.may.create && (
          <Button kind="primary" icon={Plus} onClick={create}>
            {say('create', { object: label })}
          </Button>
        )}
      </header>
      {title !== undefined && title.right !== 'masked' && (
        <label className={styles.search}>
          <Search size={16} aria-hidden />
          <input
            type="search"
            aria-label={say('search', { name: labelIn(title.label, language) })}
            placeholder={say('search', { name: labelIn(title.label, language) })}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
      )}
      {views.length > 1 && (
        <nav className={styles.views} aria-label={say('views')}>
          {views.map((view) => (
            <Link
              key={view.key}
              to="/$object"
              params={{ object: object.name }}
              search={view.key === '' ? {} : { view: view.key }}
              aria-current={view === entry ? 'page' : undefined}
            >
              {labelIn(view.title, language)}
            </Link>
          ))}
        </nav>
      )}
      {pages.isPending && <Skeleton lines={8} />}
      {pages.isError && <Failure error={pages.error} retry={() => void pages.refetch()} />}
      {pages.isSuccess && pages.records.length === 0 && (
        <Empty title={say(sought === '' ? 'empty' : 'emptyFound', { object: label })}>{say('emptyHint')}</Empty>
      )}
      {pages.records.length > 0 && <Listed object={object} records={pages.records} columns={columns} reader={reader} />}
      {pages.hasNextPage && (
        <Button wide busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          {say('nextPage')}
        </Button>
      )}
    </div>
  );
}

interface ListedProps {
  readonly object: ObjectInfo;
  readonly records: readonly RecordData[];
  readonly columns: readonly Column[];
  readonly reader: Reader;
}

/** Cards on a phone, lines on a desk. */
function Listed({ columns, ...props }: ListedProps) {
  const narrow = useNarrow();
  return narrow ? <Cards {...props} columns={columns} /> : <Lines {...props} columns={columns.slice(0, mostColumns)} />;
}

function Cards({ object, records, columns, reader }: ListedProps) {
  return (
    <ul className={styles.cards}>
      {records.map((record) => (
        <li key={record.id}>
          <Link to="/$object/$id" params={{ object: object.name, id: record.id }} className={styles.card}>
            <CardBody object={object} record={record} columns={columns} reader={reader} />
            <ChevronRight size={16} className={styles.arrow} aria-hidden />
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Lines({ object, records, columns, reader }: ListedProps) {
  const go = useNavigate();
  const open = (record: RecordData) => void go({ to: '/$object/$id', params: { object: object.name, id: record.id } });
  return (
    <table className={styles.lines}>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column.path} scope="col" className={column.end ? styles.end : ''}>
              {labelIn(column.label, reader.language)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {records.map((record) => (
          // The link in the title is the way for the keyboard; the rest of the line is a larger target for the mouse.
          <tr key={record.id} onClick={() => open(record)}>
            {columns.map((column) => (
              <td key={column.path} className={column.end ? styles.end : ''}>
                {column.path === object.title ? (
                  <Link to="/$object/$id" params={{ object: object.name, id: record.id }} className={styles.lineLink}>
                    {titleOf(object, record, reader)}
                  </Link>
                ) : (
                  <Value column={column} record={record} reader={reader} />
                )}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Value({ column, record, reader }: { column: Column; record: RecordData; reader: Reader }) {
  const value = valueAt(record, column.path);
  if (isEmpty(value)) return <span className={styles.none}>—</span>;
  if (column.field.type === 'option')
    return <Tag color={optionColor(column.field, value)}>{optionLabel(column.field, value, reader.language)}</Tag>;
  return <span className="one-line">{textOf(column.field, value, reader)}</span>;
}
