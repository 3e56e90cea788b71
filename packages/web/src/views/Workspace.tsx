import type { ColumnTotal, Filter, ViewLayout } from '@huike/schema';
// Alone: the list page needs no validator.
import { filterMatches } from '@huike/schema/filter-matches';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { lazy, Suspense, useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Metadata, ObjectInfo, RecordData } from '../data/api.ts';
import type { Me } from '../data/session.ts';
import { Button } from '../design/Button.tsx';
import { useNarrow } from '../design/media.ts';
import { Empty, Skeleton } from '../design/State.tsx';
import { columnsOf, fieldAt, fieldsToRead, valueAt } from '../grid/columns.ts';
import { Grid } from '../grid/Grid.tsx';
import { GroupedRows } from '../grid/groups.ts';
import { FlatRows, type Item } from '../grid/rows.ts';
import { labelIn, type Reader } from '../grid/text.ts';
import { useTouched } from '../live/live.ts';
import { asFilter, both } from './filter/model.ts';
import type { LayoutProps } from './layout.ts';
import { noQuick, type Quick, quickFilter } from './quick.ts';
import { groupsOf, type ListAsk, loaderOf, sortFor, totalsOf } from './records.ts';
import { Toolbar } from './Toolbar.tsx';
import { ViewBar } from './ViewBar.tsx';
import { readDraft, type Shape, type ShapeChange, shapeOf, type ViewEntry, writeDraft } from './views.ts';
import { useViewWords } from './words.ts';
import './views.css';

const Kanban = lazy(() => import('./Kanban.tsx'));
const Calendar = lazy(() => import('./Calendar.tsx'));
const Gallery = lazy(() => import('./Gallery.tsx'));

interface WorkspaceProps {
  readonly object: ObjectInfo;
  readonly metadata: Metadata;
  readonly me: Me;
  readonly views: readonly ViewEntry[];
  readonly entry: ViewEntry;
  readonly onView: (view: Pick<ViewEntry, 'key'>) => void;
  readonly onOpen: (record: RecordData) => void;
  readonly onPeek: (record: RecordData) => void;
  readonly onCreate: () => void;
}

/** A view and what can be done in it: its bar, its filters, its records. */
export function Workspace({ object, metadata, me, views, entry, onView, onOpen, onPeek, onCreate }: WorkspaceProps) {
  const say = useViewWords();
  const language = useTranslation().i18n.language === 'en' ? 'en' : 'zh';
  const reader = useMemo<Reader>(
    () => ({ language, timeZone: me.timeZone, currency: me.company.currency }),
    [language, me.timeZone, me.company.currency],
  );
  const narrow = useNarrow();
  const { shape, dirty, change, revert } = useShape(me.id, object.name, entry);
  const [quick, setQuick] = useState<Quick>(noQuick);
  const { objects } = metadata;
  const own = useMemo(() => asFilter(shape.filter), [shape.filter]);
  const text = useDeferredValue(quick.text);
  const filter = useMemo(
    () => both(own, quickFilter({ ...quick, text }, object, me.id)),
    [own, quick, text, object, me.id],
  );
  const columns = useStable(columnsOf(objects, object, shape, narrow));
  const colorOf = useColors(shape, object, objects, me);
  const layout: ViewLayout = shape.layout ?? 'grid';
  const fields = fieldsToRead(object, columns, [
    ...(shape.group === undefined ? [] : [shape.group]),
    ...(shape.date === undefined ? [] : [shape.date]),
  ]);
  const ask = useStable<ListAsk>({ object: object.name, fields, filter, sort: sortFor(object, shape.sort ?? []) });
  const layoutProps: LayoutProps = {
    ...{ object, objects, shape, ask, columns, reader, onOpen, onPeek, onCreate, colorOf },
    onShape: change,
  };
  return (
    <div className="hk-page">
      <header className="hk-title">
        <h1>{labelIn(object.label, language)}</h1>
        {object.may.create && (
          <Button kind="primary" icon={Plus} onClick={onCreate}>
            {say('create')}
          </Button>
        )}
      </header>
      <ViewBar
        object={object}
        capabilities={metadata.capabilities}
        views={views}
        entry={entry}
        shape={shape}
        dirty={dirty}
        language={language}
        onView={onView}
        onRevert={revert}
      />
      <Toolbar
        object={object}
        objects={objects}
        shape={shape}
        filter={own}
        quick={quick}
        language={language}
        onShape={change}
        onQuick={setQuick}
      />
      <Suspense fallback={<Skeleton lines={8} />}>
        {layout === 'kanban' ? (
          <Kanban {...layoutProps} />
        ) : layout === 'calendar' ? (
          <Calendar {...layoutProps} />
        ) : layout === 'gallery' ? (
          <Gallery {...layoutProps} />
        ) : (
          <GridLayout
            {...layoutProps}
            currency={me.company.currency}
            onClearFilter={() => {
              setQuick(noQuick);
              change({ filter: undefined });
            }}
          />
        )}
      </Suspense>
    </div>
  );
}

