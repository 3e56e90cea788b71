import { Navigate } from '@tanstack/react-router';
import { Empty } from 'antd';
import { useTranslation } from 'react-i18next';
import { useMetadata } from '../data/metadata.ts';

/** Opens the object with the trait `customer`, else the first that the viewer may read. */
export function Home() {
  const { t } = useTranslation();
  const { data } = useMetadata();
  if (data === undefined) return null;
  const own = data.objects.filter((object) => object.app !== 'kernel');
  const first = own.find((object) => object.traits.includes('customer')) ?? own[0];
  return first === undefined ? (
    <Empty description={t('noObjects')} />
  ) : (
    <Navigate to="/$object" params={{ object: first.name }} replace />
  );
}
