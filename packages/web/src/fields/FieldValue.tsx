import { Link } from '@tanstack/react-router';
import { Check, FileText, Lock, Minus } from 'lucide-react';
import type { FieldInfo } from '../data/api.ts';
import { useObject } from '../data/metadata.ts';
import { useZone } from '../data/session.ts';
import { Avatar } from '../design/Avatar.tsx';
import { optionColour, Tag } from '../design/Tag.tsx';
import { useCommon } from '../words/common.ts';
import styles from './fields.module.css';
import { RichText } from './RichText.tsx';
import { rowFieldsOf } from './rows.ts';
import {
  addressText,
  asList,
  cascadeText,
  groupDigits,
  idIn,
  inWords,
  isEmpty,
  isRecord,
  moneyText,
  optionLabel,
  phoneText,
  sizeText,
  textOf,
  titleIn,
} from './text.ts';
import { dateText, fullTime, timeText } from './time.ts';

interface ValueProps {
  readonly field: FieldInfo;
  readonly value: unknown;
}

/** A field's value to read. Everything is text to React: nothing that a record holds becomes markup. */
export function Value({ field, value }: ValueProps) {
  const common = useCommon();
  if (isEmpty(value)) return <span className="unset">—</span>;
  if (field.right === 'masked')
    return (
      <span className={styles.masked}>
        <Lock size={12} />
        {field.type === 'phone' ? phoneText(textOf(value)) : textOf(value)}
      </span>
    );
  switch (field.type) {
    case 'boolean':
      return (
        <span className={styles.flag}>
          {value === true ? <Check size={15} /> : <Minus size={15} />}
          {common(value === true ? 'yes' : 'no')}
        </span>
      );
    case 'option':
      return <Choice field={field} value={value} />;
    case 'options':
      return (
        <span className={styles.many}>
          {asList(value).map((one) => (
            <Choice key={String(one)} field={field} value={one} />
          ))}
        </span>
      );
    case 'cascade':
      return <>{cascadeText(field, value)}</>;
    case 'money':
      return <span className="figures">{moneyText(value)}</span>;
    case 'number':
    case 'decimal':
      return <span className="figures">{groupDigits(String(value))}</span>;
    case 'percent':
      return <span className="figures">{groupDigits(String(value))} %</span>;
    case 'date':
      return <time dateTime={String(value)}>{dateText(String(value))}</time>;
    case 'dateTime':
      return <Moment value={String(value)} />;
    case 'phone':
      return <a href={`tel:${String(value)}`}>{phoneText(String(value))}</a>;
    case 'email':
      return <a href={`mailto:${encodeURIComponent(String(value)).replace('%40', '@')}`}>{String(value)}</a>;
    case 'url':
      return <Address value={String(value)} />;
    case 'address':
      return <>{addressText(value)}</>;
    case 'geo':
      return <span className="figures">{isRecord(value) ? `${value.lat}, ${value.lng}` : textOf(value)}</span>;
    case 'user':
      return (
        <span className={styles.person}>
          <Avatar name={titleIn(value)} size={20} />
          <span className="one-line">{titleIn(value)}</span>
        </span>
      );
    case 'department':
    case 'relation':
      return <Related field={field} value={value} />;
    case 'relations':
      return (
        <span className={styles.many}>
          {asList(value).map((one) => (
            <Related key={idIn(one)} field={field} value={one} />
          ))}
        </span>
      );
    case 'longText':
      return <span className={styles.long}>{String(value)}</span>;
    case 'richText':
      return <RichText html={String(value)} />;
    case 'table':
      return <Rows field={field} value={value} />;
    case 'file':
    case 'image':
      return <Files value={value} />;
    case 'formula':
    case 'rollup':
      return <Value field={{ ...field, type: field.shows ?? 'text' }} value={value} />;
    default:
      return <>{textOf(value)}</>;
  }
}

function Choice({ field, value }: ValueProps) {
  return <Tag color={optionColour(field.options, value)}>{optionLabel(field, value)}</Tag>;
}

function Moment({ value }: { readonly value: string }) {
  const zone = useZone();
  return (
    <time dateTime={value} title={fullTime(value, zone)}>
      {timeText(value, zone)}
    </time>
  );
}

function Address({ value }: { readonly value: string }) {
  // Only what leads to a page: anything else is shown and leads nowhere.
  if (!/^https?:\/\//i.test(value)) return <>{value}</>;
  return (
    <a href={value} rel="noopener noreferrer" target="_blank">
      {value.replace(/^https?:\/\/(www\.)?/i, '').replace(/\/$/, '')}
    </a>
  );
}

function Related({ field, value }: ValueProps) {
  const id = idIn(value);
  if (field.target === undefined || id === null) return <>{titleIn(value)}</>;
  return (
    <Link to="/$object/$id" params={{ object: field.target, id }} className={styles.related}>
      {titleIn(value) || '—'}
    </Link>
  );
}

/** Computed fields carry the type of what they are computed from. */
function Rows({ field, value }: ValueProps) {
  const object = useObject(field.target ?? '');
  const columns = object === undefined ? [] : rowFieldsOf(object);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys
    <section className={styles.rows} tabIndex={0} aria-label={inWords(field.label)}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.name}>{inWords(column.label)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {asList(value).map((row, at) => (
            <tr key={idIn(row) ?? at}>
              {columns.map((column) => (
                <td key={column.name}>
                  <Value field={column} value={isRecord(row) ? row[column.name] : null} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export interface FileInfo {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly size: number;
}

export function filesIn(value: unknown): readonly FileInfo[] {
  return asList(value).flatMap((one) => {
    if (!isRecord(one) || typeof one.id !== 'string') return [];
    const { id, name, type, size } = one;
    return [{ id, name: String(name ?? ''), type: String(type ?? ''), size: Number(size ?? 0) }];
  });
}

export const isPicture = ({ type }: FileInfo) => /^image\/(png|jpeg|gif|webp|avif)/.test(type);

function Files({ value }: { readonly value: unknown }) {
  return (
    <span className={styles.files}>
      {filesIn(value).map((file) => (
        <a key={file.id} href={`/api/v1/files/${file.id}`} target="_blank" rel="noopener" className={styles.file}>
          {isPicture(file) ? (
            <img src={`/api/v1/files/${file.id}`} alt={file.name} loading="lazy" />
          ) : (
            <>
              <FileText size={15} />
              <span className="one-line">{file.name}</span>
              <small>{sizeText(file.size)}</small>
            </>
          )}
        </a>
      ))}
    </span>
  );
}
