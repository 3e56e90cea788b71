import { Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import type { FieldInfo } from '../data/api.ts';
import { useLabel } from '../data/metadata.ts';
import { useCommon } from '../words/common.ts';

/** A field's value to read. Everything is text to React: nothing that a record holds becomes markup. */
export function Value({ field, value }: { readonly field: FieldInfo; readonly value: unknown }) {
  const t = useCommon();
  const { i18n } = useTranslation();
  const label = useLabel();
  if (value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0))
    return <span className="unset">—</span>;
  switch (field.type) {
    case 'boolean':
      return <>{value === true ? t('yes') : t('no')}</>;
    case 'address':
      return <>{addressText(value)}</>;
    case 'phone':
      return <>{String(value).replace(/^\+86(\d{3})(\d{4})(\d{4})$/, '$1 $2 $3')}</>;
    case 'dateTime':
      return (
        <time dateTime={String(value)}>
          {new Date(String(value)).toLocaleString(i18n.language === 'en' ? 'en-GB' : 'zh-CN', {
            dateStyle: 'medium',
            timeStyle: 'short',
          })}
        </time>
      );
    case 'option': {
      const option = field.options?.find((one) => one.value === value);
      return <Tag>{option === undefined ? String(value) : label(option.label)}</Tag>;
    }
    case 'options':
      return (
        <>
          {asList(value).map((one) => (
            <Tag key={String(one)}>{labelOf(field, one, label)}</Tag>
          ))}
        </>
      );
    case 'percent':
      return <>{String(value)} %</>;
    case 'url':
      return (
        <a href={String(value)} rel="noopener noreferrer" target="_blank">
          {String(value)}
        </a>
      );
    default:
      return isInstant(value) ? <Value field={{ ...field, type: 'dateTime' }} value={value} /> : <>{textOf(value)}</>;
  }
}

/** Computed fields carry the type of what they are computed from. */
function isInstant(value: unknown): boolean {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(value);
}

export const addressParts = ['province', 'city', 'district', 'street'] as const;

/** An address from the large to the small, as it is written in Chinese. */
function addressText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return textOf(value);
  const parts = Object.fromEntries(Object.entries(value));
  const known = addressParts.map((part) => parts[part]).filter((part) => part !== undefined && part !== null);
  return [...known, parts.postcode].filter(Boolean).join(' ');
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function labelOf(field: FieldInfo, value: unknown, label: ReturnType<typeof useLabel>): string {
  const option = field.options?.find((one) => one.value === value);
  return option === undefined ? String(value) : label(option.label);
}

/** Nested values in one line: a related record by its title, money with its currency, an address by its parts. */
export function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join('、');
  if (typeof value !== 'object' || value === null) return String(value ?? '');
  const { id, ...parts } = Object.fromEntries(Object.entries(value));
  if ('amount' in parts) return `${parts.amount} ${parts.currency}`;
  const shown = Object.values(parts).filter((part) => part !== null && typeof part !== 'object');
  return shown.length > 0 ? shown.join(' ') : String(id ?? '');
}
