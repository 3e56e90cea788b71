import { Input, InputNumber, Select, Switch } from 'antd';
import { lazy, Suspense } from 'react';
import type { FieldInfo } from '../data/api.ts';
import { Skeleton } from '../design/State.tsx';
import { optionColour, Tag } from '../design/Tag.tsx';
import { common, type EditorProps, type InnerProps } from './editor.ts';
import { AddressEditor, GeoEditor, MoneyEditor } from './PartsEditor.tsx';
import { RelatedEditor } from './RelatedEditor.tsx';
import { inWords } from './text.ts';

const DateEditor = lazy(() => import('./DateEditor.tsx'));
const CascadeEditor = lazy(() => import('./CascadeEditor.tsx'));
const FilesEditor = lazy(() => import('./FilesEditor.tsx'));
const RowsEditor = lazy(() => import('./RowsEditor.tsx'));
const RichTextEditor = lazy(() => import('./RichTextEditor.tsx'));

/** What to type a field's value into. The value has the shape in which the server answers it; see `written`. */
export function Editor({ onChange = () => {}, ...props }: EditorProps) {
  return (
    <Suspense fallback={<Skeleton lines={1} />}>
      <ByType {...props} onChange={onChange} />
    </Suspense>
  );
}

function ByType(props: InnerProps) {
  const { field, value, onChange } = props;
  const text = typeof value === 'string' ? value : value === null || value === undefined ? '' : String(value);
  switch (field.type) {
    case 'longText':
      return (
        <Input.TextArea
          {...common(props)}
          autoSize={{ minRows: 2, maxRows: 12 }}
          value={text}
          onChange={(event) => onChange(event.target.value || null)}
        />
      );
    case 'number':
      return (
        <InputNumber
          {...common(props)}
          style={{ width: '100%' }}
          controls={false}
          value={typeof value === 'number' ? value : null}
          onChange={(next) => onChange(next)}
        />
      );
    case 'decimal':
    case 'percent':
      return (
        <Input
          {...common(props)}
          inputMode="decimal"
          value={text}
          {...(field.type === 'percent' ? { suffix: '%' } : {})}
          onChange={(event) => onChange(event.target.value.replace(/[，,\s]/g, '') || null)}
        />
      );
    case 'boolean':
      return (
        <div>
          <Switch {...common(props)} checked={value === true} onChange={(next) => onChange(next)} />
        </div>
      );
    case 'option':
    case 'options':
      return <OptionEditor {...props} />;
    case 'cascade':
      return <CascadeEditor {...props} />;
    case 'date':
    case 'dateTime':
      return <DateEditor {...props} />;
    case 'money':
      return <MoneyEditor {...props} />;
    case 'address':
      return <AddressEditor {...props} />;
    case 'geo':
      return <GeoEditor {...props} />;
    case 'relation':
    case 'relations':
    case 'user':
    case 'department':
      return <RelatedEditor {...props} />;
    case 'file':
    case 'image':
      return <FilesEditor {...props} />;
    case 'table':
      return <RowsEditor {...props} Cell={Editor} />;
    case 'richText':
      return <RichTextEditor {...props} />;
    default:
      return (
        <Input
          {...common(props)}
          {...inputOf(field)}
          value={text}
          onChange={(event) => onChange(event.target.value || null)}
        />
      );
  }
}

/** The keyboard that a phone shows. */
function inputOf({ type, definition }: FieldInfo) {
  if (type === 'phone') return { type: 'tel', inputMode: 'tel' as const };
  if (type === 'email') return { inputMode: 'email' as const };
  if (type === 'url') return { inputMode: 'url' as const };
  const most =
    definition !== null && definition !== undefined && 'maxLength' in definition ? definition.maxLength : undefined;
  return most === undefined ? {} : { maxLength: most };
}

function OptionEditor(props: InnerProps) {
  const { field, value, onChange } = props;
  const isMany = field.type === 'options';
  const chosen: readonly unknown[] = isMany && Array.isArray(value) ? value : [value];
  const offered = (field.options ?? []).filter((option) => option.retired !== true || chosen.includes(option.value));
  const options = offered.map(({ value: key, label }) => ({ value: key, label: inWords(label) }));
  return (
    <Select
      {...common(props)}
      {...(isMany ? { mode: 'multiple' as const } : {})}
      style={{ width: '100%' }}
      defaultOpen={props.eager === true}
      allowClear
      showSearch={options.length > 8 ? { optionFilterProp: 'label' } : false}
      value={isMany ? chosen.filter((one) => one !== null && one !== undefined) : (value ?? undefined)}
      options={options}
      optionRender={({ label, value: key }) => <Tag color={optionColour(field.options, key)}>{label}</Tag>}
      onChange={(next: unknown) => onChange(next ?? (isMany ? [] : null))}
    />
  );
}
