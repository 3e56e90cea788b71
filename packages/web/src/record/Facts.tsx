import { Pencil } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { type FieldInfo, type ObjectInfo, type RecordData, Refusal, Unreachable } from '../data/api.ts';
import { useLabel } from '../data/metadata.ts';
import { Button } from '../design/Button.tsx';
import { toastError } from '../design/toast.tsx';
import { Editor } from '../fields/FieldEditor.tsx';
import { Value } from '../fields/FieldValue.tsx';
import { isEmpty } from '../fields/text.ts';
import { isEditable } from '../fields/written.ts';
import { useCommon } from '../words/common.ts';
import styles from './Facts.module.css';
import { same } from './merge.ts';
import { useSave } from './save.ts';
import { useWords } from './words.ts';

// The fields of a record, each edited where it stands: click or Enter, then Enter or leave to save, Escape to leave it.

/** Types that need the whole width. */
const broad: ReadonlySet<string> = new Set(['longText', 'richText', 'table', 'file', 'image']);
/** Types in whose editors Enter, or leaving the box for a moment, belongs to the editing. */
const explicit: ReadonlySet<string> = new Set([
  ...['richText', 'table', 'file', 'image', 'address', 'geo', 'money', 'options', 'relations', 'cascade'],
  ...['date', 'dateTime'],
]);
/** Types that are saved with the choice itself. */
const instant: ReadonlySet<string> = new Set(['boolean', 'option', 'relation', 'user', 'department']);

const hidden: ReadonlySet<string> = new Set(['id', 'version', 'deletedAt']);

export function Facts({ object, record }: { readonly object: ObjectInfo; readonly record: RecordData }) {
  const say = useWords();
  const fields = object.fields.filter((field) => !hidden.has(field.name));
  const own = fields.filter((field) => !field.system);
  const system = fields.filter((field) => field.system);
  const frozen = !object.may.update || !isEmpty(record.deletedAt);
  const fact = (field: FieldInfo) => (
    <Fact key={field.name} object={object} record={record} field={field} frozen={frozen} />
  );
  return (
    <div className={styles.facts}>
      <dl>{own.filter((field) => !broad.has(field.type)).map(fact)}</dl>
      <dl>{own.filter((field) => broad.has(field.type)).map(fact)}</dl>
      <details className={styles.system}>
        <summary>{say('system')}</summary>
        <dl>{system.map(fact)}</dl>
      </details>
    </div>
  );
}

interface FactProps {
  readonly object: ObjectInfo;
  readonly record: RecordData;
  readonly field: FieldInfo;
  readonly frozen: boolean;
}

function Fact({ object, record, field, frozen }: FactProps) {
  const say = useWords();
  const label = useLabel();
  const [editing, setEditing] = useState(false);
  const place = useRef<HTMLButtonElement>(null);
  const value = record[field.name];
  const may = !frozen && isEditable(field);
  const done = () => {
    setEditing(false);
    // The next Enter edits again, the next Tab goes on.
    requestAnimationFrame(() => place.current?.focus());
  };
  return (
    <div className={`${styles.fact} ${broad.has(field.type) ? styles.broad : ''}`} data-field={field.name}>
      <dt>{label(field.label)}</dt>
      <dd className={editing ? styles.editing : undefined}>
        {editing ? (
          <InPlace object={object} record={record} field={field} onDone={done} />
        ) : (
          <>
            <div className={isEmpty(value) ? styles.empty : styles.value}>
              <Value field={field} value={value} />
            </div>
            {may && (
              // The whole line is for the pointer; links inside the value stay links, since they lie above.
              <button
                ref={place}
                type="button"
                className={styles.pencil}
                aria-label={say('editField', { field: label(field.label) })}
                onClick={() => setEditing(true)}
              >
                <Pencil size={13} />
              </button>
            )}
          </>
        )}
      </dd>
    </div>
  );
}

function InPlace({ object, record, field, onDone }: Omit<FactProps, 'frozen'> & { readonly onDone: () => void }) {
  const common = useCommon();
  const save = useSave(object);
  // As it was when the editing began: what somebody else writes here meanwhile is met at the saving.
  const [begun] = useState(record);
  const before = begun[field.name];
  const [value, setValue] = useState<unknown>(before);
  const [wrong, setWrong] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const box = useRef<HTMLDivElement>(null);

  useEffect(() => {
    box.current?.querySelector<HTMLElement>('input, textarea, [contenteditable=true], button[role=switch]')?.focus();
  }, []);

  const keep = async (next: unknown) => {
    if (busy) return;
    if (same(next, before)) return onDone();
    const from = same(record[field.name], before) ? record : begun;
    // A choice needs no correction: it is on the screen at once, and told if the server has another opinion.
    if (instant.has(field.type)) {
      onDone();
      return void save(from, { [field.name]: next ?? null }).catch(toastError);
    }
    setBusy(true);
    try {
      await save(from, { [field.name]: next ?? null });
      onDone();
    } catch (error) {
      // What was typed stays in the editor.
      setBusy(false);
      if (error instanceof Unreachable) setWrong(error.message);
      else if (error instanceof Refusal) setWrong(error.at(field.name) ?? error.message);
      else throw error;
    }
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      onDone();
    }
    const isSave = event.key === 'Enter' && !event.nativeEvent.isComposing;
    const byModifier = event.metaKey || event.ctrlKey;
    if (
      isSave &&
      (byModifier || (!explicit.has(field.type) && !instant.has(field.type) && field.type !== 'longText'))
    ) {
      event.preventDefault();
      void keep(value);
    }
  };
  const isExplicit = explicit.has(field.type);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are the editor's own, heard as they rise
    <div
      ref={box}
      className={styles.inPlace}
      onKeyDown={pressed}
      onBlur={(event) => {
        const stays = event.currentTarget.contains(event.relatedTarget) || isExplicit || instant.has(field.type);
        if (!stays) void keep(value);
      }}
    >
      <Editor
        field={field}
        value={value}
        eager
        onChange={(next) => {
          setValue(next);
          setWrong(null);
          if (instant.has(field.type)) void keep(next);
        }}
      />
      {wrong !== null && (
        <p className={styles.wrong} role="alert">
          {wrong}
        </p>
      )}
      {(isExplicit || instant.has(field.type)) && (
        <div className={styles.buttons}>
          <Button size="small" kind="quiet" onClick={onDone}>
            {common('cancel')}
          </Button>
          {isExplicit && (
            <Button size="small" kind="primary" busy={busy} onClick={() => void keep(value)}>
              {common('save')}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}
