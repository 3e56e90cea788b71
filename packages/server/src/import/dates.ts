// Dates as people write them. Which number is the day is settled for a whole column, from the dates that leave no
// doubt, and reported; nothing is guessed date by date.
import type { RowProblem } from './rows.ts';
import { atInZone, inZone, utc } from './zone.ts';

export type DateOrder = 'YMD' | 'DMY' | 'MDY';

/** The dates of a column that share a separator and the length of their year. */
export interface DateGroup {
  readonly separator: string;
  readonly shortYear: boolean;
  readonly order: DateOrder;
  /** Own values, or the column's other groups, or mere custom. */
  readonly decidedBy: 'values' | 'otherGroups' | 'custom';
  readonly count: number;
  /** Dates that could be read in another order too, while no date of the group proves one. */
  readonly ambiguous: number;
  /** Dates that exist in another order only. */
  readonly against: number;
}

export interface SettledDates {
  /** The order of most dates. */
  readonly order: DateOrder;
  readonly groups: readonly DateGroup[];
  readonly count: number;
  readonly ambiguous: number;
  readonly against: number;
  readonly shortYears: number;
  readonly unreadable: number;
}

export interface ParsedDate {
  /** 2026-01-05, in the time zone given. */
  readonly date: string;
  /** 2026-01-05T15:04:05+08:00; midnight if no time is written. */
  readonly at: string;
  readonly hasTime: boolean;
}

type Numbers = readonly [number, number, number];

interface Triple {
  readonly kind: 'triple';
  readonly separator: string;
  readonly numbers: Numbers;
  readonly shortYear: boolean;
  readonly rest: string;
}

type Written =
  | Triple
  | { readonly kind: 'day'; readonly year: number; readonly month: number; readonly day: number; readonly rest: string }
  | { readonly kind: 'serial'; readonly days: number }
  | { readonly kind: 'epoch'; readonly milliseconds: number };

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const FULL_MONTHS =
  /^(?:january|february|march|april|may|june|july|august|september|october|november|december|sept|[a-z]{3})$/;
const WEEKDAY =
  /^(?:(?:星期|周|礼拜)[一二三四五六日天][ ,]*|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?[ ,]+)/i;

