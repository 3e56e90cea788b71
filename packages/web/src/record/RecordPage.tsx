import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { ArrowLeft, Link2, Trash2 } from 'lucide-react';
import { useEffect } from 'react';
import { remember } from '../app/recent.ts';
import type { ObjectInfo, RecordData } from '../data/api.ts';
import { Refusal } from '../data/api.ts';
import { useLabel, useMetadata, useObject } from '../data/metadata.ts';
import { recordQuery, restoreRecord } from '../data/records.ts';
import { Button } from '../design/Button.tsx';
import { PageHead } from '../design/PageHead.tsx';
import { Failure, Gone, Notice, Skeleton } from '../design/State.tsx';
import { toast, toastError } from '../design/toast.tsx';
import { isEmpty, textOf } from '../fields/text.ts';
import { useCommon } from '../words/common.ts';
import { ConflictDialog } from './ConflictDialog.tsx';
import { Facts } from './Facts.tsx';
import { useRemoval } from './RecordActions.tsx';
import styles from './record.module.css';
import { Tabs } from './Tabs.tsx';
import { useWords } from './words.ts';

/** One record on a page of its own. */
export function RecordPage() {
  const { object: name, id } = useParams({ from: '/inside/$object/$id' });
  const common = useCommon();
  const metadata = useMetadata();
  const object = useObject(name);
  const record = useQuery({ ...recordQuery(name, id), enabled: object !== undefined });
  if (metadata.isSuccess && object === undefined) return <Gone title={common('gone')} />;
  if (record.isError)
    return record.error instanceof Refusal && record.error.status === 404 ? (
      <Gone title={common('gone')} actions={<Link to="/">{common('back')}</Link>} />
    ) : (
      <Failure error={record.error} retry={() => void record.refetch()} />
    );
  if (object === undefined || record.isPending)
    return (
      <div className={styles.page}>
        <Skeleton lines={10} />
      </div>
    );
  return <OneRecord key={id} object={object} record={record.data} />;
}

/** What a record is called. */
export function titleOf(object: ObjectInfo, record: RecordData): string {
  return textOf(record[object.title]) || '—';
}

/** Keeps the record among those that were opened last. */
export function useRemembered(object: ObjectInfo, record: RecordData): void {
  const title = titleOf(object, record);
  const deleted = !isEmpty(record.deletedAt);
  useEffect(() => {
    if (!deleted) remember({ object: object.name, id: record.id, title });
  }, [object.name, record.id, title, deleted]);
}

function OneRecord({ object, record }: { readonly object: ObjectInfo; readonly record: RecordData }) {
  const say = useWords();
  const common = useCommon();
  const label = useLabel();
  const go = useNavigate();
  const remove = useRemoval(object);
  useRemembered(object, record);
  const title = titleOf(object, record);
  const copy = async () => {
    await navigator.clipboard.writeText(location.href);
    toast(common('copied'));
  };
  return (
    <>
      <PageHead
        title={title}
        lead={
          <Link to="/$object" params={{ object: object.name }} className={styles.back}>
            <ArrowLeft size={16} />
            <span>{label(object.label)}</span>
          </Link>
        }
      >
        <Button
          kind="quiet"
          icon={Link2}
          aria-label={say('copyLink')}
          title={say('copyLink')}
          onClick={() => void copy()}
        />
        {object.may.delete && isEmpty(record.deletedAt) && (
          <Button
            kind="quiet"
            icon={Trash2}
            aria-label={common('remove')}
            title={common('remove')}
            onClick={() => void remove(record.id, () => void go({ to: '/$object', params: { object: object.name } }))}
          />
        )}
      </PageHead>
      <div className={styles.page}>
        <Deleted object={object} record={record} />
        <div className={styles.panes}>
          <section className={styles.facts} aria-label={say('details')}>
            <Facts object={object} record={record} />
          </section>
          <section className={styles.side}>
            <Tabs object={object} record={record} />
          </section>
        </div>
      </div>
      <ConflictDialog object={object} id={record.id} />
    </>
  );
}

/** Says that a record is in the bin, and brings it back. */
export function Deleted({ object, record }: { readonly object: ObjectInfo; readonly record: RecordData }) {
  const say = useWords();
  const queries = useQueryClient();
  if (isEmpty(record.deletedAt)) return null;
  const back = async () => {
    try {
      await restoreRecord(object.name, record.id);
      await queries.invalidateQueries();
      toast(say('backAgain'));
    } catch (error) {
      toastError(error);
    }
  };
  return (
    <Notice
      tone="warning"
      action={
        <Button size="small" onClick={() => void back()}>
          {say('bringBack')}
        </Button>
      }
    >
      {say('deletedNotice')}
    </Notice>
  );
}
