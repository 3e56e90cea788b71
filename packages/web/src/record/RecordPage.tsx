import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { Alert, App, Button, Empty, Form, Skeleton } from 'antd';
import { useState } from 'react';
import { call, type FieldInfo, get, type ObjectInfo, type RecordData, Refusal } from '../data/api.ts';
import { useLabel, useObject } from '../data/metadata.ts';
import { Editor, isEditable, written } from '../fields/FieldEditor.tsx';
import { textOf, Value } from '../fields/FieldValue.tsx';
import { useCommon } from '../words/common.ts';

const hidden: ReadonlySet<string> = new Set(['id', 'version', 'deletedAt']);

/** One record: to read, and in place to edit. */
export function RecordPage() {
  const { object: name, id } = useParams({ from: '/inside/$object/$id' });
  const object = useObject(name);
  const record = useQuery({ queryKey: ['record', name, id], queryFn: () => get<RecordData>(`records/${name}/${id}`) });
  if (record.isError) return <Empty description={record.error.message} />;
  if (object === undefined || record.isPending) return <Skeleton active paragraph={{ rows: 10 }} />;
  return <OneRecord key={id} object={object} record={record.data} />;
}

function OneRecord({ object, record }: { readonly object: ObjectInfo; readonly record: RecordData }) {
  const t = useCommon();
  const label = useLabel();
  const [editing, setEditing] = useState(false);
  const remove = useRemoval(object, record);
  if (editing) return <RecordForm object={object} record={record} close={() => setEditing(false)} />;
  return (
    <>
      <div className="bar">
        <h1>{textOf(record[object.title]) || '—'}</h1>
        {object.may.update && (
          <Button type="primary" onClick={() => setEditing(true)}>
            {t('edit')}
          </Button>
        )}
        {object.may.delete && (
          <Button danger onClick={remove}>
            {t('remove')}
          </Button>
        )}
      </div>
      <dl className="facts">
        {[...object.fields.filter((field) => !field.system), ...object.fields.filter((field) => field.system)]
          .filter((field) => !hidden.has(field.name))
          .map((field) => (
            <Fact key={field.name} field={field} title={label(field.label)} value={record[field.name]} />
          ))}
      </dl>
    </>
  );
}

function Fact({ field, title, value }: { readonly field: FieldInfo; readonly title: string; readonly value: unknown }) {
  return (
    <>
      <dt>{title}</dt>
      <dd>
        <Value field={field} value={value} />
      </dd>
    </>
  );
}

/** Deletes at once and offers to take it back. */
function useRemoval(object: ObjectInfo, record: RecordData): () => Promise<void> {
  const t = useCommon();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const go = useNavigate();
  const at = `records/${object.name}/${record.id}`;
  const restore = async () => {
    await call('POST', `${at}/restore`, {});
    await queries.invalidateQueries();
    await go({ to: '/$object/$id', params: { object: object.name, id: record.id } });
  };
  return async () => {
    try {
      await call('DELETE', at);
      await go({ to: '/$object', params: { object: object.name } });
      queries.removeQueries({ queryKey: ['record', object.name, record.id] });
      await queries.invalidateQueries({ queryKey: ['list', object.name] });
      message.success({
        content: (
          <>
            {t('removed')}{' '}
            <Button type="link" size="small" onClick={() => void restore()}>
              {t('undo')}
            </Button>
          </>
        ),
        duration: 8,
      });
    } catch (error) {
      message.error(error instanceof Error ? error.message : '');
    }
  };
}

interface FormProps {
  readonly object: ObjectInfo;
  readonly record: RecordData | null;
  readonly close: () => void;
}

export function RecordForm({ object, record, close }: FormProps) {
  const t = useCommon();
  const label = useLabel();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const go = useNavigate();
  const [form] = Form.useForm<Record<string, unknown>>();
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [saving, setSaving] = useState(false);
  const fields = object.fields.filter(isEditable);

  const save = async (values: Record<string, unknown>) => {
    setSaving(true);
    setRefusal(null);
    try {
      const changed = fields.filter((field) => form.isFieldTouched(field.name));
      const body = Object.fromEntries(changed.map((field) => [field.name, written(field, values[field.name])]));
      const { id } =
        record === null
          ? await call<{ id: string }>('POST', `records/${object.name}`, body)
          : await call<{ id: string }>('PATCH', `records/${object.name}/${record.id}`, body, {
              'if-match': String(record.version),
            });
      await queries.invalidateQueries();
      message.success(record === null ? t('saved') : t('saved'));
      if (record === null) await go({ to: '/$object/$id', params: { object: object.name, id } });
      else close();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.status === 412) await queries.invalidateQueries({ queryKey: ['record', object.name] });
      setRefusal(error);
      // Each mistake stands at its field.
      form.setFields(
        error.errors.flatMap(({ path, message: text }) => {
          const name = path.split('/').at(-1) ?? '';
          return fields.some((field) => field.name === name) ? [{ name, errors: [text] }] : [];
        }),
      );
    } finally {
      setSaving(false);
    }
  };

  return (
    <Form form={form} layout="vertical" style={{ maxWidth: 640 }} initialValues={{ ...record }} onFinish={save}>
      <div className="bar">
        <h1>{record === null ? `${t('create')} · ${label(object.label)}` : textOf(record[object.title])}</h1>
        <Button onClick={close}>{t('cancel')}</Button>
        <Button type="primary" htmlType="submit" loading={saving}>
          {t('save')}
        </Button>
      </div>
      {refusal !== null && (
        <Alert
          type="error"
          showIcon
          style={{ marginBottom: 16 }}
          title={refusal.status === 412 ? refusal.message : refusal.message}
        />
      )}
      {fields.map((field) => (
        <Form.Item
          key={field.name}
          name={field.name}
          label={label(field.label)}
          rules={
            field.required && record === null && !['option', 'boolean', 'dateTime'].includes(field.type)
              ? [{ required: true, message: t('required') }]
              : []
          }
        >
          <Editor field={field} />
        </Form.Item>
      ))}
    </Form>
  );
}
