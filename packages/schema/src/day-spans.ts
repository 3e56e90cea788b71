import { type DateUnit, dateUnits } from './filter.ts';
import { isJsonObject } from './json.ts';

// Relative spans of dates, as the filter operator `within` means them: whole days, Monday first.

export interface DaySpan {
  /** First day, `YYYY-MM-DD`. */
  readonly from: string;
  /** The day after the last. */
  readonly until: string;
}

type Day = { readonly year: number; readonly month: number; readonly day: number };

function isUnit(value: unknown): value is DateUnit {
  return typeof value === 'string' && dateUnits.some((unit) => unit === value);
}

function parse(day: string): Day {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return { year, month, day: date };
}

/** Moves by days and months; overflow carries as in a calendar. */
function shifted({ year, month, day }: Day, months: number, days: number): string {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1 + months, day + days);
  return date.toISOString().slice(0, 10);
}

function startOf(unit: DateUnit, today: Day): Day {
  switch (unit) {
    case 'day':
      return today;
    case 'week': {
      const weekday = new Date(`${shifted(today, 0, 0)}T00:00:00Z`).getUTCDay();
      return parse(shifted(today, 0, -((weekday + 6) % 7)));
    }
    case 'month':
      return { ...today, day: 1 };
    case 'quarter':
      return { ...today, month: today.month - ((today.month - 1) % 3), day: 1 };
    case 'year':
      return { ...today, month: 1, day: 1 };
  }
}

function advance(from: Day, unit: DateUnit, count: number): string {
  const months = { day: 0, week: 0, month: 1, quarter: 3, year: 12 }[unit] * count;
  const days = { day: 1, week: 7, month: 0, quarter: 0, year: 0 }[unit] * count;
  return shifted(from, months, days);
}

/**
 * The days that a relative value means: `{this: 'month'}` is the whole current one, `{last: 7, unit: 'day'}` the seven
 * days that end today, `{last: 2, unit: 'month'}` this month so far and the whole one before it, `{next: 1, unit:
 * 'quarter'}` the quarter after this. Null when the value isn't one.
 */
export function daySpan(value: unknown, day: string): DaySpan | null {
  if (!isJsonObject(value)) return null;
  const today = parse(day);
  const keys = Object.keys(value).sort().join();
  if (keys === 'this' && isUnit(value.this)) {
    const start = startOf(value.this, today);
    return { from: shifted(start, 0, 0), until: advance(start, value.this, 1) };
  }
  const unit = value.unit;
  if (!isUnit(unit)) return null;
  const count = keys === 'last,unit' ? value.last : keys === 'next,unit' ? value.next : null;
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 1 || count > 1000) return null;
  const start = startOf(unit, today);
  if (keys === 'last,unit') return { from: advance(start, unit, 1 - count), until: shifted(today, 0, 1) };
  const next = parse(advance(start, unit, 1));
  return { from: shifted(next, 0, 0), until: advance(next, unit, count) };
}