const TRIPLE = /^(\d{1,4})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{1,4})(?!\d)(.*)$/s;
const CHINESE = /^(\d{2}|\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?(.*)$/s;
const COMPACT = /^(\d{4})(\d{2})(\d{2})(?:[T ]?(\d{2})(\d{2})(\d{2})?)?$/;
const DAY_NAME_YEAR = /^(\d{1,2})(?:st|nd|rd|th)?[ \-/.]*([a-z]{3,9})\.?[ \-/.,]*(\d{4}|\d{2})(?!\d)(.*)$/is;
const NAME_DAY_YEAR = /^([a-z]{3,9})\.?[ \-/.]*(\d{1,2})(?:st|nd|rd|th)?[ \-/.,]+(\d{4})(?!\d)(.*)$/is;
const YEAR_NAME_DAY = /^(\d{4})[ \-/.]*([a-z]{3,9})\.?[ \-/.]*(\d{1,2})(?!\d)(.*)$/is;

// (China Standard Time), or a weekday after the date.
const REMARK = /\s*\([^()]*\)\s*$|\s*\(?(?:星期|周|礼拜)[一二三四五六日天]\)?(?=\s|$)/g;

const normalise = (text: string) =>
  text.slice(0, 100).normalize('NFKC').trim().replace(WEEKDAY, '').replace(REMARK, '');

function monthOf(name: string): number {
  const lower = name.toLowerCase();
  return FULL_MONTHS.test(lower) ? MONTHS.indexOf(lower.slice(0, 3)) + 1 : 0;
}

/** Excel's rule: 00 to 29 are of this century. */
const fullYear = (year: number, written: string) => (written.length > 2 ? year : year + (year < 30 ? 2000 : 1900));

function readWritten(text: string): Written | undefined {
  const triple = TRIPLE.exec(text);
  if (triple) {
    const [, a = '', separator = '', b = '', c = '', rest = ''] = triple;
    if (a.length === 4 && c.length <= 2)
      return { kind: 'day', year: Number(a), month: Number(b), day: Number(c), rest };
    if (a.length > 2 || c.length === 3 || (c.length === 1 && a.length === 1)) return undefined;
    return { kind: 'triple', separator, numbers: [Number(a), Number(b), Number(c)], shortYear: c.length <= 2, rest };
  }
  const chinese = CHINESE.exec(text);
  if (chinese) {
    const [, year = '', month, day, rest = ''] = chinese;
    return { kind: 'day', year: fullYear(Number(year), year), month: Number(month), day: Number(day), rest };
  }
  return /^\d/.test(text) ? (readNumber(text) ?? readNamed(text)) : readNamed(text);
}

function readNumber(text: string): Written | undefined {
  const compact = COMPACT.exec(text);
  if (compact) {
    const [, year, month, day, hour, minute, second = '00'] = compact;
    const rest = hour === undefined ? '' : `${hour}:${minute}:${second}`;
    return { kind: 'day', year: Number(year), month: Number(month), day: Number(day), rest };
  }
  // Excel's day numbers from 1927 to 2173; shorter ones are years or counts.
  if (/^\d{5}(?:\.\d+)?$/.test(text)) return { kind: 'serial', days: Number(text) };
  if (/^\d{10}(?:\.\d+)?$/.test(text)) return { kind: 'epoch', milliseconds: Math.round(Number(text) * 1000) };
  if (/^\d{13}$/.test(text)) return { kind: 'epoch', milliseconds: Number(text) };
  return undefined;
}

function readNamed(text: string): Written | undefined {
  const [day, name, year, rest] =
    matched(DAY_NAME_YEAR, text, [1, 2, 3, 4]) ??
    matched(NAME_DAY_YEAR, text, [2, 1, 3, 4]) ??
    matched(YEAR_NAME_DAY, text, [3, 2, 1, 4]) ??
    [];
  const month = monthOf(name ?? '');
  if (month === 0 || year === undefined) return undefined;
  return { kind: 'day', year: fullYear(Number(year), year), month, day: Number(day), rest: rest ?? '' };
}

function matched(pattern: RegExp, text: string, groups: readonly number[]): string[] | undefined {
  const found = pattern.exec(text);
  return found ? groups.map((group) => found[group] ?? '') : undefined;
}

interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

function inOrder([a, b, c]: Numbers, order: DateOrder, shortYear: boolean): Day {
  const [year, month, day] = order === 'YMD' ? [a, b, c] : order === 'DMY' ? [c, b, a] : [c, a, b];
  return { year: fullYear(year, shortYear ? '00' : '0000'), month, day };
}

function exists({ year, month, day }: Day): boolean {
  if (year < 1000 || year > 9999 || month < 1 || month > 12 || day < 1) return false;
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

const ordersOf = (shortYear: boolean): readonly DateOrder[] => (shortYear ? ['YMD', 'DMY', 'MDY'] : ['DMY', 'MDY']);

/** The orders in which the numbers are a date. */
function possibleOrders(numbers: Numbers, shortYear: boolean): readonly DateOrder[] {
  return ordersOf(shortYear).filter((order) => exists(inOrder(numbers, order, shortYear)));
}

function customaryOrder(separator: string, shortYear: boolean): DateOrder {
  if (shortYear) return 'YMD';
  return separator === '/' ? 'MDY' : 'DMY';
}

interface Tally {
  readonly separator: string;
  readonly shortYear: boolean;
  count: number;
  doubtful: number;
  /** How many dates exist in each order, and how many in that order only. */
  readonly possible: Record<DateOrder, number>;
  readonly proofs: Record<DateOrder, number>;
}

function newTally(separator: string, shortYear: boolean): Tally {
  const none = { YMD: 0, DMY: 0, MDY: 0 };
  return { separator, shortYear, count: 0, doubtful: 0, possible: { ...none }, proofs: { ...none } };
}

/** Settles how the dates of a column are written, one date after the other. Blank ones don't count. */
export class DateColumn {
  private readonly tallies = new Map<string, Tally>();
  private count = 0;
  private unreadable = 0;
  private shortYears = 0;

  add(sample: string): void {
    const text = normalise(sample);
    if (text === '') return;
    this.count++;
    const written = readWritten(text);
    if (!written) this.unreadable++;
    if (written?.kind !== 'triple') return;
    const { separator, shortYear, numbers } = written;
    if (shortYear) this.shortYears++;
    const key = separator + shortYear;
    const tally = this.tallies.get(key) ?? newTally(separator, shortYear);
    this.tallies.set(key, tally);
    tally.count++;
    const possible = possibleOrders(numbers, shortYear);
    const days = new Set(possible.map((order) => JSON.stringify(inOrder(numbers, order, shortYear))));
    for (const order of possible) tally.possible[order]++;
    const [only] = possible;
    if (possible.length === 1 && only) tally.proofs[only]++;
    else if (days.size > 1) tally.doubtful++;
  }

  settled(): SettledDates {
    const { count, unreadable, shortYears } = this;
    const groups = settleGroups([...this.tallies.values()]).sort((a, b) => b.count - a.count);
    return {
      order: groups[0]?.order ?? 'YMD',
      groups,
      count,
      ambiguous: groups.reduce((sum, group) => sum + group.ambiguous, 0),
      against: groups.reduce((sum, group) => sum + group.against, 0),
      shortYears,
      unreadable,
    };
  }
}

/** Settles how the dates of a column are written. */
export function settleDates(samples: Iterable<string>): SettledDates {
  const column = new DateColumn();
  for (const sample of samples) column.add(sample);
  return column.settled();
}

function settleGroups(tallies: readonly Tally[]): DateGroup[] {
  const proven = new Map(
    tallies.flatMap((tally) => (provenOrder(tally) ? [[tally, provenOrder(tally)] as const] : [])),
  );
  const agreed = new Set(proven.values());
  return tallies.map((tally): DateGroup => {
    const { separator, shortYear, count, doubtful, possible, proofs } = tally;
    const own = proven.get(tally);
    // A spreadsheet that turns round the days up to 12 and leaves the others alone makes such groups.
    const [other] = agreed.size === 1 ? agreed : [];
    const usable = other && possible[other] > 0.9 * count ? other : undefined;
    const order = own ?? usable ?? customaryOrder(separator, shortYear);
    const decidedBy = own ? 'values' : usable ? 'otherGroups' : 'custom';
    const against = proofs.YMD + proofs.DMY + proofs.MDY - proofs[order];
    return { separator, shortYear, order, decidedBy, count, ambiguous: own ? 0 : doubtful, against };
  });
}

function provenOrder({ proofs, shortYear }: Tally): DateOrder | undefined {
  const [best] = [...ordersOf(shortYear)].sort((a, b) => proofs[b] - proofs[a]);
  return best && proofs[best] > 0 ? best : undefined;
}

const TIME =
  /^[T,\s]*(?:(凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|[ap]\.?m\.?)\s*)?(\d{1,2})(?:[:时点]\s*(?:(\d{1,2})(?:[:分]\s*(?:(\d{1,2})(?:[.,](\d{1,9}))?秒?)?)?)?)?\s*([ap]\.?m\.?)?\s*(z|utc|gmt|(?:utc|gmt)?[+-]\d{1,2}(?::?\d{2})?)?$/i;

interface Time {
  /** 15:04:05 or 15:04:05.123456 */
  readonly clock: string;
  /** Minutes east of Greenwich, if written. */
  readonly offset: number | undefined;
}

function readTime(rest: string): Time | undefined {
  const found = TIME.exec(rest);
  if (!found) return undefined;
  const [, before, hours = '', minutes, seconds = '0', fraction = '', after, zone] = found;
  const half = (before ?? after ?? '').toLowerCase();
  // A bare number is no time.
  if (half === '' && minutes === undefined && !/[时点]/.test(rest)) return undefined;
  const hour = hourOf(Number(hours), half);
  if (hour === undefined || Number(minutes ?? 0) > 59 || Number(seconds) > 59) return undefined;
  const parts = [hour, Number(minutes ?? 0), Number(seconds)].map((part) => String(part).padStart(2, '0'));
  const exact = fraction.slice(0, 6).replace(/0+$/, '');
  return { clock: parts.join(':') + (exact && `.${exact}`), offset: zone === undefined ? undefined : offsetOf(zone) };
}

function hourOf(hour: number, half: string): number | undefined {
  if (half === '') return hour < 24 ? hour : undefined;
  if (/^a|凌晨|清晨|早|上午/.test(half)) return hour < 12 ? hour : hour === 12 ? 0 : undefined;
  if (half === '中午') return hour >= 10 && hour <= 12 ? hour : hour <= 2 ? hour + 12 : undefined;
  // 晚上 12 点 is midnight, of which day nobody can say.
  if (hour === 12) return half === '晚上' ? undefined : 12;
  return hour < 12 ? hour + 12 : hour < 24 && !/^p/.test(half) ? hour : undefined;
}

function offsetOf(zone: string): number {
  const [, sign, hours = '0', minutes = '0'] = /([+-])(\d{1,2}):?(\d{2})?/.exec(zone) ?? [];
  return sign === undefined ? 0 : (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
}

/**
 * Reads one date as the column was settled; times without an offset are in `timeZone` (an IANA name). A date that
 * doesn't exist in the column's order is a problem, even where another order would make one.
 */
export function parseDate(
  text: string,
  settled: SettledDates,
  timeZone: string,
): ParsedDate | { readonly problem: RowProblem } {
  const shown = text.trim().slice(0, 60);
  const unreadable = { problem: { code: 'import.date', params: { text: shown } } } as const;
  const written = readWritten(normalise(text));
  if (!written) return unreadable;
  if (written.kind === 'epoch') return { ...inZone(written.milliseconds, timeZone), hasTime: true };
  if (written.kind === 'serial') return ofSerial(written.days, timeZone);
  const order = written.kind === 'day' ? 'YMD' : orderFor(written, settled);
  const day = written.kind === 'day' ? written : inOrder(written.numbers, order, written.shortYear);
  if (!exists(day)) return { problem: { code: 'import.dateImpossible', params: { text: shown, order } } };
  const date = [String(day.year), ...[day.month, day.day].map((part) => String(part).padStart(2, '0'))].join('-');
  if (/^[\s,]*$/.test(written.rest)) {
    return {
      date,
      // Looked up only where an instant is wanted.
      get at() {
        return atInZone(date, '00:00:00', timeZone);
      },
      hasTime: false,
    };
  }
  const time = readTime(written.rest);
  if (!time) return unreadable;
  if (time.offset === undefined) return { date, at: atInZone(date, time.clock, timeZone), hasTime: true };
  const [clock = '', fraction] = time.clock.split('.');
  return { ...inZone(utc(date, clock) - time.offset * 60_000, timeZone, fraction), hasTime: true };
}

/** Whether a time says in which zone it is: by an offset, or by being a count of seconds. */
export function namesZone(text: string): boolean {
  const written = readWritten(normalise(text));
  if (written === undefined || written.kind === 'serial') return false;
  return written.kind === 'epoch' || readTime(written.rest)?.offset !== undefined;
}

function orderFor({ separator, shortYear, numbers }: Triple, { groups }: SettledDates): DateOrder {
  const group = groups.find((one) => one.separator === separator && one.shortYear === shortYear);
  const possible = possibleOrders(numbers, shortYear);
  const other = groups.find(({ order, decidedBy }) => decidedBy !== 'custom' && possible.includes(order));
  return group?.order ?? other?.order ?? customaryOrder(separator, shortYear);
}

function ofSerial(days: number, timeZone: string): ParsedDate {
  const local = new Date(Date.UTC(1899, 11, 30) + Math.round(days * 86_400) * 1000).toISOString();
  const date = local.slice(0, 10);
  return { date, at: atInZone(date, local.slice(11, 19), timeZone), hasTime: !Number.isInteger(days) };
}
