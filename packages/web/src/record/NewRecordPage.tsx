import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { ArrowLeft } from 'lucide-react';
import { type FormEvent, useId, useState } from 'react';
import { type FieldInfo, type ObjectInfo, type RecordData, Refusal } from '../data/api.ts';
import { useLabel, useMetadata, useObject } from '../data/metadata.ts';
import { createRecord, recordQuery, type Values } from '../data/records.ts';
import { Button } from '../design/Button.tsx';
import { PageHead } from '../design/PageHead.tsx';
import { Gone, Notice, Skeleton } from '../design/State.tsx';
import { toast } from '../design/toast.tsx';
import { Editor } from '../fields/FieldEditor.tsx';
import { rowFieldsOf } from '../fields/rows.ts';
import { isEmpty } from '../fields/text.ts';
import { isEditable, written } from '../fields/written.ts';
import { useCommon } from '../words/common.ts';
import { spoken } from '../words/index.ts';
import styles from './record.module.css';
import { useWords } from './words.ts';

/** An empty form; a related record may be filled in beforehand (`with=customer:id`). */
export function NewRecordPage() {
  const { object: name } = useParams({ from: '/inside/$object/new' });
  const { with: given } = useSearch({ from: '/inside/$object/new' });
  const common = useCommon();
  const metadata = useMetadata();
  const object = useObject(name);
  const [via = '', id = ''] = (given ?? '').split(':');
  const target = object?.fields.find((field) => field.name === via)?.target;
  const related = useQuery({ ...recordQuery(target ?? '', id), enabled: target !== undefined && id !== '' });
  if (metadata.isSuccess && (object === undefined || !object.may.create)) return <Gone title={common('gone')} />;
  if (object === undefined || (target !== undefined && id !== '' && related.isPending))
    return (
      <div className={styles.form}>
        <Skeleton lines={8} />
      </div>
    );
  return <NewRecord key={name} object={object} start={startOf(object, via, related.data, metadata.data?.objects)} />;
}

/** What the form begins with: the declared defaults that are plain values, and the related record. */
function startOf(
  object: ObjectInfo,
  via: string,
  related: RecordData | undefined,
  objects: readonly ObjectInfo[] = [],
): Values {
  const defaults = object.fields.filter(isEditable).flatMap((field) => {
    const { definition } = field;
    const value =
      definition !== null && definition !== undefined && 'default' in definition ? definition.default : undefined;
    return value === undefined || (typeof value === 'string' && value.startsWith('{')) ? [] : [[field.name, value]];
  });
  const target = objects.find((one) => one.name === object.fields.find((field) => field.name === via)?.target);
  const reference =
    related === undefined || target === undefined
      ? {}
      : { [via]: { id: related.id, [target.title]: related[target.title] } };
  return { ...Object.fromEntries(defaults), ...reference };
}

const broad: ReadonlySet<string> = new Set(['longText', 'richText', 'table', 'file', 'image', 'address', 'relations']);

function NewRecord({ object, start }: { readonly object: ObjectInfo; readonly start: Values }) {
  const say = useWords();
  const common = useCommon();
  const label = useLabel();
  const go = useNavigate();
  const queries = useQueryClient();
  const metadata = useMetadata().data;
  const [values, setValues] = useState<Values>(start);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [missing, setMissing] = useState<ReadonlySet<string>>(new Set());
  const [busy, setBusy] = useState(false);
  const fields = object.fields.filter(isEditable);
  const name = label(object.label);

  const create = async (more: boolean) => {
    const lacking = fields.filter(
      (field) => field.required && isEmpty(values[field.name]) && !hasDefault(field) && field.type !== 'boolean',
    );
    setMissing(new Set(lacking.map((field) => field.name)));
    const [first] = lacking;
    if (first !== undefined) {
      document.querySelector<HTMLElement>(`[data-field="${first.name}"] :is(input, textarea)`)?.focus();
      return;
    }
    setBusy(true);
    setRefusal(null);
    try {
      const given = fields.filter((field) => !isEmpty(values[field.name]));
      const body = Object.fromEntries(
        given.map((field) => {
          const rows = metadata?.objects.find((one) => one.name === field.target);
          return [field.name, written(field, values[field.name], rows === undefined ? [] : rowFieldsOf(rows))];
        }),
      );
      const { id } = await createRecord(object.name, body);
      toast(say('created'));
      await Promise.all(['list', 'related-list'].map((key) => queries.invalidateQueries({ queryKey: [key] })));
      if (more) setValues(start);
      else await go({ to: '/$object/$id', params: { object: object.name, id }, replace: true });
    } catch (error) {
      if (error instanceof Refusal) setRefusal(error);
      else throw error;
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void create(false);
  };
  const placed = fields.some((field) => refusal?.at(field.name) !== undefined);
  return (
    <form onSubmit={submit} noValidate>
      <PageHead
        title={say('newTitle', { object: spoken() === 'en' ? name.toLowerCase() : name })}
        lead={
          <Link to="/$object" params={{ object: object.name }} className={styles.back}>
            <ArrowLeft size={16} />
            <span>{name}</span>
          </Link>
        }
      >
        <Button kind="quiet" className={styles.wideOnly ?? ''} disabled={busy} onClick={() => void create(true)}>
          {say('createMore')}
        </Button>
        <Button kind="primary" type="submit" busy={busy}>
          {say('create')}
        </Button>
      </PageHead>
      <div className={styles.form}>
        {refusal !== null && !placed && <Notice tone="danger">{refusal.message}</Notice>}
        <div className={styles.grid}>
          {fields.map((field, at) => (
            <FormField
              key={field.name}
              field={field}
              value={values[field.name]}
              wrong={missing.has(field.name) ? common('required') : refusal?.at(field.name)}
              autoFocus={at === 0}
              onChange={(value) => {
                setValues((all) => ({ ...all, [field.name]: value }));
                setMissing((all) => new Set([...all].filter((one) => one !== field.name)));
              }}
            />
          ))}
        </div>
      </div>
    </form>
  );
}

function hasDefault({ definition }: FieldInfo): boolean {
  return definition !== null && definition !== undefined && 'default' in definition && definition.default !== undefined;
}

interface FormFieldProps {
  readonly field: FieldInfo;
  readonly value: unknown;
  readonly wrong: string | undefined;
  readonly autoFocus: boolean;
  readonly onChange: (value: unknown) => void;
}

function FormField({ field, value, wrong, autoFocus, onChange }: FormFieldProps) {
  const label = useLabel();
  const id = useId();
  const help = field.definition?.help;
  return (
    <div className={`${styles.field} ${broad.has(field.type) ? styles.whole : ''}`} data-field={field.name}>
      <label htmlFor={id}>
        {label(field.label)}
        {field.required && !hasDefault(field) && <i>*</i>}
      </label>
      <Editor field={field} value={value} onChange={onChange} id={id} autoFocus={autoFocus} />
      {wrong !== undefined ? (
        <p className={styles.wrong} role="alert">
          {wrong}
        </p>
      ) : (
        help !== undefined && <p className={styles.help}>{label(help)}</p>
      )}
    </div>
  );
}
