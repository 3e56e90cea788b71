import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { call } from '../../data/api.ts';
import type { Unfinished as Session } from '../../data/session.ts';
import { Button } from '../../design/Button.tsx';
import { Failure, Notice, Skeleton } from '../../design/State.tsx';
import { TextField } from '../../design/TextField.tsx';
import styles from './sign-in.module.css';
import { useWords } from './words.ts';

// The steps that a sign-in may still owe, one after the other: a second factor, a new password.

interface StepProps {
  readonly onDone: () => Promise<void>;
}

export function Unfinished({ steps, onDone }: StepProps & { readonly steps: Session['pending'] }) {
  const say = useWords();
  const leave = async () => {
    await call('POST', 'auth/sign-out');
    await onDone();
  };
  return (
    <>
      {steps.includes('otp') ? (
        <Code onDone={onDone} />
      ) : steps.includes('password') ? (
        <NewPassword onDone={onDone} />
      ) : (
        <Enrol onDone={onDone} />
      )}
      <div className={styles.form}>
        <Button kind="quiet" className={styles.leave ?? ''} onClick={() => void leave()}>
          {say('leave')}
        </Button>
      </div>
    </>
  );
}

interface FormProps {
  readonly title: string;
  readonly hint: string;
  readonly send: () => Promise<unknown>;
  readonly children: ReactNode;
}

function StepForm({ title, hint, send, children }: FormProps) {
  const say = useWords();
  const sending = useMutation({ mutationFn: send });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    sending.mutate();
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <h1>{title}</h1>
      <p className={styles.hint}>{hint}</p>
      {sending.isError && <Notice tone="danger">{sending.error.message}</Notice>}
      {children}
      <Button kind="primary" size="large" type="submit" wide busy={sending.isPending}>
        {say('confirm')}
      </Button>
    </form>
  );
}

function CodeField({ value, onChange }: { readonly value: string; readonly onChange: (value: string) => void }) {
  const say = useWords();
  return (
    <TextField
      label={say('code')}
      inputMode="numeric"
      autoComplete="one-time-code"
      required
      autoFocus
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

function Code({ onDone }: StepProps) {
  const say = useWords();
  const [otp, setOtp] = useState('');
  const send = async () => {
    await call('POST', 'me/second-factor/verify', { otp });
    await onDone();
  };
  return (
    <StepForm title={say('otpTitle')} hint={say('codeHint')} send={send}>
      <CodeField value={otp} onChange={setOtp} />
    </StepForm>
  );
}

function NewPassword({ onDone }: StepProps) {
  const say = useWords();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const send = async () => {
    await call('POST', 'me/password', { current, next });
    await onDone();
  };
  return (
    <StepForm title={say('newPasswordTitle')} hint={say('newPasswordHint')} send={send}>
      <TextField
        label={say('current')}
        type="password"
        autoComplete="current-password"
        required
        value={current}
        onChange={(event) => setCurrent(event.target.value)}
      />
      <TextField
        label={say('next')}
        hint={say('passwordHint')}
        type="password"
        autoComplete="new-password"
        required
        value={next}
        onChange={(event) => setNext(event.target.value)}
      />
    </StepForm>
  );
}

function Enrol({ onDone }: StepProps) {
  const say = useWords();
  const [otp, setOtp] = useState('');
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  // Asking anew would make another secret.
  const enrolment = useQuery({
    queryKey: ['enrolment'],
    queryFn: () => call<{ secret: string; uri: string }>('POST', 'me/second-factor'),
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });
  if (enrolment.isError) return <Failure error={enrolment.error} />;
  if (codes !== null)
    return (
      <div className={styles.form}>
        <h1>{say('recovery')}</h1>
        <p className={styles.hint}>{say('recoveryHint')}</p>
        <ul className={`${styles.secret} ${styles.codes}`}>
          {codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ul>
        <Button kind="primary" size="large" wide onClick={() => void onDone()}>
          {say('saved')}
        </Button>
      </div>
    );
  const send = async () => {
    setCodes(
      (await call<{ recoveryCodes: readonly string[] }>('POST', 'me/second-factor/confirm', { otp })).recoveryCodes,
    );
  };
  return (
    <StepForm title={say('enrolTitle')} hint={say('enrolHint')} send={send}>
      {enrolment.isPending ? (
        <Skeleton lines={2} />
      ) : (
        <>
          <section className={styles.secret} aria-label={say('secret')}>
            {enrolment.data.secret.replace(/(.{4})/g, '$1 ')}
          </section>
          <a href={enrolment.data.uri}>{say('openApp')}</a>
        </>
      )}
      <CodeField value={otp} onChange={setOtp} />
    </StepForm>
  );
}
