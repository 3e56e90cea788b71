import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { App } from 'antd';
import type { ReactNode } from 'react';
import type { ObjectInfo } from '../data/api.ts';
import { useLabel } from '../data/metadata.ts';
import { useZone } from '../data/session.ts';
import { Button } from '../design/Button.tsx';
import { Failure, Skeleton } from '../design/State.tsx';
import { Tag } from '../design/Tag.tsx';
import { toast, toastError } from '../design/toast.tsx';
import { agoText, fullTime } from '../fields/time.ts';
import { useCommon } from '../words/common.ts';
import styles from './customer.module.css';
import { type Customer, customerQuery, type Merge, unmerge } from './customer.ts';
import { useWords } from './words.ts';

/** Who the customer is on each channel, what is related to it, and which records it was merged from. */
export function Overview({ object, id }: { readonly object: ObjectInfo; readonly id: string }) {
  const customer = useQuery(customerQuery(id));
  if (customer.isError) return <Failure error={customer.error} retry={() => void customer.refetch()} />;
  if (customer.isPending) return <Skeleton lines={8} />;
  return (
    <div className={styles.parts}>
      <Identifiers customer={customer.data} />
      <Channels customer={customer.data} />
      <Sources object={object} customer={customer.data} />
      <RelatedCustomers object={object} customer={customer.data} />
      <Merges object={object} customer={customer.data} />
    </div>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className={styles.part}>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function Identifiers({ customer: { identifiers } }: { readonly customer: Customer }) {
  const say = useWords();
  const label = useLabel();
  const zone = useZone();
  return (
    <Part title={say('identifiers')}>
      {identifiers.length === 0 && <p className={styles.quiet}>{say('noIdentifiers')}</p>}
      <ul className={styles.rows}>
        {identifiers.map((one) => (
          <li key={`${one.kind}@${one.scope}:${one.value}`}>
            <span className={styles.kind}>{label(one.label)}</span>
            <span className={styles.value} title={one.value}>
              {one.value}
              {one.scope !== '' && <small>{one.scope}</small>}
              {one.shared && <Tag color="orange">{say('shared')}</Tag>}
            </span>
            <time dateTime={one.firstSeen} title={fullTime(one.firstSeen, zone)}>
              {say('since', {
                channel: one.channel === 'record' ? say('fromRecord') : one.channel,
                time: agoText(one.firstSeen),
              })}
            </time>
          </li>
        ))}
      </ul>
    </Part>
  );
}

function Channels({ customer: { measures } }: { readonly customer: Customer }) {
  const say = useWords();
  if (measures.channels.length === 0) return null;
  return (
    <Part title={say('channels')}>
      <ul className={styles.rows}>
        {measures.channels.map(({ channel, interactions, lastAt }) => (
          <li key={channel}>
            <span className={styles.kind}>{channel}</span>
            <span>{say('interactions', { count: interactions, time: agoText(lastAt) })}</span>
          </li>
        ))}
      </ul>
    </Part>
  );
}

function Sources({ object, customer: { sources } }: { readonly object: ObjectInfo; readonly customer: Customer }) {
  const say = useWords();
  const label = useLabel();
  const fields = object.fields.filter(({ name }) => sources[name] !== undefined);
  if (fields.length === 0) return null;
  return (
    <Part title={say('sources')}>
      <ul className={styles.rows}>
        {fields.map((field) => (
          <li key={field.name}>
            <span className={styles.kind}>{label(field.label)}</span>
            <span>
              {say('since', {
                channel: sources[field.name]?.channel ?? '',
                time: agoText(sources[field.name]?.at ?? ''),
              })}
            </span>
          </li>
        ))}
      </ul>
    </Part>
  );
}

function RelatedCustomers({ object, customer }: { readonly object: ObjectInfo; readonly customer: Customer }) {
  const say = useWords();
  const label = useLabel();
  if (customer.related.length === 0) return null;
  return (
    <Part title={say('related')}>
      <ul className={styles.rows}>
        {customer.related.map(({ id, name, by }) => (
          <li key={id}>
            <Link to="/$object/$id" params={{ object: object.name, id }}>
              {name ?? '—'}
            </Link>
            <span className={styles.quiet}>{say('sameIdentifier', { kind: label(by) })}</span>
          </li>
        ))}
      </ul>
    </Part>
  );
}

const bySource = { stitch: 'bySystem', match: 'byMatch', person: 'byPerson' } as const;

function Merges({ object, customer }: { readonly object: ObjectInfo; readonly customer: Customer }) {
  const say = useWords();
  const common = useCommon();
  const zone = useZone();
  const { modal } = App.useApp();
  const queries = useQueryClient();
  if (customer.merges.length === 0) return null;
  const undo = (merge: Merge) =>
    modal.confirm({
      title: say('undo'),
      content: say('undoAsk'),
      okText: say('undo'),
      cancelText: common('cancel'),
      onOk: async () => {
        try {
          await unmerge(customer.id, merge.id);
          await queries.invalidateQueries();
          toast(say('undone'));
        } catch (error) {
          toastError(error);
        }
      },
    });
  const words = (source: string) => say(Object.entries(bySource).find(([key]) => key === source)?.[1] ?? 'bySystem');
  return (
    <Part title={say('merges')}>
      <ul className={styles.rows}>
        {customer.merges.map((merge) => (
          <li key={merge.id}>
            <span className={styles.kind}>{words(merge.source)}</span>
            <span className={styles.value}>
              <time dateTime={merge.at} title={fullTime(merge.at, zone)}>
                {agoText(merge.at)}
              </time>
              {merge.reason !== null && <span>{merge.reason}</span>}
            </span>
            {merge.undoneAt !== null && <span className={styles.quiet}>{say('wasUndone')}</span>}
            {merge.undoneAt === null && object.may.update && (
              <Button size="small" kind="quiet" onClick={() => undo(merge)}>
                {say('undo')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Part>
  );
}
