import { useQueryClient } from '@tanstack/react-query';
import { ArrowRight, FileSpreadsheet, type LucideIcon, Rocket, Sparkles } from 'lucide-react';
import { useState } from 'react';
import { call } from '../../data/api.ts';
import { toast, toastError } from '../../design/toast.tsx';
import styles from './set-up.module.css';
import { useWords } from './words.ts';

/** What to see first: a sample company, one's own spreadsheet, or nothing yet. */
export function First({ onDone }: { readonly onDone: (to?: '/import-data') => Promise<void> }) {
  const say = useWords();
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  const seed = async () => {
    setBusy(true);
    try {
      const { records } = await call<{ records: number }>('POST', 'setup/demo');
      await queries.invalidateQueries();
      toast(say('seeded', { count: records }));
      await onDone();
    } catch (error) {
      toastError(error);
      setBusy(false);
    }
  };
  return (
    <div className={styles.form}>
      <h1>{say('firstTitle')}</h1>
      <p className={styles.hint}>{say('firstHint')}</p>
      <Choice icon={Sparkles} title={say('demo')} text={say('demoHint')} busy={busy} onClick={() => void seed()} />
      <Choice
        icon={FileSpreadsheet}
        title={say('import')}
        text={say('importHint')}
        busy={busy}
        onClick={() => void onDone('/import-data')}
      />
      <Choice icon={Rocket} title={say('empty')} text={say('emptyHint')} busy={busy} onClick={() => void onDone()} />
    </div>
  );
}

interface ChoiceProps {
  readonly icon: LucideIcon;
  readonly title: string;
  readonly text: string;
  readonly busy: boolean;
  readonly onClick: () => void;
}

function Choice({ icon: Glyph, title, text, busy, onClick }: ChoiceProps) {
  return (
    <button type="button" className={styles.choice} disabled={busy} onClick={onClick}>
      <span className={styles.glyph}>
        <Glyph size={20} />
      </span>
      <span>
        <b>{title}</b>
        <span>{text}</span>
      </span>
      <ArrowRight size={16} />
    </button>
  );
}
