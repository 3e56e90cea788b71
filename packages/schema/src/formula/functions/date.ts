import { formatted } from '../formats.ts';
import { isDecimal, type Operation, type Run } from '../operation.ts';
import { divide, Exact, firstDay, lastDay, type Value } from '../values.ts';
import { wallClock } from '../zone.ts';

// The calendar. A day is a number; the first of January of year 1 was a Monday.

const aDay = 86_400_000;
const at = (day: number) => new Date(day * aDay);
const exact = (value: number) => new Exact(value);
const dayWithin = (day: number) => (day >= firstDay && day <= lastDay ? day : null);

const ofDay =
  (fn: (date: Date) => number): Run =>
  ([day = null]) =>
    typeof day === 'number' ? exact(fn(at(day))) : null;

/** Of two dates. */
const ofDays =
  (fn: (a: number, b: number, more: Value) => number | null): Run =>
  ([a = null, b = null, more = null]) => {
    const found = typeof a === 'number' && typeof b === 'number' ? fn(a, b, more) : null;
    return found === null ? null : exact(found);
  };

/** A whole number that fits into a calendar with room to spare; null beyond that. */
function whole(value: Value | undefined): number | null {
  if (value === undefined || !isDecimal(value)) return null;
  const number = value.trunc();
  return number.abs().lte(10_000_000) ? number.toNumber() : null;
}

/** The first of a month that is counted from January of year 0; null outside of years 1–9999 and the next month. */
function firstOf(month: number): number | null {
  if (month < 12 || month > 120_000) return null;
  const date = new Date(Date.UTC(2000, month % 12, 1));
  date.setUTCFullYear(Math.floor(month / 12));
  return date.getTime() / aDay;
}

const monthOf = (day: number) => at(day).getUTCFullYear() * 12 + at(day).getUTCMonth();

function endOf(month: number): number | null {
  const next = month < 12 ? null : firstOf(month + 1);
  return next === null ? null : next - 1;
}

function inMonth(day: number, month: number): number | null {
  const [first, last] = [firstOf(month), endOf(month)];
  return first === null || last === null ? null : Math.min(first + at(day).getUTCDate() - 1, last);
}

const date: Run = ([year, month, day]) => {
  const [y, m, d] = [whole(year), whole(month), whole(day)];
  if (y === null || m === null || d === null) return null;
  const first = y * 12 + m - 1 < 120_000 ? firstOf(y * 12 + m - 1) : null;
  return first === null ? null : dayWithin(first + d - 1);
};

const months =
  (fn: (day: number, month: number) => number | null): Run =>
  ([day = null, count]) => {
    const by = whole(count);
    return typeof day !== 'number' || by === null ? null : fn(day, monthOf(day) + by);
  };

/** Monday is 1. */
const isoDay = (date: Date) => ((date.getUTCDay() + 6) % 7) + 1;
/** The first of January is 0. */
const dayOfYear = (date: Date) => date.getTime() / aDay - (firstOf(date.getUTCFullYear() * 12) ?? 0);

function isoWeek(date: Date): number {
  const thursday = at(date.getTime() / aDay + 4 - isoDay(date));
  return Math.floor(dayOfYear(thursday) / 7) + 1;
}

/** The number of a weekday where weeks begin on `first` (Monday is 1). */
const from = (first: number, day: number) => ((day - first + 7) % 7) + 1;

const weekday: Run = ([day = null, kind]) => {
  const type = whole(kind);
  if (typeof day !== 'number' || type === null) return null;
  const iso = isoDay(at(day));
  if (type === 1) return exact(from(7, iso));
  if (type === 2) return exact(iso);
  if (type === 3) return exact(iso - 1);
  return type >= 11 && type <= 17 ? exact(from(type - 10, iso)) : null;
};

