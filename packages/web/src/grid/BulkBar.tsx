import { Pencil, Trash2, X } from 'lucide-react';
import { useRef, useState, useSyncExternalStore } from 'react';
import type { ObjectInfo } from '../data/api.ts';
import { Button } from '../design/Button.tsx';
import { toast, toastError } from '../design/toast.tsx';
import { bulk, everyId, type Progress, restore } from './bulk.ts';
import { Choose, ChooseRecord, optionChoices } from './Choose.tsx';
import type { Column } from './columns.ts';
import { isRelation, readText, toWritten } from './input.ts';
import { Popup } from './Popup.tsx';
import { labelIn, type Reader } from './text.ts';
import type { GridView } from './view.ts';
import { useGridWords } from './words.ts';

interface BulkBarProps {
  readonly view: GridView;
  readonly object: ObjectInfo;
  readonly columns: readonly Column[];
  readonly filter: unknown;
  readonly total: number | null;
  readonly reader: Reader;
  readonly currency: string;
  readonly onWritten: () => void;
}

const restoredAtOnce = 5_000;

/** What can be done to the rows that are ticked, all of them at once. */
export function BulkBar({ view, object, columns, filter, total, reader, onWritten }: BulkBarProps) {
  const say = useGridWords();
  const state = useSyncExternalStore(view.subscribe, () => view.state);
  const [progress, setProgress] = useState<Progress | null>(null);
  const stop = useRef(new AbortController());
  const count = state.all ? (total ?? 0) : state.checked.size;
  if (count === 0 && progress === null) return null;
  const format = (number: number) => number.toLocaleString(reader.language === 'en' ? 'en-GB' : 'zh-CN');

  const run = async (method: 'PATCH' | 'DELETE', values: Readonly<Record<string, unknown>>) => {
    stop.current = new AbortController();
    const { signal } = stop.current;
    const ids = state.all ? everyId(object.name, filter, signal) : [[...state.checked]];
    setProgress({ done: 0, total: count, failed: 0, why: null });
    try {
      const { progress: end, changed } = await bulk(object.name, method, ids, count, values, setProgress, signal);
      if (changed.length > 0) {
        const back = () => void restore(object.name, changed).then(onWritten, toastError);
        const undo = method === 'DELETE' && changed.length <= restoredAtOnce;
        const word = method === 'DELETE' ? 'bulkDeleted' : 'bulkDone';
        toast(say(word, { count: format(changed.length) }), undo ? { action: { label: say('undo'), run: back } } : {});
      }
      if (end.failed > 0)
        toast(say('bulkPart', { failed: format(end.failed), why: end.why ?? '' }), { tone: 'failed' });
    } catch (error) {
      toastError(error);
    }
    setProgress(null);
    view.uncheckAll();
    onWritten();
  };

  if (progress !== null)
    return (
      <div className="hk-bulk" role="status">
        <progress value={progress.done} max={progress.total} aria-label={say('bulkEdit')} />
        {say('progress', { done: format(progress.done), total: format(progress.total) })}
        <Button size="small" onClick={() => stop.current.abort()}>
          {say('stop')}
        </Button>
      </div>
    );
  return (
    <section className="hk-bulk" aria-label={say('selected', { count })}>
      <b>{say(state.all ? 'selectedAll' : 'selected', { count: format(count) })}</b>
      {!state.all && total !== null && total > count && (
        <Button kind="quiet" size="small" onClick={() => view.checkAll()}>
          {say('selectEvery', { count: format(total) })}
        </Button>
      )}
      {object.may.update && (
        <Popup
          label={say('bulkEdit')}
          trigger={(button) => (
            <Button {...button} size="small" icon={Pencil}>
              {say('bulkEdit')}
            </Button>
          )}
        >
          {(close) => (
            <BulkForm
              columns={columns.filter((column) => column.editable)}
              count={count}
              reader={reader}
              onApply={(values) => {
                close();
                void run('PATCH', values);
              }}
            />
          )}
        </Popup>
      )}
      {object.may.delete && (
        <Popup
          label={say('bulkDelete')}
          trigger={(button) => (
            <Button {...button} size="small" kind="danger" icon={Trash2}>
              {say('bulkDelete')}
            </Button>
          )}
        >
          {(close) => (
            <div className="hk-form">
              <p>{say('bulkConfirm', { count: format(count) })}</p>
              <div className="hk-foot-actions">
                <Button onClick={close}>{say('cancel')}</Button>
                <Button
                  kind="danger"
                  onClick={() => {
                    close();
                    void run('DELETE', {});
                  }}
                >
                  {say('bulkDelete')}
                </Button>
              </div>
            </div>
          )}
        </Popup>
      )}
      <Button kind="quiet" size="small" icon={X} aria-label={say('unselect')} onClick={() => view.uncheckAll()} />
    </section>
  );
}

interface BulkFormProps {
  readonly columns: readonly Column[];
  readonly count: number;
  readonly reader: Reader;
  readonly onApply: (values: Readonly<Record<string, unknown>>) => void;
}

function BulkForm({ columns, count, reader, onApply }: BulkFormProps) {
  const say = useGridWords();
  const [path, setPath] = useState(columns[0]?.path ?? '');
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState<unknown>(undefined);
  const column = columns.find((one) => one.path === path);
  if (column === undefined) return <p>{say('readOnly')}</p>;
  const { field } = column;
  const label = labelIn(column.label, reader.language);
  const picks = field.type === 'option' || field.type === 'boolean' || isRelation(field);
  const read = readText(field, text);
  const value = picks ? chosen : read.ok ? read.value : undefined;
  return (
    <form
      className="hk-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (value !== undefined) onApply({ [path]: toWritten(field, value) });
      }}
    >
      <label>
        {say('bulkField')}
        <select
          value={path}
          onChange={(event) => {
            setPath(event.target.value);
            setText('');
            setChosen(undefined);
          }}
        >
          {columns.map((one) => (
            <option key={one.path} value={one.path}>
              {labelIn(one.label, reader.language)}
            </option>
          ))}
        </select>
      </label>
      {field.type === 'option' ? (
        <Choose
          label={label}
          choices={optionChoices(field, reader.language)}
          chosen={typeof chosen === 'string' ? [chosen] : []}
          onChoose={(choice) => setChosen(choice.value)}
        />
      ) : isRelation(field) ? (
        <ChooseRecord
          label={label}
          target={field.target}
          chosen={typeof chosen === 'object' && chosen !== null && 'id' in chosen ? [String(chosen.id)] : []}
          onChoose={(choice) => setChosen(choice.value)}
        />
      ) : field.type === 'boolean' ? (
        <label>
          {say('bulkValue')}
          <select
            value={chosen === undefined ? '' : String(chosen)}
            onChange={(event) => setChosen(event.target.value === 'true')}
          >
            <option value="" disabled />
            <option value="true">✓</option>
            <option value="false">✗</option>
          </select>
        </label>
      ) : (
        <label>
          {say('bulkValue')}
          <input
            type={field.type === 'date' ? 'date' : field.type === 'dateTime' ? 'datetime-local' : 'text'}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
      )}
      {!read.ok && text !== '' && <p className="hk-wrong">{say(`reason_${read.reason}`)}</p>}
      <div className="hk-foot-actions">
        <Button kind="primary" type="submit" disabled={value === undefined}>
          {say('bulkApply', { count })}
        </Button>
      </div>
    </form>
  );
}
