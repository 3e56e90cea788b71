import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { call, get } from '../data/api.ts';
import { useZone } from '../data/session.ts';
import { Button } from '../design/Button.tsx';
import { Failure, Notice, Skeleton } from '../design/State.tsx';
import { TextField } from '../design/TextField.tsx';
import { toast, toastError } from '../design/toast.tsx';
import { timeText } from '../fields/time.ts';
import { Row, Section } from './parts.tsx';
import styles from './settings.module.css';
import { useWords } from './words.ts';

export function Security() {
  const say = useWords();
  return (
    <>
      <Section title={say('password')}>
        <Password />
      </Section>
      <Section title={say('sessions')}>
        <Sessions />
      </Section>
    </>
  );
}

function Password() {
  const say = useWords();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [wrong, setWrong] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const change = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setWrong(null);
    try {
      await call('POST', 'me/password', { current, next });
      setCurrent('');
      setNext('');
      toast(say('changed'));
    } catch (error) {
      setWrong(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className={styles.password} onSubmit={change}>
      {wrong !== null && <Notice tone="danger">{wrong}</Notice>}
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
        minLength={8}
        value={next}
        onChange={(event) => setNext(event.target.value)}
      />
      <div>
        <Button type="submit" busy={busy}>
          {say('change')}
        </Button>
      </div>
    </form>
  );
}

interface SessionInfo {
  readonly id: string;
  readonly userAgent?: string | null;
  readonly ip?: string | null;
  readonly seenAt?: string;
  readonly current: boolean;
}

/** A browser's own name for itself, in two words. */
function deviceOf(agent: string | null | undefined): string | null {
  if (!agent) return null;
  const browser = /(Edg|OPR|Firefox|Chrome|Safari)\//.exec(agent)?.[1]?.replace('Edg', 'Edge').replace('OPR', 'Opera');
  const system = /(Windows|Macintosh|iPhone|iPad|Android|Linux)/.exec(agent)?.[1]?.replace('Macintosh', 'macOS');
  return [browser, system].filter(Boolean).join(' · ') || agent.slice(0, 40);
}

function Sessions() {
  const say = useWords();
  const zone = useZone();
  const queries = useQueryClient();
  const sessions = useQuery({
    queryKey: ['sessions'],
    queryFn: () => get<{ data: readonly SessionInfo[] }>('me/sessions'),
  });
  const end = async (id: string) => {
    try {
      await call('DELETE', `me/sessions/${id}`);
      await queries.invalidateQueries({ queryKey: ['sessions'] });
      toast(say('ended'));
    } catch (error) {
      toastError(error);
    }
  };
  if (sessions.isError) return <Failure error={sessions.error} retry={() => void sessions.refetch()} />;
  if (sessions.isPending) return <Skeleton lines={2} />;
  return sessions.data.data.map(({ id, userAgent, ip, seenAt, current }) => (
    <Row
      key={id}
      label={deviceOf(userAgent) ?? say('unknown')}
      hint={[ip, seenAt === undefined ? null : say('lastSeen', { time: timeText(seenAt, zone) })]
        .filter(Boolean)
        .join(' · ')}
    >
      {current ? (
        <small>{say('here')}</small>
      ) : (
        <Button size="small" onClick={() => void end(id)}>
          {say('end')}
        </Button>
      )}
    </Row>
  ));
}