const weekNumber: Run = ([day = null, kind]) => {
  const type = whole(kind);
  if (typeof day !== 'number' || type === null) return null;
  if (type === 21) return exact(isoWeek(at(day)));
  const first = type === 1 ? 7 : type === 2 ? 1 : type >= 11 && type <= 17 ? type - 10 : null;
  if (first === null) return null;
  const passed = dayOfYear(at(day));
  const january = from(first, isoDay(at(day - passed)));
  return exact(Math.floor((passed + january - 1) / 7) + 1);
};

const dateDifference: Run = ([start = null, end = null, unit = null]) => {
  if (typeof start !== 'number' || typeof end !== 'number' || typeof unit !== 'string' || start > end) return null;
  const shorter = at(end).getUTCDate() < at(start).getUTCDate() ? 1 : 0;
  const passed = monthOf(end) - monthOf(start) - shorter;
  const years = Math.floor(passed / 12);
  const since = (count: number) => exact(end - (inMonth(start, monthOf(start) + count) ?? end));
  switch (unit.toUpperCase()) {
    case 'D':
      return exact(end - start);
    case 'M':
      return exact(passed);
    case 'Y':
      return exact(years);
    case 'YM':
      return exact(passed - years * 12);
    case 'MD':
      return since(passed);
    case 'YD':
      return since(years * 12);
    default:
      return null;
  }
};

function days360(start: number, end: number, european: Value): number {
  const [a, b] = [at(start).getUTCDate(), at(end).getUTCDate()];
  const lastOfFebruary = at(start).getUTCMonth() === 1 && at(start + 1).getUTCDate() === 1;
  const from = european === true ? Math.min(a, 30) : lastOfFebruary ? 30 : Math.min(a, 30);
  const to = european === true || from === 30 ? Math.min(b, 30) : b;
  return (monthOf(end) - monthOf(start)) * 30 + to - from;
}

/** How many of the first days of the calendar are no Saturdays and Sundays. */
function workdaysBefore(day: number): number {
  const index = day - firstDay;
  return 5 * Math.floor(index / 7) + Math.min(index % 7, 5);
}

const networkDays = (start: number, end: number) =>
  start <= end ? workdaysBefore(end + 1) - workdaysBefore(start) : workdaysBefore(end) - workdaysBefore(start + 1);

const workday: Run = ([start = null, count]) => {
  const by = whole(count);
  if (typeof start !== 'number' || by === null) return null;
  if (by === 0) return start;
  const index = by > 0 ? workdaysBefore(start + 1) + by - 1 : workdaysBefore(start) + by;
  const week = Math.floor(index / 5);
  return dayWithin(firstDay + 7 * week + index - 5 * week);
};

