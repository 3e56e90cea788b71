import type { Json } from '@huike/schema';
import type { FieldHandler } from '../catalog/types.ts';
import { column, isBlank, nothing, operatorSets, plain, stored, wrongType } from './common.ts';
import { mask } from './mask.ts';
import { instantOf, utcMilliseconds } from './zone.ts';

const dayPattern = /^(\d{4})-(\d{2})-(\d{2})$/;
const timePattern =
  /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([Zz]|[+-]\d{2}(?::?\d{2})?)?)?$/;
const firstInstant = utcMilliseconds(1, 1, 1);
const lastInstant = utcMilliseconds(9999, 12, 31, 23, 59, 59);

/** Midnight UTC of a day of the calendar, years 0001–9999; null when there is no such day. */
function midnight(text: string): number | null {
  const match = dayPattern.exec(text);
  if (match === null) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (year === 0) return null;
  const time = utcMilliseconds(year, month, day);
  const real = new Date(time);
  return real.getUTCMonth() === month - 1 && real.getUTCDate() === day ? time : null;
}

function parseDay(value: Json): string | null {
  if (typeof value !== 'string' || value.length > 100) return null;
  const text = value.trim();
  return midnight(text) === null ? null : text;
}

function offsetOf(zone: string): number | null {
  if (zone === 'Z' || zone === 'z') return 0;
  const digits = zone.replace(':', '');
  const [hours, minutes] = [Number(digits.slice(1, 3)), Number(digits.slice(3) || '0')];
  if (hours > 15 || minutes > 59) return null;
  return (digits.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/**
 * Reads a time in ISO 8601: with an offset, or a wall clock in `timeZone`; a day alone is its midnight. Answers it in
 * UTC as PostgreSQL prints it, microseconds kept: `2026-01-31T00:00:00.5+00:00`. Null when it isn't one.
 */
export function parseInstant(value: Json, timeZone: string): string | null {
  const match = typeof value === 'string' && value.length <= 100 ? timePattern.exec(value.trim()) : null;
  if (match === null) return null;
  const [, dayText = '', hour = '0', minute = '0', second = '0', fraction = '', zone] = match;
  const day = midnight(dayText);
  if (day === null || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  const wall = day + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000;
  const offset = zone === undefined ? wall - instantOf(wall, timeZone) : offsetOf(zone);
  if (offset === null) return null;
  const instant = wall - offset;
  if (instant < firstInstant || instant > lastInstant) return null;
  const micros = fraction.slice(0, 6).replace(/0+$/, '');
  return `${new Date(instant).toISOString().slice(0, 19)}${micros === '' ? '' : `.${micros}`}+00:00`;
}

/** A day of the calendar, the same everywhere. */
export const date: FieldHandler = {
  type: 'date',
  columns: () => [{ suffix: '', sqlType: 'date' }],
  parse: (value) => {
    if (isBlank(value)) return nothing;
    const day = parseDay(value);
    return day === null ? wrongType('a date such as 2026-01-31') : stored({ '': day });
  },
  ...plain,
  operators: operatorSets.time,
  comparable: { type: 'date', expression: column, parse: parseDay, expected: 'a date such as 2026-01-31' },
  mask,
  search: null,
  jsonSchema: () => ({ in: { type: 'string', format: 'date' }, out: { type: 'string', format: 'date' } }),
};

/** An instant. */
export const dateTime: FieldHandler = {
  type: 'dateTime',
  columns: () => [{ suffix: '', sqlType: 'timestamptz' }],
  parse: (value, _, { timeZone }) => {
    if (isBlank(value)) return nothing;
    const instant = parseInstant(value, timeZone);
    return instant === null ? wrongType('a time such as 2026-01-31T08:00:00+08:00') : stored({ '': instant });
  },
  ...plain,
  operators: operatorSets.time,
  comparable: {
    type: 'timestamptz',
    expression: column,
    parse: (value, _, { timeZone }) => parseInstant(value, timeZone),
    expected: 'a time such as 2026-01-31T08:00:00+08:00',
  },
  mask,
  search: null,
  jsonSchema: () => ({ in: { type: 'string' }, out: { type: 'string', format: 'date-time' } }),
};
