import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Maximize2, Trash2, X } from 'lucide-react';
import { useEffect } from 'react';
import { type ObjectInfo, type RecordData, Refusal } from '../data/api.ts';
import { useObject } from '../data/metadata.ts';
import { recordQuery } from '../data/records.ts';
import { Button } from '../design/Button.tsx';
import { useMedia } from '../design/media.ts';
import { Sheet } from '../design/Sheet.tsx';
import { Failure, Gone, Skeleton } from '../design/State.tsx';
import { isEmpty } from '../fields/text.ts';
import { useCommon } from '../words/common.ts';
import { ConflictDialog } from './ConflictDialog.tsx';
import { usePeek } from './peek.ts';
import { useRemoval } from './RecordActions.tsx';
import { Deleted, titleOf, useRemembered } from './RecordPage.tsx';
import styles from './record.module.css';
import { Tabs } from './Tabs.tsx';
import { useWords } from './words.ts';

/** A record beside the page that one is on: a pane where there is room, else a sheet. */
export default function PeekPanel({ target }: { readonly target: string }) {
  const [name = '', id = ''] = target.split('/');
  const say = useWords();
  const common = useCommon();
  const { close } = usePeek();
  const roomy = useMedia('(min-width: 1200px)');
  const object = useObject(name);
  const record = useQuery({ ...recordQuery(name, id), enabled: object !== undefined });
  useEffect(() => {
    if (!roomy) return;
    const pressed = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented && document.querySelector('dialog[open]') === null) close();
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, [roomy, close]);

  const content =
    object !== undefined && record.data !== undefined ? (
      <Peek key={id} object={object} record={record.data} onClose={close} />
    ) : (
      <>
        <div className={styles.peekHead}>
          <span className={styles.grow} />
          <Button kind="quiet" icon={X} aria-label={common('close')} onClick={close} />
        </div>
        <div className={styles.peekBody}>
          {record.isError && record.error instanceof Refusal && record.error.status === 404 && (
            <Gone title={common('gone')} />
          )}
          {record.isError && !(record.error instanceof Refusal && record.error.status === 404) && (
            <Failure error={record.error} retry={() => void record.refetch()} />
          )}
          {record.isPending && <Skeleton lines={8} />}
        </div>
      </>
    );
  if (!roomy)
    return (
      <Sheet from="end" open label={say('details')} onClose={close}>
        {content}
      </Sheet>
    );
  return (
    <aside className={styles.peek} aria-label={say('details')}>
      {content}
    </aside>
  );
}

function Peek({
  object,
  record,
  onClose,
}: {
  readonly object: ObjectInfo;
  readonly record: RecordData;
  readonly onClose: () => void;
}) {
  const say = useWords();
  const common = useCommon();
  const go = useNavigate();
  const remove = useRemoval(object);
  useRemembered(object, record);
  return (
    <>
      <div className={styles.peekHead}>
        <h2 className="one-line">{titleOf(object, record)}</h2>
        {object.may.delete && isEmpty(record.deletedAt) && (
          <Button
            kind="quiet"
            icon={Trash2}
            aria-label={common('remove')}
            title={common('remove')}
            onClick={() => void remove(record.id, onClose)}
          />
        )}
        <Button
          kind="quiet"
          icon={Maximize2}
          aria-label={say('openFull')}
          title={say('openFull')}
          onClick={() => void go({ to: '/$object/$id', params: { object: object.name, id: record.id } })}
        />
        <Button kind="quiet" icon={X} aria-label={common('close')} title={common('close')} onClick={onClose} />
      </div>
      <div className={styles.peekBody}>
        <Deleted object={object} record={record} />
        <div>
          <Tabs object={object} record={record} withFacts />
        </div>
      </div>
      <ConflictDialog object={object} id={record.id} />
    </>
  );
}