function GridLayout({
  currency,
  onClearFilter,
  ...props
}: LayoutProps & { readonly currency: string; readonly onClearFilter: () => void }) {
  const say = useViewWords();
  const narrow = useNarrow();
  const { object, objects, shape, ask, columns, reader, onShape, colorOf, onCreate } = props;
  const group = shape.group ?? null;
  // Totals are asked for with the groups; widths and such ask for nothing.
  const totalled = useStable(
    columns.filter((column) => column.total !== null).map(({ path, total }) => ({ path, total })),
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: the columns count for their totals only
  const rows = useMemo(
    () =>
      group === null
        ? new FlatRows(loaderOf(ask))
        : new GroupedRows(groupsOf(ask, object, objects, group, columns, reader)),
    [ask, object, objects, group, totalled, reader.language],
  );
  useBeat(object.name, () => void rows.renew());
  useTouched(object.name, (touched) => rows.touched(touched));
  const totals = useQuery({
    queryKey: ['list', object.name, 'totals', ask.filter, totalled],
    enabled: totalled.length > 0,
    placeholderData: keepPreviousData,
    queryFn: () => totalsOf(ask, columns),
  });
  const color = useCallback((item: Item) => (item.kind === 'record' ? colorOf(item.record) : null), [colorOf]);
  const names = columns.map((column) => column.path);
  const look = (path: string, part: { readonly width?: number; readonly total?: ColumnTotal | null }) => {
    const known = shape.columns ?? [];
    const { width, total } = { ...known.find((column) => column.field === path), ...part };
    const next = {
      field: path,
      ...(width === undefined ? {} : { width }),
      ...(total === undefined || total === null ? {} : { total }),
    };
    onShape({ columns: [...known.filter((column) => column.field !== path), next] });
  };
  return (
    <Grid
      {...props}
      columns={columns}
      frozen={Math.min(shape.frozen ?? 1, columns.length, narrow ? 1 : columns.length)}
      rows={rows}
      filter={ask.filter ?? undefined}
      totals={totals.data ?? {}}
      currency={currency}
      color={color}
      sort={shape.sort ?? []}
      group={group}
      onSort={(sort) => onShape({ sort: [...sort] })}
      onGroup={(path) => onShape({ group: path ?? undefined })}
      onFreeze={(frozen) => onShape({ frozen })}
      onWidth={(path, width) => look(path, { width })}
      onTotal={(path, total) => look(path, { total })}
      onHide={(path) => onShape({ fields: names.filter((name) => name !== path) })}
      onMove={(from, to) => {
        const moved = names[from];
        if (moved === undefined) return;
        const rest = names.filter((_, index) => index !== from);
        onShape({ fields: [...rest.slice(0, to), moved, ...rest.slice(to)] });
      }}
      onWritten={() => void totals.refetch()}
      onClearFilter={onClearFilter}
      nothing={
        <Empty
          title={say('empty', { object: labelIn(object.label, reader.language) })}
          actions={
            object.may.create && (
              <Button kind="primary" icon={Plus} onClick={onCreate}>
                {say('create')}
              </Button>
            )
          }
        >
          {say('emptyHint')}
        </Empty>
      }
    />
  );
}

/** The view as it is saved, with what this person changed since. */
function useShape(user: string, object: string, entry: ViewEntry) {
  const [draft, setDraft] = useState<Shape | null>(() => readDraft(user, object, entry.key));
  const shape = draft ?? entry.shape;
  const dirty = draft !== null && JSON.stringify(sorted(draft)) !== JSON.stringify(sorted(entry.shape));
  const change = (part: ShapeChange) => {
    const next = shapeOf({ ...shape, ...part });
    setDraft(next);
    writeDraft(user, object, entry.key, next);
  };
  const revert = () => {
    setDraft(null);
    writeDraft(user, object, entry.key, null);
  };
  return { shape, dirty, change, revert };
}

function sorted(shape: Shape): readonly [string, unknown][] {
  return Object.entries(shape).sort(([one], [other]) => (one < other ? -1 : 1));
}

/** The same value as before while it says the same. */
function useStable<T>(value: T): T {
  const kept = useRef(value);
  if (JSON.stringify(kept.current) !== JSON.stringify(value)) kept.current = value;
  return kept.current;
}

function useColors(
  shape: Shape,
  object: ObjectInfo,
  objects: readonly ObjectInfo[],
  { timeZone, company }: Me,
): (record: RecordData) => string | null {
  const { currency } = company;
  return useMemo(() => {
    const rules = (shape.colors ?? []).flatMap(({ filter, color }): { filter: Filter; color: string }[] => {
      const known = asFilter(filter);
      return known === null ? [] : [{ filter: known, color }];
    });
    if (rules.length === 0) return () => null;
    const typeOf = (path: string) => {
      const field = fieldAt(objects, object, path);
      return field?.shows ?? field?.type;
    };
    return (record: RecordData) => {
      const subject = { now: new Date(), timeZone, currency, typeOf, valueOf: (path: string) => valueAt(record, path) };
      return rules.find((rule) => filterMatches(rule.filter, subject))?.color ?? null;
    };
  }, [shape.colors, object, objects, timeZone, currency]);
}

/** Hears when something else on the page says that the lists of an object changed. */
function useBeat(object: string, act: () => void): void {
  const queries = useQueryClient();
  const latest = useRef(act);
  latest.current = act;
  useEffect(
    () =>
      queries.getQueryCache().subscribe((event) => {
        const [kind, of, what] = event.query.queryKey;
        if (
          event.type === 'updated' &&
          event.action.type === 'invalidate' &&
          kind === 'list' &&
          of === object &&
          what === 'beat'
        )
          latest.current();
      }),
    [queries, object],
  );
  useQuery({ queryKey: ['list', object, 'beat'], queryFn: () => 0, staleTime: Number.POSITIVE_INFINITY });
}
