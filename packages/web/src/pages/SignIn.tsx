import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Form, Input, Typography } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LanguageSwitch } from '../app/LanguageSwitch.tsx';
import { call, get, Refusal } from '../data/api.ts';

/** The door: set-up when nobody is here yet, else sign-in. */
export function SignIn() {
  const setup = useQuery({ queryKey: ['setup'], queryFn: () => get<{ needed: boolean }>('setup') });
  if (setup.isPending) return null;
  return (
    <div className="gate">
      <div>{setup.data?.needed === true ? <SetupForm /> : <SignInForm />}</div>
    </div>
  );
}

type Values = Readonly<Record<string, string>>;

/** Sends a form, and shows the server's words where it refuses. */
function useSending(path: string) {
  const queries = useQueryClient();
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [sending, setSending] = useState(false);
  const send = async (values: Values) => {
    setSending(true);
    try {
      await call('POST', path, Object.fromEntries(Object.entries(values).filter(([, value]) => value)));
      await queries.resetQueries();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      setRefusal(error);
    } finally {
      setSending(false);
    }
  };
  return { send, sending, refusal };
}

function Refused({ refusal }: { readonly refusal: Refusal | null }) {
  if (refusal === null) return null;
  const details = refusal.errors.map((error) => `${error.path}: ${error.message}`).join('\n');
  return (
    <Alert
      type="error"
      showIcon
      style={{ marginBottom: 16 }}
      title={refusal.message}
      description={details || undefined}
    />
  );
}

function SignInForm() {
  const { t } = useTranslation();
  const { send, sending, refusal } = useSending('auth/sign-in');
  const asksCode = refusal?.code === 'auth.otpRequired';
  return (
    <Form layout="vertical" onFinish={send} requiredMark={false} size="large">
      <Typography.Title level={3}>{t('welcome')}</Typography.Title>
      {!asksCode && <Refused refusal={refusal} />}
      <Form.Item name="email" label={t('email')} rules={[{ required: true, message: t('required') }]}>
        <Input type="email" autoComplete="username" autoFocus />
      </Form.Item>
      <Form.Item name="password" label={t('password')} rules={[{ required: true, message: t('required') }]}>
        <Input.Password autoComplete="current-password" />
      </Form.Item>
      {asksCode && (
        <Form.Item name="otp" label={t('otp')} extra={t('otpHint')}>
          <Input inputMode="numeric" autoComplete="one-time-code" autoFocus />
        </Form.Item>
      )}
      <Button type="primary" htmlType="submit" block loading={sending}>
        {t('signIn')}
      </Button>
      <LanguageSwitch />
    </Form>
  );
}

function SetupForm() {
  const { t } = useTranslation();
  const { send, sending, refusal } = useSending('setup');
  const rules = [{ required: true, message: t('required') }];
  return (
    <Form layout="vertical" onFinish={send} requiredMark={false} size="large">
      <Typography.Title level={3}>{t('setupTitle')}</Typography.Title>
      <Typography.Paragraph type="secondary">{t('setupHint')}</Typography.Paragraph>
      <Refused refusal={refusal} />
      <Form.Item name="code" label={t('setupCode')} rules={rules}>
        <Input autoComplete="off" autoFocus />
      </Form.Item>
      <Form.Item name="company" label={t('company')}>
        <Input autoComplete="organization" />
      </Form.Item>
      <Form.Item name="name" label={t('name')} rules={rules}>
        <Input autoComplete="name" />
      </Form.Item>
      <Form.Item name="email" label={t('email')} rules={rules}>
        <Input type="email" autoComplete="username" />
      </Form.Item>
      <Form.Item name="password" label={t('password')} rules={rules}>
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      <Button type="primary" htmlType="submit" block loading={sending}>
        {t('setupTitle')}
      </Button>
      <LanguageSwitch />
    </Form>
  );
}