const dateValue: Run = ([text]) => {
  const pattern = /^ *([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日? *$/;
  const match = typeof text === 'string' ? pattern.exec(text) : null;
  if (match === null) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const first = month >= 1 && month <= 12 ? firstOf(year * 12 + month - 1) : null;
  const found = first === null || day === 0 ? null : first + day - 1;
  return found !== null && at(found).getUTCMonth() === month - 1 ? found : null;
};

const timeValue: Run = ([text]) => {
  const pattern = /^ *([0-9]{1,2})[:：时]([0-9]{1,2})(?:[:：分]([0-9]{1,2})秒?)?分? *$/;
  const match = typeof text === 'string' ? pattern.exec(text) : null;
  const [, hour, minute, second = 0] = match?.map(Number) ?? [];
  if (hour === undefined || minute === undefined || hour > 23 || minute > 59) return null;
  const seconds = Number.isNaN(second) ? 0 : second;
  return seconds > 59 ? null : divide(exact(hour * 3600 + minute * 60 + seconds), exact(86_400));
};

const time: Run = ([hour, minute, second]) => {
  const [h, m, s] = [whole(hour), whole(minute), whole(second)];
  if (h === null || m === null || s === null) return null;
  const seconds = h * 3600 + m * 60 + s;
  return seconds < 0 ? null : divide(exact(seconds % 86_400), exact(86_400));
};

const clock =
  (fn: (date: Date) => number): Run =>
  ([moment = null], env) =>
    typeof moment === 'bigint' ? exact(fn(wallClock(moment, env.zone))) : null;

const single = { params: ['day'], returns: 'number' } as const;
const typed = { params: ['day', 'number'], defaults: ['1'], returns: 'number' } as const;
const moved = { params: ['day', 'number'], returns: 'date' } as const;
const span = { params: ['day', 'day'], returns: 'number' } as const;
const moment = { params: ['dateTime'], returns: 'number', zoned: true } as const;

export const dates = {
  today: { name: 'TODAY', params: [], returns: 'date', run: (_, env) => env.today },
  now: { name: 'NOW', params: [], returns: 'dateTime', run: (_, env) => env.now },
  user: { name: 'USER', params: [], returns: 'id', run: (_, env) => env.user },
  date: { name: 'DATE', params: ['number', 'number', 'number'], returns: 'date', run: date },
  year: { name: 'YEAR', ...single, run: ofDay((day) => day.getUTCFullYear()) },
  quarter: { name: 'QUARTER', ...single, run: ofDay((day) => Math.floor(day.getUTCMonth() / 3) + 1) },
  month: { name: 'MONTH', ...single, run: ofDay((day) => day.getUTCMonth() + 1) },
  day: { name: 'DAY', ...single, run: ofDay((day) => day.getUTCDate()) },
  hour: { name: 'HOUR', ...moment, run: clock((day) => day.getUTCHours()) },
  minute: { name: 'MINUTE', ...moment, run: clock((day) => day.getUTCMinutes()) },
  second: { name: 'SECOND', ...moment, run: clock((day) => day.getUTCSeconds()) },
  weekday: { name: 'WEEKDAY', ...typed, run: weekday },
  weekNumber: { name: 'WEEKNUM', ...typed, run: weekNumber },
  isoWeek: { name: 'ISOWEEKNUM', ...single, run: ofDay(isoWeek) },
  sameDay: { name: 'EDATE', ...moved, run: months(inMonth) },
  endOfMonth: { name: 'EOMONTH', ...moved, run: months((_, month) => endOf(month)) },
  dateDifference: { name: 'DATEDIF', params: ['day', 'day', 'text'], returns: 'number', run: dateDifference },
  days: { name: 'DAYS', ...span, run: ofDays((end, start) => end - start) },
  days360: {
    name: 'DAYS360',
    params: ['day', 'day', 'boolean'],
    defaults: [false],
    returns: 'number',
    run: ofDays(days360),
  },
  networkDays: { name: 'NETWORKDAYS', ...span, run: ofDays(networkDays) },
  workday: { name: 'WORKDAY', ...moved, run: workday },
  dateValue: { name: 'DATEVALUE', params: ['text'], returns: 'date', run: dateValue },
  timeDate: { name: 'DATEVALUE', params: ['day'], returns: 'date', run: ([day = null]) => day },
  timeValue: { name: 'TIMEVALUE', params: ['text'], returns: 'number', run: timeValue },
  time: { name: 'TIME', params: ['number', 'number', 'number'], returns: 'number', run: time },
  /** The calendar day of a time. */
  dayOf: {
    name: null,
    params: ['dateTime'],
    returns: 'date',
    zoned: true,
    run: ([moment = null], env) =>
      typeof moment === 'bigint' ? dayWithin(Math.floor(wallClock(moment, env.zone).getTime() / aDay)) : null,
  },
  formatDate: {
    name: 'TEXT',
    params: ['date', 'dateFormat'],
    returns: 'text',
    run: ([day = null, format]) =>
      typeof day === 'number' && typeof format === 'string' ? formatted(at(day), format) : null,
  },
  formatTime: {
    name: 'TEXT',
    params: ['dateTime', 'timeFormat'],
    returns: 'text',
    zoned: true,
    run: ([moment = null, format], env) => {
      if (typeof moment !== 'bigint' || typeof format !== 'string') return null;
      const shown = wallClock(moment, env.zone);
      const year = shown.getUTCFullYear();
      return year < 1 || year > 9999 ? null : formatted(shown, format);
    },
  },
} as const satisfies Record<string, Operation>;
