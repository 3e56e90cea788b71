import { useNavigate, useParams } from '@tanstack/react-router';
import { Skeleton } from 'antd';
import { useObject } from '../data/metadata.ts';
import { RecordForm } from './RecordPage.tsx';

/** An empty form for a new record. */
export function NewRecordPage() {
  const { object: name } = useParams({ from: '/inside/$object/new' });
  const object = useObject(name);
  const go = useNavigate();
  if (object === undefined) return <Skeleton active />;
  return (
    <RecordForm object={object} record={null} close={() => void go({ to: '/$object', params: { object: name } })} />
  );
}
