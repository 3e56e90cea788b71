import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { FilePlus2, History, type LucideIcon, MousePointerClick, Pencil } from 'lucide-react';
import type { ReactNode } from 'react';
import type { ObjectInfo } from '../data/api.ts';
import { useLabel, useMetadata } from '../data/metadata.ts';
import { useZone } from '../data/session.ts';
import { Button } from '../design/Button.tsx';
import { Empty, Failure, Skeleton } from '../design/State.tsx';
import { Tag } from '../design/Tag.tsx';
import { agoText, fullTime } from '../fields/time.ts';
import styles from './customer.module.css';
import { type TimelineEntry, timelineQuery } from './customer.ts';
import { useWords } from './words.ts';

/** Everything that the customer did or that was done about it, the newest first. */
export function Timeline({ object, id }: { readonly object: ObjectInfo; readonly id: string }) {
  const say = useWords();
  const pages = useInfiniteQuery(timelineQuery(id));
  if (pages.isError) return <Failure error={pages.error} retry={() => void pages.refetch()} />;
  if (pages.isPending) return <Skeleton lines={8} />;
  const entries = pages.data.pages.flatMap((page) => page.data);
  if (entries.length === 0) return <Empty icon={History} title={say('noTimeline')} />;
  return (
    <>
      <ol className={styles.timeline}>
        {entries.map((entry, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: entries have no id, and only grow at the end
          <Entry key={at} entry={entry} object={object} />
        ))}
      </ol>
      {pages.hasNextPage && (
        <Button kind="quiet" size="small" busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          {say('more')}
        </Button>
      )}
    </>
  );
}

const glyphs: Readonly<Record<TimelineEntry['kind'], LucideIcon>> = {
  interaction: MousePointerClick,
  record: FilePlus2,
  change: Pencil,
};

function Entry({ entry, object }: { readonly entry: TimelineEntry; readonly object: ObjectInfo }) {
  const zone = useZone();
  const Glyph = glyphs[entry.kind];
  return (
    <li>
      <span className={styles.glyph}>
        <Glyph size={14} />
      </span>
      <div className={styles.what}>
        <p>
          <What entry={entry} object={object} />
          {entry.channel !== null && <Tag>{entry.channel}</Tag>}
          <time dateTime={entry.at} title={fullTime(entry.at, zone)}>
            {agoText(entry.at)}
          </time>
        </p>
        {entry.kind === 'interaction' && <Properties of={entry.data.properties} />}
      </div>
    </li>
  );
}

function What({ entry, object }: { readonly entry: TimelineEntry; readonly object: ObjectInfo }): ReactNode {
  const say = useWords();
  const label = useLabel();
  const metadata = useMetadata().data;
  if (entry.kind === 'interaction') return <b>{entry.type}</b>;
  if (entry.kind === 'change') {
    if (entry.type === 'create') return say('created');
    const changes = Array.isArray(entry.data.changes) ? entry.data.changes : [];
    const names = changes.map(({ field }) => object.fields.find(({ name }) => name === field)?.label);
    const fields = names.flatMap((name) => (name === undefined ? [] : [label(name)])).join('、');
    return fields === '' ? say('otherChange', { op: entry.type }) : say('changed', { fields });
  }
  const target = metadata?.objects.find(({ name }) => name === entry.object);
  const title = target === undefined ? undefined : entry.data[target.title];
  if (target === undefined || entry.recordId === undefined) return <b>{entry.type}</b>;
  return (
    <>
      {label(target.label)}{' '}
      <Link to="/$object/$id" params={{ object: target.name, id: entry.recordId }}>
        {typeof title === 'string' && title !== '' ? title : '—'}
      </Link>
    </>
  );
}

/** What the channel said of the event, as it came. */
function Properties({ of }: { readonly of: unknown }) {
  if (typeof of !== 'object' || of === null) return null;
  const entries = Object.entries(of).slice(0, 12);
  return (
    <dl className={styles.properties}>
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
