// biome-ignore-all lint/a11y/useSemanticElements: a table element cannot hold a million rows
import { type ReactNode, useCallback, useEffect, useId, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { ObjectInfo, RecordData } from '../data/api.ts';
import { reachable } from '../data/reach.ts';
import { Button } from '../design/Button.tsx';
import { Empty, Failure } from '../design/State.tsx';
import { toast, toastError } from '../design/toast.tsx';
import { BulkBar } from './BulkBar.tsx';
import { CellEditor } from './CellEditor.tsx';
import { copied, findNames, type Misfit, type Paste, planClear, planFill, planPaste } from './clipboard.ts';
import { type Column, fieldsToRead, valueAt } from './columns.ts';
import { type Decision, Edits, type Question } from './edits.ts';
import { GroupedRows } from './groups.ts';
import { type ColumnActs, Head } from './Head.tsx';
import { sameValue } from './input.ts';
import { gutter } from './paint.ts';
import { Asked, Misfits } from './Questions.tsx';
import type { Item, Rows } from './rows.ts';
import { Foot, Status } from './Status.tsx';
import { labelIn, type Reader } from './text.ts';
import { parseTable } from './tsv.ts';
import { GridView } from './view.ts';
import { useGridWords } from './words.ts';
import './grid.css';
import './panels.css';

export interface GridProps extends ColumnActs {
  readonly object: ObjectInfo;
  readonly objects: readonly ObjectInfo[];
  readonly columns: readonly Column[];
  readonly frozen: number;
  readonly rows: Rows;
  readonly filter: unknown;
  /** What stands below the columns, by path. */
  readonly totals: Readonly<Record<string, unknown>>;
  readonly reader: Reader;
  readonly currency: string;
  readonly color: (item: Item) => string | null;
  readonly onOpen: (record: RecordData) => void;
  readonly onPeek: (record: RecordData) => void;
  /** Records were written: what is computed over all of them may have changed. */
  readonly onWritten: () => void;
  /** Takes every filter away. */
  readonly onClearFilter: () => void;
  /** What an empty list offers. */
  readonly nothing: ReactNode;
}

const rowHeight = 36;

/** The records of a list in rows and columns: read, walked, changed and filled like a spreadsheet. */
export function Grid(props: GridProps) {
  const { object, columns, frozen, rows, reader } = props;
  const say = useGridWords();
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const root = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<GridView | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const { edits, asked, decide } = useEdits(latest, view);
  const { misfits, onCopy, onPaste, decidePaste } = useClipboard(latest, view, edits);

  // biome-ignore lint/correctness/useExhaustiveDependencies: made once; what changes is set below
  useEffect(() => {
    const parts = { scroller: scroller.current, root: root.current, body: body.current };
    if (parts.scroller === null || parts.root === null || parts.body === null) return;
    const made = new GridView({
      scroller: parts.scroller,
      root: parts.root,
      body: parts.body,
      prefix: id,
      rows,
      look: lookOf(props, say),
      host: {
        open: (record) => latest.current.onOpen(record),
        peek: (record) => latest.current.onPeek(record),
        toggleGroup: (key) => {
          const { rows: now } = latest.current;
          if (now instanceof GroupedRows) now.toggle(key);
        },
        flip: (record, column) => {
          const before = valueAt(record, column.path);
          void edits.apply([{ id: record.id, column, before, after: before !== true }]);
        },
        clear: (rectangle) => void edits.apply(planClear(rectangle, latest.current.columns, made.itemAt)),
        fill: (rectangle) => void edits.apply(planFill(rectangle, latest.current.columns, made.itemAt)),
        undo: () => void edits.undo(),
        redo: () => void edits.redo(),
      },
    });
    setView(made);
    const stop = made.connect();
    return () => {
      stop();
      parts.body?.replaceChildren();
    };
  }, [edits]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what is drawn depends on these
  useEffect(() => view?.setLook(lookOf(props, say)), [view, columns, frozen, reader, props.color, say]);
  useEffect(() => {
    if (view !== null && view.rows !== rows) view.setRows(rows);
  }, [view, rows]);

  const width = gutter + columns.reduce((sum, column) => sum + column.width, 0);
  const total = useRowsState(rows);
  const state = useGridState(view);
  const rowOf = useCallback((record: string) => (view === null ? 0 : rowOfRecord(view, record)), [view]);
  return (
    <div className="hk-frame">
      <div className="hk-scroller" ref={scroller}>
        <div
          ref={root}
          role="grid"
          tabIndex={0}
          aria-label={say('grid', { name: labelIn(object.label, reader.language) })}
          aria-rowcount={rows.length + 1}
          aria-colcount={columns.length + 1}
          aria-multiselectable="true"
          aria-busy={!total.ready}
          className="hk-grid"
          style={{ width }}
          onCopy={onCopy}
          onCut={onCopy}
          onPaste={onPaste}
          onFocus={(event) => {
            if (event.target === root.current && state?.selection === null) view?.focus();
          }}
        >
          <Head
            {...props}
            language={reader.language}
            allChecked={state?.all ?? false}
            onCheckAll={(on) => (on ? view?.checkAll() : view?.uncheckAll())}
          />
          <div ref={body} role="rowgroup" className="hk-body" />
          {rows.length > 0 && columns.some((column) => column.total !== null) && (
            <Foot columns={columns} frozen={frozen} totals={props.totals} reader={reader} row={rows.length + 2} />
          )}
        </div>
        <div className="hk-over">
          {state?.editing != null && (
            <CellEditor
              key={`${state.editing.record.id} ${state.editing.cell.column}`}
              editing={state.editing}
              rowHeight={rowHeight}
              reader={reader}
              currency={props.currency}
              onCommit={(after, then) => {
                const editing = view?.state.editing;
                view?.endEdit(then);
                if (editing == null) return;
                const { record, column } = editing;
                const before = valueAt(record, column.path);
                const now = valueAt(rows.find(record.id) ?? record, column.path);
                // What somebody else wrote into this very cell meanwhile is a question, not to be written over.
                const since = sameValue(before, now) ? {} : { version: record.version };
                void edits.apply([{ id: record.id, column, before, after, ...since }]);
              }}
              onCancel={() => view?.endEdit('stay')}
            />
          )}
        </div>
        {total.failure !== null && (
          <div className="hk-none">
            <Failure error={total.failure} retry={() => rows.refresh()} />
          </div>
        )}
        {total.failure === null && total.ready && rows.length === 0 && (
          <div className="hk-none">
            {props.filter === undefined ? (
              props.nothing
            ) : (
              <Empty
                title={say('noRows')}
                actions={<Button onClick={props.onClearFilter}>{say('clearFilter')}</Button>}
              >
                {say('noRowsHint')}
              </Empty>
            )}
          </div>
        )}
      </div>
      <Status view={view} total={total.total} columns={columns} reader={reader} />
      {view !== null && (
        <BulkBar
          view={view}
          object={object}
          columns={columns}
          filter={props.filter}
          total={total.total}
          reader={reader}
          currency={props.currency}
          onWritten={() => {
            void rows.renew();
            props.onWritten();
          }}
        />
      )}
      {asked !== null && <Asked question={asked} reader={reader} rowOf={rowOf} onDecide={decide} />}
      {misfits !== null && (
        <Misfits misfits={misfits.list} fits={misfits.fits} reader={reader} onDecide={decidePaste} />
      )}
    </div>
  );
}

type Say = ReturnType<typeof useGridWords>;

function lookOf({ columns, frozen, reader, color }: GridProps, say: Say) {
  return {
    ...{ columns, frozen, rowHeight, reader, color },
    words: { row: say('row'), select: say('select'), empty: say('empty') },
  };
}

const noView = () => () => {};

function useGridState(view: GridView | null) {
  return useSyncExternalStore(view?.subscribe ?? noView, () => view?.state ?? null);
}

/** What React shows of the rows: how many there are, and whether they came. */
function useRowsState(rows: Rows): {
  readonly total: number | null;
  readonly ready: boolean;
  readonly failure: Error | null;
} {
  const kept = useRef({ total: rows.total, ready: rows.ready, failure: rows.failure, length: rows.length });
  return useSyncExternalStore(
    useCallback((listener: () => void) => rows.subscribe(listener), [rows]),
    () => {
      const { total, ready, failure, length } = rows;
      const was = kept.current;
      if (was.total !== total || was.ready !== ready || was.failure !== failure || was.length !== length)
        kept.current = { total, ready, failure, length };
      return kept.current;
    },
  );
}

/** Where a record stands among what is near the selection. */
function rowOfRecord(view: GridView, id: string): number {
  const near = view.state.selection?.focus.row ?? 0;
  for (let step = 0; step < 2_000; step++) {
    for (const row of [near - step, near + step]) {
      const item = row < 0 ? null : view.itemAt(row);
      if (item?.kind === 'record' && item.record.id === id) return row;
    }
  }
  return near;
}

/** The writer of this grid's changes, and what it asks. */
function useEdits(latest: { readonly current: GridProps }, view: GridView | null) {
  const say = useGridWords();
  const [asked, setAsked] = useState<Question | null>(null);
  const answer = useRef<(decision: Decision) => void>(() => {});
  const now = useRef({ say, view });
  now.current = { say, view };
  const { name } = latest.current.object;
  const edits = useMemo(
    () =>
      new Edits({
        object: name,
        rows: () => latest.current.rows,
        fields: () => fieldsToRead(latest.current.object, latest.current.columns, []),
        changedBy: latest.current.object.fields.some((field) => field.name === 'updatedBy') ? 'updatedBy' : null,
        ask: (question) =>
          new Promise((resolve) => {
            answer.current = resolve;
            setAsked(question);
          }),
        saved: (count, how) => {
          const { say: speak } = now.current;
          latest.current.onWritten();
          if (how === 'do' && count === 1) return;
          const word = how === 'undo' ? 'undone' : how === 'redo' ? 'redone' : 'saved';
          const action = { label: speak('undo'), run: () => void edits.undo() };
          toast(speak(word, { count }), how === 'undo' ? {} : { action });
        },
        failed: toastError,
        reachable,
        marked: () => now.current.view?.setMarks(edits.marks),
      }),
    [name, latest],
  );
  const decide = useCallback((decision: Decision) => {
    setAsked(null);
    answer.current(decision);
    now.current.view?.focus();
  }, []);
  return { edits, asked, decide };
}

function useClipboard(latest: { readonly current: GridProps }, view: GridView | null, edits: Edits) {
  const say = useGridWords();
  const [misfits, setMisfits] = useState<{ readonly list: readonly Misfit[]; readonly fits: number } | null>(null);
  const waiting = useRef<Paste | null>(null);

  const onCopy = (event: React.ClipboardEvent) => {
    const rectangle = view?.rectangle ?? null;
    if (view === null || rectangle === null || event.target instanceof HTMLInputElement) return;
    event.preventDefault();
    event.clipboardData.setData(
      'text/plain',
      copied(rectangle, latest.current.columns, view.itemAt, latest.current.reader),
    );
    if (event.type === 'cut') void edits.apply(planClear(rectangle, latest.current.columns, view.itemAt));
  };

  const write = (paste: Paste) => {
    const { top, left, bottom, right } = paste.rectangle;
    view?.select({ anchor: { row: top, column: left }, focus: { row: bottom, column: right } }, false);
    if (paste.outside > 0) toast(say('pasteOutside', { count: paste.outside }), { tone: 'failed' });
    void edits.apply(paste.changes);
  };

  const onPaste = (event: React.ClipboardEvent) => {
    const rectangle = view?.rectangle ?? null;
    if (view === null || rectangle === null || event.target instanceof HTMLInputElement) return;
    event.preventDefault();
    const { columns, rows, objects, currency } = latest.current;
    const table = parseTable(event.clipboardData.getData('text/plain'));
    const plan = planPaste(table, rectangle, columns, rows.length, view.itemAt, currency);
    findNames(plan, objects, (id) => rowOfRecord(view, id)).then((paste) => {
      if (paste.misfits.length > 0) {
        waiting.current = paste;
        setMisfits({ list: paste.misfits, fits: paste.changes.length });
      } else if (paste.changes.length === 0) toast(say('nothingFits'), { tone: 'failed' });
      else write(paste);
    }, toastError);
  };

  const decidePaste = (paste: boolean) => {
    const planned = waiting.current;
    waiting.current = null;
    setMisfits(null);
    view?.focus();
    if (paste && planned !== null) write(planned);
  };
  return { misfits, onCopy, onPaste, decidePaste };
}
