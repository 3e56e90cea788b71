import { daySpan } from './day-spans.ts';
import type { Condition, Filter } from './filter.ts';
import { wallClock } from './formula/zone.ts';
import { isJsonObject } from './json.ts';

// The filter tree in JavaScript, over the values of one record as it is read or edited: for what a form shows, and for
// colours. The kernel's SQL decides which records a list has; a property test holds the two equal. Like there, every
// condition is true or not, null meets no positive operator, and the negative ones are the positive ones' opposite.
// What only the server knows is null here: related records beyond those that were read, and amounts in a currency
// other than the company's.

/** The record that a filter is asked about. */
export interface FilterSubject {
  /** The type of a field; of what is computed, the type of its values. Undefined: there is no such field. */
  typeOf(path: string): string | undefined;
  valueOf(path: string): unknown;
  readonly now: Date;
  readonly timeZone: string;
  /** The company's. */
  readonly currency: string;
}

/** Whether a record meets a filter. */
export function filterMatches(filter: Filter, subject: FilterSubject): boolean {
  if ('and' in filter) return filter.and.every((part) => filterMatches(part, subject));
  if ('or' in filter) return filter.or.some((part) => filterMatches(part, subject));
  if ('not' in filter) return !filterMatches(filter.not, subject);
  return meets(filter, subject);
}

/** The fields that a filter asks about. */
export function filterPaths(filter: Filter): readonly string[] {
  if ('and' in filter) return filter.and.flatMap(filterPaths);
  if ('or' in filter) return filter.or.flatMap(filterPaths);
  return 'not' in filter ? filterPaths(filter.not) : [filter.field];
}

function meets({ field, op, value = null }: Condition, subject: FilterSubject): boolean {
  const type = subject.typeOf(field);
  if (type === undefined) return false;
  const own = subject.valueOf(field);
  switch (op) {
    case 'empty':
      return isBlank(own);
    case 'notEmpty':
      return !isBlank(own);
    case 'ne':
      return !meets({ field, op: 'eq', value }, subject);
    case 'notIn':
      return !meets({ field, op: 'in', value }, subject);
    case 'some':
    case 'none':
    case 'every':
      return false;
  }
  if (op === 'eq' && value === null) return isBlank(own);
  const compared = comparedOf(type, subject);
  const left = isBlank(own) ? null : compared.read(own);
  if (left === null) return false;
  const order = (other: unknown): number => {
    const right = compared.read(other);
    return right === null ? Number.NaN : compared.order(left, right);
  };
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  const has = left.split(separator);
  switch (op) {
    case 'eq':
      if (type !== 'options' && type !== 'cascade') return order(value) === 0;
      return has.every((one) => list.includes(one)) && list.every((one) => has.some((own) => own === one));
    case 'in':
      if (type !== 'options' && type !== 'cascade') return list.some((one) => order(one) === 0);
      return has.some((one) => list.includes(one));
    case 'lt':
      return order(value) < 0;
    case 'lte':
      return order(value) <= 0;
    case 'gt':
      return order(value) > 0;
    case 'gte':
      return order(value) >= 0;
    case 'between':
      return order(list[0] ?? null) >= 0 && order(list[1] ?? null) <= 0;
    case 'contains':
      if (type === 'options' || type === 'cascade') return has.some((one) => one === value);
      return lower(left).includes(part(type, value, op));
    case 'startsWith':
      return lower(left).startsWith(part(type, value, op));
    case 'endsWith':
      return lower(left).endsWith(part(type, value, op));
    case 'within': {
      const { now, timeZone } = subject;
      const span = daySpan(value, dayIn(BigInt(now.getTime()) * 1000n, timeZone));
      const day = type === 'date' ? left : dayIn(BigInt(left), timeZone);
      return span !== null && day >= span.from && day < span.until;
    }
  }
}

/** How values of a type compare: each as text, and their order. Null: not a value of the type. */
interface Compared {
  read(value: unknown): string | null;
  order(left: string, right: string): number;
}

const byText = (left: string, right: string) => (left === right ? 0 : left < right ? -1 : 1);
const asText = (value: unknown) =>
  typeof value === 'string' || typeof value === 'number' ? String(value).normalize('NFC').trim() : null;
const text: Compared = { read: asText, order: byText };
const decimal: Compared = { read: readDecimal, order: compareDecimals };
const instants = (timeZone: string): Compared => ({
  read: (value) => readInstant(value, timeZone),
  order: (left, right) => Number(BigInt(left) - BigInt(right)),
});

