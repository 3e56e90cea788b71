import type { Label } from '@huike/schema';
import type { FieldInfo } from '../data/api.ts';

// What a value reads like in one line, on the screen and on the clipboard.

export interface Reader {
  readonly language: 'zh' | 'en';
  readonly timeZone: string;
  /** The company's: of sums, which carry none. */
  readonly currency: string;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function timeFormat({ language, timeZone }: Reader): Intl.DateTimeFormat {
  const key = `${language} ${timeZone}`;
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('sv-SE', {
      ...{ timeZone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
    });
    formats.set(key, format);
  }
  return format;
}

export function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}

export function labelIn(label: Label, language: 'zh' | 'en'): string {
  return (language === 'en' ? label.en : label.zh) || label.zh || label.en;
}

export function optionLabel(field: FieldInfo, value: unknown, language: 'zh' | 'en'): string {
  const option = field.options?.find((one) => one.value === value);
  return option === undefined ? String(value) : labelIn(option.label, language);
}

/** The text of a value. `plain` is what a spreadsheet should get: numbers without commas and signs. */
export function textOf(field: FieldInfo, value: unknown, reader: Reader, plain = false): string {
  if (isEmpty(value)) return '';
  const { language } = reader;
  switch (kindOf(field)) {
    case 'boolean':
      return value === true ? (language === 'en' ? 'Yes' : '是') : language === 'en' ? 'No' : '否';
    case 'dateTime':
      return instantText(value, reader);
    case 'option':
      return optionLabel(field, value, language);
    case 'options':
    case 'cascade':
      return Array.isArray(value)
        ? value.map((one) => optionLabel(field, one, language)).join(field.type === 'cascade' ? ' / ' : '、')
        : String(value);
    case 'number':
    case 'decimal':
      return plain ? String(value) : grouped(value);
    case 'percent':
      return plain ? String(value) : `${grouped(value)}%`;
    case 'money':
      return moneyText(value, reader, plain);
    case 'phone':
      return plain ? String(value) : phoneText(String(value));
    case 'address':
      return addressText(value);
    case 'table':
      return Array.isArray(value) ? (language === 'en' ? `${value.length} rows` : `${value.length} 行`) : '';
    default:
      return plainText(value);
  }
}

/** Computed fields carry the type of what they compute. */
export function kindOf(field: FieldInfo): string {
  return field.shows ?? field.type;
}

/** 1234567.80 → 1,234,567.80, as it is written in both languages. By hand: it is done for every cell that scrolls by. */
function grouped(value: unknown): string {
  const [whole = '', fraction] = String(value).split('.');
  if (!/^-?\d+$/.test(whole)) return String(value);
  const text = whole.replace(/\B(?=(?:\d{3})+$)/g, ',');
  return fraction === undefined ? text : `${text}.${fraction}`;
}

const signs: Readonly<Record<string, string>> = { CNY: '¥', USD: '$', EUR: '€', GBP: '£', JPY: 'JP¥', HKD: 'HK$' };

function moneyText(value: unknown, { currency }: Reader, plain: boolean): string {
  const whole = typeof value === 'object' && value !== null && 'amount' in value;
  const amount = whole ? value.amount : value;
  if (plain) return String(amount);
  const of = whole && 'currency' in value ? String(value.currency) : currency;
  return `${signs[of] ?? `${of} `}${grouped(amount)}`;
}

function phoneText(value: string): string {
  return value.replace(/^\+86(\d{3})(\d{4})(\d{4})$/, '$1 $2 $3');
}

function addressText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const parts: Readonly<Record<string, unknown>> = { ...value };
  return ['province', 'city', 'district', 'street', 'postcode']
    .map((part) => parts[part])
    .filter((part) => typeof part === 'string' && part !== '')
    .join(' ');
}

function instantText(value: unknown, reader: Reader): string {
  const at = new Date(String(value));
  return Number.isNaN(at.getTime()) ? String(value) : timeFormat(reader).format(at);
}

/** Nested values in one line: a related record by its title, a file by its name. */
export function plainText(value: unknown): string {
  if (Array.isArray(value)) return value.map(plainText).join('、');
  if (typeof value !== 'object' || value === null) return String(value ?? '');
  const { id, ...parts } = Object.fromEntries(Object.entries(value));
  if ('amount' in parts) return `${parts.amount} ${parts.currency}`;
  if (typeof parts.name === 'string') return parts.name;
  const shown = Object.values(parts).filter((part) => part !== null && typeof part !== 'object');
  return shown.length > 0 ? shown.join(' ') : String(id ?? '');
}
