import { Decimal } from '../decimal.ts';
import type { Json } from '../json.ts';

// The values that formulas compute with. There is no empty text: it is the same as no value (null).

/** `id` is a reference to a record. */
export type FormulaType = 'number' | 'text' | 'boolean' | 'date' | 'dateTime' | 'id';

/** What a field holds: like its formula type, but a `double` is read as the shortest decimal that it stands for. */
export type FormulaFieldType = FormulaType | 'double';

/** number: Decimal; text and id: string; date: days since 1970-01-01; dateTime: microseconds since then. */
export type Value = Decimal | string | boolean | number | bigint | null;

/** Decimals of at most 250 digits: products and quotients of any two numbers that occur are exact in them. */
export const Exact = Decimal.clone({ precision: 250 });

/** Digits after the point to which products and quotients are rounded. */
export const places = 20;

const largest = new Exact('1e40');

/** A number beyond ±10⁴⁰ is no value. */
export function within(value: Decimal): Decimal | null {
  return value.abs().lt(largest) ? value : null;
}

/** Decimals for roots, powers and logarithms: enough for 60 digits after the point of any number that occurs. */
const Long = Decimal.clone({ precision: 130 });

/** Of what isn't exact 40 digits are sure: rounded to these, then as a quotient is. */
export function finished(value: Decimal): Decimal | null {
  return within(new Exact(value.toDecimalPlaces(2 * places).toDecimalPlaces(places)));
}

export function divide(a: Decimal, b: Decimal): Decimal | null {
  return b.isZero() ? null : finished(a.div(b));
}

/** e to more than this is beyond every number, to less than its negative nothing at all. */
export const largestExponent = 93.5;

/** What functions that aren't exact begin with. */
export function startingWith(value: Decimal): Decimal {
  return new Long(value.toDecimalPlaces(2 * places));
}

const largestPower = 1_000_000;

export function power(from: Decimal, exponent: Decimal): Decimal | null {
  const base = startingWith(from);
  if (exponent.abs().gt(largestPower)) return null;
  if (base.isZero()) return exponent.gt(0) ? new Exact(0) : null;
  if (base.lt(0) && !exponent.isInteger()) return null;
  const size = Math.log(base.abs().toNumber()) * exponent.toNumber();
  if (Math.abs(size) > largestExponent) return size > 0 ? null : new Exact(0);
  const odd = base.lt(0) && !exponent.mod(2).isZero();
  const result = base.abs().pow(startingWith(exponent));
  return finished(odd ? result.negated() : result);
}

export const textLimit = 100_000;

/** At most 100,000 characters; none is no value. */
export function keptText(text: string): string | null {
  const kept = text.length > textLimit ? [...text].slice(0, textLimit).join('') : text;
  return kept === '' ? null : kept;
}

const aDay = 86_400_000;
export const firstDay = Date.UTC(2000, 0, 1) / aDay - 730_119;
export const lastDay = Date.UTC(9999, 11, 31) / aDay;

/** The day number of a calendar day `YYYY-MM-DD`; null when there is none. */
export function dayNumber(text: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text.startsWith('0000')) return null;
  const time = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== text ? null : time / aDay;
}

export function dayText(day: number): string {
  return new Date(day * aDay).toISOString().slice(0, 10);
}

/** Microseconds of an ISO 8601 time with an offset; null when it isn't one. */
export function microseconds(text: string): bigint | null {
  const match = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,6}))?(Z|[+-]\d{2}:\d{2})$/.exec(text);
  if (match === null || dayNumber(text.slice(0, 10)) === null) return null;
  const [, seconds, fraction = '', offset] = match;
  const time = Date.parse(`${seconds}${offset}`);
  return Number.isNaN(time) ? null : BigInt(time) * 1000n + BigInt(fraction.padEnd(6, '0'));
}

function timeText(micros: bigint): string {
  const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = new Date(Number((micros - fraction) / 1000n)).toISOString().slice(0, 19);
  const digits = String(fraction).padStart(6, '0').replace(/0+$/, '');
  return `${seconds}${digits === '' ? '' : `.${digits}`}+00:00`;
}

/** A number as it is kept and shown: with at most 12 digits after the point, so that 2 / 3 * 3 is 2. */
export function numberText(value: Decimal): string {
  const shown = value.toDecimalPlaces(12);
  return shown.isZero() ? '0' : shown.toFixed();
}

/** Reads a stored value of a field; null where it isn't of its type. */
export function valueOfStored(type: FormulaFieldType, value: Json): Value {
  switch (type) {
    case 'number':
    case 'double': {
      if (typeof value !== 'string' && typeof value !== 'number') return null;
      const exact = new Exact(value);
      return type === 'double' ? within(exact.toDecimalPlaces(places)) : exact;
    }
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      return typeof value === 'string' ? dayNumber(value) : null;
    case 'dateTime':
      return typeof value === 'string' ? microseconds(value) : null;
    default:
      return typeof value === 'string' ? keptText(value) : null;
  }
}

/** A value as columns keep it: a number as text, or as a double. */
export function storedOf(value: Value, asDouble: boolean): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'bigint') return timeText(value);
  if (typeof value === 'number') return dayText(value);
  return asDouble ? Number(value.toFixed()) + 0 : numberText(value);
}
