import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useRouter, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { safeTarget } from '../../app/target.ts';
import { call, Refusal } from '../../data/api.ts';
import { isUnfinished, sessionChanged, sessionQuery } from '../../data/session.ts';
import { Button } from '../../design/Button.tsx';
import { Notice } from '../../design/State.tsx';
import { TextField } from '../../design/TextField.tsx';
import { Door } from '../Door.tsx';
import styles from './sign-in.module.css';
import { Unfinished } from './Unfinished.tsx';
import { problemText, useWords } from './words.ts';

/** The door: e-mail and password, a one-time code where it is due, or the company's own sign-in. */
export function SignInPage() {
  const say = useWords();
  const { portal, problem, to } = useSearch({ from: '/sign-in' });
  const session = useQuery(sessionQuery).data;
  const queries = useQueryClient();
  const router = useRouter();
  const go = useNavigate();
  const enter = async () => {
    const { me } = await sessionChanged(queries);
    if (me !== null && !isUnfinished(me)) await go({ href: safeTarget(to), replace: true });
    else await router.invalidate();
  };
  const me = session?.me ?? null;
  return (
    <Door portal={portal === true}>
      {isUnfinished(me) ? (
        <Unfinished steps={me.pending} onDone={enter} />
      ) : (
        <SignInForm
          portal={portal === true}
          problem={problem === undefined ? null : problemText(problem, say)}
          onDone={enter}
        />
      )}
      {session?.singleSignOn === true && me === null && portal !== true && (
        <>
          <p className={styles.or}>{say('or')}</p>
          <Button
            wide
            size="large"
            onClick={() =>
              location.assign(`/api/v1/auth/single-sign-on?returnTo=${encodeURIComponent(safeTarget(to))}`)
            }
          >
            {say('singleSignOn')}
          </Button>
        </>
      )}
    </Door>
  );
}

interface SignInFormProps {
  readonly portal: boolean;
  readonly problem: string | null;
  readonly onDone: () => Promise<void>;
}

function SignInForm({ portal, problem, onDone }: SignInFormProps) {
  const say = useWords();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [otp, setOtp] = useState('');
  const [refusal, setRefusal] = useState<Error | null>(null);
  const [sending, setSending] = useState(false);
  const asksCode = refusal instanceof Refusal && refusal.code === 'auth.otpRequired';
  const [codeDue, setCodeDue] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setSending(true);
    try {
      await call('POST', 'auth/sign-in', { email, password, ...(otp === '' ? {} : { otp }) });
      await onDone();
    } catch (error) {
      const wrong = error instanceof Error ? error : new Error(String(error));
      setRefusal(wrong);
      if (wrong instanceof Refusal && wrong.code === 'auth.otpRequired') setCodeDue(true);
    } finally {
      setSending(false);
    }
  };
  return (
    <form onSubmit={submit} className={styles.form}>
      <h1>{say(portal ? 'portalTitle' : 'title')}</h1>
      <p className={styles.hint}>{say(portal ? 'portalHint' : 'hint')}</p>
      {refusal !== null && !asksCode && (
        <Notice tone="danger">{refusal instanceof Refusal ? refusal.message : say('unreachable')}</Notice>
      )}
      {refusal === null && problem !== null && <Notice tone="danger">{problem}</Notice>}
      <TextField
        label={say('email')}
        type="email"
        autoComplete="username"
        required
        autoFocus
        value={email}
        onChange={(event) => setEmail(event.target.value)}
      />
      <TextField
        label={say('password')}
        type="password"
        autoComplete="current-password"
        required
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      {codeDue && (
        <TextField
          label={say('code')}
          hint={say('codeHint')}
          inputMode="numeric"
          autoComplete="one-time-code"
          required
          autoFocus
          value={otp}
          onChange={(event) => setOtp(event.target.value)}
        />
      )}
      <Button kind="primary" size="large" type="submit" wide busy={sending}>
        {say('signIn')}
      </Button>
    </form>
  );
}
