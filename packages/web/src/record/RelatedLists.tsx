import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { type FieldInfo, get, type Metadata, type ObjectInfo, type Page } from '../data/api.ts';
import { useLabel, useMetadata } from '../data/metadata.ts';
import { Button } from '../design/Button.tsx';
import { iconOf } from '../design/icons.ts';
import { Failure, Skeleton } from '../design/State.tsx';
import { Value } from '../fields/FieldValue.tsx';
import { isEmpty } from '../fields/text.ts';
import styles from './RelatedLists.module.css';
import { useWords } from './words.ts';

interface Relation {
  readonly from: ObjectInfo;
  readonly via: FieldInfo;
}

/** What points here: every relation of another object that leads to this one. */
export function relationsTo(metadata: Metadata, object: string): readonly Relation[] {
  const rows = new Set(
    metadata.objects.flatMap((one) =>
      one.fields.flatMap((field) => (field.type === 'table' && field.target !== undefined ? [field.target] : [])),
    ),
  );
  return metadata.objects
    .filter((from) => !rows.has(from.name))
    .flatMap((from) =>
      from.fields
        .filter((field) => !field.system && field.target === object && field.type === 'relation')
        .map((via) => ({ from, via })),
    );
}

export function RelatedLists({ object, id }: { readonly object: ObjectInfo; readonly id: string }) {
  const metadata = useMetadata().data;
  if (metadata === undefined) return null;
  return (
    <div className={styles.lists}>
      {relationsTo(metadata, object.name).map(({ from, via }) => (
        <RelatedList key={`${from.name}.${via.name}`} from={from} via={via} id={id} />
      ))}
    </div>
  );
}

const shownTypes: ReadonlySet<string> = new Set(['option', 'date', 'dateTime', 'phone', 'money', 'user', 'percent']);

function RelatedList({ from, via, id }: Relation & { readonly id: string }) {
  const say = useWords();
  const label = useLabel();
  const Glyph = iconOf(from.icon);
  const beside = from.fields
    .filter((field) => shownTypes.has(field.type) && !field.system && field.name !== from.title)
    .slice(0, 2);
  const fields = ['id', ...(from.title === 'id' ? [] : [from.title]), ...beside.map((field) => field.name)];
  const filter = encodeURIComponent(JSON.stringify({ field: via.name, op: 'eq', value: id }));
  const pages = useInfiniteQuery({
    queryKey: ['related-list', from.name, via.name, id],
    queryFn: ({ pageParam }) =>
      get<Page>(
        `records/${from.name}?fields=${fields.join()}&filter=${filter}&sort=-createdAt&limit=${pageParam === '' ? 5 : 20}${pageParam === '' ? '' : `&cursor=${pageParam}`}`,
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.page.next ?? undefined,
  });
  const records = pages.data?.pages.flatMap((page) => page.data) ?? [];
  const name = label(from.label);
  const title = from.fields.find((field) => field.name === from.title);
  return (
    <section className={styles.list} aria-label={name}>
      <header>
        <Glyph size={15} />
        <h3>{name}</h3>
        {from.may.create && (
          <Link
            to="/$object/new"
            params={{ object: from.name }}
            search={{ with: `${via.name}:${id}` }}
            className={styles.add}
            aria-label={say('addRelated', { object: name })}
            title={say('addRelated', { object: name })}
          >
            <Plus size={15} />
          </Link>
        )}
      </header>
      {pages.isError && <Failure error={pages.error} retry={() => void pages.refetch()} />}
      {pages.isPending && <Skeleton lines={2} />}
      {pages.isSuccess && records.length === 0 && <p className={styles.none}>{say('noRelated', { object: name })}</p>}
      <ul>
        {records.map((record) => (
          <li key={record.id}>
            <Link to="/$object/$id" params={{ object: from.name, id: record.id }} className={styles.title}>
              {title === undefined || isEmpty(record[title.name]) ? '—' : String(record[title.name])}
            </Link>
            <span className={styles.beside}>
              {beside.map((field) =>
                isEmpty(record[field.name]) ? null : (
                  <span key={field.name} className="one-line">
                    <Value field={field} value={record[field.name]} />
                  </span>
                ),
              )}
            </span>
          </li>
        ))}
      </ul>
      {pages.hasNextPage && (
        <Button kind="quiet" size="small" busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          {say('showMore')}
        </Button>
      )}
    </section>
  );
}
