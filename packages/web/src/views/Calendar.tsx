import type { Filter } from '@huike/schema';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { call, type Page, type RecordData } from '../data/api.ts';
import { Button } from '../design/Button.tsx';
import { Empty, Failure } from '../design/State.tsx';
import { valueAt } from '../grid/columns.ts';
import { MenuItem, Popup } from '../grid/Popup.tsx';
import { labelIn } from '../grid/text.ts';
import { titleOf } from './Card.tsx';
import { both } from './filter/model.ts';
import type { LayoutProps } from './layout.ts';
import { useViewWords } from './words.ts';

// A month of days, with the records of each.

const shown = 3;

/** The days of the weeks that a month touches, Monday first. */
function daysOfMonth(month: string): readonly string[] {
  const first = new Date(`${month}-01T00:00:00Z`);
  const start = new Date(first);
  start.setUTCDate(1 - ((first.getUTCDay() + 6) % 7));
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0));
  const days: string[] = [];
  for (const day = start; day <= last || day.getUTCDay() !== 1; day.setUTCDate(day.getUTCDate() + 1))
    days.push(day.toISOString().slice(0, 10));
  return days;
}

function monthAfter(month: string, step: number): string {
  const at = new Date(`${month}-01T00:00:00Z`);
  at.setUTCMonth(at.getUTCMonth() + step);
  return at.toISOString().slice(0, 7);
}

function dayAfter(day: string): string {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + 1);
  return at.toISOString().slice(0, 10);
}

export default function Calendar({ object, ask, shape, reader, onShape, onPeek }: LayoutProps) {
  const say = useViewWords();
  const inZone = new Intl.DateTimeFormat('sv-SE', { timeZone: reader.timeZone, dateStyle: 'short' });
  const today = inZone.format(new Date());
  const [month, setMonth] = useState(today.slice(0, 7));
  const offered = object.fields.filter(
    (field) => ['date', 'dateTime'].includes(field.type) && field.right !== 'masked' && field.name !== 'deletedAt',
  );
  const field = offered.find((one) => one.name === shape.date) ?? offered.find((one) => !one.system) ?? offered[0];
  const days = daysOfMonth(month);
  const [first = '', last = ''] = [days[0], days.at(-1)];
  const span: Filter | null =
    field === undefined
      ? null
      : {
          and: [
            { field: field.name, op: 'gte', value: first },
            { field: field.name, op: 'lt', value: dayAfter(last) },
          ],
        };
  const found = useQuery({
    queryKey: ['list', object.name, 'month', month, field?.name, ask],
    enabled: field !== undefined,
    placeholderData: keepPreviousData,
    queryFn: () =>
      call<Page>('POST', `records/${object.name}/query`, {
        ...{ fields: [...new Set([...ask.fields, field?.name])], filter: both(ask.filter, span) },
        ...{ sort: [field?.name], limit: 500 },
      }),
  });
  if (field === undefined) return <Empty title={say('noDateField')} />;
  const byDay = new Map<string, RecordData[]>();
  for (const record of found.data?.data ?? []) {
    const value = String(valueAt(record, field.name) ?? '');
    const day = field.type === 'date' ? value : inZone.format(new Date(value));
    byDay.set(day, [...(byDay.get(day) ?? []), record]);
  }
  const locale = reader.language === 'en' ? 'en-GB' : 'zh-CN';
  const heading = new Intl.DateTimeFormat(locale, { year: 'numeric', month: 'long', timeZone: 'UTC' }).format(
    new Date(`${month}-01`),
  );
  const weekday = new Intl.DateTimeFormat(locale, { weekday: 'short', timeZone: 'UTC' });
  return (
    <>
      <div className="hk-calendar-bar">
        <Button
          size="small"
          icon={ChevronLeft}
          aria-label={say('previous')}
          onClick={() => setMonth(monthAfter(month, -1))}
        />
        <b>{heading}</b>
        <Button
          size="small"
          icon={ChevronRight}
          aria-label={say('following')}
          onClick={() => setMonth(monthAfter(month, 1))}
        />
        <Button size="small" kind="quiet" onClick={() => setMonth(today.slice(0, 7))}>
          {say('today')}
        </Button>
        <Popup
          menu
          label={say('dateField')}
          trigger={(button) => (
            <button type="button" {...button} className="hk-chip">
              {say('dateField')} <b>{labelIn(field.label, reader.language)}</b>
            </button>
          )}
        >
          {(close) =>
            offered.map((one) => (
              <MenuItem
                key={one.name}
                checked={one === field}
                onSelect={() => {
                  onShape({ date: one.name });
                  close();
                }}
              >
                {labelIn(one.label, reader.language)}
              </MenuItem>
            ))
          }
        </Popup>
      </div>
      {found.isError && <Failure error={found.error} retry={() => void found.refetch()} />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
      <section className="hk-month" aria-label={heading} tabIndex={0}>
        {days.slice(0, 7).map((day) => (
          <div key={day} className="head">
            {weekday.format(new Date(`${day}T00:00:00Z`))}
          </div>
        ))}
        {days.map((day) => {
          const records = byDay.get(day) ?? [];
          const classes = ['hk-day', day.startsWith(month) ? '' : 'other', day === today ? 'today' : ''];
          return (
            <div key={day} className={classes.filter(Boolean).join(' ')}>
              <time dateTime={day}>{Number(day.slice(8))}</time>
              {records.slice(0, shown).map((record) => (
                <button type="button" key={record.id} className="hk-event" onClick={() => onPeek(record)}>
                  {titleOf(object, record, reader)}
                </button>
              ))}
              {records.length > shown && <small>{say('andMore', { count: records.length - shown })}</small>}
            </div>
          );
        })}
      </section>
    </>
  );
}
