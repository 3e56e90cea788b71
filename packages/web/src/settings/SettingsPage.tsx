import { useQueryClient } from '@tanstack/react-query';
import { Select } from 'antd';
import { useMemo } from 'react';
import { useSpeak } from '../app/commands.ts';
import { prefer, type Scheme, usePreferences } from '../app/preferences.ts';
import { call } from '../data/api.ts';
import { useMe } from '../data/session.ts';
import { Avatar } from '../design/Avatar.tsx';
import { Kbd } from '../design/Kbd.tsx';
import { PageHead } from '../design/PageHead.tsx';
import { Segments } from '../design/Segments.tsx';
import { toast, toastError } from '../design/toast.tsx';
import { spoken } from '../words/index.ts';
import { Row, Section } from './parts.tsx';
import { Security } from './Security.tsx';
import styles from './settings.module.css';
import { useWords } from './words.ts';

/** What a user sets for themselves. */
export function SettingsPage() {
  const say = useWords();
  const me = useMe();
  const { scheme } = usePreferences();
  const speak = useSpeak();
  if (me === null) return null;
  return (
    <>
      <PageHead title={say('title')} />
      <div className={styles.page}>
        <Section title={say('account')}>
          <div className={styles.person}>
            <Avatar name={me.name} size={44} />
            <div>
              <b>{me.name}</b>
              <span>
                {me.email} · {typeof me.department?.name === 'string' ? me.department.name : say('none')}
              </span>
              <span>{say('managed')}</span>
            </div>
          </div>
        </Section>
        <Section title={say('general')}>
          <Row label={say('language')} hint={say('languageHint')}>
            <Segments
              label={say('language')}
              value={spoken()}
              onChange={(language) => void speak(language)}
              options={[
                { value: 'zh', label: '中文' },
                { value: 'en', label: 'English' },
              ]}
            />
          </Row>
          <Row label={say('scheme')}>
            <Segments<Scheme>
              label={say('scheme')}
              value={scheme}
              onChange={(chosen) => prefer({ scheme: chosen })}
              options={[
                { value: 'light', label: say('light') },
                { value: 'dark', label: say('dark') },
                { value: 'system', label: say('system') },
              ]}
            />
          </Row>
          <Row label={say('zone')} hint={say('zoneHint')}>
            <Zone />
          </Row>
        </Section>
        <Security />
        <Section title={say('shortcuts')}>
          <Row label={say('palette')}>
            <span className={styles.keys}>
              <Kbd keys="mod+k" />
              <Kbd keys="/" />
            </span>
          </Row>
          <Row label={say('createNew')}>
            <Kbd keys="c" />
          </Row>
          <Row label={say('foldNav')}>
            <Kbd keys="[" />
          </Row>
        </Section>
      </div>
    </>
  );
}

function offset(zone: string): string {
  const parts = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts(0);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
}

function Zone() {
  const say = useWords();
  const me = useMe();
  const queries = useQueryClient();
  const zones = useMemo(
    () =>
      Intl.supportedValuesOf('timeZone').map((zone) => ({
        value: zone,
        label: `${zone.replaceAll('_', ' ')} (${offset(zone)})`,
      })),
    [],
  );
  if (me === null) return null;
  const save = async (timeZone: string) => {
    try {
      await call('PATCH', `records/user/${me.id}`, { timeZone });
      await queries.invalidateQueries();
      toast(say('saved'));
    } catch (error) {
      toastError(error);
    }
  };
  const known = zones.some(({ value }) => value === me.timeZone);
  return (
    <Select
      className={styles.zone ?? ''}
      showSearch={{ optionFilterProp: 'label' }}
      aria-label={say('zone')}
      value={me.timeZone}
      options={known ? zones : [{ value: me.timeZone, label: me.timeZone }, ...zones]}
      onChange={(zone) => void save(zone)}
    />
  );
}
