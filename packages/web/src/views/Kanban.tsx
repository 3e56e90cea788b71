import {
  type Announcements,
  closestCenter,
  DndContext,
  type DragEndEvent,
  DragOverlay,
  type KeyboardCoordinateGetter,
  KeyboardSensor,
  PointerSensor,
  useDraggable,
  useDroppable,
  useSensor,
  useSensors,
} from '@dnd-kit/core';
import type { Filter } from '@huike/schema';
import { type InfiniteData, keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { SlidersHorizontal } from 'lucide-react';
import { useMemo, useState } from 'react';
import { call, type FieldInfo, type Page, type RecordData, Refusal } from '../data/api.ts';
import { updateRecord } from '../data/records.ts';
import { Button } from '../design/Button.tsx';
import { Empty, Failure, Skeleton } from '../design/State.tsx';
import { Tag } from '../design/Tag.tsx';
import { toast, toastError } from '../design/toast.tsx';
import { labelAt } from '../grid/columns.ts';
import { MenuItem, Popup } from '../grid/Popup.tsx';
import { optionColor } from '../grid/paint.ts';
import { labelIn, textOf } from '../grid/text.ts';
import { CardBody, titleOf } from './Card.tsx';
import { both } from './filter/model.ts';
import type { LayoutProps } from './layout.ts';
import { conditionOf, group, keyOf, type ListAsk } from './records.ts';
import { useViewWords } from './words.ts';

// Cards in the columns of an option field: a stage, a status. Dragged by pointer or keyboard from one to the next.

interface Lane {
  /** Empty for the cards without a value. */
  readonly key: string;
  readonly name: string;
  readonly color: string;
}

type Pages = InfiniteData<Page, string | null>;

export default function Kanban(props: LayoutProps) {
  const say = useViewWords();
  const { object, objects, shape, reader, onShape } = props;
  const offered = object.fields.filter(
    (field) => field.type === 'option' && field.right !== 'masked' && (field.options ?? []).length > 0,
  );
  const field =
    offered.find((one) => one.name === shape.group) ?? offered.find((one) => one.right === 'edit') ?? offered[0];
  if (field === undefined) return <Empty title={say('noOptionField')} />;
  return (
    <>
      {offered.length > 1 && (
        <div className="hk-calendar-bar">
          <Popup
            menu
            label={say('groupBy')}
            trigger={(button) => (
              <button type="button" {...button} className="hk-chip">
                {say('groupBy')} <b>{labelIn(field.label, reader.language)}</b>
              </button>
            )}
          >
            {(close) =>
              offered.map((one) => (
                <MenuItem
                  key={one.name}
                  checked={one === field}
                  onSelect={() => {
                    onShape({ group: one.name, limits: undefined });
                    close();
                  }}
                >
                  {labelIn(labelAt(objects, object, one.name), reader.language)}
                </MenuItem>
              ))
            }
          </Popup>
        </div>
      )}
      <Board key={field.name} {...props} field={field} />
    </>
  );
}

type BoardProps = LayoutProps & { readonly field: FieldInfo };

const laneKey = (ask: ListAsk, field: string, lane: string) => ['list', ask.object, 'lane', field, lane, ask] as const;

function Board(props: BoardProps) {
  const say = useViewWords();
  const queries = useQueryClient();
  const { object, ask, field, reader, columns } = props;
  const [held, setHeld] = useState<RecordData | null>(null);
  const money = object.fields.find(
    (one) => one.type === 'money' && one.right !== 'masked' && columns.some((column) => column.path === one.name),
  );
  const lanes = useMemo((): readonly Lane[] => {
    const options = (field.options ?? []).filter((option) => option.retired !== true);
    const named = options.map((option) => ({
      ...{ key: option.value, name: labelIn(option.label, reader.language), color: optionColor(field, option.value) },
    }));
    return field.required ? named : [...named, { key: '', name: say('unset'), color: 'grey' }];
  }, [field, reader.language, say]);
  const sums = useQuery({
    queryKey: ['list', ask.object, 'lanes', field.name, ask.filter, money?.name],
    placeholderData: keepPreviousData,
    queryFn: () =>
      group(ask.object, {
        filter: ask.filter,
        group: [field.name],
        measures: [
          { fn: 'count', as: 'n' },
          ...(money === undefined ? [] : [{ fn: 'sum', field: money.name, as: 'sum' }]),
        ],
      }),
  });
  const mayMove = object.may.update && field.right === 'edit';

  const put = (record: RecordData, from: string, to: string) => {
    queries.setQueryData<Pages>(laneKey(ask, field.name, from), (data) => without(data, record.id));
    queries.setQueryData<Pages>(laneKey(ask, field.name, to), (data) =>
      within(data, { ...record, [field.name]: to || null }),
    );
  };
  const move = async (record: RecordData, from: string, to: string, again = true): Promise<void> => {
    const name = titleOf(object, record, reader);
    put(record, from, to);
    try {
      const { version } = await updateRecord(object.name, record.id, record.version, { [field.name]: to || null });
      const moved = { ...record, version: version ?? record.version + 1 };
      put(moved, to, to);
      const lane = lanes.find((one) => one.key === to);
      const back = { label: say('undo'), run: () => void move(moved, to, from, false) };
      toast(say('moved', { name, to: lane?.name ?? '' }), again ? { action: back } : {});
    } catch (error) {
      put(record, to, from);
      if (error instanceof Refusal && error.status === 412) toast(say('changed'), { tone: 'failed' });
      else toastError(error);
    }
    await queries.invalidateQueries({ queryKey: ['list', object.name] });
  };

  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 6 } }),
    useSensor(KeyboardSensor, {
      coordinateGetter: fromLaneToLane,
      keyboardCodes: { start: ['Space'], end: ['Space'], cancel: ['Escape'] },
    }),
  );
  const onDragEnd = ({ active, over }: DragEndEvent) => {
    setHeld(null);
    const found = cardOf(active.data.current);
    const to = over === null ? null : String(over.id);
    if (found === null || to === null || to === found.lane) return;
    void move(found.record, found.lane, to);
  };
  const laneName = (id: unknown) => lanes.find((lane) => lane.key === id)?.name ?? '';
  const nameIn = (data: unknown) => {
    const found = cardOf(data);
    return found === null ? '' : titleOf(object, found.record, reader);
  };
  const announcements: Announcements = {
    onDragStart: ({ active }) => say('picked', { name: nameIn(active.data.current) }),
    onDragOver: ({ active, over }) => say('overColumn', { name: nameIn(active.data.current), to: laneName(over?.id) }),
    onDragEnd: ({ active, over }) => say('dropped', { name: nameIn(active.data.current), to: laneName(over?.id) }),
    onDragCancel: ({ active }) => say('dropCancelled', { name: nameIn(active.data.current) }),
  };
  return (
    <DndContext
      sensors={sensors}
      collisionDetection={closestCenter}
      accessibility={{ announcements, screenReaderInstructions: { draggable: say('dragHint') } }}
      onDragStart={({ active }) => setHeld(cardOf(active.data.current)?.record ?? null)}
      onDragCancel={() => setHeld(null)}
      onDragEnd={onDragEnd}
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways */}
      <section className="hk-board" aria-label={labelIn(field.label, reader.language)} tabIndex={0}>
        {lanes.map((lane) => {
          const row = sums.data?.find((one) => keyOf(one[field.name]) === lane.key);
          const sum = money === undefined || row === undefined ? '' : textOf(money, row.sum, reader);
          return (
            <LaneColumn
              key={lane.key}
              {...props}
              lane={lane}
              count={sums.data === undefined ? null : Number(row?.n ?? 0)}
              sum={sum}
              mayMove={mayMove}
            />
          );
        })}
      </section>
      <DragOverlay dropAnimation={null}>
        {held !== null && (
          <div className="hk-card lifted">
            <CardBody object={object} record={held} columns={columns} reader={reader} without={field.name} />
          </div>
        )}
      </DragOverlay>
    </DndContext>
  );
}

