import { lazy, type ReactNode, Suspense, useLayoutEffect, useRef, useState } from 'react';
import type { FieldInfo } from '../data/api.ts';
import { Button } from '../design/Button.tsx';
import { Skeleton } from '../design/State.tsx';
import { type Choice, Choose, ChooseRecord, optionChoices } from './Choose.tsx';
import { valueAt } from './columns.ts';
import { isRelation, type Reason, readText, toShown } from './input.ts';
import { place } from './Popup.tsx';
import type { Editing } from './state.ts';
import { labelIn, type Reader, textOf } from './text.ts';
import { useGridWords } from './words.ts';

export type After = 'stay' | 'down' | 'right' | 'left';

interface CellEditorProps {
  readonly editing: Editing;
  readonly rowHeight: number;
  readonly reader: Reader;
  readonly currency: string;
  readonly onCommit: (value: unknown, then: After) => void;
  readonly onCancel: () => void;
}

const typed: ReadonlySet<string> = new Set([
  ...['text', 'number', 'decimal', 'percent', 'money', 'phone', 'email', 'url', 'date', 'dateTime'],
]);

/** What a cell is typed into, over the cell. */
export function CellEditor(props: CellEditorProps) {
  const { column } = props.editing;
  const { type } = column.field;
  if (typed.has(type)) return <Typed {...props} />;
  if (type === 'longText') return <Long {...props} />;
  if (type === 'option' || type === 'options' || isRelation(column.field)) return <Chosen {...props} />;
  return <Other {...props} />;
}

function Typed({ editing, rowHeight, reader, currency, onCommit, onCancel }: CellEditorProps) {
  const say = useGridWords();
  const { column, record, left, top } = editing;
  const { field } = column;
  const before = valueAt(record, column.path);
  const [text, setText] = useState(() => initialText(field, before, editing.typed, reader));
  const [reason, setReason] = useState<Reason | null>(null);
  const over = useRef(false);
  const input = useRef<HTMLInputElement>(null);
  // Before the next key comes.
  useLayoutEffect(() => {
    const element = input.current;
    element?.focus({ preventScroll: true });
    if (editing.typed === null) element?.select();
  }, [editing.typed]);
  const commit = (then: After, leaving = false) => {
    if (over.current) return;
    const read = readText(field, text);
    if (!read.ok && !leaving) {
      setReason(read.reason);
      return;
    }
    over.current = true;
    if (read.ok && text !== initialText(field, before, null, reader))
      onCommit(toShown(field, read.value, before, currency), then);
    else if (then === 'stay' || leaving) onCancel();
    else onCommit(before, then);
  };
  const kind = field.type === 'date' ? 'date' : field.type === 'dateTime' ? 'datetime-local' : 'text';
  return (
    <div className="hk-editor" style={{ left, top, minWidth: column.width, height: rowHeight }}>
      <input
        ref={input}
        type={kind}
        step={kind === 'datetime-local' ? 60 : undefined}
        inputMode={column.end ? 'decimal' : field.type === 'phone' ? 'tel' : undefined}
        aria-label={labelIn(column.label, reader.language)}
        aria-invalid={reason !== null}
        className={column.end ? 'end' : ''}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setReason(null);
        }}
        onBlur={() => commit('stay', true)}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.nativeEvent.isComposing) return;
          if (event.key === 'Enter') commit('down');
          else if (event.key === 'Tab') commit(event.shiftKey ? 'left' : 'right');
          else if (event.key === 'Escape') {
            over.current = true;
            onCancel();
          } else return;
          event.preventDefault();
        }}
      />
      {reason !== null && (
        <p className="hk-wrong" role="alert">
          {say(`reason_${reason}`)}
        </p>
      )}
    </div>
  );
}

function initialText(field: FieldInfo, value: unknown, given: string | null, reader: Reader): string {
  const picks = field.type === 'date' || field.type === 'dateTime';
  if (given !== null && !picks) return given;
  const text = textOf(field, value, reader, true);
  return field.type === 'dateTime' ? text.replace(' ', 'T') : text;
}

/** A panel over the cell, above everything. */
function Panel({
  editing,
  rowHeight,
  onLeave,
  children,
}: Pick<CellEditorProps, 'editing' | 'rowHeight'> & { readonly onLeave: () => void; readonly children: ReactNode }) {
  const panel = useRef<HTMLDivElement>(null);
  const anchor = useRef<HTMLDivElement>(null);
  const { left, top, column } = editing;
  useLayoutEffect(() => {
    const element = panel.current;
    if (element === null) return;
    element.showPopover();
    place(element, anchor.current);
    element.querySelector<HTMLElement>('input, textarea, [tabindex]')?.focus();
    const observer = new ResizeObserver(() => place(element, anchor.current));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <>
      <div
        ref={anchor}
        className="hk-editor anchor"
        style={{ left, top, width: column.width, height: rowHeight }}
        aria-hidden
      />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: only keeps keys from the grid */}
      <div
        ref={panel}
        popover="auto"
        className="hk-popup"
        style={{ minWidth: Math.max(column.width, 220) }}
        onKeyDown={(event) => event.stopPropagation()}
        onToggle={(event) => {
          if (event.newState === 'closed') onLeave();
        }}
      >
        {children}
      </div>
    </>
  );
}

