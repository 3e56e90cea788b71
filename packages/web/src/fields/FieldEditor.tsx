import { useQuery } from '@tanstack/react-query';
import { Input, InputNumber, Select, Switch } from 'antd';
import { useState } from 'react';
import { type FieldInfo, get, type Page } from '../data/api.ts';
import { useLabel, useObject } from '../data/metadata.ts';
import { addressParts, textOf } from './FieldValue.tsx';

interface EditorProps {
  readonly field: FieldInfo;
  readonly value?: unknown;
  readonly onChange?: (value: unknown) => void;
  readonly id?: string;
}

const simple: ReadonlySet<string> = new Set([
  'text',
  'phone',
  'email',
  'url',
  'decimal',
  'percent',
  'date',
  'dateTime',
  'longText',
  'number',
  'boolean',
  'option',
  'options',
  'money',
  'address',
  'relation',
  'user',
  'department',
]);

/** Whether this page can edit a field; the others are shown only. */
export function isEditable(field: FieldInfo): boolean {
  return field.right === 'edit' && simple.has(field.type) && !field.system;
}

/** What to type a field's value into. The value has the shape that the contract takes. */
export function Editor({ field, value, onChange = () => {}, id }: EditorProps) {
  const label = useLabel();
  const text = typeof value === 'string' ? value : value === null || value === undefined ? '' : String(value);
  const named = id === undefined ? {} : { id };
  switch (field.type) {
    case 'longText':
      return (
        <Input.TextArea
          {...named}
          autoSize={{ minRows: 2, maxRows: 10 }}
          value={text}
          onChange={(event) => onChange(event.target.value || null)}
        />
      );
    case 'number':
      return (
        <InputNumber
          {...named}
          style={{ width: '100%' }}
          value={typeof value === 'number' ? value : null}
          onChange={(next) => onChange(next)}
        />
      );
    case 'boolean':
      return <Switch {...named} checked={value === true} onChange={(next) => onChange(next)} />;
    case 'option':
    case 'options': {
      const offered = (field.options ?? [])
        .filter((option) => option.retired !== true)
        .map((option) => ({ value: option.value, label: label(option.label) }));
      const mode = field.type === 'options' ? { mode: 'multiple' as const } : {};
      return (
        <Select
          {...named}
          {...mode}
          allowClear
          value={value ?? undefined}
          options={offered}
          onChange={(next) => onChange(next ?? null)}
        />
      );
    }
    case 'date':
      return <Input {...named} type="date" value={text} onChange={(event) => onChange(event.target.value || null)} />;
    case 'dateTime':
      return (
        <Input
          {...named}
          type="datetime-local"
          value={localTime(text)}
          onChange={(event) => onChange(event.target.value === '' ? null : new Date(event.target.value).toISOString())}
        />
      );
    case 'money':
      return (
        <Input
          {...named}
          inputMode="decimal"
          value={typeof value === 'object' && value !== null && 'amount' in value ? String(value.amount) : text}
          onChange={(event) => onChange(event.target.value || null)}
        />
      );
    case 'address':
      return <Address value={value} onChange={onChange} {...named} />;
    case 'relation':
    case 'user':
    case 'department':
      return <Related field={field} value={value} onChange={onChange} {...named} />;
    default:
      return <Input {...named} value={text} onChange={(event) => onChange(event.target.value || null)} />;
  }
}

/** 省市区 and the rest, each in its own box; what this page doesn't know of an address stays as it is. */
function Address({
  value,
  onChange,
  id,
}: Omit<EditorProps, 'field'> & { readonly onChange: (value: unknown) => void }) {
  const parts: Readonly<Record<string, unknown>> = typeof value === 'object' && value !== null ? { ...value } : {};
  const change = (part: string, text: string) => {
    const next = Object.fromEntries(
      Object.entries({ ...parts, [part]: text || null }).filter(([, kept]) => kept !== null),
    );
    onChange(Object.keys(next).length === 0 ? null : next);
  };
  return (
    <div className="address" id={id}>
      {addressParts.map((part) => (
        <Input
          key={part}
          aria-label={part}
          placeholder={part}
          value={String(parts[part] ?? '')}
          onChange={(event) => change(part, event.target.value)}
        />
      ))}
    </div>
  );
}

function localTime(iso: string): string {
  if (iso === '') return '';
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Finds a record of the related object by a part of its title. */
function Related({ field, value, onChange, id }: EditorProps & { readonly onChange: (value: unknown) => void }) {
  const [text, setText] = useState('');
  const object = useObject(field.target ?? '');
  const title = object?.title ?? 'id';
  const found = useQuery({
    queryKey: ['related', field.target, text],
    enabled: object !== undefined,
    queryFn: () => {
      const filter =
        text === ''
          ? ''
          : `&filter=${encodeURIComponent(JSON.stringify({ field: title, op: 'contains', value: text }))}`;
      return get<Page>(`records/${field.target}?fields=id,${title}&sort=${title}&limit=20${filter}`);
    },
  });
  const current =
    typeof value === 'object' && value !== null && 'id' in value
      ? { value: String(value.id), label: textOf(value) }
      : null;
  const options = (found.data?.data ?? []).map((record) => ({ value: record.id, label: textOf(record[title]) }));
  const known =
    current === null || options.some((option) => option.value === current.value) ? options : [current, ...options];
  return (
    <Select
      {...(id === undefined ? {} : { id })}
      showSearch={{ filterOption: false, onSearch: setText }}
      allowClear
      loading={found.isFetching}
      value={current?.value ?? (typeof value === 'string' ? value : undefined)}
      options={known}
      onChange={(next) =>
        onChange(
          next === undefined ? null : { id: next, [title]: known.find((option) => option.value === next)?.label },
        )
      }
    />
  );
}

/** The value as the server takes it: a related record by its id. */
export function written(field: FieldInfo, value: unknown): unknown {
  const isRelation = field.type === 'relation' || field.type === 'user' || field.type === 'department';
  return isRelation && typeof value === 'object' && value !== null && 'id' in value ? value.id : (value ?? null);
}
