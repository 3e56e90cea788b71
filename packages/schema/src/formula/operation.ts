import type { Decimal } from '../decimal.ts';
import { Exact, type FormulaType, type Value } from './values.ts';

// What an operation of formulas is, and the small pieces that their JavaScript is made of.

/**
 * - `same`: all of them have one type, which is among `among`; `key`: the same for a second group
 * - `any`: what has a text, as its text; `free`: a value of any type, as it is
 * - `day`: a date, or the calendar day of a time in the viewer's zone
 * - `places`: a whole number written as such, -20 to 20
 * - `numberFormat`, `dateFormat`, `timeFormat`: a format of TEXT written as such, which arrives as PostgreSQL spells it
 */
export type Param =
  | FormulaType
  | 'same'
  | 'key'
  | 'any'
  | 'free'
  | 'day'
  | 'places'
  | 'numberFormat'
  | 'dateFormat'
  | 'timeFormat';

export interface Env {
  /** The viewer's calendar day, `YYYY-MM-DD`. */
  readonly today: string;
  /** ISO 8601 with an offset. */
  readonly now: string;
  /** The viewer's id; null for the system. */
  readonly user: string | null;
  /** The viewer's time zone, an IANA name; by default Asia/Shanghai. */
  readonly zone?: string;
}

/** The same as the values of formulas. */
export interface EnvValues {
  readonly today: Value;
  readonly now: Value;
  readonly user: Value;
  readonly zone: string;
}

export interface Operation {
  /** A sign, or a function's name in capitals; null for what is put in between, such as the text of a number. */
  readonly name: string | null;
  readonly params: readonly Param[];
  /** What the last parameters are when they are left out. */
  readonly defaults?: readonly (string | boolean | null)[];
  /** Any number of further arguments, in groups of this form. */
  readonly rest?: readonly Param[];
  /** One more argument after the last whole group. */
  readonly tail?: Param;
  readonly among?: readonly FormulaType[];
  readonly returns: FormulaType | 'same';
  /** Depends on the viewer's time zone, as every operation with a `day` does when it is given a time. */
  readonly zoned?: true;
  readonly run: (args: readonly Value[], env: EnvValues) => Value;
}

export type Run = Operation['run'];

export const isDecimal = (value: Value): value is Decimal => Exact.isDecimal(value);

export const onNumber =
  (fn: (a: Decimal) => Decimal | null): Run =>
  ([a = null]) =>
    isDecimal(a) ? fn(a) : null;

export const onNumbers =
  (fn: (a: Decimal, b: Decimal) => Decimal | null): Run =>
  ([a = null, b = null]) =>
    isDecimal(a) && isDecimal(b) ? fn(a, b) : null;

export const onText =
  (fn: (text: string) => string | null): Run =>
  ([text = null]) =>
    typeof text === 'string' ? fn(text) : null;

export function compare(a: Value, b: Value): number | null {
  if (a === null || b === null) return null;
  if (isDecimal(a) && isDecimal(b)) return a.comparedTo(b);
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}

/** By code point: units of a surrogate pair (above U+FFFF) come after U+E000–U+FFFF. */
function compareText(a: string, b: string): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return (isSurrogate(x) ? x + 0x10000 : x) - (isSurrogate(y) ? y + 0x10000 : y);
  }
  return a.length - b.length;
}

const isSurrogate = (unit: number) => unit >= 0xd800 && unit <= 0xdfff;

/** An empty value equals an empty value and nothing else. */
export function areEqual(a: Value, b: Value): boolean {
  return a === null || b === null ? a === b : compare(a, b) === 0;
}

/** How many characters: 0 to a million, 0 where it is empty. */
export function countOf(value: Value): number {
  return isDecimal(value) ? Exact.max(0, Exact.min(value.trunc(), 1_000_000)).toNumber() : 0;
}

export const orderable = ['number', 'text', 'date', 'dateTime'] as const;
export const anyType = ['number', 'text', 'boolean', 'date', 'dateTime', 'id'] as const;
