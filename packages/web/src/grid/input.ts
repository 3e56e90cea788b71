import type { FieldInfo } from '../data/api.ts';
import { labelIn } from './text.ts';

// What people type and paste, into values as the contract takes them. What can't be read tells why, by a word that the
// page has in both languages.

export type Reason =
  | 'number'
  | 'date'
  | 'time'
  | 'yesNo'
  | 'option'
  | 'email'
  | 'phone'
  | 'url'
  | 'notFound'
  | 'ambiguous'
  | 'byHand'
  | 'readOnly';

export type Read = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: Reason };

/** A name that must be looked up among the records of the field's target. */
export interface NameOf {
  readonly named: string;
}

const good = (value: unknown): Read => ({ ok: true, value });
const bad = (reason: Reason): Read => ({ ok: false, reason });

const relations: ReadonlySet<string> = new Set(['relation', 'user', 'department']);
const texts: ReadonlySet<string> = new Set(['text', 'longText']);

export function isRelation(field: FieldInfo): boolean {
  return relations.has(field.type);
}

export function isNameOf(value: unknown): value is NameOf {
  return typeof value === 'object' && value !== null && 'named' in value && typeof value.named === 'string';
}

/** Reads a text as a value of the field. Related records come back as the name to look up. */
export function readText(field: FieldInfo, text: string): Read {
  const given = texts.has(field.type) ? text : toHalfWidth(text).trim();
  if (given.trim() === '') return good(null);
  switch (field.type) {
    case 'text':
      return good(given.replace(/\s*\n\s*/g, ' '));
    case 'longText':
      return good(given);
    case 'number': {
      const number = numberText(given);
      return number === null ? bad('number') : good(Number(number));
    }
    case 'decimal':
    case 'money': {
      const number = numberText(given.replace(/^(?:[¥￥$€£]|[A-Z]{3}\s+)|\s+[A-Z]{3}$|元$/g, ''));
      return number === null ? bad('number') : good(number);
    }
    case 'percent': {
      const number = numberText(given.replace(/%$/, ''));
      return number === null ? bad('number') : good(number);
    }
    case 'date': {
      const day = dayOf(given);
      return day === null ? bad('date') : good(day);
    }
    case 'dateTime':
      return timeOf(given);
    case 'boolean':
      return yesOrNo(given);
    case 'option': {
      const value = optionOf(field, given);
      return value === null ? bad('option') : good(value);
    }
    case 'options': {
      const values = given.split(/[、,，;；\n]/).filter((part) => part.trim() !== '');
      const read = values.map((part) => optionOf(field, part.trim()));
      return read.includes(null) ? bad('option') : good([...new Set(read)]);
    }
    case 'email':
      return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(given) ? good(given) : bad('email');
    case 'phone':
      return /^\+?[\d][\d\s()-]{4,24}$/.test(given) ? good(given) : bad('phone');
    case 'url':
      return /^[^\s]+\.[^\s]+$/.test(given) ? good(given) : bad('url');
    default:
      return isRelation(field) ? good({ named: given } satisfies NameOf) : bad('byHand');
  }
}

/** Digits and signs as Chinese input methods make them. */
function toHalfWidth(text: string): string {
  return text
    .replace(/[\uff01-\uff5e]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) - 0xfee0))
    .replace(/\u3000/g, ' ');
}

function numberText(text: string): string | null {
  const plain = text.trim().replace(/^\((.*)\)$/, '-$1');
  const even = /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(plain) ? plain.replaceAll(',', '') : plain;
  return /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?$/i.test(even) ? even.replace(/^\+/, '').replace(/\.$/, '') : null;
}

const dayPattern = /^(\d{4})(?:[-/.]|\s*年\s*)(\d{1,2})(?:[-/.]|\s*月\s*)(\d{1,2})\s*日?$/;

/** A day as it is written in China; days before months can't be told from months before days, so they aren't read. */
export function dayOf(text: string): string | null {
  const compact = /^(\d{4})(\d{2})(\d{2})$/.exec(text) ?? dayPattern.exec(text);
  if (compact === null) return null;
  const [year, month, day] = [Number(compact[1]), Number(compact[2]), Number(compact[3])];
  const at = new Date(Date.UTC(year, month - 1, day));
  if (at.getUTCMonth() !== month - 1 || at.getUTCDate() !== day || year < 1) return null;
  return at.toISOString().slice(0, 10);
}

function timeOf(text: string): Read {
  if (/[Tt].*(?:[Zz]|[+-]\d\d:?\d\d)$/.test(text)) {
    const at = new Date(text);
    return Number.isNaN(at.getTime()) ? bad('time') : good(at.toISOString());
  }
  const match = /^(.*?)(?:[\sT]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?$/.exec(text);
  const day = dayOf((match?.[1] ?? '').trim());
  const [hour, minute, second] = [Number(match?.[2] ?? 0), Number(match?.[3] ?? 0), Number(match?.[4] ?? 0)];
  if (day === null || hour > 23 || minute > 59 || second > 59) return bad('time');
  const two = (value: number) => String(value).padStart(2, '0');
  // Without an offset the server takes it as a clock in the viewer's zone.
  return good(`${day}T${two(hour)}:${two(minute)}:${two(second)}`);
}

function yesOrNo(text: string): Read {
  if (/^(是|对|有|√|✓|y|yes|true|1)$/i.test(text)) return good(true);
  return /^(否|不|无|×|n|no|false|0)$/i.test(text) ? good(false) : bad('yesNo');
}

function optionOf(field: FieldInfo, text: string): string | null {
  const wanted = text.toLowerCase();
  const option = (field.options ?? []).find(
    (one) =>
      one.retired !== true &&
      [one.value, labelIn(one.label, 'zh'), labelIn(one.label, 'en')].some((name) => name.toLowerCase() === wanted),
  );
  return option?.value ?? null;
}

/** A value as the server takes it: related records by their ids. */
export function toWritten(field: FieldInfo, value: unknown): unknown {
  if (value === undefined || value === null) return null;
  const one = (item: unknown) => (typeof item === 'object' && item !== null && 'id' in item ? item.id : item);
  if (isRelation(field)) return one(value);
  if (['relations', 'file', 'image'].includes(field.type)) return Array.isArray(value) ? value.map(one) : value;
  return value;
}

/** What is shown until the server has answered. */
export function toShown(field: FieldInfo, value: unknown, before: unknown, currency: string): unknown {
  if (field.type === 'money' && (typeof value === 'string' || typeof value === 'number')) {
    const known = typeof before === 'object' && before !== null && 'currency' in before ? before.currency : currency;
    return { amount: String(value), currency: known };
  }
  return value;
}

export function sameValue(one: unknown, other: unknown): boolean {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}
