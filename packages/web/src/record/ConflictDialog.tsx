import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ObjectInfo } from '../data/api.ts';
import { useLabel } from '../data/metadata.ts';
import { recordQuery, type Values } from '../data/records.ts';
import { Button } from '../design/Button.tsx';
import { Sheet } from '../design/Sheet.tsx';
import { Value } from '../fields/FieldValue.tsx';
import { useCommon } from '../words/common.ts';
import styles from './conflict.module.css';
import { useConflict, useSave } from './save.ts';
import { useWords } from './words.ts';

/** Two people changed the same fields: each side by side, one click a field. */
export function ConflictDialog({ object, id }: { readonly object: ObjectInfo; readonly id: string }) {
  const say = useWords();
  const common = useCommon();
  const label = useLabel();
  const save = useSave(object);
  const { conflict } = useConflict();
  const record = useQuery(recordQuery(object.name, id)).data;
  const [mine, setMine] = useState<ReadonlySet<string>>(new Set());
  if (conflict === null || conflict.object !== object.name || conflict.id !== id || record === undefined) return null;
  const close = () => {
    useConflict.setState({ conflict: null });
    setMine(new Set());
  };
  const choose = (field: string, isMine: boolean) => {
    const next = new Set(mine);
    if (isMine) next.add(field);
    else next.delete(field);
    setMine(next);
  };
  const apply = async () => {
    const chosen = conflict.clashes
      .filter(({ field }) => mine.has(field))
      .map(({ field, mine: value }) => [field, value]);
    const changes: Values = { ...conflict.clear, ...Object.fromEntries(chosen) };
    close();
    if (Object.keys(changes).length > 0) await save(record, changes);
  };
  return (
    <Sheet open label={say('conflictTitle')} onClose={close}>
      <div className={styles.conflict}>
        <h2>{say('conflictTitle')}</h2>
        <p>{say('conflictHint')}</p>
        {conflict.clashes.map(({ field: name, before, mine: own, theirs }) => {
          const field = object.fields.find((one) => one.name === name);
          if (field === undefined) return null;
          const isMine = mine.has(name);
          return (
            <fieldset key={name}>
              <legend>{label(field.label)}</legend>
              <div className={styles.before}>
                {say('before')} <Value field={field} value={before} />
              </div>
              <div className={styles.sides}>
                <button type="button" aria-pressed={!isMine} onClick={() => choose(name, false)}>
                  <small>{say('theirs')}</small>
                  <Value field={{ ...field, type: plain(field.type) }} value={theirs} />
                </button>
                <button type="button" aria-pressed={isMine} onClick={() => choose(name, true)}>
                  <small>{say('mine')}</small>
                  <Value field={{ ...field, type: plain(field.type) }} value={own} />
                </button>
              </div>
            </fieldset>
          );
        })}
        <footer>
          <Button onClick={close}>{common('cancel')}</Button>
          <Button kind="primary" onClick={() => void apply()}>
            {say('saveChoice')}
          </Button>
        </footer>
      </div>
    </Sheet>
  );
}

/** Inside a button nothing leads elsewhere. */
function plain(type: string): string {
  return ['phone', 'email', 'url', 'relation', 'relations', 'department', 'file', 'image'].includes(type)
    ? 'text'
    : type;
}