interface LaneProps extends BoardProps {
  readonly lane: Lane;
  readonly count: number | null;
  readonly sum: string;
  readonly mayMove: boolean;
}

function LaneColumn({ lane, count, sum, mayMove, ...props }: LaneProps) {
  const say = useViewWords();
  const { ask, field, shape, onShape } = props;
  const { setNodeRef, isOver } = useDroppable({ id: lane.key });
  const filter: Filter | null = both(ask.filter, conditionOf(field.name, lane.key === '' ? null : lane.key));
  const cards = useInfiniteQuery({
    queryKey: laneKey(ask, field.name, lane.key),
    queryFn: ({ pageParam }) =>
      call<Page>('POST', `records/${ask.object}/query`, {
        ...{ fields: [...ask.fields, field.name], filter, sort: ask.sort, limit: 30 },
        ...(pageParam === null ? {} : { cursor: pageParam }),
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.page.next,
  });
  const records = cards.data?.pages.flatMap((page) => page.data) ?? [];
  const most = shape.limits?.find((limit) => limit.value === lane.key)?.most;
  const over = most !== undefined && count !== null && count > most;
  return (
    <section
      ref={setNodeRef}
      className={isOver ? 'hk-lane over' : 'hk-lane'}
      aria-label={lane.name}
      data-lane={lane.key}
    >
      <header>
        <Tag color={lane.color}>{lane.name}</Tag>
        <span className="hk-count">
          {count ?? ''}
          {most !== undefined && ` / ${most}`}
        </span>
        {lane.key !== '' && (
          <LimitButton
            name={lane.name}
            most={most}
            onChange={(next) => {
              const rest = (shape.limits ?? []).filter((limit) => limit.value !== lane.key);
              onShape({ limits: next === null ? rest : [...rest, { value: lane.key, most: next }], group: field.name });
            }}
          />
        )}
        {(sum !== '' || over) && (
          <small className={over ? 'full' : ''}>{over ? say('over', { most }) : say('totalOf', { value: sum })}</small>
        )}
      </header>
      <div className="hk-cards">
        {cards.isPending && <Skeleton lines={4} />}
        {cards.isError && <Failure error={cards.error} retry={() => void cards.refetch()} />}
        {records.map((record) => (
          <DraggableCard key={record.id} {...props} record={record} lane={lane.key} mayMove={mayMove} />
        ))}
        {cards.isSuccess && records.length === 0 && <p className="hk-nothing">{say('noCards')}</p>}
        {cards.hasNextPage && (
          <Button size="small" kind="quiet" busy={cards.isFetchingNextPage} onClick={() => void cards.fetchNextPage()}>
            {say('more')}
          </Button>
        )}
      </div>
    </section>
  );
}

function DraggableCard({
  record,
  lane,
  mayMove,
  ...props
}: BoardProps & { readonly record: RecordData; readonly lane: string; readonly mayMove: boolean }) {
  const { object, columns, reader, field, onOpen, onPeek, colorOf } = props;
  const { attributes, listeners, setNodeRef, isDragging } = useDraggable({
    id: record.id,
    data: { record, lane },
    disabled: !mayMove,
  });
  const color = colorOf(record);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the attributes make it a button
    <div
      ref={setNodeRef}
      {...attributes}
      {...listeners}
      className={isDragging ? 'hk-card held' : 'hk-card'}
      data-card={record.id}
      {...(color === null ? {} : { 'data-color': color })}
      onClick={() => onPeek(record)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') onOpen(record);
        else listeners?.onKeyDown?.(event);
      }}
    >
      <CardBody object={object} record={record} columns={columns} reader={reader} without={field.name} />
    </div>
  );
}