function Long({ editing, rowHeight, reader, onCommit, onCancel }: CellEditorProps) {
  const { column, record } = editing;
  const before = String(valueAt(record, column.path) ?? '');
  const [text, setText] = useState(editing.typed ?? before);
  const over = useRef(false);
  const commit = (then: After) => {
    if (over.current) return;
    over.current = true;
    if (text === before && then === 'stay') onCancel();
    else onCommit(text.trim() === '' ? null : text, then);
  };
  return (
    <Panel editing={editing} rowHeight={rowHeight} onLeave={() => commit('stay')}>
      <textarea
        className="hk-long"
        aria-label={labelIn(column.label, reader.language)}
        value={text}
        rows={6}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === 'Enter' && !event.shiftKey && !event.altKey) commit('down');
          else if (event.key === 'Tab') commit(event.shiftKey ? 'left' : 'right');
          else if (event.key === 'Escape') {
            over.current = true;
            onCancel();
          } else return;
          event.preventDefault();
        }}
      />
    </Panel>
  );
}

function keysOf(field: FieldInfo, value: unknown): readonly string[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.map(String);
  if (isRelation(field) && typeof value === 'object' && 'id' in value) return [String(value.id)];
  return [String(value)];
}

function Chosen({ editing, rowHeight, reader, onCommit, onCancel }: CellEditorProps) {
  const say = useGridWords();
  const { column, record } = editing;
  const { field } = column;
  const before = valueAt(record, column.path);
  const [value, setValue] = useState(before);
  const several = field.type === 'options';
  const over = useRef(false);
  const commit = (next: unknown, then: After) => {
    if (over.current) return;
    over.current = true;
    if (next === before && then === 'stay') onCancel();
    else onCommit(next, then);
  };
  const choose = (choice: Choice) => {
    if (!several) return commit(choice.value, 'stay');
    const known = Array.isArray(value) ? value : [];
    const next = known.includes(choice.value) ? known.filter((one) => one !== choice.value) : [...known, choice.value];
    setValue(next.length === 0 ? null : next);
  };
  const leave = (how: 'escape' | 'tab' | 'backTab') => {
    if (how === 'escape' && !several) {
      over.current = true;
      onCancel();
    } else commit(value, how === 'tab' ? 'right' : how === 'backTab' ? 'left' : 'stay');
  };
  const parts = {
    label: labelIn(column.label, reader.language),
    chosen: keysOf(field, value),
    onChoose: choose,
    onLeave: leave,
    initial: editing.typed?.trim() ?? '',
  };
  return (
    <Panel editing={editing} rowHeight={rowHeight} onLeave={() => commit(value, 'stay')}>
      {isRelation(field) ? (
        <ChooseRecord {...parts} target={field.target} />
      ) : (
        <Choose {...parts} choices={optionChoices(field, reader.language)} />
      )}
      <div className="hk-foot-actions">
        {before !== null && !field.required && (
          <Button kind="quiet" size="small" onClick={() => commit(null, 'stay')}>
            {say('clear')}
          </Button>
        )}
        {several && (
          <Button kind="primary" size="small" onClick={() => commit(value, 'stay')}>
            {say('done')}
          </Button>
        )}
      </div>
    </Panel>
  );
}

const FieldEditor = lazy(() => import('./OtherEditor.tsx'));

/** The kinds that need more room: the form's editors, loaded when first used. */
function Other({ editing, rowHeight, onCommit, onCancel }: CellEditorProps) {
  const say = useGridWords();
  const { column, record } = editing;
  const [value, setValue] = useState(valueAt(record, column.path));
  return (
    <Panel editing={editing} rowHeight={rowHeight} onLeave={onCancel}>
      <div className="hk-other">
        <Suspense fallback={<Skeleton lines={2} />}>
          <FieldEditor field={column.field} value={value} onChange={setValue} />
        </Suspense>
        <div className="hk-foot-actions">
          <Button kind="quiet" size="small" onClick={onCancel}>
            {say('cancel')}
          </Button>
          <Button kind="primary" size="small" onClick={() => onCommit(value, 'stay')}>
            {say('apply')}
          </Button>
        </div>
      </div>
    </Panel>
  );
}
