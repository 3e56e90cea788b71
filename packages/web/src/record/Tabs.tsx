import { useState } from 'react';
import type { ObjectInfo, RecordData } from '../data/api.ts';
import { useMetadata } from '../data/metadata.ts';
import { Segments } from '../design/Segments.tsx';
import { Facts } from './Facts.tsx';
import { History } from './History.tsx';
import { RelatedLists, relationsTo } from './RelatedLists.tsx';
import styles from './record.module.css';
import { useWords } from './words.ts';

type Tab = 'details' | 'related' | 'history';

/** What belongs to a record besides its fields; with the fields where there is one pane only. */
export function Tabs({
  object,
  record,
  withFacts = false,
}: {
  readonly object: ObjectInfo;
  readonly record: RecordData;
  readonly withFacts?: boolean;
}) {
  const say = useWords();
  const metadata = useMetadata().data;
  const related = metadata !== undefined && relationsTo(metadata, object.name).length > 0;
  const tabs: readonly Tab[] = [
    ...(withFacts ? (['details'] as const) : []),
    ...(related ? (['related'] as const) : []),
    'history',
  ];
  const [chosen, setChosen] = useState<Tab | null>(null);
  const tab = tabs.find((one) => one === chosen) ?? tabs[0] ?? 'history';
  return (
    <>
      <div className={styles.tabs}>
        <Segments<Tab>
          label={say('actions')}
          value={tab}
          onChange={setChosen}
          options={tabs.map((value) => ({ value, label: say(value) }))}
        />
      </div>
      {tab === 'details' && <Facts object={object} record={record} />}
      {tab === 'related' && <RelatedLists object={object} id={record.id} />}
      {tab === 'history' && <History object={object} record={record} />}
    </>
  );
}
