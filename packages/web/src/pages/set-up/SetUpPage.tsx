import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { call, Refusal } from '../../data/api.ts';
import { sessionChanged } from '../../data/session.ts';
import { Button } from '../../design/Button.tsx';
import { Notice } from '../../design/State.tsx';
import { ChoiceField, TextField } from '../../design/TextField.tsx';
import { type Language, speak, spoken } from '../../words/index.ts';
import { Door } from '../Door.tsx';
import { First } from './First.tsx';
import styles from './set-up.module.css';
import { useWords } from './words.ts';

// The first start: who looks after this house, what the company is called, and what it counts in. Then what to see first.

const currencies = ['CNY', 'HKD', 'TWD', 'USD', 'EUR', 'GBP', 'JPY', 'SGD'] as const;

export function SetUpPage() {
  const [done, setDone] = useState(false);
  const go = useNavigate();
  return (
    <Door wide>
      {done ? (
        <First onDone={(to) => go({ to: to ?? '/', replace: true })} />
      ) : (
        <SetUpForm onDone={() => setDone(true)} />
      )}
    </Door>
  );
}

function currencyNames(language: Language) {
  const names = new Intl.DisplayNames(language === 'zh' ? 'zh-CN' : 'en', { type: 'currency' });
  return currencies.map((value) => ({ value, label: `${names.of(value) ?? value} (${value})` }));
}

function SetUpForm({ onDone }: { readonly onDone: () => void }) {
  const say = useWords();
  const queries = useQueryClient();
  const [values, setValues] = useState({ code: '', name: '', email: '', password: '', company: '', currency: 'CNY' });
  const [sending, setSending] = useState(false);
  const [refusal, setRefusal] = useState<Error | null>(null);
  const set = (key: keyof typeof values) => (value: string) => setValues((all) => ({ ...all, [key]: value }));
  const field = (key: keyof typeof values) => ({
    value: values[key],
    error: refusal instanceof Refusal ? refusal.at(key) : undefined,
    onChange: (event: { readonly target: { readonly value: string } }) => set(key)(event.target.value),
  });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setSending(true);
    setRefusal(null);
    const { currency, ...administrator } = values;
    try {
      await call('POST', 'setup', administrator);
      const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
      // Refused where the browser's zone is one that the server doesn't know: the company's default stays.
      await call('POST', 'metadata/apply', { settings: [{ name: 'company', language: spoken(), currency, timeZone }] });
      await sessionChanged(queries);
      onDone();
    } catch (error) {
      const { me } = await sessionChanged(queries).catch(() => ({ me: null }));
      // The administrator is there: what else is wrong can be set later.
      if (me !== null) onDone();
      else setRefusal(error instanceof Error ? error : new Error(String(error)));
    } finally {
      setSending(false);
    }
  };
  const named = refusal instanceof Refusal && Object.keys(values).some((key) => refusal.at(key) !== undefined);
  return (
    <form onSubmit={submit} className={styles.form}>
      <h1>{say('title')}</h1>
      <p className={styles.hint}>{say('hint')}</p>
      {refusal !== null && !named && <Notice tone="danger">{refusal.message}</Notice>}
      <TextField
        label={say('code')}
        hint={say('codeHint')}
        required
        autoFocus
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
        {...field('code')}
      />
      <div className={styles.two}>
        <TextField label={say('company')} required autoComplete="organization" {...field('company')} />
        <ChoiceField
          label={say('currency')}
          value={values.currency}
          onChange={set('currency')}
          options={currencyNames(spoken())}
        />
      </div>
      <div className={styles.two}>
        <TextField label={say('name')} required autoComplete="name" {...field('name')} />
        <ChoiceField
          label={say('language')}
          value={spoken()}
          onChange={(value) => speak(value === 'en' ? 'en' : 'zh')}
          options={[
            { value: 'zh', label: '中文' },
            { value: 'en', label: 'English' },
          ]}
        />
      </div>
      <TextField label={say('email')} type="email" required autoComplete="username" {...field('email')} />
      <TextField
        label={say('password')}
        hint={say('passwordHint')}
        type="password"
        required
        minLength={8}
        autoComplete="new-password"
        {...field('password')}
      />
      <Button kind="primary" size="large" type="submit" wide busy={sending}>
        {say('create')}
      </Button>
    </form>
  );
}
