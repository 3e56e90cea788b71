import { useQueryClient } from '@tanstack/react-query';
import { Link, Outlet } from '@tanstack/react-router';
import { Alert, Button, Skeleton, theme } from 'antd';
import type { CSSProperties } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../data/api.ts';
import { useLabel, useMe, useMetadata } from '../../data/metadata.ts';
import { SignIn } from '../../pages/SignIn.tsx';
import { LanguageSwitch } from '../LanguageSwitch.tsx';
import { SearchBox } from './SearchBox.tsx';

/** The frame around every page; the door for those who aren't signed in. */
export function Shell() {
  const me = useMe();
  const { token } = theme.useToken();
  const colours: Record<string, string> = {
    '--line': token.colorBorderSecondary,
    '--hover': token.colorFillTertiary,
    '--chosen': token.colorFillSecondary,
    '--accent': token.colorPrimary,
    background: token.colorBgLayout,
    color: token.colorText,
  };
  const style: CSSProperties = colours;
  if (me.isPending) return <div style={{ ...style, minHeight: '100dvh' }} />;
  if (me.isError) return <Unreachable style={style} retry={() => void me.refetch()} />;
  return (
    <div style={style}>
      {me.data === null ? <SignIn /> : <Inside name={me.data.name} pending={me.data.pending ?? []} />}
    </div>
  );
}

function Unreachable({ style, retry }: { readonly style: CSSProperties; readonly retry: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="gate" style={style}>
      <div>
        <Alert type="error" showIcon title={t('failed')} action={<Button onClick={retry}>{t('retry')}</Button>} />
      </div>
    </div>
  );
}

function Inside({ name, pending }: { readonly name: string; readonly pending: readonly string[] }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const metadata = useMetadata();
  const label = useLabel();
  const signOut = async () => {
    await call('POST', 'auth/sign-out');
    await queries.resetQueries();
  };
  const objects = [...(metadata.data?.objects ?? [])].sort((a, b) => rank(a.app) - rank(b.app));
  return (
    <div className="shell">
      <header>
        <span className="brand">汇客 Huike</span>
        <div className="search">
          <SearchBox />
        </div>
        <div className="end">
          <LanguageSwitch />
          <Button type="text" onClick={signOut} title={name}>
            {t('signOut')}
          </Button>
        </div>
      </header>
      <nav aria-label={t('objects')}>
        {metadata.isPending && <Skeleton active title={false} paragraph={{ rows: 5 }} />}
        {objects.map((object) => (
          <Link key={object.name} to="/$object" params={{ object: object.name }}>
            {label(object.label)}
          </Link>
        ))}
      </nav>
      <main>{pending.length > 0 ? <Alert type="warning" showIcon title={t('pending')} /> : <Outlet />}</main>
    </div>
  );
}

/** The apps' objects first, the company's own next, people last. */
function rank(app: string | null): number {
  return app === 'kernel' ? 2 : app === null ? 1 : 0;
}