function LimitButton({
  name,
  most,
  onChange,
}: {
  readonly name: string;
  readonly most: number | undefined;
  readonly onChange: (most: number | null) => void;
}) {
  const say = useViewWords();
  const [text, setText] = useState(most === undefined ? '' : String(most));
  return (
    <Popup
      label={say('limitOf', { name })}
      trigger={(button) => (
        <Button {...button} kind="quiet" size="small" icon={SlidersHorizontal} aria-label={say('limitOf', { name })} />
      )}
    >
      {(close) => (
        <form
          className="hk-form"
          onSubmit={(event) => {
            event.preventDefault();
            const number = Math.round(Number(text));
            onChange(text.trim() === '' || !(number >= 1) ? null : Math.min(number, 100_000));
            close();
          }}
        >
          <label>
            {say('limit')}
            <input inputMode="numeric" value={text} onChange={(event) => setText(event.target.value)} />
          </label>
          <div className="hk-foot-actions">
            <Button kind="primary" type="submit">
              {say('apply')}
            </Button>
          </div>
        </form>
      )}
    </Popup>
  );
}

function cardOf(data: unknown): { readonly record: RecordData; readonly lane: string } | null {
  // What a card was given above.
  return typeof data === 'object' && data !== null && 'record' in data && 'lane' in data
    ? (data as { record: RecordData; lane: string })
    : null;
}

function without(data: Pages | undefined, id: string): Pages | undefined {
  if (data === undefined) return data;
  return { ...data, pages: data.pages.map((page) => ({ ...page, data: page.data.filter((one) => one.id !== id) })) };
}

/** With the record on top, or in its place where it is known. */
function within(data: Pages | undefined, record: RecordData): Pages | undefined {
  if (data === undefined) return data;
  if (data.pages.some((page) => page.data.some((one) => one.id === record.id)))
    return {
      ...data,
      pages: data.pages.map((page) => ({
        ...page,
        data: page.data.map((one) => (one.id === record.id ? record : one)),
      })),
    };
  return {
    ...data,
    pages: data.pages.map((page, index) => (index === 0 ? { ...page, data: [record, ...page.data] } : page)),
  };
}

/** Arrow keys carry a card to the middle of the lane beside. */
const fromLaneToLane: KeyboardCoordinateGetter = (event, { currentCoordinates, context }) => {
  const step = event.code === 'ArrowRight' ? 1 : event.code === 'ArrowLeft' ? -1 : 0;
  if (step === 0) return undefined;
  event.preventDefault();
  const rects = [...context.droppableRects]
    .map(([id, rect]) => ({ id, rect }))
    .sort((one, other) => one.rect.left - other.rect.left);
  const card = context.collisionRect;
  const at = rects.findIndex(({ id }) => id === context.over?.id);
  const next = rects[Math.max(0, Math.min(at + step, rects.length - 1))];
  if (next === undefined || card === null) return undefined;
  const left = next.rect.left + next.rect.width / 2 - card.width / 2;
  const top = next.rect.top + next.rect.height / 2 - card.height / 2;
  return { x: currentCoordinates.x + left - card.left, y: currentCoordinates.y + top - card.top };
};