function comparedOf(type: string, { timeZone, currency }: FilterSubject): Compared {
  switch (type) {
    case 'decimal':
    case 'number':
    case 'version':
      return decimal;
    case 'percent':
      return { ...decimal, read: (value) => readDecimal(String(value).replace(/\s*[%％]\s*$/, '')) };
    case 'money':
      return { ...decimal, read: (value) => readDecimal(amountIn(value, currency)) };
    case 'date':
      return { ...text, read: (value) => (/^\d{4}-\d\d-\d\d$/.test(String(value).trim()) ? asText(value) : null) };
    case 'dateTime':
      return instants(timeZone);
    case 'boolean':
      return { ...text, read: (value) => words.get(String(value).trim().toLowerCase()) ?? null };
    case 'options':
    case 'cascade':
      return { ...text, read: (value) => (Array.isArray(value) ? value.join(separator) : asText(value)) };
    case 'phone':
      return { ...text, read: readPhone };
    case 'email':
      return { ...text, read: (value) => asText(value)?.normalize('NFKC').toLowerCase() ?? null };
    case 'address':
      return { ...text, read: readAddress };
    case 'relation':
    case 'user':
    case 'department':
    case 'id':
      return { ...text, read: (value) => asText(isJsonObject(value) ? value.id : value)?.toLowerCase() ?? null };
    default:
      return text;
  }
}

/** Stands in no value: the server refuses it. */
const separator = '\0';
const words: ReadonlyMap<string, string> = new Map([
  ['true', 'true'],
  ['false', 'false'],
  ['是', 'true'],
  ['否', 'false'],
]);

function isBlank(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value === null || value === undefined || (typeof value === 'string' && value.trim() === '');
}

/** A to z alone, as the server does. */
function lower(value: string): string {
  return value.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Text to look for, as the column holds it. */
function part(type: string, value: unknown, op: string): string {
  if (type !== 'phone') return lower(String(value));
  const digits = String(value)
    .normalize('NFKC')
    .replace(/[\s()-]/g, '');
  return op === 'startsWith' && !digits.startsWith('+') ? `+86${digits}` : digits;
}

/** E.164, of a bare number as in China. */
function readPhone(value: unknown): string | null {
  const written = asText(value)?.normalize('NFKC') ?? '';
  const digits = written.replace(/\D/g, '');
  if (digits === '') return null;
  return written.startsWith('+') ? `+${digits}` : `+86${digits.replace(/^0+/, '')}`;
}

const addressParts = ['country', 'province', 'city', 'district', 'street', 'postcode'] as const;

function readAddress(value: unknown): string | null {
  if (!isJsonObject(value)) return asText(value);
  return addressParts.map((name) => value[name] ?? '').join('');
}

function amountIn(value: unknown, currency: string): unknown {
  if (!isJsonObject(value)) return value;
  return (value.currency ?? currency) === currency ? value.amount : null;
}

const digitsOf = /^([+-]?)0*(\d*?)(?:\.(\d*?)0*)?$/;

/** A decimal without the zeros that say nothing; a number in its shortest spelling. */
function readDecimal(value: unknown): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const written = String(value).normalize('NFKC').trim();
  const match = /\d/.test(written) ? digitsOf.exec(plainDigits(written)) : null;
  if (match === null) return null;
  const [, sign, whole = '', fraction = ''] = match;
  const digits = `${whole}.${fraction}`;
  return sign === '-' && digits !== '.' ? `-${digits}` : digits;
}

/** `1.5e-7`, as JavaScript writes small and large numbers, without its exponent. */
function plainDigits(written: string): string {
  const match = /^([+-]?)(\d+)(?:\.(\d+))?e([+-]?\d{1,3})$/i.exec(written);
  if (match === null) return written;
  const [, sign, whole = '', fraction = '', exponent] = match;
  const point = whole.length + Number(exponent);
  const all = `${whole}${fraction}`;
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${all}`;
  return `${sign}${all.slice(0, point).padEnd(point, '0')}.${all.slice(point)}`;
}

function compareDecimals(left: string, right: string): number {
  const [below, above] = [left.startsWith('-'), right.startsWith('-')];
  if (below !== above) return below ? -1 : 1;
  const [one, other] = below ? [right.slice(1), left.slice(1)] : [left, right];
  const [whole = '', fraction = ''] = one.split('.');
  const [otherWhole = '', otherFraction = ''] = other.split('.');
  return whole.length - otherWhole.length || byText(whole, otherWhole) || byText(fraction, otherFraction);
}

const timePattern =
  /^(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|z|[+-]\d\d(?::?\d\d)?)?)?$/;

/** Microseconds since 1970 of a time in ISO 8601; without an offset, of the clock in a time zone. */
function readInstant(value: unknown, timeZone: string): string | null {
  const match = typeof value === 'string' ? timePattern.exec(value.trim()) : null;
  if (match === null) return null;
  const [, day, hour = '00', minute = '00', second = '00', fraction = '', zone] = match;
  const wall = Date.parse(`${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(wall)) return null;
  const micros = BigInt(wall) * 1000n + BigInt(fraction.slice(0, 6).padEnd(6, '0'));
  if (zone === undefined) {
    const ahead = (at: bigint) => BigInt(wallClock(at, timeZone).getTime()) * 1000n - (at - (at % 1_000_000n));
    const guess = micros - ahead(micros);
    return String(micros - ahead(guess));
  }
  const digits = zone.replace(/[:Zz]/g, '');
  const minutes = digits === '' ? 0 : Number(digits.slice(1, 3)) * 60 + Number(digits.slice(3) || '0');
  return String(micros - BigInt(digits.startsWith('-') ? -minutes : minutes) * 60_000_000n);
}

function dayIn(micros: bigint, timeZone: string): string {
  return wallClock(micros, timeZone).toISOString().slice(0, 10);
}
