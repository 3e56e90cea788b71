import { lazy, Suspense, useState } from 'react';
import { isCustomer } from '../customer/customer.ts';
import type { ObjectInfo, RecordData } from '../data/api.ts';
import { useMetadata } from '../data/metadata.ts';
import { Segments } from '../design/Segments.tsx';
import { Skeleton } from '../design/State.tsx';
import { Facts } from './Facts.tsx';
import { History } from './History.tsx';
import { RelatedLists, relationsTo } from './RelatedLists.tsx';
import styles from './record.module.css';
import { useWords } from './words.ts';

type Tab = 'details' | 'customer' | 'timeline' | 'related' | 'history';

const Overview = lazy(() => import('../customer/Overview.tsx').then(({ Overview: it }) => ({ default: it })));
const Timeline = lazy(() => import('../customer/Timeline.tsx').then(({ Timeline: it }) => ({ default: it })));

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
    ...(isCustomer(object) ? (['timeline', 'customer'] as const) : []),
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
      <Suspense fallback={<Skeleton lines={6} />}>
        {tab === 'customer' && <Overview object={object} id={record.id} />}
        {tab === 'timeline' && <Timeline object={object} id={record.id} />}
      </Suspense>
      {tab === 'related' && <RelatedLists object={object} id={record.id} />}
      {tab === 'history' && <History object={object} record={record} />}
    </>
  );
}
