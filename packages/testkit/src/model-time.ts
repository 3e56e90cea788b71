// The reference model of relative dates: a calendar that counts day by day.
import { isJsonObject, type Json } from '@huike/schema';

const units = ['day', 'week', 'month', 'quarter', 'year'] as const;
type Unit = (typeof units)[number];

export function isUnit(value: unknown): value is Unit {
  return units.some((unit) => unit === value);
}

/** The calendar day at an instant in a zone, from the words that a clock there shows. */
export function dayIn(now: Date, timeZone: string): string {
  return now.toLocaleDateString('sv-SE', { timeZone });
}

/** What a clock in a zone shows at an instant: `2026-01-31 08:00:00`. */
export function wallClock(instant: string, timeZone: string): string {
  return new Date(instant).toLocaleString('sv-SE', { timeZone });
}

const isLeap = (year: number) => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
const monthLengths = (year: number) => [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const text = (year: number, month: number, day: number) =>
  `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
const partsOf = (day: string): [number, number, number] => {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  return [year, month, date];
};

export function dayAfter(day: string): string {
  const [year, month, date] = partsOf(day);
  if (date < (monthLengths(year)[month - 1] ?? 0)) return text(year, month, date + 1);
  return month < 12 ? text(year, month + 1, 1) : text(year + 1, 1, 1);
}

function dayBefore(day: string): string {
  const [year, month, date] = partsOf(day);
  if (date > 1) return text(year, month, date - 1);
  return month > 1 ? text(year, month - 1, monthLengths(year)[month - 2] ?? 0) : text(year - 1, 12, 31);
}

/** 0 is Monday. Counted from a Monday that is known: the first of January 1900. */
function weekday(day: string): number {
  const [year, month, date] = partsOf(day);
  let days = date - 1;
  const [from, to] = year >= 1900 ? [1900, year] : [year, 1900];
  let between = 0;
  for (let one = from; one < to; one++) between += isLeap(one) ? 366 : 365;
  days += year >= 1900 ? between : -between;
  for (const length of monthLengths(year).slice(0, month - 1)) days += length;
  return ((days % 7) + 7) % 7;
}

/** The first day of the unit that a day lies in. */
export function startOfUnit(day: string, unit: Unit): string {
  const [year, month] = partsOf(day);
  if (unit === 'day') return day;
  if (unit === 'month') return text(year, month, 1);
  if (unit === 'quarter') return text(year, Math.floor((month - 1) / 3) * 3 + 1, 1);
  if (unit === 'year') return text(year, 1, 1);
  let start = day;
  while (weekday(start) !== 0) start = dayBefore(start);
  return start;
}

const startOfNext = (day: string, unit: Unit) => {
  const start = startOfUnit(day, unit);
  let next = dayAfter(start);
  while (startOfUnit(next, unit) === start) next = dayAfter(next);
  return next;
};

/** The days of a relative span, walked unit by unit. Null when it isn't one. */
export function walkedSpan(value: Json, now: Date, timeZone: string): { from: string; until: string } | null {
  if (!isJsonObject(value)) return null;
  const today = dayIn(now, timeZone);
  if (isUnit(value.this)) return { from: startOfUnit(today, value.this), until: startOfNext(today, value.this) };
  const { unit, last, next } = value;
  if (!isUnit(unit)) return null;
  if (typeof last === 'number') {
    let from = startOfUnit(today, unit);
    for (let back = 1; back < last; back++) from = startOfUnit(dayBefore(from), unit);
    return { from, until: dayAfter(today) };
  }
  if (typeof next !== 'number') return null;
  const from = startOfNext(today, unit);
  let until = from;
  for (let on = 0; on < next; on++) until = startOfNext(until, unit);
  return { from, until };
}

export function withinSpan(day: string, value: Json, now: Date, timeZone: string): boolean {
  const span = walkedSpan(value, now, timeZone);
  return span !== null && day >= span.from && day < span.until;
}
